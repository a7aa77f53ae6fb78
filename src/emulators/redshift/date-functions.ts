import { type Bound, quoteText } from './binding.js'
import { RedshiftFault, unsupported } from './fault.js'
import type { BoundCall, FunctionRule, FunctionTable } from './function-rule.js'
import { bindToChar, strptimeFormat } from './to-char.js'
import { rsType, type RsType } from './types.js'

const timestamp = rsType('timestamp')
const date = rsType('date')
const int4 = rsType('int4')

/** Redshift's spellings of the date parts. */
const parts: Readonly<Record<string, string>> = {
  year: 'year', years: 'year', y: 'year', yr: 'year', yrs: 'year',
  quarter: 'quarter', quarters: 'quarter', qtr: 'quarter', qtrs: 'quarter',
  month: 'month', months: 'month', mon: 'month', mons: 'month',
  week: 'week', weeks: 'week', w: 'week',
  day: 'day', days: 'day', d: 'day',
  hour: 'hour', hours: 'hour', h: 'hour', hr: 'hour', hrs: 'hour',
  minute: 'minute', minutes: 'minute', m: 'minute', min: 'minute', mins: 'minute',
  second: 'second', seconds: 'second', s: 'second', sec: 'second', secs: 'second',
  millisecond: 'millisecond', milliseconds: 'millisecond', ms: 'millisecond', msec: 'millisecond',
  microsecond: 'microsecond', microseconds: 'microsecond', us: 'microsecond', usec: 'microsecond',
  dayofweek: 'dow', dow: 'dow', dw: 'dow', weekday: 'dow', dayofyear: 'doy', doy: 'doy', dy: 'doy', yearday: 'doy',
  epoch: 'epoch', century: 'century', centuries: 'century', decade: 'decade', decades: 'decade',
} // prettier-ignore

function partOf(bound: Bound | undefined): string {
  const part = parts[(bound?.literal ?? '').toLowerCase()]
  if (part === undefined) throw new RedshiftFault('22023', `invalid date part "${bound?.literal ?? ''}"`)
  return part
}

/** A literal is read as a timestamp; a date stays one where that matters to the result. */
function moment(bound: Bound | undefined): string {
  if (bound === undefined) return 'NULL'
  return bound.literal === undefined && bound.type?.name !== 'date' ? bound.sql : `CAST(${bound.sql} AS TIMESTAMP)`
}

function dateAdd({ args: [part, count, value] }: BoundCall): Bound {
  const name = partOf(part)
  const months = { year: 12, quarter: 3, month: 1 }[name]
  const number = `CAST(${count?.sql ?? '0'} AS BIGINT)`
  const interval =
    months !== undefined
      ? `to_months(CAST(${number} * ${months} AS INTEGER))`
      : name === 'week' || name === 'day'
        ? `to_days(CAST(${number} * ${name === 'week' ? 7 : 1} AS INTEGER))`
        : `to_microseconds(${number} * ${microseconds(name)})`
  return { sql: `(${moment(value)} + ${interval})`, type: value?.type?.name === 'timestamptz' ? value.type : timestamp }
}

function microseconds(part: string): string {
  const known = { hour: '3600000000', minute: '60000000', second: '1000000', millisecond: '1000', microsecond: '1' }[
    part
  ]
  if (known === undefined) throw unsupported(`date part ${part} in date arithmetic`)
  return known
}

/** Boundaries crossed, as Redshift counts. */
function dateDiff({ args: [part, from, to] }: BoundCall): Bound {
  return { sql: `date_diff('${partOf(part)}', ${moment(from)}, ${moment(to)})`, type: rsType('int8') }
}

function datePart({ args: [part, value] }: BoundCall): Bound {
  const name = partOf(part)
  const operand = value?.literal === undefined ? (value?.sql ?? 'NULL') : `CAST(${value.sql} AS TIMESTAMP)`
  const sql = `date_part('${name === 'second' || name === 'epoch' ? name : name}', ${operand})`
  return { sql: `CAST(floor(${sql}) AS INTEGER)`, type: int4 }
}

