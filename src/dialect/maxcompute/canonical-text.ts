import type { ColumnPlan } from '../../model/plan.js'
import { hexDigitCountMax } from '../row-hash.js'

/** A value that is not NULL as the text that both sides write alike (redshift.md 5.3). */
export function canonicalText(column: ColumnPlan, value: string): string {
  switch (column.kind) {
    case 'integer':
      return `CAST(${value} AS STRING)`
    case 'decimal':
      return (column.scale ?? 0) > 0 ? plainDecimal(value) : `CAST(${value} AS STRING)`
    case 'boolean':
      return `CASE WHEN ${value} THEN '1' WHEN NOT ${value} THEN '0' END`
    case 'date':
      return `CAST(${value} AS STRING)`
    case 'timestamp':
    case 'timestamptz':
      return sixDigits(momentText(column, value))
    case 'float':
      throw new Error(`${column.target}: a float has no canonical text`)
    case 'text':
      return plainText(column, value)
  }
}

/** The text of a DATETIME ends at seconds, and that of a TIMESTAMP of the same moment does not (maxcompute.md 2.3). */
export function momentText({ targetType }: Pick<ColumnPlan, 'targetType'>, value: string): string {
  return `CAST(${targetType === 'DATETIME' ? `CAST(${value} AS TIMESTAMP)` : value} AS STRING)`
}

/** Neither the zero before the point, which is not always written, nor those at the end: zero itself is empty. */
function plainDecimal(value: string): string {
  const digits = `CAST(ABS(${value}) AS STRING)`
  const sign = `CASE WHEN ${value} < 0 THEN '-' ELSE '' END`
  const trimmed = `RTRIM(RTRIM(LTRIM(${digits}, '0'), '0'), '.')`
  return `CONCAT(${sign}, CASE WHEN INSTR(${digits}, '.') > 0 THEN ${trimmed} ELSE LTRIM(${digits}, '0') END)`
}

/** Six digits behind the point, of which the service writes none, 3, 6 or 9; a value that gained nanoseconds shows them. */
function sixDigits(text: string): string {
  return [
    `CASE WHEN LENGTH(${text}) = 19 THEN CONCAT(${text}, '.000000')`,
    `WHEN LENGTH(${text}) <= 26 THEN RPAD(${text}, 26, '0')`,
    `WHEN RPAD(SUBSTR(${text}, 1, 26), LENGTH(${text}), '0') = ${text} THEN SUBSTR(${text}, 1, 26)`,
    `ELSE ${text} END`,
  ].join(' ')
}

function plainText({ targetType, byteLength }: ColumnPlan, value: string): string {
  const text = targetType === 'BINARY' ? `LOWER(HEX(${value}))` : value
  if (byteLength !== undefined) {
    return `CASE WHEN LENGTHB(${text}) <= ${hexDigitCountMax} THEN ${text} ELSE CONCAT('digits:', CAST(LENGTHB(${text}) AS STRING)) END`
  }
  return targetType.startsWith('CHAR(') ? `RTRIM(${text})` : text
}
