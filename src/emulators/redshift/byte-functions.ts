import type { Bound } from './binding.js'
import { textOf } from './cast-binder.js'
import { RedshiftFault } from './fault.js'
import type { BoundCall, FunctionRule, FunctionTable } from './function-rule.js'
import { isText } from './type-unifier.js'
import { rsType, type RsType, varchar } from './types.js'

const varbyte = rsType('varbyte')

const formats: Readonly<Record<string, 'hex' | 'base64' | 'utf8'>> = {
  hex: 'hex',
  hexadecimal: 'hex',
  base64: 'base64',
  utf8: 'utf8',
  'utf-8': 'utf8',
  utf_8: 'utf8',
}

function formatOf({ name, args: [, format] }: BoundCall): 'hex' | 'base64' | 'utf8' {
  const found = formats[format?.literal?.toLowerCase() ?? '']
  if (found !== undefined) return found
  throw new RedshiftFault(
    '22023',
    `${name}: the format is one of hex, hexadecimal, base64, utf8, not ${format?.literal ?? 'an expression'}`,
  )
}

function toVarbyte(call: BoundCall): Bound {
  const text = call.args[0] === undefined ? '' : textOf(call.args[0])
  const name = { hex: 'unhex', base64: 'from_base64', utf8: 'encode' }[formatOf(call)]
  return { sql: `${name}(${text})`, type: varbyte }
}

function fromVarbyte(call: BoundCall): Bound {
  const [value] = call.args
  const bytes = isText(value?.type) ? `encode(${value.sql})` : (value?.sql ?? '')
  const format = formatOf(call)
  const text = { hex: `lower(hex(${bytes}))`, base64: `to_base64(${bytes})`, utf8: `decode(${bytes})` }[format]
  return { sql: text, type: varchar() }
}

/** The engine cuts no bytes; two digits of hex are one. */
export function cutBytes(value: Bound, start: Bound | undefined, count: Bound | undefined): Bound {
  const from = `greatest(${start?.sql ?? '1'}, 1)`
  const length = count === undefined ? '' : `, greatest(${count.sql} + least(${start?.sql ?? '1'}, 1) - 1, 0) * 2`
  return { sql: `unhex(substring(hex(${value.sql}), ${from} * 2 - 1${length}))`, type: varbyte }
}

function typed(native: string, type: RsType): FunctionRule {
  return { arity: [1, 1], bind: ({ args }) => ({ sql: `${native}(${args[0]?.sql ?? ''})`, type }) }
}

/** `ST_AsEWKT(g [, digits])`; 15 digits unless told. */
function wellKnownText(extended: boolean): FunctionRule {
  const bind = ({ args: [value, digits] }: BoundCall): Bound => ({
    sql: `rs_to_wkt(${value?.sql ?? ''}, ${digits?.sql ?? '15'}, ${extended ? 1 : 0})`,
    type: varchar(),
  })
  return { arity: [1, 2], bind }
}

function fromText(type: RsType, srid: string): FunctionRule {
  const bind = ({ args: [text, given] }: BoundCall): Bound => ({
    sql: `rs_from_wkt(${text?.sql ?? ''}, ${given?.sql ?? srid})`,
    type,
  })
  return { arity: [1, 2], bind }
}

/** An aggregate over the hashes of what it counts. */
function sketch(call: BoundCall, wrap: (sql: string) => Bound): Bound {
  const value = call.args[0]?.sql ?? 'NULL'
  return wrap(`rs_sketch(coalesce(list(DISTINCT hash(${value})) FILTER (WHERE ${value} IS NOT NULL), []::UBIGINT[]))`)
}

/** VARBYTE, GEOMETRY, GEOGRAPHY and HLLSKETCH (redshift.md 4.1). */
export const byteFunctions: FunctionTable = {
  to_varbyte: { arity: [2, 2], bind: toVarbyte },
  from_varbyte: { arity: [2, 2], bind: fromVarbyte },
  st_geomfromtext: fromText(rsType('geometry'), '0'),
  st_geomfromewkt: fromText(rsType('geometry'), '-1'),
  st_geogfromtext: fromText(rsType('geography'), '4326'),
  st_asewkb: {
    arity: [1, 1],
    bind: ({ args }) => ({ sql: `unhex(rs_geometry(${args[0]?.sql ?? ''}))`, type: varbyte }),
  },
  json_serialize_to_varbyte: typed('encode', varbyte),
  st_ashexewkb: typed('rs_geometry', varchar()),
  st_asewkt: wellKnownText(true),
  st_astext: wellKnownText(false),
  st_srid: {
    arity: [1, 1],
    bind: ({ args }) => ({ sql: `CAST(rs_srid(${args[0]?.sql ?? ''}) AS INTEGER)`, type: rsType('int4') }),
  },
  hll_create_sketch: { arity: [1, 1], bind: (call) => sketch(call, (sql) => ({ sql, type: rsType('hllsketch') })) },
  hll: {
    arity: [1, 1],
    bind: (call) => sketch(call, (sql) => ({ sql: `rs_cardinality(${sql})`, type: rsType('int8') })),
  },
  hll_cardinality: typed('rs_cardinality', rsType('int8')),
}
