import { parseAlterGroup, parseAlterUser, parseCreateAccount, parseDropAccount } from './account-parser.js'
import { parseAttributes, parseColumnDefinition, parseTableBody, parseTableConstraint } from './create-table-parser.js'
import type { ConstraintDefinition } from './definitions.js'
import { parseExternalSchema, parseExternalTable, parsePartitions } from './external-parser.js'
import { unsupported } from './fault.js'
import { parseCreateRoutine, parseDropRoutine } from './routine-parser.js'
import type { Statement, TableChange } from './statements.js'
import type { TokenCursor } from './token-cursor.js'
import { parseType } from './type-parser.js'
import { parseCreateMaterialized, parseCreateView } from './view-parser.js'

export function parseCreate(cursor: TokenCursor, text: string): Statement {
  cursor.expectWord('create')
  const replace = cursor.acceptWord('or', 'replace')
  if (cursor.acceptWord('schema')) {
    const ifNotExists = cursor.acceptWord('if', 'not', 'exists')
    const name = cursor.identifier()
    const owner = cursor.acceptWord('authorization') ? { owner: cursor.identifier() } : {}
    return { kind: 'create-schema', name, ifNotExists, ...owner }
  }
  if (cursor.acceptWord('view')) return parseCreateView(cursor, text, replace)
  if (cursor.acceptWord('materialized', 'view')) return parseCreateMaterialized(cursor, text)
  if (cursor.acceptWord('table')) return parseCreateTable(cursor, text)
  if (cursor.acceptWord('external', 'schema')) return parseExternalSchema(cursor)
  if (cursor.acceptWord('external', 'table')) return parseExternalTable(cursor)
  const external = cursor.acceptWord('external')
  for (const what of ['function', 'procedure'] as const) {
    if (cursor.acceptWord(what)) return parseCreateRoutine(cursor, what, replace, external)
  }
  for (const what of ['user', 'group', 'role'] as const) {
    if (cursor.acceptWord(what)) return parseCreateAccount(cursor, what)
  }
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

export function parseDrop(cursor: TokenCursor): Statement {
  cursor.expectWord('drop')
  for (const what of ['user', 'group', 'role'] as const) {
    if (cursor.acceptWord(what)) return parseDropAccount(cursor, what)
  }
  for (const what of ['function', 'procedure'] as const) {
    if (cursor.acceptWord(what)) return parseDropRoutine(cursor, what)
  }
  const materialized = cursor.acceptWord('materialized')
  if (!cursor.isOneOf(['table', 'view', 'schema'])) throw unsupported(`DROP ${cursor.peek().text.toUpperCase()}`)
  const word = cursor.next().text as 'table' | 'view' | 'schema'
  const what = materialized ? 'materialized view' : word
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
  if (cursor.acceptWord('user')) return parseAlterUser(cursor)
  if (cursor.acceptWord('group')) return parseAlterGroup(cursor)
  if (!cursor.acceptWord('table')) throw unsupported(`ALTER ${cursor.peek().text.toUpperCase()}`)
  const names = cursor.qualifiedName()
  if (cursor.isWord('add', 'partition') || cursor.isWord('add', 'if')) {
    cursor.next()
    return parsePartitions(cursor, names)
  }
  return { kind: 'alter-table', names, change: parseChange(cursor, text, names) }
}

function parseChange(cursor: TokenCursor, text: string, names: readonly string[]): TableChange {
  if (cursor.acceptWord('owner', 'to')) {
    return { kind: 'owner', to: cursor.identifier() }
  }
  if (cursor.acceptWord('rename', 'to')) return { kind: 'rename', to: cursor.identifier() }
  if (cursor.acceptWord('rename')) {
    cursor.acceptWord('column')
    const from = cursor.identifier()
    cursor.expectWord('to')
    return { kind: 'rename-column', from, to: cursor.identifier() }
  }
  if (cursor.acceptWord('drop')) {
    if (cursor.acceptWord('constraint')) {
      const name = cursor.identifier()
      if (!cursor.acceptWord('cascade')) cursor.acceptWord('restrict')
      return { kind: 'drop-constraint', name }
    }
    cursor.acceptWord('column')
    const column = cursor.identifier()
    if (!cursor.acceptWord('cascade')) cursor.acceptWord('restrict')
    return { kind: 'drop-column', column }
  }
  if (cursor.acceptWord('alter')) return parseAlteration(cursor)
  if (!cursor.acceptWord('add')) throw unsupported(`ALTER TABLE ${cursor.peek().text.toUpperCase()}`)
  return parseAddition(cursor, text, names)
}

/** After `ALTER TABLE name ALTER`: a column's type or encoding, or how rows are spread and sorted. */
function parseAlteration(cursor: TokenCursor): TableChange {
  if (cursor.acceptWord('column')) {
    const column = cursor.identifier()
    if (cursor.acceptWord('type')) return { kind: 'column-type', column, type: parseType(cursor) }
    if (cursor.acceptWord('encode'))
      return { kind: 'column-encoding', column, encoding: cursor.next().text.replace('raw', 'none') }
    throw unsupported(`ALTER COLUMN ${cursor.peek().text.toUpperCase()}`)
  }
  if (cursor.acceptWord('sortkey', 'none'))
    return { kind: 'attributes', attributes: { sortKey: [], sortStyle: 'COMPOUND', backup: true } }
  if (cursor.acceptWord('diststyle', 'key', 'distkey')) {
    return {
      kind: 'attributes',
      attributes: { sortKey: [], backup: true, distStyle: 'key', distKey: cursor.identifier() },
    }
  }
  if (cursor.isWord('distkey') && !cursor.isOperator('(', 1)) {
    cursor.next()
    return {
      kind: 'attributes',
      attributes: { sortKey: [], backup: true, distStyle: 'key', distKey: cursor.identifier() },
    }
  }
  const attributes = parseAttributes(cursor)
  if (attributes.distStyle === undefined && attributes.distKey === undefined && attributes.sortStyle === undefined) {
    throw cursor.syntaxError()
  }
  return { kind: 'attributes', attributes }
}

function parseAddition(cursor: TokenCursor, text: string, names: readonly string[]): TableChange {
  const constraint = parseTableConstraint(cursor)
  if (constraint !== undefined) return { kind: 'add-constraint', constraint }
  cursor.acceptWord('column')
  const constraints: ConstraintDefinition[] = []
  const column = parseColumnDefinition(cursor, text, constraints)
  const attributes = { sortKey: [], backup: true }
  return { kind: 'add-column', table: { names, ifNotExists: false, columns: [column], constraints, attributes } }
}
