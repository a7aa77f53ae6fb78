import { parseError } from '../odps-error.js'
import type { Expression, JoinRelation, NestedQuery, Query, QueryBody, Relation, SelectItem } from './ast.js'
import { readGroupBy } from './group-grammar.js'
import { readWindow } from './primary-grammar.js'
import { readOrders, startsQuery } from './query-start.js'
import type { TokenReader } from './token-reader.js'

export function readQuery(reader: TokenReader): Query {
  return reader.nested(() => {
    const at = reader.at
    const ctes = reader.takeWords('WITH') ? reader.list(() => readCte(reader)) : []
    const body = readUnion(reader)
    const orderAt = reader.at
    const orderBy = reader.takeWords('ORDER', 'BY') ? readOrders(reader) : []
    return { at, with: ctes, body, orderBy, ...(orderBy.length > 0 ? { orderAt } : {}), ...readLimit(reader) }
  })
}

function readCte(reader: TokenReader) {
  const name = reader.identifier()
  const columns = reader.isMark('(') ? reader.inParentheses(() => reader.list(() => reader.identifier())) : []
  reader.expectWords('AS')
  return { name, columns, query: reader.inParentheses(() => reader.query()) }
}

/** LIMIT n, LIMIT n OFFSET m, LIMIT m, n. */
function readLimit(reader: TokenReader): { limit?: string; offset?: string } {
  if (!reader.takeWords('LIMIT')) return {}
  const first = reader.digits()
  if (reader.takeMark(',')) return { offset: first, limit: reader.digits() }
  return reader.takeWords('OFFSET') ? { limit: first, offset: reader.digits() } : { limit: first }
}

function readUnion(reader: TokenReader): QueryBody {
  let left = readBody(reader)
  for (;;) {
    const at = reader.at
    const kind = reader.takeWords('UNION')
      ? 'union'
      : reader.takeWords('INTERSECT')
        ? 'intersect'
        : reader.takeWords('EXCEPT') || reader.takeWords('MINUS')
          ? 'except'
          : undefined
    if (kind === undefined) return left
    const all = reader.takeWords('ALL')
    if (!all) reader.takeWords('DISTINCT')
    left = { kind, at, all, left, right: readBody(reader) }
  }
}

function readBody(reader: TokenReader): QueryBody {
  const at = reader.at
  if (reader.isMark('(')) {
    return reader.inParentheses((): NestedQuery => ({ kind: 'nested', at, query: reader.query() }))
  }
  reader.expectWords('SELECT')
  const distinct = reader.takeWords('DISTINCT')
  if (!distinct) reader.takeWords('ALL')
  const items = reader.list(() => readItem(reader))
  const from = reader.takeWords('FROM') ? readRelations(reader) : undefined
  const where = reader.takeWords('WHERE') ? reader.expression() : undefined
  const grouping = reader.takeWords('GROUP', 'BY') ? readGroupBy(reader) : { groupBy: [] }
  const having = reader.takeWords('HAVING') ? reader.expression() : undefined
  const windows = reader.takeWords('WINDOW') ? reader.list(() => readNamedWindow(reader)) : []
  const qualify = reader.takeWords('QUALIFY') ? reader.expression() : undefined
  refuseClauses(reader)
  const optional = { ...(from && { from }), ...(where && { where }), ...(having && { having }) }
  return { kind: 'select', at, distinct, items, ...grouping, ...optional, windows, ...(qualify && { qualify }) }
}

function refuseClauses(reader: TokenReader): void {
  for (const words of [
    ['LATERAL', 'VIEW'],
    ['DISTRIBUTE', 'BY'],
    ['SORT', 'BY'],
    ['CLUSTER', 'BY'],
  ]) {
    if (reader.isWords(...words)) throw parseError(reader.at, `${words.join(' ')} is not supported by this emulator`)
  }
}

function readNamedWindow(reader: TokenReader) {
  const name = reader.identifier()
  reader.expectWords('AS')
  return { name, window: readWindow(reader) }
}

function readItem(reader: TokenReader): SelectItem {
  const expression = reader.expression()
  const alias = readAlias(reader)
  return alias === undefined ? { expression } : { expression, alias }
}

const afterRelation = [
  'UNION',
  'INTERSECT',
  'EXCEPT',
  'MINUS',
  'WHERE',
  'INNER',
  'CROSS',
  'NATURAL',
  'ANTI',
  'QUALIFY',
  'WINDOW',
  'HAVING',
  'SELECT',
]

function readAlias(reader: TokenReader): string | undefined {
  if (reader.takeWords('AS')) return reader.identifier()
  const word = reader.token.kind === 'word' ? reader.token.text.toUpperCase() : ''
  return reader.isIdentifier() && !afterRelation.includes(word) ? reader.identifier() : undefined
}

function readRelations(reader: TokenReader): Relation {
  let left = readRelation(reader)
  for (;;) {
    const at = reader.at
    if (reader.takeMark(',')) left = { kind: 'join', join: 'cross', left, right: readRelation(reader), at }
    else {
      const join = readJoinKind(reader)
      if (join === undefined) return left
      const right = readRelation(reader)
      const on = reader.takeWords('ON') ? reader.expression() : undefined
      if (reader.isWords('USING')) throw parseError(reader.at, 'JOIN … USING is not supported by this emulator')
      left = { kind: 'join', join, left, right, at, ...(on && { on }) }
    }
  }
}

function readJoinKind(reader: TokenReader): JoinRelation['join'] | undefined {
  if (reader.takeWords('JOIN') || reader.takeWords('INNER', 'JOIN')) return 'inner'
  if (reader.takeWords('CROSS', 'JOIN')) return 'cross'
  if (reader.takeWords('LEFT', 'SEMI', 'JOIN')) return 'left semi'
  if (reader.takeWords('LEFT', 'ANTI', 'JOIN')) return 'left anti'
  for (const join of ['left', 'right', 'full'] as const) {
    const word = join.toUpperCase()
    if (reader.takeWords(word, 'OUTER', 'JOIN') || reader.takeWords(word, 'JOIN')) return join
  }
  return undefined
}

function readRelation(reader: TokenReader): Relation {
  const at = reader.at
  if (reader.isWords('VALUES') && reader.peek(1).kind === 'mark' && reader.peek(1).text === '(') {
    return { kind: 'values', rows: readValues(reader), at, ...readTableAlias(reader) }
  }
  if (!reader.isMark('(')) {
    const name = reader.qualifiedName()
    const alias = readAlias(reader)
    return { kind: 'table', name, at, ...(alias === undefined ? {} : { alias }) }
  }
  if (reader.peek(1).kind === 'word' && reader.peek(1).text.toUpperCase() === 'VALUES') {
    const rows = reader.inParentheses(() => readValues(reader))
    return { kind: 'values', rows, at, ...readTableAlias(reader) }
  }
  if (startsQuery(reader)) {
    const query = reader.inParentheses(() => reader.query())
    return { kind: 'subquery', query, at, ...readTableAlias(reader) }
  }
  return reader.inParentheses(() => readRelations(reader))
}

export function readValues(reader: TokenReader): Expression[][] {
  reader.expectWords('VALUES')
  return reader.list(() => reader.inParentheses(() => reader.list(() => reader.expression())))
}

function readTableAlias(reader: TokenReader): { alias?: string; columns: string[] } {
  const alias = readAlias(reader)
  const listed = alias !== undefined && reader.isMark('(')
  const columns = listed ? reader.inParentheses(() => reader.list(() => reader.identifier())) : []
  return { columns, ...(alias === undefined ? {} : { alias }) }
}
