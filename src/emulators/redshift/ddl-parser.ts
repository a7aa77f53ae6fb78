import { parseAttributes, parseColumnDefinition, parseTableBody } from './create-table-parser.js'
import type { ConstraintDefinition } from './definitions.js'
import { unsupported } from './fault.js'
import type { Statement, TableChange } from './statements.js'
import type { TokenCursor } from './token-cursor.js'

export function parseCreate(cursor: TokenCursor, text: string): Statement {
  cursor.expectWord('create')
  const replace = cursor.acceptWord('or', 'replace')
  if (cursor.acceptWord('schema')) {
    const ifNotExists = cursor.acceptWord('if', 'not', 'exists')
    const name = cursor.identifier()
    if (cursor.acceptWord('authorization')) cursor.identifier()
    return { kind: 'create-schema', name, ifNotExists }
  }
  if (cursor.acceptWord('view')) return parseCreateView(cursor, text, replace)
  if (cursor.acceptWord('table')) return parseCreateTable(cursor, text)
  const what = cursor.isWord('local') ? cursor.peek(1).text : cursor.peek().text
  throw unsupported(`CREATE ${what.toUpperCase()}`)
}

function parseCreateTable(cursor: TokenCursor, text: string): Statement {
  const ifNotExists = cursor.acceptWord('if', 'not', 'exists')
  const names = cursor.qualifiedName()
  if (cursor.isOperator('(') && !isNameList(cursor)) {
    return { kind: 'create-table', table: parseTableBody(cursor, text, names, ifNotExists) }
  }
  const columns = cursor.isOperator('(') ? cursor.list(() => cursor.identifier()) : []
  const attributes = parseAttributes(cursor)
  cursor.expectWord('as')
  return { kind: 'create-table-as', names, columns, attributes, query: cursor.query() }
}

/** `(a, b)` of CREATE TABLE AS has no types. */
function isNameList(cursor: TokenCursor): boolean {
  return cursor.isOperator(',', 2) || cursor.isOperator(')', 2)
}

function parseCreateView(cursor: TokenCursor, text: string, replace: boolean): Statement {
  const names = cursor.qualifiedName()
  const columns = cursor.isOperator('(') ? cursor.list(() => cursor.identifier()) : []
  cursor.expectWord('as')
  const from = cursor.position
  const query = cursor.query()
  const queryText = text.slice(from, cursor.position).trim()
  const lateBinding = cursor.acceptWord('with', 'no', 'schema', 'binding')
  return { kind: 'create-view', names, replace, columns, lateBinding, query, queryText }
}

export function parseDrop(cursor: TokenCursor): Statement {
  cursor.expectWord('drop')
  if (!cursor.isOneOf(['table', 'view', 'schema'])) throw unsupported(`DROP ${cursor.peek().text.toUpperCase()}`)
  const what = cursor.next().text as 'table' | 'view' | 'schema'
  const ifExists = cursor.acceptWord('if', 'exists')
  const names = [cursor.qualifiedName()]
  while (cursor.acceptOperator(',')) names.push(cursor.qualifiedName())
  const cascade = cursor.acceptWord('cascade')
  if (!cascade) cursor.acceptWord('restrict')
  return { kind: 'drop', what, names, ifExists, cascade }
}

export function parseComment(cursor: TokenCursor): Statement {
  cursor.expectWord('comment', 'on')
  if (!cursor.isOneOf(['table', 'view', 'column'])) throw unsupported(`COMMENT ON ${cursor.peek().text.toUpperCase()}`)
  const on = cursor.next().text as 'table' | 'view' | 'column'
  const names = cursor.qualifiedName()
  cursor.expectWord('is')
  const text = cursor.acceptWord('null') ? undefined : cursor.string()
  return { kind: 'comment', on, names, text }
}

export function parseAlter(cursor: TokenCursor, text: string): Statement {
  cursor.expectWord('alter')
  if (!cursor.acceptWord('table')) throw unsupported(`ALTER ${cursor.peek().text.toUpperCase()}`)
  const names = cursor.qualifiedName()
  return { kind: 'alter-table', names, change: parseChange(cursor, text, names) }
}

function parseChange(cursor: TokenCursor, text: string, names: readonly string[]): TableChange {
  if (cursor.acceptWord('owner', 'to')) {
    cursor.identifier()
    return { kind: 'none' }
  }
  if (cursor.acceptWord('rename', 'to')) return { kind: 'rename', to: cursor.identifier() }
  if (cursor.acceptWord('rename')) {
    cursor.acceptWord('column')
    const from = cursor.identifier()
    cursor.expectWord('to')
    return { kind: 'rename-column', from, to: cursor.identifier() }
  }
  if (cursor.acceptWord('drop')) {
    if (cursor.isWord('constraint')) throw unsupported('ALTER TABLE DROP CONSTRAINT')
    cursor.acceptWord('column')
    const column = cursor.identifier()
    if (!cursor.acceptWord('cascade')) cursor.acceptWord('restrict')
    return { kind: 'drop-column', column }
  }
  if (!cursor.acceptWord('add')) throw unsupported(`ALTER TABLE ${cursor.peek().text.toUpperCase()}`)
  return parseAddition(cursor, text, names)
}

function parseAddition(cursor: TokenCursor, text: string, names: readonly string[]): TableChange {
  if (cursor.isOneOf(['constraint', 'primary', 'foreign']) || (cursor.isWord('unique') && cursor.isOperator('(', 1))) {
    throw unsupported('ALTER TABLE ADD constraint')
  }
  cursor.acceptWord('column')
  const constraints: ConstraintDefinition[] = []
  const column = parseColumnDefinition(cursor, text, constraints)
  const attributes = { sortKey: [], backup: true }
  return { kind: 'add-column', table: { names, ifNotExists: false, columns: [column], constraints, attributes } }
}
