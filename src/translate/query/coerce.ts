import { refuse } from './bench.js'
import { asBeside } from './literals.js'
import { families, made, type QueryType, type Value } from './value.js'

const digitCountMax = 38

export function typeName(type: QueryType): string {
  if (type.family === 'decimal') return `NUMERIC(${type.precision ?? digitCountMax},${type.scale ?? 0})`
  return type.family === 'opaque' ? 'a type that has no twin in MaxCompute' : type.family.toUpperCase()
}

/** What two values become beside each other; refused where Redshift would convert in a way that is not on the list. */
export function commonType(a: QueryType, b: QueryType, at: unknown): QueryType {
  if (isUntyped(a)) return isUntyped(b) ? families.text : b
  if (isUntyped(b)) return a
  if (isNumeric(a) && isNumeric(b)) return commonNumber(a, b)
  if (a.family === b.family && a.family !== 'opaque')
    return a.family === 'text' && !(a.padded && b.padded) ? families.text : a
  const moments = ['date', 'timestamp']
  if (moments.includes(a.family) && moments.includes(b.family)) return families.timestamp
  return refuse(`${typeName(a)} beside ${typeName(b)}`, 'write the conversion as a CAST', at)
}

function isUntyped(type: QueryType): boolean {
  return type.family === 'null' || type.family === 'literal'
}

function isNumeric(type: QueryType): boolean {
  return ['integer', 'decimal', 'float'].includes(type.family)
}

function commonNumber(a: QueryType, b: QueryType): QueryType {
  if (a.family === 'float' || b.family === 'float') return families.float
  if (a.family === 'integer' && b.family === 'integer') return (a.precision ?? 0) >= (b.precision ?? 0) ? a : b
  const scale = Math.max(a.scale ?? 0, b.scale ?? 0)
  const whole = Math.max((a.precision ?? 0) - (a.scale ?? 0), (b.precision ?? 0) - (b.scale ?? 0))
  return { family: 'decimal', precision: Math.min(digitCountMax, whole + scale), scale }
}

/** The value as that type, by a conversion that both sides make alike. */
export function become(value: Value, type: QueryType, at: unknown): Value {
  const typed = asBeside(value, type, at)
  const { family } = typed.type
  if (family === 'null') return typed
  if (family === 'integer' && type.family === 'integer') return { ...typed, type }
  if (type.family === 'float') return asDouble(typed)
  if (type.family === 'decimal') return asDecimal(typed, type)
  if (type.family === 'timestamp') return asTimestamp(typed)
  if (family === type.family) return typed
  return refuse(`${typeName(typed.type)} as ${typeName(type)}`, 'write the conversion as a CAST', at)
}

/** DECIMAL becomes no DOUBLE by itself (maxcompute.md 5.6). */
export function asDouble(value: Value): Value {
  if (value.type.family === 'float') return value
  return made(`CAST(${value.sql} AS DOUBLE)`, families.float, [value], { exactness: 'float' })
}

/** An integer beside a decimal: a literal gets the suffix, all else is cast. */
export function asDecimal(value: Value, type: QueryType): Value {
  if (value.type.family === 'decimal') return value
  if (value.literal !== undefined && /^\d+$/.test(value.literal)) {
    const precision = value.literal.length
    return made(`${value.literal}BD`, { family: 'decimal', precision, scale: 0 }, [], { literal: value.literal })
  }
  const precision = value.type.precision ?? 19
  const held: QueryType = { family: 'decimal', precision, scale: 0 }
  if (type.family !== 'decimal') return value
  return made(`CAST(${value.sql} AS DECIMAL(${precision},0))`, held, [value])
}

/** DATE beside TIMESTAMP is its midnight. */
export function asTimestamp(value: Value): Value {
  if (value.type.family === 'timestamp' && value.midnight !== true) return value
  return made(`CAST(${value.sql} AS TIMESTAMP_NTZ)`, families.timestamp, [value])
}

/** All as one type, for CASE, COALESCE, IN and set operations. */
export function unified(
  values: readonly Value[],
  at: unknown,
): { readonly values: readonly Value[]; readonly type: QueryType } {
  const [first, ...rest] = values
  if (first === undefined) return { values, type: families.null }
  const type = rest.reduce((common, value) => commonType(common, value.type, at), first.type)
  const held = type.family === 'literal' ? families.text : type
  if (held.family === 'opaque') return refuse('several values of one opaque type', 'cannot be mixed', at)
  const date = values.every((value) => value.midnight === true)
  const same = values.map((value) => (held.family === 'null' || date ? value : become(value, held, at)))
  return { values: same, type: held }
}

/** A value as text for functions of texts; numbers and moments are refused, their texts differ. */
export function asText(value: Value, at: unknown): Value {
  if (value.type.family === 'text' || value.type.family === 'null') return value
  if (value.type.family === 'literal') return { ...value, type: families.text }
  return refuse(`${typeName(value.type)} as text`, 'write TO_CHAR with a format, or CAST an integer to VARCHAR', at)
}
