import { semanticError, type Position } from '../odps-error.js'

export const nameByteCountMax = 128
export const commentByteCountMax = 1024
export const columnCountMax = 1200
export const partitionLevelCountMax = 6
/** Days. */
export const lifecycleMax = 37_231

/** Letters, digits and underscores, a letter first (maxcompute.md 5.3). */
export function checkTableName(table: string, at: Position): void {
  if (/^[a-z][a-z0-9_]*$/.test(table) && Buffer.byteLength(table) <= nameByteCountMax) return
  throw semanticError(at, `invalid table name ${table}`)
}

/** As tables, and Chinese characters. */
export function checkColumnName(column: string, at: Position): void {
  if (/^[a-z\p{Script=Han}][a-z0-9_\p{Script=Han}]*$/u.test(column) && Buffer.byteLength(column) <= nameByteCountMax)
    return
  throw semanticError(at, `invalid column name ${column}`)
}

export function checkComment(comment: string, at: Position): void {
  const byteCount = Buffer.byteLength(comment)
  if (byteCount <= commentByteCountMax) return
  throw semanticError(at, `comment has ${byteCount} bytes, the maximum is ${commentByteCountMax}`)
}

export function checkLifecycle(days: number, at: Position): void {
  if (days >= 1 && days <= lifecycleMax) return
  throw semanticError(at, `lifecycle ${days} is not in the range 1 to ${lifecycleMax}`)
}
