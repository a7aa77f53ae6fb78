import type { BoundColumn } from './binding.js'
import { RedshiftFault } from './fault.js'

/** Column aliases may be fewer than the columns, never more. */
export function renamed(columns: readonly BoundColumn[], names: readonly string[], of: string): readonly BoundColumn[] {
  if (names.length > columns.length) {
    throw new RedshiftFault(
      '42P10',
      `table "${of}" has ${columns.length} columns available but ${names.length} columns specified`,
    )
  }
  return columns.map((column, i) => ({ ...column, name: names[i] ?? column.name }))
}
