import type { ColumnPlan } from '../../model/plan.js'
import { hexDigitCountMax } from '../row-hash.js'
import { quoteIdentifier } from './identifier.js'

/** A value that is not NULL as the text that both sides write alike (redshift.md 5.3). */
export function canonicalText(column: ColumnPlan, value: string): string {
  switch (column.kind) {
    case 'integer':
      return `CAST(${value} AS VARCHAR(42))`
    case 'decimal':
      return (column.scale ?? 0) > 0 ? plainDecimal(value) : `CAST(${value} AS VARCHAR(42))`
    case 'boolean':
      return `CASE WHEN ${value} THEN '1' WHEN NOT ${value} THEN '0' END`
    case 'date':
      return `TO_CHAR(${value}, 'YYYY-MM-DD')`
    case 'timestamp':
      return `TO_CHAR(${value}, 'YYYY-MM-DD HH24:MI:SS.US')`
    case 'timestamptz':
      return `TO_CHAR(${value} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')`
    case 'float':
      throw new Error(`${column.target}: a float has no canonical text`)
    case 'text':
      return plainText(column, value)
  }
}

/** Neither the zero before the point, which is not always written, nor those at the end: zero itself is empty. */
function plainDecimal(value: string): string {
  const digits = `CAST(ABS(${value}) AS VARCHAR(42))`
  const sign = `CASE WHEN ${value} < 0 THEN '-' ELSE '' END`
  const trimmed = `RTRIM(RTRIM(LTRIM(${digits}, '0'), '0'), '.')`
  return `${sign} || CASE WHEN STRPOS(${digits}, '.') > 0 THEN ${trimmed} ELSE LTRIM(${digits}, '0') END`
}

/** Values that travel as bytes of any length in csv and text are measured as they are (translate/text-wire.ts). */
function plainText(column: ColumnPlan, value: string): string {
  if (column.byteLength === undefined) return column.targetType.startsWith('CHAR(') ? `RTRIM(${value})` : value
  const quoted = quoteIdentifier(column.source)
  const digitCount = column.byteLength.replaceAll(quoted, () => value)
  const hex = column.sourceType.base === 'binary varying' ? `TO_HEX(${value})` : `ST_AsHexEWKB(${value})`
  return `CASE WHEN ${digitCount} <= ${hexDigitCountMax} THEN ${hex} ELSE 'digits:' || CAST(${digitCount} AS VARCHAR(10)) END`
}
