import { quoteIdentifier as quoteTarget } from '../dialect/maxcompute/identifier.js'
import { quoteLiteral as quoteTargetLiteral } from '../dialect/maxcompute/literal.js'
import { quoteIdentifier } from '../dialect/redshift/identifier.js'
import { unloadsSuper } from '../dialect/redshift/super-value.js'
import type { ColumnPlan } from '../model/plan.js'
import { hexByteCountMax } from './data-limits.js'

/** Before every value that travels in hexadecimal, so that no field is empty and no line blank: readers differ on those. */
const leadText = '.'
/** Digits of {@link leadText} in hexadecimal. */
const leadDigitCount = 2

/** Of Redshift's longest VARCHAR. */
const textByteCountMax = 65_535

/** How the value stands in a field: `hex` is that of its bytes, `ewkb` Redshift's own hexadecimal text of a shape. */
export type WireForm = 'hex' | 'ewkb' | 'plain' | 'spelled'

/** VARBYTE that Parquet carries as TO_HEX, with or without its longest values. */
export function isHexed({ source, sourceType, unloadExpression }: ColumnPlan): boolean {
  if (sourceType.base !== 'binary varying') return false
  const value = quoteIdentifier(source)
  const hexed = `TO_HEX(${value})`
  const short = `CASE WHEN OCTET_LENGTH(${value}) <= ${hexByteCountMax} THEN ${hexed} END`
  return unloadExpression === hexed || unloadExpression === short
}

export function isShape({ source, sourceType, unloadExpression }: ColumnPlan): boolean {
  const isSpatial = sourceType.base === 'geometry' || sourceType.base === 'geography'
  return isSpatial && unloadExpression === `ST_AsHexEWKB(${quoteIdentifier(source)})`
}

export function wireFormOf(column: ColumnPlan, plainText: readonly string[]): WireForm {
  if (isShape(column)) return 'ewkb'
  if (column.kind !== 'text') return 'spelled'
  return plainText.includes(column.source) ? 'plain' : 'hex'
}

/** The column as it travels in csv and text: STRING in the staging table, whatever it is before and behind. */
export function wiredColumn(column: ColumnPlan, form: WireForm, nullText: string): ColumnPlan {
  const measured = measuredWhole(column)
  const field = `NULLIF(${quoteTarget(column.target)}, ${quoteTargetLiteral(nullText)})`
  return {
    ...measured,
    wire: { expression: wireExpression(measured, form) },
    staging: { type: 'STRING', expression: readField(column, form, field) },
  }
}

/** Nothing that is measured goes through a text of Redshift's, which ends at 65,535 bytes (redshift.md 4.1). */
function measuredWhole(column: ColumnPlan): ColumnPlan {
  const value = quoteIdentifier(column.source)
  if (isHexed(column)) return { ...column, unloadExpression: value, byteLength: `2 * OCTET_LENGTH(${value})` }
  if (!isShape(column)) return column
  const shape = column.sourceType.base === 'geography' ? `CAST(${value} AS GEOMETRY)` : value
  return { ...column, unloadExpression: value, byteLength: `2 * OCTET_LENGTH(ST_AsEWKB(${shape}))` }
}

function wireExpression(column: ColumnPlan, form: WireForm): string {
  const value = column.unloadExpression
  if (form === 'hex') return `CAST('${leadText}' AS VARBYTE) || ${bytesOf(column)}`
  return form === 'spelled' ? spelled(column) : value
}

/** UNLOAD writes VARBYTE as hexadecimal text of any length (redshift.md 1.9). */
function bytesOf(column: ColumnPlan): string {
  const value = column.unloadExpression
  if (unloadsSuper(column)) return `JSON_SERIALIZE_TO_VARBYTE(${value})`
  return column.byteLength === undefined ? `CAST(${value} AS VARBYTE(${textByteCountMax}))` : value
}

/** Redshift's SQL for the value as text, of every kind but text itself. */
export function spelled({ kind, unloadExpression: value }: ColumnPlan): string {
  switch (kind) {
    case 'boolean':
      return `CASE WHEN ${value} THEN 'true' WHEN NOT ${value} THEN 'false' END`
    case 'date':
      return `TO_CHAR(${value}, 'YYYY-MM-DD')`
    case 'timestamp':
      return `TO_CHAR(${value}, 'YYYY-MM-DD HH24:MI:SS.US')`
    case 'timestamptz':
      return `TO_CHAR(${value} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')`
    case 'float':
      return floatText(value)
    default:
      return `CAST(${value} AS VARCHAR(42))`
  }
}

/** Of a DOUBLE, which every REAL is, too: its 17 digits tell them all apart, under the session's extra_float_digits. */
export function floatText(value: string): string {
  return `CAST(CAST(${value} AS DOUBLE PRECISION) AS VARCHAR(32))`
}

/** MaxCompute's SQL for the value behind a field. */
export function readField(column: ColumnPlan, form: WireForm, field: string): string {
  const { targetType, kind } = column
  if (form === 'ewkb') return `UPPER(${field})`
  if (form === 'hex') return readBytes(column, `SUBSTR(${field}, ${leadDigitCount + 1})`)
  if (form === 'plain') return asText(field, targetType)
  if (kind === 'boolean') return `CASE WHEN ${field} = 'true' THEN TRUE WHEN ${field} = 'false' THEN FALSE END`
  // A text becomes a FLOAT by way of DOUBLE, and a DATETIME, whose text has three digits of a second at most, by TIMESTAMP.
  const between = { FLOAT: 'DOUBLE', DATETIME: 'TIMESTAMP' }[targetType]
  return `CAST(${between === undefined ? field : `CAST(${field} AS ${between})`} AS ${targetType})`
}

function readBytes(column: ColumnPlan, digits: string): string {
  const { targetType, staging, target } = column
  if (targetType === 'BINARY') return `UNHEX(${digits})`
  if (isHexed(column)) return asText(`LOWER(${digits})`, targetType)
  const text = `CAST(UNHEX(${digits}) AS STRING)`
  if (staging === undefined) return asText(text, targetType)
  return staging.expression.replaceAll(quoteTarget(target), () => text)
}

function asText(text: string, targetType: string): string {
  return targetType === 'STRING' ? text : `CAST(${text} AS ${targetType})`
}
