const dayMicros = 86_400_000_000n

const units: Readonly<Record<string, { readonly months?: number; readonly micros?: bigint }>> = {
  ...{
    year: { months: 12 },
    years: { months: 12 },
    month: { months: 1 },
    months: { months: 1 },
    mon: { months: 1 },
    mons: { months: 1 },
  },
  ...{
    week: { micros: 7n * dayMicros },
    weeks: { micros: 7n * dayMicros },
    day: { micros: dayMicros },
    days: { micros: dayMicros },
  },
  ...{ hour: { micros: 3_600_000_000n }, hours: { micros: 3_600_000_000n } },
  ...{
    minute: { micros: 60_000_000n },
    minutes: { micros: 60_000_000n },
    min: { micros: 60_000_000n },
    mins: { micros: 60_000_000n },
  },
  ...{
    second: { micros: 1_000_000n },
    seconds: { micros: 1_000_000n },
    sec: { micros: 1_000_000n },
    secs: { micros: 1_000_000n },
  },
}

export interface IntervalParts {
  readonly months: bigint
  readonly micros: bigint
}

/**
 * Reads the forms of an interval literal: `1-2`, `1 02:03:04.5`, `3 days 4 hours`, and a bare number in `unit`.
 * Undefined for anything else (DG r_interval_data_types).
 */
export function readInterval(text: string, unit: string): IntervalParts | undefined {
  const trimmed = text.trim().toLowerCase()
  const yearMonth = /^([+-]?)(\d+)-(\d+)$/.exec(trimmed)
  if (yearMonth !== null) {
    const months = BigInt(yearMonth[2] ?? 0) * 12n + BigInt(yearMonth[3] ?? 0)
    return { months: yearMonth[1] === '-' ? -months : months, micros: 0n }
  }
  const clock = /^(?:([+-]?)(\d+)\s+)?([+-]?)(\d+):(\d+)(?::(\d+)(?:\.(\d{1,6}))?)?$/.exec(trimmed)
  if (clock !== null) return readClock(clock)
  let found: IntervalParts = { months: 0n, micros: 0n }
  const words = trimmed.match(/[+-]?\d+(?:\.\d+)?\s*[a-z]*/g) ?? []
  if (words.join('').replace(/\s/g, '') !== trimmed.replace(/\s/g, '')) return undefined
  for (const word of words) {
    const [, count = '', name = ''] = /^([+-]?\d+(?:\.\d+)?)\s*([a-z]*)$/.exec(word) ?? []
    const part = units[name === '' ? unit : name]
    if (part === undefined) return undefined
    found = {
      months: found.months + BigInt(Math.trunc(Number(count) * (part.months ?? 0))),
      micros: found.micros + scaledMicros(count, part.micros ?? 0n),
    }
  }
  return words.length === 0 ? undefined : found
}

function readClock([
  ,
  sign,
  days = '0',
  clockSign,
  hours = '0',
  minutes = '0',
  seconds = '0',
  fraction = '',
]: RegExpExecArray): IntervalParts {
  const time =
    BigInt(hours) * 3_600_000_000n +
    BigInt(minutes) * 60_000_000n +
    BigInt(seconds) * 1_000_000n +
    BigInt(fraction.padEnd(6, '0'))
  const negative = sign === '-' || clockSign === '-'
  const whole = BigInt(days) * dayMicros
  // A sign of the days counts for the time behind them too.
  return { months: 0n, micros: sign === '-' ? -(whole + time) : whole + (negative ? -time : time) }
}

function scaledMicros(count: string, micros: bigint): bigint {
  const [whole = '0', fraction = ''] = count.replace(/^[+-]/, '').split('.')
  const scaled = BigInt(whole) * micros + (BigInt(fraction.padEnd(6, '0').slice(0, 6)) * micros) / 1_000_000n
  return count.startsWith('-') ? -scaled : scaled
}

/** `1 years 2 mons`, as Redshift shows INTERVAL YEAR TO MONTH. */
export function yearMonthText(months: bigint): string {
  return `${months / 12n} years ${months % 12n} mons`
}

/** `1 days 2 hours 3 mins 4.5 secs`, as Redshift shows INTERVAL DAY TO SECOND. */
export function daySecondText(micros: bigint): string {
  const negative = micros < 0n
  const whole = negative ? -micros : micros
  const sign = (count: bigint): string => (negative && count !== 0n ? `-${count}` : String(count))
  const rest = whole % 60_000_000n
  const fraction = (rest % 1_000_000n)
    .toString()
    .padStart(6, '0')
    .replace(/0{1,5}$/, '')
  const seconds = `${negative && rest !== 0n ? '-' : ''}${rest / 1_000_000n}.${fraction}`
  const minutes = sign((whole / 60_000_000n) % 60n)
  return `${sign(whole / dayMicros)} days ${sign((whole / 3_600_000_000n) % 24n)} hours ${minutes} mins ${seconds} secs`
}
