import { type Bound, quoteText } from './binding.js'
import { bindCast } from './cast-binder.js'
import { RedshiftFault } from './fault.js'
import { typeText } from './type-facts.js'
import { isInteger, isNumber, isText } from './type-unifier.js'
import { type RsType, varchar } from './types.js'

/** Every cast: first to what the engine has, where it has not the types themselves. */
export function bindAnyCast(bound: Bound, type: RsType): Bound {
  refuseInfinity(bound, type)
  const special = bindSpecialCast(bound, type)
  if (special === undefined) return bindCast(bound, type)
  return special.type?.name === type.name ? { ...special, type } : bindCast(special, type)
}

/** No date is infinite to Redshift, as it is to the engine (redshift.md 4.1). */
export function refuseInfinity({ literal = '' }: Bound, type: RsType): void {
  if (!['date', 'timestamp', 'timestamptz'].includes(type.name) || !/^\s*[+-]?inf(inity)?\s*$/i.test(literal)) return
  throw new RedshiftFault('22007', `invalid input syntax for type ${typeText(type)}: "${literal}"`)
}

/** Casts from and to the types that the engine does not have; undefined for all others. */
function bindSpecialCast(bound: Bound, type: RsType): Bound | undefined {
  if (bound.isNull === true || bound.type === undefined || bound.type.name === type.name) return undefined
  if (type.name === 'intervaly2m' || type.name === 'intervald2s') return toInterval(bound, type)
  if (type.name === 'super') return { sql: superOf(bound), type }
  if ((type.name === 'geometry' || type.name === 'geography') && isText(bound.type)) {
    return { sql: `rs_geometry(${bound.sql})`, type }
  }
  if (type.name === 'hllsketch' && isText(bound.type)) return { sql: `rs_json(${bound.sql})`, type }
  return fromSpecial(bound, type)
}

const defaultUnits = { intervaly2m: 'month', intervald2s: 'second' }

function toInterval(bound: Bound, type: RsType): Bound | undefined {
  const name = type.name as 'intervaly2m' | 'intervald2s'
  if (isText(bound.type)) return intervalOf(bound.sql, defaultUnits[name], name)
  if (bound.type?.name !== 'interval') return undefined
  const months = `(datepart('year', ${bound.sql}) * 12 + datepart('month', ${bound.sql}))`
  const sql =
    name === 'intervaly2m'
      ? `to_months(CAST(${months} AS INTEGER))`
      : `(${bound.sql} - to_months(CAST(${months} AS INTEGER)))`
  return { sql, type: { name } }
}

/** An interval of the text, a bare number being of the unit. */
export function intervalOf(sql: string, unit: string, name: 'intervaly2m' | 'intervald2s'): Bound {
  const call = (native: string): string => `${native}(${sql}, ${quoteText(unit)})`
  if (name === 'intervaly2m') return { sql: `to_months(CAST(${call('rs_months')} AS INTEGER))`, type: { name } }
  const micros = call('rs_micros')
  return {
    sql: `(to_days(CAST(${micros} // 86400000000 AS INTEGER)) + to_microseconds(${micros} % 86400000000))`,
    type: { name },
  }
}

/** SQL of its text: `1 years 2 mons`, `1 days 2 hours 3 mins 4.5 secs`. */
function intervalText(bound: Bound): string {
  const part = (name: string): string => `datepart('${name}', ${bound.sql})`
  if (bound.type?.name === 'intervaly2m') return `rs_year_month_text(${part('year')} * 12 + ${part('month')})`
  const time = `(${part('hour')} * 3600 + ${part('minute')} * 60) * 1000000 + ${part('microsecond')}`
  return `rs_day_second_text(${part('day')} * 86400000000 + ${time})`
}

function superOf(bound: Bound): string {
  if (isText(bound.type)) return `CAST(to_json(${bound.sql}) AS VARCHAR)`
  if (isNumber(bound.type) || bound.type?.name === 'bool') return `CAST(${bound.sql} AS VARCHAR)`
  return `CAST(to_json(CAST(${bound.sql} AS VARCHAR)) AS VARCHAR)`
}

function fromSpecial(bound: Bound, type: RsType): Bound | undefined {
  const toText = isText(type)
  if (bound.type?.name === 'intervaly2m' || bound.type?.name === 'intervald2s') {
    return toText ? { sql: intervalText(bound), type: varchar() } : undefined
  }
  if (bound.type?.name !== 'super') return undefined
  // A string loses its quotes, JSON's null is NULL, other scalars are as they are written.
  const scalar = `(CASE json_type(${bound.sql}) WHEN 'VARCHAR' THEN json_extract_string(${bound.sql}, '$') WHEN 'NULL' THEN NULL
    ELSE ${bound.sql} END)`
  if (toText || isInteger(type) || isNumber(type) || type.name === 'bool') return { sql: scalar, type: varchar() }
  return undefined
}
