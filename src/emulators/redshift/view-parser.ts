import { parseAttributes } from './create-table-parser.js'
import type { TableAttributes } from './definitions.js'
import type { Statement } from './statements.js'
import type { TokenCursor } from './token-cursor.js'

export function parseCreateView(cursor: TokenCursor, text: string, replace: boolean): Statement {
  const names = cursor.qualifiedName()
  const columns = cursor.isOperator('(') ? cursor.list(() => cursor.identifier()) : []
  cursor.expectWord('as')
  const { query, queryText } = parseQueryText(cursor, text)
  const lateBinding = cursor.acceptWord('with', 'no', 'schema', 'binding')
  return { kind: 'create-view', names, replace, columns, lateBinding, query, queryText }
}

function parseQueryText(
  cursor: TokenCursor,
  text: string,
): Pick<Extract<Statement, { kind: 'create-view' }>, 'query' | 'queryText'> {
  const from = cursor.position
  const query = cursor.query()
  return { query, queryText: text.slice(from, cursor.position).trim() }
}

/** `[BACKUP YES] [DISTSTYLE …] [AUTO REFRESH YES] AS query`, the options in any order. */
export function parseCreateMaterialized(cursor: TokenCursor, text: string): Statement {
  const names = cursor.qualifiedName()
  let attributes: TableAttributes = { sortKey: [], backup: true }
  let autoRefresh = false
  while (!cursor.acceptWord('as')) {
    if (cursor.acceptWord('auto', 'refresh')) autoRefresh = cursor.next().text === 'yes'
    else {
      const before = cursor.position
      attributes = { ...attributes, ...parseAttributes(cursor) }
      if (cursor.position === before) throw cursor.syntaxError()
    }
  }
  return { kind: 'create-materialized-view', names, autoRefresh, attributes, ...parseQueryText(cursor, text) }
}
