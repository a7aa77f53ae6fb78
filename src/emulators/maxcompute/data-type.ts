import { semanticError, type Position } from './odps-error.js'

export type BaseType =
  | 'tinyint'
  | 'smallint'
  | 'int'
  | 'bigint'
  | 'float'
  | 'double'
  | 'decimal'
  | 'string'
  | 'varchar'
  | 'char'
  | 'binary'
  | 'boolean'
  | 'date'
  | 'datetime'
  | 'timestamp'
  | 'timestamp_ntz'
  | 'json'
  | 'interval_day_time'
  | 'interval_year_month'
  | 'array'
  | 'map'
  | 'struct'
  /** The type of a bare NULL. */
  | 'void'

export interface DataType {
  readonly base: BaseType
  /** Characters, for VARCHAR and CHAR. */
  readonly length?: number
  readonly precision?: number
  readonly scale?: number
  /** The element of an array; key and value of a map; the fields of a struct. */
  readonly inner?: readonly DataType[]
  /** The fields of a struct, lower case. */
  readonly names?: readonly string[]
}

/** What a statement's settings and the project's edition allow (maxcompute.md 5.1). */
export interface TypeFlags {
  readonly odps2: boolean
  readonly decimal2: boolean
  readonly extendedScale: boolean
}

export const integerBases: readonly BaseType[] = ['tinyint', 'smallint', 'int', 'bigint']
export const textBases: readonly BaseType[] = ['string', 'varchar', 'char']
export const instantBases: readonly BaseType[] = ['datetime', 'timestamp']
const oldBases: readonly BaseType[] = ['bigint', 'double', 'decimal', 'string', 'datetime', 'boolean']
const plainBases: ReadonlySet<string> = new Set<BaseType>([
  ...integerBases,
  ...oldBases,
  'float',
  'binary',
  'date',
  'timestamp',
  'timestamp_ntz',
  'json',
])

export const types = {
  int: { base: 'int' },
  bigint: { base: 'bigint' },
  double: { base: 'double' },
  string: { base: 'string' },
  boolean: { base: 'boolean' },
  binary: { base: 'binary' },
  date: { base: 'date' },
  datetime: { base: 'datetime' },
  timestamp: { base: 'timestamp' },
  timestampNtz: { base: 'timestamp_ntz' },
  void: { base: 'void' },
} as const satisfies Record<string, DataType>

/** A type as the grammar read it: `DECIMAL(12,2)` is `decimal` with 12 and 2. */
export interface WrittenType {
  readonly name: string
  readonly numbers: readonly number[]
  readonly at: Position
  /** Between `<` and `>`; a struct's have names. */
  readonly inner?: readonly WrittenType[]
  readonly names?: readonly string[]
}

/** Types inside types (maxcompute.md 5.2). */
const nestingMax = 20
const nestedBases = ['array', 'map', 'struct'] as const
const innerCounts: Readonly<Record<string, number>> = { array: 1, map: 2 }

/** The type that was written, or the refusal of the service: unknown, not enabled in this edition, out of range. */
export function resolveType(written: WrittenType, flags: TypeFlags, depth = 0): DataType {
  const name = written.name.toLowerCase()
  const { at, numbers } = written
  const nested = nestedBases.find((base) => base === name)
  if (nested !== undefined) return resolveNested(written, nested, flags, depth + 1)
  if (written.inner !== undefined) throw semanticError(at, `type ${name} has no types inside`)
  if (name === 'decimal') return resolveDecimal(written, flags)
  const known = plainBases.has(name) || name === 'varchar' || name === 'char'
  if (!known) throw semanticError(at, `unknown type '${written.name}'`)
  if (!flags.odps2 && !oldBases.includes(name as BaseType)) {
    const hint = 'Please set odps.sql.type.system.odps2=true to use it'
    throw semanticError(at, `${name.toUpperCase()} type is not enabled in current mode. ${hint}.`)
  }
  if (name === 'varchar' || name === 'char') return resolveSized(written, name)
  if (numbers.length > 0) throw semanticError(at, `type ${name} has no length`)
  return { base: name as BaseType }
}

