import { unsupported } from './fault.js'
import type { Statement } from './statements.js'
import type { TokenCursor } from './token-cursor.js'
import { parseType } from './type-parser.js'
import type { RsType } from './types.js'

/** `name CURSOR FOR query` */
export function parseDeclare(cursor: TokenCursor): Statement {
  const name = cursor.identifier()
  for (const word of ['binary', 'scroll', 'insensitive']) {
    if (cursor.isWord(word)) throw unsupported(`DECLARE ${word.toUpperCase()}`)
  }
  if (cursor.acceptWord('no')) cursor.expectWord('scroll')
  cursor.expectWord('cursor')
  if (cursor.acceptWord('with') || cursor.acceptWord('without')) cursor.expectWord('hold')
  cursor.expectWord('for')
  return { kind: 'declare', name, query: cursor.query() }
}

/** `[NEXT | ALL | [FORWARD] [n | ALL]] FROM name`: forward alone (DG fetch). */
export function parseFetch(cursor: TokenCursor): Statement {
  for (const word of ['prior', 'first', 'last', 'absolute', 'relative', 'backward']) {
    if (cursor.isWord(word)) throw unsupported(`FETCH ${word.toUpperCase()}`)
  }
  const forward = cursor.acceptWord('forward')
  let rowCount: number | 'all' = 1
  if (cursor.acceptWord('all')) rowCount = 'all'
  else if (cursor.peek().kind === 'number') rowCount = cursor.integer()
  else if (!forward) cursor.acceptWord('next')
  cursor.expectWord('from')
  return { kind: 'fetch', name: cursor.identifier(), rowCount }
}

/** `name [(type, …)] AS statement`; the statement is read anew at every EXECUTE. */
export function parsePrepare(cursor: TokenCursor, text: string, end: number): Statement {
  const name = cursor.identifier()
  const types: RsType[] = cursor.isOperator('(') ? cursor.list(() => parseType(cursor)) : []
  cursor.expectWord('as')
  const body = text.slice(cursor.position, end)
  while (!cursor.isEnd()) cursor.next()
  return { kind: 'prepare', name, types, text: body }
}

export function parseExecute(cursor: TokenCursor): Statement {
  const name = cursor.identifier()
  return { kind: 'execute', name, args: cursor.isOperator('(') ? cursor.list(() => cursor.expression()) : [] }
}
