import { identifiers } from './account-parser.js'
import type { Grantee, GrantObject, GrantStatement } from './account-statements.js'
import { unsupported } from './fault.js'
import { parseArgumentTypes } from './routine-parser.js'
import type { Statement } from './statements.js'
import type { TokenCursor } from './token-cursor.js'

const relationPrivileges = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'DROP', 'REFERENCES', 'ALTER', 'TRUNCATE']
const privilegesOf: Readonly<Record<GrantObject['kind'], readonly string[]>> = {
  relations: relationPrivileges,
  'relations-of': relationPrivileges,
  schemas: ['CREATE', 'USAGE', 'ALTER', 'DROP'],
  databases: ['CREATE', 'TEMPORARY', 'TEMP', 'USAGE'],
  routines: ['EXECUTE'],
  'routines-of': ['EXECUTE'],
  roles: [],
}

/** At GRANT or REVOKE. Redshift lends the use of any attached role to PUBLIC; a grant of it adds nothing (redshift.md 1.8). */
export function parseGrant(cursor: TokenCursor): Statement {
  const revoke = cursor.next().text === 'revoke'
  if (revoke && cursor.acceptWord('grant', 'option', 'for')) throw unsupported('REVOKE GRANT OPTION FOR')
  if (cursor.isWord('assumerole')) {
    if (revoke) throw unsupported('REVOKE ASSUMEROLE')
    while (!cursor.isEnd()) cursor.next()
    return { kind: 'nothing', tag: 'GRANT', inTransaction: true }
  }
  if (cursor.acceptWord('role')) {
    const object: GrantObject = { kind: 'roles', names: identifiers(cursor) }
    return { kind: 'grant', revoke, privileges: [], object, grantees: parseGrantees(cursor, revoke) }
  }
  const privileges = parsePrivileges(cursor)
  cursor.expectWord('on')
  const object = parseObject(cursor)
  for (const privilege of privileges) {
    if (!privilegesOf[object.kind].includes(privilege)) throw unsupported(`${privilege} on ${object.kind}`)
  }
  return { kind: 'grant', revoke, privileges, object, grantees: parseGrantees(cursor, revoke) } satisfies GrantStatement
}

function parsePrivileges(cursor: TokenCursor): string[] {
  if (cursor.acceptWord('all')) {
    cursor.acceptWord('privileges')
    return []
  }
  const privileges: string[] = []
  do {
    privileges.push(cursor.label().toUpperCase())
    if (cursor.isOperator('(')) throw unsupported('privileges of columns')
  } while (cursor.acceptOperator(','))
  return privileges
}

function parseObject(cursor: TokenCursor): GrantObject {
  if (cursor.acceptWord('all', 'tables', 'in', 'schema')) return { kind: 'relations-of', schemas: identifiers(cursor) }
  for (const what of ['function', 'procedure'] as const) {
    if (cursor.acceptWord('all', `${what}s`, 'in', 'schema'))
      return { kind: 'routines-of', what, schemas: identifiers(cursor) }
    if (cursor.acceptWord(what)) return { kind: 'routines', what, routines: parseRoutines(cursor) }
  }
  if (cursor.acceptWord('schema')) return { kind: 'schemas', names: identifiers(cursor) }
  if (cursor.acceptWord('database')) return { kind: 'databases', names: identifiers(cursor) }
  for (const word of ['language', 'external', 'datashare', 'copy', 'model']) {
    if (cursor.isWord(word)) throw unsupported(`privileges on ${word.toUpperCase()}`)
  }
  cursor.acceptWord('table')
  const names = [cursor.qualifiedName()]
  while (cursor.acceptOperator(',')) names.push(cursor.qualifiedName())
  return { kind: 'relations', names }
}

function parseRoutines(cursor: TokenCursor): Extract<GrantObject, { kind: 'routines' }>['routines'] {
  const one = (): { names: string[]; types: ReturnType<typeof parseArgumentTypes> } => ({
    names: cursor.qualifiedName(),
    types: parseArgumentTypes(cursor),
  })
  const routines = [one()]
  while (cursor.acceptOperator(',')) routines.push(one())
  return routines
}

function parseGrantees(cursor: TokenCursor, revoke: boolean): (Grantee & { option: boolean })[] {
  cursor.expectWord(revoke ? 'from' : 'to')
  const grantees: (Grantee & { option: boolean })[] = []
  do {
    const grantee = parseGrantee(cursor)
    const option = cursor.acceptWord('with', 'grant', 'option') || cursor.acceptWord('with', 'admin', 'option')
    grantees.push({ ...grantee, option })
  } while (cursor.acceptOperator(','))
  if (!cursor.acceptWord('cascade')) cursor.acceptWord('restrict')
  return grantees
}

function parseGrantee(cursor: TokenCursor): Grantee {
  if (cursor.acceptWord('public')) return { kind: 'public', name: 'public' }
  if (cursor.acceptWord('group')) return { kind: 'group', name: cursor.identifier() }
  if (cursor.isWord('role') && !cursor.isOperator(',', 1)) {
    cursor.next()
    return { kind: 'role', name: cursor.identifier() }
  }
  cursor.acceptWord('user')
  return { kind: 'user', name: cursor.identifier() }
}
