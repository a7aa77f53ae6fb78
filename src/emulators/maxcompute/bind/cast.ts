import {
  engineType,
  isFloating,
  isInstant,
  isInteger,
  isNested,
  isNumeric,
  isTemporal,
  isText,
  typeText,
  type DataType,
} from '../data-type.js'
import { explicitCastError } from '../odps-error.js'
import { instantSql, textSql, wallSql } from './engine-text.js'
import type { Place } from './bind-context.js'
import { convertNested } from './nested.js'
import { fails, typed, type Typed } from './typed.js'

/** CAST(value AS type), with the conversions that the service knows and no others. */
export function castExplicitly(value: Typed, to: DataType, place: Place): Typed {
  const sql = castSql(value, to, place)
  if (sql === undefined) throw explicitCastError(place.at, typeText(value.type), typeText(to))
  return typed(sql, to, value)
}

function castSql(value: Typed, to: DataType, place: Place): string | undefined {
  const { sql, type: from } = value
  if (isNested(from) || isNested(to)) return convertNested(value, to)?.sql
  if (from.base === 'void') return `CAST(NULL AS ${engineType(to)})`
  if (isText(to)) return castToText(value, to, place)
  if (isNumeric(to)) return castToNumber(value, to)
  if (isTemporal(to)) return castToMoment(value, to, place)
  if (to.base === 'boolean') return castToBoolean(value)
  if (to.base === 'binary') return from.base === 'binary' ? sql : isText(from) ? `encode(${sql})` : undefined
  if (to.base === 'json') return from.base === 'json' || isText(from) ? `CAST(json(${sql}) AS VARCHAR)` : undefined
  return from.base === to.base ? sql : undefined
}

function castToText(value: Typed, to: DataType, place: Place): string | undefined {
  if (value.type.base.startsWith('interval')) return undefined
  const { settings, switches } = place.bind
  const form = { timeZone: settings.timeZone, trimZeros: settings.trimZeros, switches }
  const plain = isText(value.type) ? value.sql : textSql(value.sql, value.type, form)
  if (to.base === 'varchar') return `substr(${plain}, 1, ${to.length ?? 0})`
  return to.base === 'char' ? `rpad(substr(${plain}, 1, ${to.length ?? 0}), ${to.length ?? 0}, ' ')` : plain
}

function castToNumber(value: Typed, to: DataType): string | undefined {
  const { sql, type: from } = value
  const target = engineType(to)
  if (from.base === 'boolean') return `CAST(CAST(${sql} AS INTEGER) AS ${target})`
  if (isText(from)) {
    if (!isInteger(to)) return `CAST(trim(${sql}) AS ${target})`
    const fraction = `CAST(trunc(CAST(trim(${sql}) AS DOUBLE)) AS ${target})`
    return `CASE WHEN regexp_full_match(trim(${sql}), '[+-]?[0-9]+') THEN CAST(trim(${sql}) AS ${target}) ELSE ${fraction} END`
  }
  if (!isNumeric(from)) return undefined
  // The engine rounds where the service cuts.
  if (isInteger(to) && !isInteger(from)) return `CAST(trunc(${sql}) AS ${target})`
  return `CAST(${sql} AS ${target})`
}

function castToMoment(value: Typed, to: DataType, place: Place): string | undefined {
  const { sql, type: from } = value
  const { timeZone } = place.bind.settings
  if (isText(from)) {
    if (to.base === 'date') return `CAST(${sql} AS DATE)`
    const wall = `CAST(${sql} AS TIMESTAMP)`
    return cutToMillisecond(isInstant(to) ? instantSql(wall, timeZone) : wall, to)
  }
  if (!isTemporal(from)) return undefined
  if (from.base === to.base) return sql
  if (isInstant(from) && isInstant(to)) return cutToMillisecond(sql, to)
  const wall = wallSql(sql, from, timeZone)
  if (to.base === 'date') return `CAST(${wall} AS DATE)`
  return isInstant(to) ? cutToMillisecond(instantSql(wall, timeZone), to) : wall
}

/** DATETIME keeps milliseconds (maxcompute.md 5.2). */
export function cutToMillisecond(sql: string, to: DataType): string {
  return to.base === 'datetime' ? `date_trunc('millisecond', ${sql})` : sql
}

function castToBoolean({ sql, type }: Typed): string | undefined {
  if (type.base === 'boolean') return sql
  if (isNumeric(type)) return `(${sql} <> 0)`
  return isText(type) ? `(CASE WHEN ${sql} = '' THEN false WHEN ${sql} IS NOT NULL THEN true END)` : undefined
}

/** The same kind of value in a wider form; undefined where the service has no implicit conversion (maxcompute.md 5.6). */
export function convertImplicitly(value: Typed, to: DataType, place: Place): Typed | undefined {
  if (isNested(value.type) || isNested(to)) return convertNested(value, to)
  if (!isImplicit(value.type, to, place.bind.settings.hive)) return undefined
  if (value.type.base === to.base && !isSized(to)) return typed(value.sql, to, value)
  if (isText(to) && isText(value.type)) return typed(value.sql, to, value)
  const sql = castSql(value, to, place)
  return sql === undefined ? undefined : typed(sql, to, value)
}

function isSized(type: DataType): boolean {
  return type.base === 'decimal'
}

const order = ['tinyint', 'smallint', 'int', 'bigint']

function isImplicit(from: DataType, to: DataType, hive: boolean): boolean {
  if (from.base === 'void' || from.base === to.base) return true
  if (hive) return isText(to) || (isNumeric(from) && isNumeric(to)) || (isText(from) && !isText(to))
  if (isInteger(from) && isInteger(to)) return order.indexOf(from.base) < order.indexOf(to.base)
  if (isInteger(from)) return isNumeric(to) || isText(to)
  if (isText(from)) return isText(to) || to.base === 'double'
  if (isFloating(from)) return to.base === 'double' || to.base === 'decimal' || isText(to)
  if (from.base === 'decimal') return isText(to)
  if (from.base === 'date') return isText(to) || to.base === 'datetime' || to.base === 'timestamp'
  if (from.base === 'datetime') return to.base === 'timestamp' || isText(to)
  return (from.base === 'timestamp' || from.base === 'timestamp_ntz') && isText(to)
}

/**
 * The value as a column takes it: implicit conversion, then the limits of the column. An over-long text and a decimal
 * with too many digits fail the statement; CHAR is padded.
 */
export function storeSql(value: Typed, to: DataType, column: string, place: Place): string | undefined {
  const converted = convertImplicitly(value, to, place)
  if (converted === undefined) return undefined
  return to.length === undefined ? `CAST(${converted.sql} AS ${engineType(to)})` : sizedSql(converted.sql, to, column)
}

export function sizedSql(sql: string, to: DataType, column: string): string {
  const length = to.length ?? 0
  const measured = to.base === 'char' ? `rtrim(${sql}, ' ')` : sql
  const failure = fails('0121145', `Data overflow - value of column ${column} is longer than ${typeText(to)}`)
  const kept = to.base === 'char' ? `rpad(${measured}, ${length}, ' ')` : sql
  return `CASE WHEN length(${measured}) > ${length} THEN ${failure} ELSE ${kept} END`
}
