import { unsupported } from './fault.js'
import { parseOrderBy } from './order-parser.js'
import type { Expression, FunctionCall, Query, QueryBody, Select, SelectItem, Source } from './syntax-tree.js'
import type { TokenCursor } from './token-cursor.js'
import { parseType } from './type-parser.js'

/** `[WITH …] SELECT … [ORDER BY … LIMIT … OFFSET …]`, also in parentheses. */
export function parseQuery(cursor: TokenCursor): Query {
  const recursive = cursor.isWord('with', 'recursive')
  const ctes = cursor.acceptWord('with') ? parseWith(cursor) : []
  const body = parseBody(cursor, 0)
  const orderBy = parseOrderBy(cursor)
  const [limit, offset] = parseLimit(cursor)
  if (body.kind === 'query' && ctes.length + orderBy.length === 0 && limit === undefined && offset === undefined) {
    return body
  }
  const top = body.kind === 'select' ? tops.get(body) : undefined
  return {
    kind: 'query',
    recursive,
    with: ctes,
    body,
    orderBy,
    ...optional('limit', limit ?? top),
    ...optional('offset', offset),
  }
}

/** TOP n of a select is the LIMIT of the query around it. */
const tops = new WeakMap<Select, Expression>()

function optional<K extends string, T>(key: K, value: T | undefined): { [P in K]?: T } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: T }
}

function parseWith(cursor: TokenCursor): Query['with'] {
  cursor.acceptWord('recursive')
  const ctes: { name: string; columns: readonly string[]; query: Query }[] = []
  do {
    const name = cursor.identifier()
    const columns = cursor.isOperator('(') ? cursor.list(() => cursor.identifier()) : []
    cursor.expectWord('as')
    cursor.expectOperator('(')
    ctes.push({ name, columns, query: parseQuery(cursor) })
    cursor.expectOperator(')')
  } while (cursor.acceptOperator(','))
  return ctes
}

/** INTERSECT binds tighter than UNION and EXCEPT (MINUS). */
function parseBody(cursor: TokenCursor, atLeast: number): QueryBody {
  let left = parseTerm(cursor)
  for (;;) {
    const own = cursor.isWord('intersect') ? 2 : cursor.isOneOf(['union', 'except', 'minus']) ? 1 : 0
    if (own <= atLeast) return left
    const word = cursor.next().text.replace('minus', 'except')
    const all = cursor.acceptWord('all')
    if (!all) cursor.acceptWord('distinct')
    left = { kind: 'set', operator: word.toUpperCase() + (all ? ' ALL' : ''), left, right: parseBody(cursor, own) }
  }
}

function parseTerm(cursor: TokenCursor): QueryBody {
  if (cursor.isOperator('(')) {
    cursor.next()
    const query = parseQuery(cursor)
    cursor.expectOperator(')')
    return query
  }
  if (cursor.acceptWord('values')) {
    const rows = [cursor.list(() => cursor.expression())]
    while (cursor.acceptOperator(',')) rows.push(cursor.list(() => cursor.expression()))
    return { kind: 'values', rows }
  }
  cursor.expectWord('select')
  return parseSelect(cursor)
}

function parseSelect(cursor: TokenCursor): Select {
  const top = cursor.acceptWord('top') ? parseTop(cursor) : undefined
  const distinct = cursor.acceptWord('distinct')
  if (distinct && cursor.isWord('on')) throw cursor.syntaxError()
  if (!distinct) cursor.acceptWord('all')
  const items = [parseItem(cursor)]
  while (cursor.acceptOperator(',')) items.push(parseItem(cursor))
  if (cursor.isWord('into')) throw unsupported('SELECT INTO')
  const select: Select = {
    kind: 'select',
    distinct,
    items,
    from: cursor.acceptWord('from') ? parseFrom(cursor) : [],
    ...optional('where', cursor.acceptWord('where') ? cursor.expression() : undefined),
    groupBy: cursor.acceptWord('group', 'by') ? parseGroupBy(cursor) : [],
    ...optional('having', cursor.acceptWord('having') ? cursor.expression() : undefined),
    ...optional('qualify', cursor.acceptWord('qualify') ? cursor.expression() : undefined),
  }
  if (top !== undefined) tops.set(select, top)
  return select
}

function parseTop(cursor: TokenCursor): Expression {
  return { kind: 'number', text: String(cursor.integer()) }
}