function dateTrunc({ args: [part, value] }: BoundCall): Bound {
  const type: RsType = value?.type?.name === 'timestamptz' ? value.type : timestamp
  return {
    sql: `CAST(date_trunc('${partOf(part)}', ${moment(value)}) AS ${type === timestamp ? 'TIMESTAMP' : 'TIMESTAMPTZ'})`,
    type,
  }
}

function lastDay({ args: [value] }: BoundCall): Bound {
  return { sql: `last_day(${moment(value)})`, type: date }
}

function addMonths({ args: [value, count] }: BoundCall): Bound {
  return { sql: `rs.add_months(${moment(value)}, CAST(${count?.sql ?? '0'} AS INTEGER))`, type: timestamp }
}

function convertZone({ args }: BoundCall): Bound {
  const [from, to, value] = args.length === 2 ? [{ sql: "'UTC'" }, args[0], args[1]] : args
  return { sql: `timezone(${to?.sql ?? ''}, timezone(${from?.sql ?? ''}, ${moment(value)}))`, type: timestamp }
}

function toDate({ args: [text, format] }: BoundCall): Bound {
  const pattern = quoteText(strptimeFormat(format?.literal ?? ''))
  return { sql: `CAST(strptime(${text?.sql ?? ''}, ${pattern}) AS DATE)`, type: date }
}

function toTimestamp({ args: [text, format] }: BoundCall): Bound {
  const pattern = quoteText(strptimeFormat(format?.literal ?? ''))
  return { sql: `timezone('UTC', strptime(${text?.sql ?? ''}, ${pattern}))`, type: rsType('timestamptz') }
}

/** TRUNC of a timestamp is its date; of a number, the number cut. */
function trunc({ args: [value, places] }: BoundCall): Bound {
  const name = value?.type?.name
  if (name === 'timestamp' || name === 'timestamptz' || name === 'date') {
    return { sql: `CAST(${value?.sql ?? ''} AS DATE)`, type: date }
  }
  if (places !== undefined) throw unsupported('TRUNC to decimal places')
  const sql = `trunc(${value?.sql ?? ''})`
  return value?.type === undefined ? { sql } : { sql, type: value.type }
}

function now(sql: string, type: RsType): FunctionRule {
  return { arity: [0, 0], bind: () => ({ sql, type }) }
}

export const dateFunctions: FunctionTable = {
  getdate: now("CAST(timezone('UTC', now()) AS TIMESTAMP)", timestamp),
  sysdate: now("CAST(timezone('UTC', now()) AS TIMESTAMP)", timestamp),
  now: { ...now('now()', rsType('timestamptz')), leader: true },
  current_timestamp: { ...now('now()', rsType('timestamptz')), leader: true },
  localtimestamp: { ...now("CAST(timezone('UTC', now()) AS TIMESTAMP)", timestamp), leader: true },
  current_date: now('current_date', date),
  dateadd: { arity: [3, 3], datePart: true, bind: dateAdd },
  date_add: { arity: [3, 3], datePart: true, bind: dateAdd },
  datediff: { arity: [3, 3], datePart: true, bind: dateDiff },
  date_diff: { arity: [3, 3], datePart: true, bind: dateDiff },
  date_part: { arity: [2, 2], datePart: true, bind: datePart },
  datepart: { arity: [2, 2], datePart: true, bind: datePart },
  pgdate_part: { arity: [2, 2], datePart: true, bind: datePart },
  date_trunc: { arity: [2, 2], datePart: true, bind: dateTrunc },
  last_day: { arity: [1, 1], bind: lastDay },
  add_months: { arity: [2, 2], bind: addMonths },
  convert_timezone: { arity: [2, 3], bind: convertZone },
  to_char: { arity: [2, 2], bind: ({ args: [value, format] }) => bindToChar(value, format) },
  to_date: { arity: [2, 2], bind: toDate },
  to_timestamp: { arity: [2, 2], bind: toTimestamp },
  trunc: { arity: [1, 2], bind: trunc },
}
