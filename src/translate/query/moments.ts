import { quoteLiteral } from '../../dialect/maxcompute/literal.js'
import { refuse, tell, type Bench } from './bench.js'
import { asTimestamp, typeName } from './coerce.js'
import { asBeside } from './literals.js'
import type { Interval } from './interval.js'
import { families, inside, isMoment, levels, made, type Value } from './value.js'

/** Redshift's words for parts of a moment, and MaxCompute's. */
const partNames: Readonly<Record<string, string>> = {
  year: 'yyyy',
  years: 'yyyy',
  y: 'yyyy',
  yr: 'yyyy',
  yrs: 'yyyy',
  quarter: 'quarter',
  quarters: 'quarter',
  qtr: 'quarter',
  qtrs: 'quarter',
  month: 'mm',
  months: 'mm',
  mon: 'mm',
  mons: 'mm',
  week: 'week',
  weeks: 'week',
  w: 'week',
  day: 'dd',
  days: 'dd',
  d: 'dd',
  hour: 'hh',
  hours: 'hh',
  h: 'hh',
  hr: 'hh',
  hrs: 'hh',
  minute: 'mi',
  minutes: 'mi',
  m: 'mi',
  min: 'mi',
  mins: 'mi',
  second: 'ss',
  seconds: 'ss',
  s: 'ss',
  sec: 'ss',
  secs: 'ss',
}

const clockParts = ['hh', 'mi', 'ss']

export function datePart(word: string, at: unknown): string {
  const part = partNames[word.toLowerCase()]
  return part ?? refuse(`date part ${word}`, 'is not on the list', at)
}

function moment(value: Value, at: unknown): Value {
  const typed = asBeside(value, families.timestamp, at)
  if (isMoment(typed)) return typed
  return refuse(`${typeName(value.type)} as a moment`, 'write the conversion as a CAST', at)
}

/** DATEADD gives a TIMESTAMP there, and here the type of its argument: a date moved by days stays a midnight. */
export function dateAdd(part: string, count: Value, value: Value, bench: Bench, at: unknown): Value {
  if (count.type.family !== 'integer')
    return refuse('DATEADD', 'a number of parts that is no integer is rounded differently', at)
  const held = moment(value, at)
  const midnight = (held.type.family === 'date' || held.midnight === true) && !clockParts.includes(part)
  const base = midnight ? held : asTimestamp(held)
  const times = part === 'quarter' ? 3 : part === 'week' ? 7 : 1
  const many = times === 1 ? count.sql : `${inside(count, levels.product)} * ${times}`
  const unit = part === 'quarter' ? 'mm' : part === 'week' ? 'dd' : part
  tell(bench, 'DATEADD', "the moment comes first, the part last: DATEADD(moment, number, 'dd')")
  const sql = `DATEADD(${base.sql}, ${many}, ${quoteLiteral(unit)})`
  return made(sql, families.timestamp, [count, held], midnight ? { midnight } : {})
}

/** Boundaries crossed, on both sides; end and start change places (maxcompute.md 6). */
export function dateDiff(part: string, start: Value, end: Value, bench: Bench, at: unknown): Value {
  const [from, to] = aligned(moment(start, at), moment(end, at))
  tell(bench, 'DATEDIFF', "end and start change places, the part comes last: DATEDIFF(end, start, 'dd')")
  if (part === 'week') return refuse('DATEDIFF of weeks', 'both sides count weeks from different days', at)
  if (part === 'quarter') {
    const quarters = (one: Value): string => `YEAR(${one.sql}) * 4 + QUARTER(${one.sql})`
    return made(`${quarters(to)} - (${quarters(from)})`, families.bigint, [from, to], { level: levels.sum })
  }
  return made(`DATEDIFF(${to.sql}, ${from.sql}, ${quoteLiteral(part)})`, families.bigint, [from, to])
}

function aligned(a: Value, b: Value): readonly [Value, Value] {
  return isMidnight(a) && isMidnight(b) ? [a, b] : [asTimestamp(a), asTimestamp(b)]
}

export function isMidnight(value: Value): boolean {
  return value.type.family === 'date' || value.midnight === true
}

