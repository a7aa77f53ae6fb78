import type { ColumnPlan } from '../../model/plan.js'
import { quoteIdentifier } from './identifier.js'

/** A cell of MaxCompute holds 8 MB (maxcompute.md 5.2), a SUPER value of Redshift up to 16 MB. */
export const superByteCountMax = 8 * 1024 * 1024

/** True where a SUPER is larger than a cell of the target; `value` is a quoted column. */
export function isSuperTooLarge(value: string): string {
  return `JSON_SIZE(${value}) > ${superByteCountMax}`
}

/** A SUPER, or NULL where it is too large. */
export function superWithin(value: string): string {
  return `CASE WHEN JSON_SIZE(${value}) <= ${superByteCountMax} THEN ${value} END`
}

/** Whether what is unloaded is still a SUPER, which has no OCTET_LENGTH. */
export function unloadsSuper(column: ColumnPlan): boolean {
  if (column.sourceType.base !== 'super') return false
  const value = quoteIdentifier(column.source)
  return column.unloadExpression === value || column.unloadExpression === superWithin(value)
}
