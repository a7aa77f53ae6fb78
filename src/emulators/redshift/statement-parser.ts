import { parseDeclare, parseExecute, parseFetch, parsePrepare } from './cursor-parser.js'
import { parseAlter, parseComment, parseCreate, parseDrop } from './ddl-parser.js'
import { unsupported } from './fault.js'
import { openCursor } from './grammar.js'
import { parseGrant } from './grant-parser.js'
import { parseFrom } from './query-parser.js'
import { parseShowCatalog } from './show-parser.js'
import type { StatementText } from './statement-splitter.js'
import type { Statement } from './statements.js'
import type { Expression, Source } from './syntax-tree.js'
import type { TokenCursor } from './token-cursor.js'

/** `text` is what the tokens' positions refer to. */
export function parseStatement(statement: StatementText, text: string, caseSensitive: boolean): Statement {
  const cursor = openCursor(statement.tokens, caseSensitive)
  const parsed = parseKind(cursor, text)
  if (parsed.kind !== 'unload' && parsed.kind !== 'nothing') cursor.expectEnd()
  return parsed
}

function parseKind(cursor: TokenCursor, text: string): Statement {
  if (cursor.startsQuery()) return parseCancelCall(cursor) ?? { kind: 'select', query: cursor.query() }
  const word = cursor.peek().kind === 'word' ? cursor.peek().text : ''
  switch (word) {
    case 'insert':
      return parseInsert(cursor)
    case 'update':
      return parseUpdate(cursor)
    case 'delete':
      return parseDelete(cursor)
    case 'create':
      return parseCreate(cursor, text)
    case 'drop':
      return parseDrop(cursor)
    case 'alter':
      return parseAlter(cursor, text)
    case 'comment':
      return parseComment(cursor)
    case 'truncate':
      cursor.next()
      cursor.acceptWord('table')
      return { kind: 'truncate', names: cursor.qualifiedName() }
    case 'unload':
      return { kind: 'unload', text: text.slice(cursor.position, lastPosition(cursor)) }
    default:
      return parseCommand(cursor, word, text)
  }
}

function lastPosition(cursor: TokenCursor): number {
  let ahead = 0
  while (cursor.peek(ahead).kind !== 'end') ahead += 1
  return cursor.peek(ahead).end
}

const withoutEffect = ['vacuum', 'analyze', 'analyse']
const known = ['copy', 'merge', 'call', 'lock', 'explain', 'use']

function parseCommand(cursor: TokenCursor, word: string, text: string): Statement {
  if (withoutEffect.includes(word)) {
    return { kind: 'nothing', tag: word.toUpperCase(), inTransaction: word !== 'vacuum' }
  }
  if (word === 'grant' || word === 'revoke') return parseGrant(cursor)
  if (cursor.acceptWord('refresh', 'materialized', 'view')) return { kind: 'refresh', names: cursor.qualifiedName() }
  if (known.includes(word)) throw unsupported(word.toUpperCase())
  cursor.next()
  switch (word) {
    case 'declare':
      return parseDeclare(cursor)
    case 'fetch':
      return parseFetch(cursor)
    case 'close':
      return { kind: 'close', name: cursor.acceptWord('all') ? 'all' : cursor.identifier() }
    case 'prepare':
      return parsePrepare(cursor, text, lastPosition(cursor))
    case 'execute':
      return parseExecute(cursor)
    case 'deallocate':
      cursor.acceptWord('prepare')
      return { kind: 'deallocate', name: cursor.acceptWord('all') ? 'all' : cursor.identifier() }
    default:
      return parseControl(cursor, word)
  }
}

function parseControl(cursor: TokenCursor, word: string): Statement {
  switch (word) {
    case 'begin':
    case 'start':
      return parseBegin(cursor, word)
    case 'commit':
    case 'end':
    case 'rollback':
    case 'abort': {
      if (!cursor.acceptWord('work')) cursor.acceptWord('transaction')
      const verb = word === 'commit' || word === 'end' ? 'COMMIT' : 'ROLLBACK'
      return { kind: 'transaction', verb, tag: verb }
    }
    case 'set':
      return parseSet(cursor)
    case 'reset':
      return { kind: 'set', name: settingName(cursor), value: undefined, tag: 'RESET' }
    case 'show':
      return parseShow(cursor)
    case 'cancel':
      return parseCancel(cursor)
  }
  throw cursor.syntaxError()
}

function parseBegin(cursor: TokenCursor, word: string): Statement {
  if (word === 'start') cursor.expectWord('transaction')
  else if (!cursor.acceptWord('work')) cursor.acceptWord('transaction')
  const tag = word === 'start' ? 'START TRANSACTION' : 'BEGIN'
  return { kind: 'transaction', verb: 'BEGIN', tag, ...parseModes(cursor) }
}

function parseModes(cursor: TokenCursor): { readonly readOnly?: boolean } {
  let modes = {}
  for (;;) {
    cursor.acceptOperator(',')
    if (cursor.acceptWord('isolation', 'level')) parseIsolation(cursor)
    else if (cursor.acceptWord('read', 'only')) modes = { readOnly: true }
    else if (cursor.acceptWord('read', 'write')) modes = { readOnly: false }
    else return modes
  }
}