export function dateTrunc(part: string, value: Value, bench: Bench, at: unknown): Value {
  const held = moment(value, at)
  const midnight = isMidnight(held)
  tell(bench, 'DATE_TRUNC', "DATETRUNC(moment, 'mm'): the part comes last")
  const extra = midnight ? { midnight } : {}
  const cut = (unit: string): string => `DATETRUNC(${held.sql}, ${quoteLiteral(unit)})`
  if (clockParts.includes(part) && midnight) return { ...held, type: families.timestamp, midnight }
  if (part === 'quarter') {
    return made(`DATEADD(${cut('yyyy')}, (QUARTER(${held.sql}) - 1) * 3, 'mm')`, families.timestamp, [held], extra)
  }
  if (part === 'week') {
    return made(`DATEADD(${cut('dd')}, -${weekday(held, monday)}, 'dd')`, families.timestamp, [held], extra)
  }
  return made(cut(part), families.timestamp, [held], extra)
}

const monday = "DATE'1900-01-01'"
const sunday = "DATE'1899-12-31'"

/** Days since the last `first`, 0 to 6: counted, since functions for weekdays number them differently. */
function weekday(held: Value, first: string): string {
  const day = isMidnight(held) ? held.sql : `CAST(${held.sql} AS DATE)`
  return `((DATEDIFF(${day}, ${first}, 'dd') % 7 + 7) % 7)`
}

const extracted: Readonly<Record<string, string>> = {
  yyyy: 'YEAR',
  quarter: 'QUARTER',
  mm: 'MONTH',
  week: 'WEEKOFYEAR',
  dd: 'DAY',
  hh: 'HOUR',
  mi: 'MINUTE',
}

/** EXTRACT gives INTEGER, DATE_PART the same number as DOUBLE PRECISION. */
export function extractPart(word: string, value: Value, as: 'integer' | 'float', bench: Bench, at: unknown): Value {
  const held = moment(value, at)
  const number = partNumber(word, held, at)
  tell(bench, as === 'float' ? 'DATE_PART' : 'EXTRACT', `the part ${word} by its own function`)
  if (as === 'integer') return number
  return made(`CAST(${number.sql} AS DOUBLE)`, families.float, [held])
}

function partNumber(word: string, held: Value, at: unknown): Value {
  const lower = word.toLowerCase()
  if (['dow', 'dayofweek', 'weekday', 'dw'].includes(lower))
    return made(weekday(held, sunday), families.integer, [held])
  if (['doy', 'dayofyear', 'dayofyr'].includes(lower))
    return made(`DATEDIFF(${held.sql}, DATETRUNC(${held.sql}, 'yyyy'), 'dd') + 1`, families.integer, [held], {
      level: levels.sum,
    })
  const part = datePart(word, at)
  const name = extracted[part]
  if (name === undefined) return refuse(`part ${word} of a moment`, 'is not on the list', at)
  if (clockParts.includes(part)) return made(`${name}(${asTimestamp(held).sql})`, families.integer, [held])
  return made(`${name}(${held.sql})`, families.integer, [held])
}

export function daysBetween(end: Value, start: Value, bench: Bench): Value {
  tell(bench, 'date - date', 'a number of days: DATEDIFF')
  return made(`DATEDIFF(${end.sql}, ${start.sql}, 'dd')`, families.integer, [end, start])
}

export function shiftByDays(value: Value, days: Value, sign: 1 | -1, bench: Bench, at: unknown): Value {
  if (value.type.family !== 'date' || days.type.family !== 'integer')
    return refuse(`${typeName(value.type)} ${sign === 1 ? '+' : '-'} ${typeName(days.type)}`, 'is not on the list', at)
  tell(bench, 'date + number', 'a number of days: DATEADD')
  const count = sign === 1 ? days.sql : `-${inside(days, levels.atom)}`
  return made(`DATEADD(${value.sql}, ${count}, 'dd')`, families.date, [value, days])
}

export function shiftByInterval(value: Value, interval: Interval, sign: 1 | -1, bench: Bench, at: unknown): Value {
  tell(bench, 'INTERVAL', 'a moment moved by an interval: DATEADD')
  return interval.reduce(
    (moved, { count, part }) => {
      const many = made(String(count * sign), families.integer, [])
      return dateAdd(part, many, moved, bench, at)
    },
    moment(value, at),
  )
}
