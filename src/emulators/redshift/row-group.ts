import type { EngineRow, EngineValue } from '../sql-engine.js'

export interface GroupLimits {
  readonly byteCountMax: number
  /** Of every row, beside its values. */
  readonly paddingByteCount: number
}

/** Rows from `from` on, as many as stay below `byteCountMax`; at least one. */
export function takeGroup(rows: readonly EngineRow[], from: number, limits: GroupLimits): EngineRow[] {
  const { byteCountMax, paddingByteCount } = limits
  let byteCount = 0
  let to = from
  while (to < rows.length) {
    byteCount += rowByteCount(rows[to] ?? []) + paddingByteCount
    if (byteCount > byteCountMax && to > from) break
    to += 1
  }
  return rows.slice(from, to)
}

/** Before compression, and before a text's escapes. */
export function roughByteCount(rows: readonly EngineRow[], paddingByteCount: number): number {
  return rows.reduce((sum, row) => sum + rowByteCount(row) + paddingByteCount, 0)
}

function rowByteCount(row: EngineRow): number {
  return row.reduce<number>((sum, value) => sum + valueByteCount(value), 0)
}

/** A number's digits and its delimiter; a decimal's more. */
function valueByteCount(value: EngineValue): number {
  if (typeof value === 'string') return Buffer.byteLength(value) + 4
  if (value instanceof Uint8Array) return 2 * value.byteLength + 4
  return typeof value === 'object' && value !== null ? 40 : 20
}