/** Accepted and ignored, as Redshift does (redshift.md 1.13). */
function parseIsolation(cursor: TokenCursor): void {
  for (const words of [['serializable'], ['repeatable', 'read'], ['read', 'committed'], ['read', 'uncommitted']]) {
    if (cursor.acceptWord(...words)) return
  }
  throw cursor.syntaxError()
}

function settingName(cursor: TokenCursor): string {
  if (cursor.acceptWord('time', 'zone')) return 'timezone'
  const names = [cursor.label()]
  while (cursor.acceptOperator('.')) names.push(cursor.label())
  return names.join('.')
}

function parseSet(cursor: TokenCursor): Statement {
  // JDBC drivers say so for setReadOnly and setTransactionIsolation.
  if (cursor.acceptWord('session', 'characteristics', 'as', 'transaction')) {
    return { kind: 'session-access', ...parseModes(cursor) }
  }
  if (!cursor.acceptWord('session')) cursor.acceptWord('local')
  const name = settingName(cursor)
  if (name !== 'timezone' && !cursor.acceptOperator('=')) cursor.expectWord('to')
  else if (name === 'timezone' && !cursor.acceptOperator('=')) cursor.acceptWord('to')
  if (cursor.acceptWord('default')) return { kind: 'set', name, value: undefined, tag: 'SET' }
  const values = [settingValue(cursor)]
  while (cursor.acceptOperator(',')) values.push(settingValue(cursor))
  // So does Amazon's for setReadOnly.
  if (name === 'readonly') return { kind: 'session-access', readOnly: /^(1|on|true)$/i.test(values.join()) }
  return { kind: 'set', name, value: values.join(', '), tag: 'SET' }
}

function settingValue(cursor: TokenCursor): string {
  const sign = cursor.acceptOperator('-') ? '-' : ''
  if (cursor.isEnd() || cursor.peek().kind === 'operator') throw cursor.syntaxError()
  return sign + cursor.next().text
}

function parseShow(cursor: TokenCursor): Statement {
  const catalog = parseShowCatalog(cursor)
  if (catalog !== undefined) return catalog
  if (
    cursor.isOneOf([
      'databases',
      'schemas',
      'tables',
      'columns',
      'table',
      'view',
      'constraints',
      'grants',
      'procedures',
      'functions',
      'external',
      'parameters',
      'column',
    ])
  ) {
    throw unsupported(`SHOW ${cursor.peek().text.toUpperCase()}`)
  }
  return { kind: 'show', name: settingName(cursor) }
}

function parseCancel(cursor: TokenCursor): Statement {
  const processId = cursor.integer()
  if (cursor.peek().kind === 'string') cursor.next()
  return { kind: 'cancel', processId, terminate: false }
}

/** `SELECT pg_cancel_backend(pid)` acts on another session, so it is no ordinary query. */
function parseCancelCall(cursor: TokenCursor): Statement | undefined {
  const name = cursor.peek(1).text
  if (!cursor.isWord('select') || (name !== 'pg_cancel_backend' && name !== 'pg_terminate_backend')) return undefined
  cursor.next()
  cursor.next()
  const [processId = 0] = cursor.list(() => cursor.integer())
  return { kind: 'cancel', processId, terminate: name === 'pg_terminate_backend', select: name }
}

function parseInsert(cursor: TokenCursor): Statement {
  cursor.expectWord('insert', 'into')
  const names = cursor.qualifiedName()
  const columns = cursor.isOperator('(') && !cursor.startsQuery() ? cursor.list(() => cursor.identifier()) : []
  if (cursor.acceptWord('default', 'values')) return { kind: 'insert', names, columns, source: 'defaults' }
  if (!cursor.acceptWord('values')) return { kind: 'insert', names, columns, source: cursor.query() }
  const row = (): (Expression | undefined)[] => cursor.list(() => valueOrDefault(cursor))
  const rows = [row()]
  while (cursor.acceptOperator(',')) rows.push(row())
  return { kind: 'insert', names, columns, source: rows }
}

function valueOrDefault(cursor: TokenCursor): Expression | undefined {
  return cursor.acceptWord('default') ? undefined : cursor.expression()
}

function parseTarget(cursor: TokenCursor): Extract<Source, { kind: 'table' }> {
  const names = cursor.qualifiedName()
  const aliased = cursor.acceptWord('as') || (cursor.isIdentifier() && !cursor.isWord('set'))
  return { kind: 'table', names, columns: [], ...(aliased ? { alias: cursor.identifier() } : {}) }
}

function parseUpdate(cursor: TokenCursor): Statement {
  cursor.expectWord('update')
  const target = parseTarget(cursor)
  cursor.expectWord('set')
  const assignments: { column: string; value: Expression | undefined }[] = []
  do {
    const column = cursor.identifier()
    cursor.expectOperator('=')
    assignments.push({ column, value: valueOrDefault(cursor) })
  } while (cursor.acceptOperator(','))
  const from = cursor.acceptWord('from') ? parseFrom(cursor) : []
  return { kind: 'update', target, assignments, from, ...parseWhere(cursor) }
}

function parseDelete(cursor: TokenCursor): Statement {
  cursor.expectWord('delete')
  cursor.acceptWord('from')
  const target = parseTarget(cursor)
  const from = cursor.acceptWord('using') ? parseFrom(cursor) : []
  return { kind: 'delete', target, from, ...parseWhere(cursor) }
}

function parseWhere(cursor: TokenCursor): { where?: Expression } {
  return cursor.acceptWord('where') ? { where: cursor.expression() } : {}
}
