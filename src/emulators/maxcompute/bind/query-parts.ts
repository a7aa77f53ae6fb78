import { semanticError, type Position } from '../odps-error.js'
import type { Query } from '../sql/ast.js'
import type { OutputColumn } from './scope.js'

/** Columns under the names of an alias list, or their own. */
export function renamed(
  columns: readonly OutputColumn[],
  names: readonly string[],
  at: Position,
): readonly OutputColumn[] {
  if (names.length === 0) return columns
  if (names.length !== columns.length)
    throw semanticError(at, `expect ${columns.length} column names, found ${names.length}`)
  return columns.map((column, i) => ({ name: names[i] ?? column.name, type: column.type }))
}

export function limitSql(query: Query): string {
  const limit = query.limit === undefined ? '' : ` LIMIT ${query.limit}`
  return query.offset === undefined ? limit : `${limit} OFFSET ${query.offset}`
}
