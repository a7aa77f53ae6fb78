import type { Statement } from './statements.js'
import type { AccountStatement, UserOptions } from './account-statements.js'
import { unsupported } from './fault.js'
import type { TokenCursor } from './token-cursor.js'

/** After `CREATE USER|GROUP|ROLE`. */
export function parseCreateAccount(cursor: TokenCursor, what: 'user' | 'group' | 'role'): AccountStatement {
  const name = cursor.identifier()
  if (what === 'role') return { kind: 'create-role', name }
  cursor.acceptWord('with')
  if (what === 'user') return { kind: 'create-user', name, options: parseUserOptions(cursor) }
  return { kind: 'create-group', name, users: cursor.acceptWord('user') ? identifiers(cursor) : [] }
}

/** After `ALTER USER`. */
export function parseAlterUser(cursor: TokenCursor): AccountStatement {
  const name = cursor.identifier()
  if (cursor.isOneOf(['rename', 'set', 'reset', 'owner']))
    throw unsupported(`ALTER USER ${cursor.peek().text.toUpperCase()}`)
  cursor.acceptWord('with')
  return { kind: 'alter-user', name, options: parseUserOptions(cursor) }
}

/** After `ALTER GROUP`. */
export function parseAlterGroup(cursor: TokenCursor): AccountStatement {
  const name = cursor.identifier()
  if (!cursor.isOneOf(['add', 'drop'])) throw unsupported(`ALTER GROUP ${cursor.peek().text.toUpperCase()}`)
  const add = cursor.next().text === 'add'
  cursor.expectWord('user')
  return { kind: 'alter-group', name, add, users: identifiers(cursor) }
}

/** After `DROP USER|GROUP|ROLE`. */
export function parseDropAccount(cursor: TokenCursor, what: 'user' | 'group' | 'role'): Statement {
  const ifExists = cursor.acceptWord('if', 'exists')
  const names = identifiers(cursor)
  if (what === 'role' && !cursor.acceptWord('force')) cursor.acceptWord('restrict')
  return { kind: 'drop-account', what, names, ifExists }
}

type Draft = { -readonly [K in keyof UserOptions]: UserOptions[K] }

function parseUserOptions(cursor: TokenCursor): UserOptions {
  const options: Draft = { groups: [] }
  while (!cursor.isEnd()) {
    if (cursor.acceptWord('password', 'disable')) continue
    if (cursor.acceptWord('password')) options.password = cursor.string()
    else if (cursor.acceptWord('createuser')) options.createUser = true
    else if (cursor.acceptWord('nocreateuser')) options.createUser = false
    else if (cursor.acceptWord('createdb')) options.createDatabase = true
    else if (cursor.acceptWord('nocreatedb')) options.createDatabase = false
    else if (cursor.acceptWord('in', 'group')) options.groups = identifiers(cursor)
    else if (cursor.acceptWord('syslog', 'access')) cursor.label()
    else if (cursor.acceptWord('valid', 'until')) cursor.string()
    else if (cursor.acceptWord('connection', 'limit') || cursor.acceptWord('session', 'timeout')) cursor.next()
    else throw cursor.syntaxError()
  }
  return options
}

export function identifiers(cursor: TokenCursor): string[] {
  const names = [cursor.identifier()]
  while (cursor.acceptOperator(',')) names.push(cursor.identifier())
  return names
}
