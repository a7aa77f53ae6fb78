import type { Dice } from './dice.js'

/** Cents as dbgen prints money: `-12.05`. */
export function money(cents: number): string {
  const whole = Math.abs(cents)
  const fraction = whole % 100
  return `${cents < 0 ? '-' : ''}${(whole - fraction) / 100}.${fraction < 10 ? '0' : ''}${fraction}`
}

/** `Supplier#000000001` */
export function numbered(word: string, key: number): string {
  return `${word}#${String(key).padStart(9, '0')}`
}

/** Country code, then random local digits (specification 4.2.2.9). */
export function phone(dice: Dice, nationKey: number): string {
  return `${nationKey + 10}-${dice.between(100, 999)}-${dice.between(100, 999)}-${dice.between(1000, 9999)}`
}

/** From -999.99 to 9,999.99. */
export function accountBalance(dice: Dice): string {
  return money(dice.between(-99_999, 999_999))
}

const dayMilliseconds = 86_400_000
const firstDay = Date.UTC(1992, 0, 1)
const lastDay = dayOf('1999-03-31')
const written: string[] = []
for (let day = 0; day <= lastDay; day += 1) {
  written.push(new Date(firstDay + day * dayMilliseconds).toISOString().slice(0, 10))
}

/** Days since 1992-01-01, the specification's STARTDATE. */
export function dayOf(date: string): number {
  return (Date.parse(`${date}T00:00:00Z`) - firstDay) / dayMilliseconds
}

/** `1996-03-13` */
export function dateText(day: number): string {
  return written[day] as string
}
