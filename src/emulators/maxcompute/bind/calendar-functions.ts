import { isText, types, type DataType } from '../data-type.js'
import { castExplicitly } from './cast.js'
import { argument } from './common-type.js'
import { engineFormat, patternFormat } from './date-format.js'
import { back, wall } from './date-functions.js'
import { instantSql, localSql } from './engine-text.js'
import { checkCount, literalOf, nth, type CallPlace, type FunctionRule } from './function-rule.js'
import { text, typed, type Typed } from './typed.js'

/** The wall clock of a value that may also be a text. */
function wallOrText(value: Typed, place: CallPlace): string {
  return isText(value.type) ? `CAST(${value.sql} AS TIMESTAMP)` : wall(value, place)
}

/** DATE_ADD and DATE_SUB count days, and give a DATE whatever they got. */
const shiftDays =
  (sign: '+' | '-'): FunctionRule =>
  (values, place) => {
    checkCount(values, 2, 2, place)
    const days = argument(nth(values, 1), types.bigint, place)
    const sql = `CAST(CAST(${wallOrText(nth(values, 0), place)} AS DATE) ${sign} CAST(${days.sql} AS INTEGER) AS DATE)`
    return typed(sql, types.date, ...values)
  }

/** A text like `2017-05-14`. */
const addMonths: FunctionRule = (values, place) => {
  checkCount(values, 2, 2, place)
  const months = argument(nth(values, 1), types.bigint, place)
  const moved = `(${wallOrText(nth(values, 0), place)} + ${months.sql} * INTERVAL 1 MONTH)`
  return typed(`strftime(${moved}, '%Y-%m-%d')`, types.string, ...values)
}

/** Whole where both are the same day or the last of their months; else days count as 31sts. */
const monthsBetween: FunctionRule = (values, place) => {
  checkCount(values, 2, 2, place)
  const [a, b] = values.map((value) => wallOrText(value, place))
  return typed(`maxcompute.months_between(${a ?? ''}, ${b ?? ''})`, types.double, ...values)
}

function field(part: string, type: DataType, shift = ''): FunctionRule {
  return (values, place) => {
    checkCount(values, 1, 1, place)
    const engine = type.base === 'int' ? 'INTEGER' : 'BIGINT'
    const sql = `CAST(extract('${part}' FROM ${wallOrText(nth(values, 0), place)})${shift} AS ${engine})`
    return typed(sql, type, ...values)
  }
}

/** LASTDAY gives the midnight of the month's last day as DATETIME. */
const lastDay: FunctionRule = (values, place) => {
  checkCount(values, 1, 1, place)
  const sql = `CAST(last_day(${wall(nth(values, 0), place)}) AS TIMESTAMP)`
  return typed(back(sql, types.datetime, place), types.datetime, ...values)
}

const toMillis: FunctionRule = (values, place) => {
  checkCount(values, 1, 1, place)
  const instant = instantSql(wall(nth(values, 0), place), place.bind.settings.timeZone)
  return typed(`CAST(floor(epoch_us(${instant}) / 1e3) AS BIGINT)`, types.bigint, ...values)
}

/** Whether the text has the format. */
const isDate: FunctionRule = (values, place) => {
  checkCount(values, 2, 2, place)
  const format = engineFormat(literalOf(nth(values, 1), place), place.at)
  const source = argument(nth(values, 0), types.string, place)
  const sql = `(CASE WHEN ${source.sql} IS NOT NULL THEN try_strptime(${source.sql}, ${text(format)}) IS NOT NULL END)`
  return typed(sql, types.boolean, source)
}

/** The wall clock in a zone of a moment that is taken as UTC's. */
const fromUtc: FunctionRule = (values, place) => {
  checkCount(values, 2, 2, place)
  const local = localSql(wallOrText(nth(values, 0), place), literalOf(nth(values, 1), place).replaceAll("'", ''))
  return typed(back(local, types.timestamp, place), types.timestamp, ...values)
}

/** DATE_FORMAT: here `MM` is the month and `mm` the minute, unlike in TO_CHAR. */
const dateFormat: FunctionRule = (values, place) => {
  checkCount(values, 2, 2, place)
  const format = patternFormat(literalOf(nth(values, 1), place), place.at)
  return typed(`strftime(${wallOrText(nth(values, 0), place)}, ${text(format)})`, types.string, ...values)
}

/** NEXT_DAY('2017-08-01', 'TU'): the first such day after; a name of two letters or more. */
const nextDay: FunctionRule = (values, place) => {
  checkCount(values, 2, 2, place)
  const day = castExplicitly({ sql: wallOrText(nth(values, 0), place), type: types.timestampNtz }, types.date, place)
  const name = argument(nth(values, 1), types.string, place)
  const sql = `maxcompute.next_day(${day.sql}, upper(substr(${name.sql}, 1, 2)))`
  return typed(`strftime(${sql}, '%Y-%m-%d')`, types.string, ...values)
}

export const calendarFunctions: Readonly<Record<string, FunctionRule>> = {
  date_add: shiftDays('+'),
  date_sub: shiftDays('-'),
  add_months: addMonths,
  months_between: monthsBetween,
  // Monday is 0 here, and Sunday is 1 there.
  weekday: field('isodow', types.bigint, ' - 1'),
  dayofweek: field('dow', types.int, ' + 1'),
  dayofyear: field('doy', types.int),
  weekofyear: field('week', types.bigint),
  lastday: lastDay,
  next_day: nextDay,
  to_millis: toMillis,
  isdate: isDate,
  from_utc_timestamp: fromUtc,
  date_format: dateFormat,
}
