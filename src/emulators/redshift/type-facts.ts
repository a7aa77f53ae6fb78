import type { Switches } from './switches.js'
import { numeric, rsType, varchar, type RsType, type TypeName } from './types.js'

interface TypeFacts {
  readonly oid: number
  /** Bytes on disk as pg_attribute.attlen tells; -1: varies. */
  readonly byteLength: number
  readonly text: string
  readonly engine: string
}

/** redshift.md 3.7; geography's and hllsketch's oids are uncertain there. */
const facts: Readonly<Record<TypeName, TypeFacts>> = {
  bool: { oid: 16, byteLength: 1, text: 'boolean', engine: 'BOOLEAN' },
  int2: { oid: 21, byteLength: 2, text: 'smallint', engine: 'SMALLINT' },
  int4: { oid: 23, byteLength: 4, text: 'integer', engine: 'INTEGER' },
  int8: { oid: 20, byteLength: 8, text: 'bigint', engine: 'BIGINT' },
  numeric: { oid: 1700, byteLength: -1, text: 'numeric', engine: 'DECIMAL' },
  float4: { oid: 700, byteLength: 4, text: 'real', engine: 'FLOAT' },
  float8: { oid: 701, byteLength: 8, text: 'double precision', engine: 'DOUBLE' },
  char: { oid: 1042, byteLength: -1, text: 'character', engine: 'VARCHAR' },
  varchar: { oid: 1043, byteLength: -1, text: 'character varying', engine: 'VARCHAR' },
  date: { oid: 1082, byteLength: 4, text: 'date', engine: 'DATE' },
  time: { oid: 1083, byteLength: 8, text: 'time without time zone', engine: 'TIME' },
  timetz: { oid: 1266, byteLength: 12, text: 'time with time zone', engine: 'TIME' },
  timestamp: { oid: 1114, byteLength: 8, text: 'timestamp without time zone', engine: 'TIMESTAMP' },
  timestamptz: { oid: 1184, byteLength: 8, text: 'timestamp with time zone', engine: 'TIMESTAMP WITH TIME ZONE' },
  interval: { oid: 1186, byteLength: 16, text: 'interval', engine: 'INTERVAL' },
  intervaly2m: { oid: 1188, byteLength: 4, text: 'interval year to month', engine: 'INTERVAL' },
  intervald2s: { oid: 1190, byteLength: 8, text: 'interval day to second', engine: 'INTERVAL' },
  super: { oid: 4000, byteLength: -1, text: 'super', engine: 'VARCHAR' },
  varbyte: { oid: 6551, byteLength: -1, text: 'binary varying', engine: 'BLOB' },
  geometry: { oid: 3000, byteLength: -1, text: 'geometry', engine: 'VARCHAR' },
  geography: { oid: 3001, byteLength: -1, text: 'geography', engine: 'VARCHAR' },
  hllsketch: { oid: 2935, byteLength: -1, text: 'hllsketch', engine: 'VARCHAR' },
  oid: { oid: 26, byteLength: 4, text: 'oid', engine: 'INTEGER' },
  name: { oid: 19, byteLength: 128, text: 'name', engine: 'VARCHAR' },
  unknown: { oid: 705, byteLength: -2, text: 'unknown', engine: 'VARCHAR' },
}

export function typeOid(type: RsType): number {
  return facts[type.name].oid
}

export function typeByteLength(type: RsType): number {
  return facts[type.name].byteLength
}

/** atttypmod (redshift.md 3.7). */
export function typeModifier(type: RsType): number {
  if (type.name === 'numeric' && type.precision !== undefined) {
    return ((type.precision << 16) | (type.scale ?? 0)) + 4
  }
  if (type.name === 'super') return 16384000
  return type.length === undefined ? -1 : type.length + 4
}

/** As format_type prints it. */
export function typeText(type: RsType): string {
  const { text } = facts[type.name]
  if (type.name === 'numeric' && type.precision !== undefined) return `${text}(${type.precision},${type.scale ?? 0})`
  return type.length === undefined ? text : `${text}(${type.length})`
}

/** The engine's type that stores it. */
export function engineType(type: RsType): string {
  if (type.name === 'numeric') return `DECIMAL(${type.precision ?? 38},${type.scale ?? 0})`
  return facts[type.name].engine
}

/** `(oid, typname, typlen), …` as pg_type has them; the last two are types of catalogs only. */
export function typeRowsSql(): string {
  const rows = Object.entries(facts).map(
    ([name, fact]) => `(${fact.oid}, '${name === 'char' ? 'bpchar' : name}', ${fact.byteLength})`,
  )
  return [...rows, `(18, 'char', 1)`, `(25, 'text', -1)`].join(', ')
}

const shortTexts: Readonly<Record<string, string>> = {
  varbyte: 'varbyte',
  intervaly2m: 'intervaly2m',
  intervald2s: 'intervald2s',
}

/** SQL over `oid` and `modifier` that prints what {@link typeText} prints, in the wording asked for. */
export function formatTypeSql(oid: string, modifier: string, wording: Switches['typeWording']): string {
  const spelled = (name: string, text: string): string => (wording === 'short' ? (shortTexts[name] ?? text) : text)
  const cases = Object.entries(facts).map(([name, fact]) => `WHEN ${fact.oid} THEN '${spelled(name, fact.text)}'`)
  const length = `CASE WHEN ${modifier} IS NULL OR ${modifier} < 4 THEN ''
    WHEN ${oid} = 1700 THEN '(' || ((${modifier} - 4) >> 16) || ',' || ((${modifier} - 4) & 65535) || ')'
    WHEN ${oid} IN (1042, 1043, 6551) THEN '(' || (${modifier} - 4) || ')' ELSE '' END`
  return `CASE ${oid} ${cases.join(' ')} ELSE '???' END || ${length}`
}

const byOid = new Map(Object.entries(facts).map(([name, fact]) => [fact.oid, name as TypeName]))

/** The type of a parameter that a client declared; text (25) and unknown ones are varchar. */
export function typeOfOid(oid: number): RsType {
  return rsType(byOid.get(oid) ?? 'varchar')
}

/** What the engine says of a column that the binder did not type. */
export function typeOfEngine(engine: string): RsType {
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(engine)
  if (decimal !== null) return numeric(Number(decimal[1]), Math.min(Number(decimal[2]), 37))
  switch (engine) {
    case 'HUGEINT':
    case 'UHUGEINT':
    case 'UBIGINT':
      return numeric(38, 0)
    case 'TINYINT':
    case 'UTINYINT':
      return rsType('int2')
    case 'USMALLINT':
      return rsType('int4')
    case 'UINTEGER':
      return rsType('int8')
    case 'VARCHAR':
      return varchar()
  }
  const entry = Object.entries(facts).find(([, fact]) => fact.engine === engine)
  return entry === undefined ? varchar() : rsType(entry[0] as TypeName)
}
