import type { DuckDBValue } from '@duckdb/node-api'

/** `value` × 10^-`scale`, exact. */
export interface EngineDecimal {
  readonly value: bigint
  readonly scale: number
}

export interface EngineInterval {
  readonly months: number
  readonly days: number
  readonly micros: bigint
}

/**
 * A value as the engine holds it; what it means is told by its column's type.
 * TINYINT…INTEGER: number; BIGINT, HUGEINT: bigint; FLOAT, DOUBLE: number; DECIMAL: EngineDecimal;
 * DATE: days since 1970-01-01 (number); TIMESTAMP, TIMESTAMP WITH TIME ZONE: microseconds since 1970-01-01 UTC (bigint), TIMESTAMP_S, _MS
 * and _NS too; TIME: microseconds since midnight (bigint); INTERVAL: EngineInterval; BLOB: bytes; UUID, BIT, TIMETZ: text;
 * LIST, ARRAY: array; STRUCT: array of values in field order; MAP: array of [key, value].
 */
export type EngineValue =
  null | boolean | number | bigint | string | Uint8Array | EngineDecimal | EngineInterval | readonly EngineValue[]

type ValueObject = Exclude<DuckDBValue, null | boolean | number | bigint | string>

export function engineValue(value: DuckDBValue): EngineValue {
  return typeof value === 'object' && value !== null ? objectValue(value) : value
}

/** Told apart by their fields, so that the optional package is not needed to load this file. */
function objectValue(value: ValueObject): EngineValue {
  if ('width' in value) return { value: value.value, scale: value.scale }
  if ('months' in value) return { months: value.months, days: value.days, micros: value.micros }
  if ('micros' in value) return 'offset' in value ? value.toString() : value.micros
  if ('days' in value) return value.days
  if ('millis' in value) return value.millis * 1000n
  if ('seconds' in value) return value.seconds * 1_000_000n
  if ('nanos' in value) return floorDivide(value.nanos, 1000n)
  return nestedValue(value)
}

function nestedValue(value: ValueObject): EngineValue {
  if ('bytes' in value) return Uint8Array.from(value.bytes)
  if ('items' in value) return value.items.map(engineValue)
  if ('entries' in value && Array.isArray(value.entries)) {
    return (value.entries as readonly { key: DuckDBValue; value: DuckDBValue }[]).map((entry) => [
      engineValue(entry.key),
      engineValue(entry.value),
    ])
  }
  if ('entries' in value) return Object.values(value.entries as Readonly<Record<string, DuckDBValue>>).map(engineValue)
  return value.toString()
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by
  return value % by < 0n ? quotient - 1n : quotient
}