function parseItem(cursor: TokenCursor): SelectItem {
  const expression = cursor.expression()
  if (cursor.acceptWord('as')) return { expression, alias: cursor.label() }
  return cursor.isIdentifier() ? { expression, alias: cursor.identifier() } : { expression }
}

function parseGroupBy(cursor: TokenCursor): Expression[] {
  if (cursor.isOneOf(['rollup', 'cube', 'grouping'])) throw unsupported(`GROUP BY ${cursor.peek().text.toUpperCase()}`)
  const items = [cursor.expression()]
  while (cursor.acceptOperator(',')) items.push(cursor.expression())
  return items
}

function parseLimit(cursor: TokenCursor): [Expression | undefined, Expression | undefined] {
  let limit: Expression | undefined
  let offset: Expression | undefined
  for (;;) {
    if (cursor.acceptWord('limit')) limit = cursor.acceptWord('all') ? undefined : cursor.expression()
    else if (cursor.acceptWord('offset')) offset = cursor.expression()
    else return [limit, offset]
  }
}

export function parseFrom(cursor: TokenCursor): Source[] {
  const sources = [parseJoins(cursor)]
  while (cursor.acceptOperator(',')) sources.push(parseJoins(cursor))
  return sources
}

function parseJoins(cursor: TokenCursor): Source {
  let left = parseSource(cursor)
  for (;;) {
    const natural = cursor.acceptWord('natural')
    const join = parseJoinWord(cursor)
    if (join === undefined) return left
    const right = parseSource(cursor)
    if (cursor.acceptWord('on')) left = { kind: 'join', join, natural, left, right, on: cursor.expression() }
    else if (cursor.acceptWord('using')) {
      left = { kind: 'join', join, natural, left, right, using: cursor.list(() => cursor.identifier()) }
    } else if (join === 'CROSS' || natural) left = { kind: 'join', join, natural, left, right }
    else throw cursor.syntaxError()
  }
}

function parseJoinWord(cursor: TokenCursor): 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'CROSS' | undefined {
  for (const word of ['inner', 'left', 'right', 'full', 'cross'] as const) {
    if (!cursor.acceptWord(word)) continue
    cursor.acceptWord('outer')
    cursor.expectWord('join')
    return word.toUpperCase() as 'INNER'
  }
  return cursor.acceptWord('join') ? 'INNER' : undefined
}

function parseSource(cursor: TokenCursor): Source {
  if (cursor.isOperator('(')) {
    if (!cursor.startsQuery(1)) return parseParenthesizedJoin(cursor)
    cursor.next()
    const query = parseQuery(cursor)
    cursor.expectOperator(')')
    return { kind: 'derived', query, ...parseAlias(cursor) }
  }
  const names = cursor.isOperator('(', 1) ? [cursor.label()] : cursor.qualifiedName()
  if (cursor.isOperator('(')) return parseTableFunction(cursor, names[names.length - 1] ?? '')
  return { kind: 'table', names, ...parseAlias(cursor) }
}

function parseParenthesizedJoin(cursor: TokenCursor): Source {
  cursor.next()
  const source = parseJoins(cursor)
  cursor.expectOperator(')')
  return source
}

function parseAlias(cursor: TokenCursor): { alias?: string; columns: readonly string[] } {
  if (!cursor.acceptWord('as') && !cursor.isIdentifier()) return { columns: [] }
  const alias = cursor.identifier()
  return { alias, columns: cursor.isOperator('(') ? cursor.list(() => cursor.identifier()) : [] }
}

/** `f(…) AS t(name type, …)` */
function parseTableFunction(cursor: TokenCursor, name: string): Source {
  const args: Expression[] = []
  cursor.expectOperator('(')
  if (!cursor.isOperator(')')) {
    do args.push(cursor.expression())
    while (cursor.acceptOperator(','))
  }
  cursor.expectOperator(')')
  const call: FunctionCall = { kind: 'call', name, args, distinct: false, star: false, orderBy: [] }
  cursor.acceptWord('as')
  if (!cursor.isIdentifier() && !cursor.isOperator('(')) return { kind: 'function', call, columns: [] }
  const alias = cursor.isOperator('(') ? {} : { alias: cursor.identifier() }
  if (!cursor.isOperator('(')) return { kind: 'function', call, ...alias, columns: [] }
  const columns = cursor.list(() => {
    const column = { name: cursor.identifier() }
    return cursor.isOperator(',') || cursor.isOperator(')') ? column : { ...column, type: parseType(cursor) }
  })
  return { kind: 'function', call, ...alias, columns }
}
