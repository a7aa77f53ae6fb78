import { isTemporal, types, typeText, type DataType } from '../data-type.js'
import { castExplicitly } from './cast.js'
import { argument } from './common-type.js'
import { engineFormat, enginePart } from './date-format.js'
import { instantSql, wallSql } from './engine-text.js'
import { badArgument, checkCount, literalOf, nth, type CallPlace, type FunctionRule } from './function-rule.js'
import { text, typed, type Typed } from './typed.js'

/** The wall clock of a date or moment; texts are not taken in its place (maxcompute.md 5.6). */
export function wall(value: Typed, place: CallPlace): string {
  if (value.type.base === 'void') return 'CAST(NULL AS TIMESTAMP)'
  if (isTemporal(value.type)) return wallSql(value.sql, value.type, place.bind.settings.timeZone)
  if (place.bind.settings.hive) return `CAST(${argument(value, types.string, place).sql} AS TIMESTAMP)`
  throw badArgument(place, `expect DATE, DATETIME or TIMESTAMP, actual ${typeText(value.type)}`)
}

/** A wall clock back in the type it came from. */
export function back(sql: string, type: DataType, place: CallPlace): string {
  if (type.base === 'date') return `CAST(${sql} AS DATE)`
  return type.base === 'timestamp_ntz' ? sql : instantSql(sql, place.bind.settings.timeZone)
}

const toChar: FunctionRule = (values, place) => {
  checkCount(values, 1, 2, place)
  const value = nth(values, 0)
  if (values[1] === undefined) return castExplicitly(value, types.string, place)
  const format = engineFormat(literalOf(values[1], place), place.at)
  return typed(`strftime(${wall(value, place)}, ${text(format)})`, types.string, value)
}

/** TO_DATE(text) gives DATE; with a format DATETIME. */
const toDate: FunctionRule = (values, place) => {
  checkCount(values, 1, 2, place)
  const value = nth(values, 0)
  if (values[1] === undefined) return castExplicitly(value, types.date, place)
  const format = engineFormat(literalOf(values[1], place), place.at)
  const parsed = `strptime(${argument(value, types.string, place).sql}, ${text(format)})`
  return typed(instantSql(parsed, place.bind.settings.timeZone), types.datetime, value)
}

/** DATEADD(moment, number, 'dd') */
const dateAdd: FunctionRule = (values, place) => {
  checkCount(values, 3, 3, place)
  const [value, count] = [nth(values, 0), argument(nth(values, 1), types.bigint, place)]
  const part = enginePart(literalOf(nth(values, 2), place), place.at)
  const unit = part === 'quarter' ? '3 MONTH' : part === 'week' ? '7 DAY' : `1 ${part.toUpperCase()}`
  const type =
    value.type.base === 'date' && ['hour', 'minute', 'second', 'millisecond'].includes(part)
      ? types.datetime
      : value.type
  return typed(back(`(${wall(value, place)} + ${count.sql} * INTERVAL ${unit})`, type, place), type, ...values)
}

/** DATEDIFF(end, start, 'dd'): boundaries crossed, in the order opposite to Redshift's (maxcompute.md 6). */
const dateDiff: FunctionRule = (values, place) => {
  checkCount(values, 2, 3, place)
  const part = values[2] === undefined ? 'day' : enginePart(literalOf(values[2], place), place.at)
  const sql = `date_diff('${part}', ${wall(nth(values, 1), place)}, ${wall(nth(values, 0), place)})`
  return typed(sql, types.bigint, nth(values, 0), nth(values, 1))
}

const dateTrunc: FunctionRule = (values, place) => {
  checkCount(values, 2, 2, place)
  const value = nth(values, 0)
  const part = enginePart(literalOf(nth(values, 1), place), place.at)
  return typed(back(`date_trunc('${part}', ${wall(value, place)})`, value.type, place), value.type, value)
}

function partOf(value: Typed, part: string, place: CallPlace): Typed {
  const type = place.bind.settings.flags.odps2 ? types.int : types.bigint
  return typed(
    `CAST(extract('${part}' FROM ${wall(value, place)}) AS ${type.base === 'int' ? 'INTEGER' : 'BIGINT'})`,
    type,
    value,
  )
}

function fixedPart(part: string): FunctionRule {
  return (values, place) => {
    checkCount(values, 1, 1, place)
    return partOf(nth(values, 0), part, place)
  }
}

const datePart: FunctionRule = (values, place) => {
  checkCount(values, 2, 2, place)
  const value = partOf(nth(values, 0), enginePart(literalOf(nth(values, 1), place), place.at), place)
  return typed(`CAST(${value.sql} AS BIGINT)`, types.bigint, value)
}

/** From EXTRACT(unit FROM value); the grammar puts the unit first. */
const extract: FunctionRule = (values, place) =>
  partOf(nth(values, 1), enginePart(literalOf(nth(values, 0), place), place.at), place)

/** The moment of the statement. */
function now(type: DataType): FunctionRule {
  return (values, place) => {
    checkCount(values, 0, 0, place)
    const instant = `make_timestamp(${BigInt(place.bind.now) * 1000n})`
    if (type.base !== 'date') return typed(instant, type)
    return typed(`CAST(${wallSql(instant, types.timestamp, place.bind.settings.timeZone)} AS DATE)`, type)
  }
}

const unixTimestamp: FunctionRule = (values, place) => {
  checkCount(values, 0, 1, place)
  if (values[0] === undefined) return typed(`CAST(${Math.floor(place.bind.now / 1000)} AS BIGINT)`, types.bigint)
  const instant = instantSql(wall(nth(values, 0), place), place.bind.settings.timeZone)
  return typed(`CAST(floor(epoch_us(${instant}) / 1e6) AS BIGINT)`, types.bigint, nth(values, 0))
}

const fromUnixTime: FunctionRule = (values, place) => {
  checkCount(values, 1, 1, place)
  const seconds = argument(nth(values, 0), types.bigint, place)
  return typed(`make_timestamp(${seconds.sql} * 1000000)`, types.datetime, seconds)
}

const lastDay: FunctionRule = (values, place) => {
  checkCount(values, 1, 1, place)
  return typed(`last_day(${wall(nth(values, 0), place)})`, types.date, nth(values, 0))
}

export const dateFunctions: Readonly<Record<string, FunctionRule>> = {
  to_char: toChar,
  to_date: toDate,
  dateadd: dateAdd,
  datediff: dateDiff,
  datetrunc: dateTrunc,
  datepart: datePart,
  extract,
  year: fixedPart('year'),
  quarter: fixedPart('quarter'),
  month: fixedPart('month'),
  day: fixedPart('day'),
  dayofmonth: fixedPart('day'),
  hour: fixedPart('hour'),
  minute: fixedPart('minute'),
  second: fixedPart('second'),
  last_day: lastDay,
  getdate: now(types.datetime),
  now: now(types.datetime),
  current_timestamp: now(types.timestamp),
  current_date: now(types.date),
  unix_timestamp: unixTimestamp,
  from_unixtime: fromUnixTime,
}
