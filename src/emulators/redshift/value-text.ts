import type { EngineDecimal, EngineInterval, EngineValue } from '../sql-engine.js'
import { daySecondText, yearMonthText } from './interval-text.js'
import type { ResultColumn } from './result-columns.js'
import type { RsType } from './types.js'

/** A value in Redshift's text form; CHAR is blank padded (redshift.md 4.1). */
export function valueText(value: Exclude<EngineValue, null>, column: ResultColumn): string {
  switch (typeof value) {
    case 'boolean':
      return value ? 't' : 'f'
    case 'string':
      return column.type.name === 'char' ? value.padEnd(column.type.length ?? 0) : value
    case 'number':
      return numberText(value, column.engine)
    case 'bigint':
      return bigintText(value, column)
    default:
      return objectText(value, column)
  }
}

function numberText(value: number, engine: string): string {
  if (engine === 'DATE') return dateText(BigInt(value))
  if (engine === 'FLOAT' || engine === 'DOUBLE') return floatText(value, engine === 'FLOAT')
  return String(value)
}

function bigintText(value: bigint, column: ResultColumn): string {
  switch (column.engine) {
    case 'TIMESTAMP':
      return timestampText(value)
    case 'TIMESTAMP WITH TIME ZONE':
      return zonedText(value)
    case 'TIME':
      return timeText(value, column.fullFraction) + (column.type.name === 'timetz' ? '+00' : '')
    default:
      return value.toString()
  }
}

function objectText(
  value: EngineDecimal | EngineInterval | Uint8Array | readonly EngineValue[],
  { type }: ResultColumn,
): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if ('scale' in value) return decimalText(value)
  if ('months' in value) return typedIntervalText(value, type)
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? item.toString() : item))
}

export function decimalText({ value, scale }: EngineDecimal): string {
  if (scale === 0) return value.toString()
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0')
  return `${value < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** The shortest text that reads back as the same number, in PostgreSQL's spelling. */
export function floatText(value: number, single: boolean): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
  if (Object.is(value, -0)) return '-0'
  const text = single ? singleText(value) : String(value)
  return text.replace(/e([+-])(\d)$/, 'e$10$2')
}

/** `%.<digits>g`, as PostgreSQL 8 prints with few digits; the last one may differ from the number. */
export function roundedFloatText(value: number, digits: number): string {
  if (!Number.isFinite(value) || value === 0) return floatText(value, false)
  const [mantissa = '', power = '0'] = value.toExponential(digits - 1).split('e')
  const exponent = Number(power)
  const trimmed = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)
  if (exponent >= -4 && exponent < digits) return trimmed(value.toFixed(digits - 1 - exponent))
  return `${trimmed(mantissa)}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

function singleText(value: number): string {
  for (let digits = 6; digits < 9; digits += 1) {
    const text = String(Number(value.toPrecision(digits)))
    if (Math.fround(Number(text)) === value) return text
  }
  return String(Number(value.toPrecision(9)))
}

const dayMicros = 86_400_000_000n
/** From 1970-01-01 to 2000-01-01, where the protocol's binary moments begin. */
export const epochDays = 10_957
export const epochMicros = BigInt(epochDays) * dayMicros

/** Days since 1970-01-01 as a proleptic Gregorian date; years before 1 carry BC. */
export function dateText(days: bigint): string {
  const { text, beforeChrist } = calendar(days)
  return beforeChrist ? `${text} BC` : text
}

function calendar(days: bigint): { readonly text: string; readonly beforeChrist: boolean } {
  // Eras of 400 years that begin on March 1st (Howard Hinnant's civil_from_days).
  const shifted = days + 719468n
  const era = floorDivide(shifted, 146097n)
  const dayOfEra = shifted - era * 146097n
  const yearOfEra = (dayOfEra - dayOfEra / 1460n + dayOfEra / 36524n - dayOfEra / 146096n) / 365n
  const dayOfYear = dayOfEra - (365n * yearOfEra + yearOfEra / 4n - yearOfEra / 100n)
  const shiftedMonth = (5n * dayOfYear + 2n) / 153n
  const day = dayOfYear - (153n * shiftedMonth + 2n) / 5n + 1n
  const month = shiftedMonth < 10n ? shiftedMonth + 3n : shiftedMonth - 9n
  const year = yearOfEra + era * 400n + (month <= 2n ? 1n : 0n)
  const shown = year > 0n ? year : 1n - year
  const pad = (value: bigint, width: number): string => value.toString().padStart(width, '0')
  return { text: `${pad(shown, 4)}-${pad(month, 2)}-${pad(day, 2)}`, beforeChrist: year <= 0n }
}

export function timestampText(micros: bigint, zone = ''): string {
  const days = floorDivide(micros, dayMicros)
  const { text, beforeChrist } = calendar(days)
  return `${text} ${timeText(micros - days * dayMicros)}${zone}${beforeChrist ? ' BC' : ''}`
}

function zonedText(micros: bigint): string {
  return timestampText(micros, '+00')
}

/** The fraction loses its trailing zeros (redshift.md 4.2, TIME), unless all of it is asked for. */
export function timeText(micros: bigint, full = false): string {
  const pad = (value: bigint): string => value.toString().padStart(2, '0')
  const seconds = micros / 1_000_000n
  const fraction = (micros % 1_000_000n)
    .toString()
    .padStart(6, '0')
    .replace(full ? /$^/ : /0+$/, '')
  const clock = `${pad(seconds / 3600n)}:${pad((seconds / 60n) % 60n)}:${pad(seconds % 60n)}`
  return fraction === '' ? clock : `${clock}.${fraction}`
}

/** The types of intervals have texts of their own (DG r_interval_data_types). */
function typedIntervalText(value: EngineInterval, type: RsType): string {
  if (type.name === 'intervaly2m') return yearMonthText(BigInt(value.months))
  if (type.name === 'intervald2s') return daySecondText(BigInt(value.days) * dayMicros + value.micros)
  return intervalText(value)
}

function intervalText({ months, days, micros }: EngineInterval): string {
  const parts: string[] = []
  const push = (count: number, unit: string): void => {
    if (count !== 0) parts.push(`${count} ${unit}${Math.abs(count) === 1 ? '' : 's'}`)
  }
  push(Math.trunc(months / 12), 'year')
  push(months % 12, 'mon')
  push(days, 'day')
  const negative = micros < 0n
  if (micros !== 0n || parts.length === 0) parts.push(`${negative ? '-' : ''}${timeText(negative ? -micros : micros)}`)
  return parts.join(' ')
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by
  return value % by < 0n ? quotient - 1n : quotient
}