function resolveNested(
  written: WrittenType,
  base: (typeof nestedBases)[number],
  flags: TypeFlags,
  depth: number,
): DataType {
  const { at, names, inner = [] } = written
  if (depth > nestingMax) throw semanticError(at, `type ${base} is nested more than ${nestingMax} levels`)
  const wanted = innerCounts[base]
  const isNamed = names !== undefined
  if (isNamed !== (base === 'struct') || inner.length === 0 || (wanted !== undefined && inner.length !== wanted))
    throw semanticError(at, `type ${base} is not well formed`)
  const resolved = inner.map((one) => resolveType(one, flags, depth))
  if (base === 'map' && isNested(resolved[0])) throw semanticError(at, 'the key of a map cannot be of a nested type')
  if (names !== undefined && new Set(names).size < names.length) throw semanticError(at, 'struct has a field twice')
  return { base, inner: resolved, ...(names && { names }) }
}

function resolveSized(written: WrittenType, base: 'varchar' | 'char'): DataType {
  const [length = 0, ...more] = written.numbers
  const max = base === 'varchar' ? 65_535 : 255
  if (length < 1 || length > max || more.length > 0) {
    throw semanticError(written.at, `${base} length must be in the range 1 to ${max}`)
  }
  return { base, length }
}

function resolveDecimal({ numbers, at }: WrittenType, flags: TypeFlags): DataType {
  const [precision = 38, scale = numbers.length === 0 ? 18 : 0] = numbers
  if (numbers.length > 0 && !flags.decimal2) {
    const hint = 'Please set odps.sql.decimal.odps2=true to use it'
    throw semanticError(at, `decimal's precision and scale is not currently supported. ${hint}.`)
  }
  const scaleMax = flags.extendedScale ? 38 : 18
  if (precision < 1 || precision > 38)
    throw semanticError(at, `decimal precision ${precision} is not in the range 1 to 38`)
  if (scale > scaleMax || scale > precision) {
    throw semanticError(at, `decimal scale ${scale} is not in the range 0 to ${Math.min(scaleMax, precision)}`)
  }
  return { base: 'decimal', precision, scale }
}

/** Lower case, as the metadata spell it: `decimal(10,2)`. */
export function typeText(type: DataType): string {
  if (type.base === 'decimal') return `decimal(${type.precision ?? 38},${type.scale ?? 18})`
  if (type.inner !== undefined) {
    const parts = type.inner.map(
      (one, i) => (type.names === undefined ? '' : `${type.names[i] ?? ''}:`) + typeText(one),
    )
    return `${type.base}<${parts.join(',')}>`
  }
  return type.length === undefined ? type.base : `${type.base}(${type.length})`
}

/** The engine's type that holds it. Instants are naive timestamps in UTC; JSON is its text. */
export function engineType(type: DataType): string {
  switch (type.base) {
    case 'tinyint':
    case 'smallint':
    case 'bigint':
    case 'float':
    case 'double':
    case 'boolean':
    case 'date':
      return type.base.toUpperCase()
    case 'int':
    case 'void':
      return 'INTEGER'
    case 'decimal':
      return `DECIMAL(${type.precision ?? 38},${type.scale ?? 18})`
    case 'string':
    case 'varchar':
    case 'char':
    case 'json':
      return 'VARCHAR'
    case 'binary':
      return 'BLOB'
    case 'datetime':
    case 'timestamp':
    case 'timestamp_ntz':
      return 'TIMESTAMP'
    case 'interval_day_time':
    case 'interval_year_month':
      return 'INTERVAL'
    case 'array':
    case 'map':
    case 'struct':
      return nestedEngineType(type)
  }
}

function nestedEngineType({ base, inner = [], names = [] }: DataType): string {
  const parts = inner.map(engineType)
  if (base === 'array') return `${parts[0] ?? 'INTEGER'}[]`
  if (base === 'map') return `MAP(${parts.join(', ')})`
  return `STRUCT(${parts.map((part, i) => `"${(names[i] ?? '').replaceAll('"', '""')}" ${part}`).join(', ')})`
}

export function isNested(type: DataType | undefined): boolean {
  return type?.inner !== undefined
}

export function isInteger(type: DataType): boolean {
  return integerBases.includes(type.base)
}

export function isText(type: DataType): boolean {
  return textBases.includes(type.base)
}

export function isFloating(type: DataType): boolean {
  return type.base === 'float' || type.base === 'double'
}

export function isNumeric(type: DataType): boolean {
  return isInteger(type) || isFloating(type) || type.base === 'decimal'
}

/** Has a date part. */
export function isTemporal(type: DataType): boolean {
  return type.base === 'date' || type.base === 'timestamp_ntz' || instantBases.includes(type.base)
}

export function isInstant(type: DataType): boolean {
  return instantBases.includes(type.base)
}
