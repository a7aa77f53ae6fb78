import { scaled, unscaled } from './decimal-digits.js'
import { type Bound, quoteText } from './binding.js'
import { RedshiftFault } from './fault.js'
import { digits, isFloat, isText } from './type-unifier.js'
import { engineType, typeText } from './type-facts.js'
import type { RsType } from './types.js'

/** `CAST(x AS type)`: texts are cut to the bytes of the type, decimals are cut to its scale (redshift.md 4.1). */
export function bindCast(bound: Bound, type: RsType): Bound {
  if (bound.isNull === true) return { sql: `CAST(NULL AS ${engineType(type)})`, type }
  refuseImpossible(bound.type, type)
  if (type.name === 'varchar' || type.name === 'char' || type.name === 'name') return castToText(bound, type)
  if (type.name === 'numeric' && bound.type?.name === 'numeric') return castDecimal(bound, bound.type, type)
  if (type.name === 'varbyte' && isText(bound.type)) return { sql: `encode(${bound.sql})`, type }
  if (type.name === 'oid') return castToOid(bound)
  return { sql: `CAST(${momentLiteral(bound, type)} AS ${engineType(type)})`, type }
}

/** The engine writes `0044-03-15 (BC) 10:00:00` where Redshift has the BC at the end. */
export function momentLiteral(bound: Bound, type: RsType): string {
  if (type.name === 'timetz' && isText(bound.type)) return timeAtUtc(bound.sql)
  const isMoment = ['date', 'timestamp', 'timestamptz'].includes(type.name)
  const match = isMoment && bound.literal !== undefined ? /^(\S+)( .+)? BC$/i.exec(bound.literal.trim()) : null
  return match === null ? bound.sql : quoteText(`${match[1] ?? ''} (BC)${match[2] ?? ''}`)
}

/** TIMETZ is kept at UTC (redshift.md 4.2); text without a zone is taken for UTC. Whatever the day, the clock is the same. */
function timeAtUtc(sql: string): string {
  return `((DATE '2000-01-01' + CAST(${sql} AS TIMETZ)) AT TIME ZONE 'UTC')`
}

const unlike: Readonly<Record<string, readonly string[]>> = {
  bool: ['char', 'varchar', 'date', 'timestamp', 'timestamptz', 'time', 'numeric'],
  date: ['int2', 'int4', 'int8', 'numeric', 'bool', 'float4', 'float8'],
  timestamp: ['int2', 'int4', 'int8', 'numeric', 'bool', 'float4', 'float8'],
}

function refuseImpossible(from: RsType | undefined, to: RsType): void {
  if (from === undefined || !(unlike[from.name] ?? []).includes(to.name)) return
  throw new RedshiftFault('42846', `cannot cast type ${typeText(from)} to ${typeText({ name: to.name })}`)
}

function castToText(bound: Bound, type: RsType): Bound {
  const sql = textOf(bound)
  if (type.length === undefined) return { sql, type }
  if (type.name === 'char') return { sql: `rtrim(rs.cut_bytes(${sql}, ${type.length}), ' ')`, type }
  const known = bound.type?.length
  const fits = isText(bound.type) && known !== undefined && known <= type.length
  return { sql: fits ? sql : `rs.cut_bytes(${sql}, ${type.length})`, type }
}

export function textOf(bound: Bound): string {
  if (bound.isNull === true) return bound.sql
  if (isText(bound.type)) return bound.sql
  if (isFloat(bound.type)) return `rs.float_text(${bound.sql})`
  if (bound.type?.name === 'varbyte') return `decode(${bound.sql})`
  // Without a digit before the point the engine prints `.5`.
  if (bound.type?.name === 'numeric' && bound.type.precision === bound.type.scale) {
    const { precision = 0, scale = 0 } = bound.type
    const wider = precision < 38 ? `CAST(${bound.sql} AS DECIMAL(${precision + 1},${scale}))` : bound.sql
    return `rs.decimal_text(${wider})`
  }
  if (bound.type?.name === 'numeric') return `rs.decimal_text(${bound.sql})`
  if (bound.type?.name === 'time') return `rs.time_text(${bound.sql})`
  if (bound.type?.name === 'timetz') return `(rs.time_text(${bound.sql}) || '+00')`
  if (['date', 'timestamp', 'timestamptz'].includes(bound.type?.name ?? '')) return `rs.moment_text(${bound.sql})`
  return `CAST(${bound.sql} AS VARCHAR)`
}

function castDecimal(bound: Bound, from: RsType, to: RsType): Bound {
  const [source, target] = [digits(from), digits(to)]
  if (target.scale >= source.scale) return { sql: `CAST(${bound.sql} AS ${engineType(to)})`, type: to }
  const dropped = `CAST('1${'0'.repeat(source.scale - target.scale)}' AS HUGEINT)`
  return scaled(`(${unscaled(bound, source)} // ${dropped})`, to)
}

function castToOid(bound: Bound): Bound {
  return { sql: `CAST(${bound.sql} AS INTEGER)`, type: { name: 'oid' } }
}
