import { unsupported } from './fault.js'
import { call, parseFunctionCall, parseSpecialFunction, parseSubscript, specialFunctions } from './function-parser.js'
import type { Expression } from './syntax-tree.js'
import type { TokenCursor } from './token-cursor.js'
import { parseType } from './type-parser.js'
import { rsType } from './types.js'

/** Binding powers, PostgreSQL 8's order. */
const power = {
  or: 1,
  and: 2,
  not: 3,
  is: 4,
  comparison: 5,
  like: 6,
  other: 7,
  add: 8,
  multiply: 9,
  exponent: 10,
  sign: 11,
}

const binaryPower: Readonly<Record<string, number>> = {
  '=': power.comparison,
  '<': power.comparison,
  '>': power.comparison,
  '<=': power.comparison,
  '>=': power.comparison,
  '<>': power.comparison,
  '!=': power.comparison,
  '||': power.other,
  '~': power.other,
  '!~': power.other,
  '~*': power.other,
  '!~*': power.other,
  '~~': power.other,
  '!~~': power.other,
  '&': power.other,
  '|': power.other,
  '#': power.other,
  '<<': power.other,
  '>>': power.other,
  '+': power.add,
  '-': power.add,
  '*': power.multiply,
  '/': power.multiply,
  '%': power.multiply,
  '^': power.exponent,
}

export function parseExpression(cursor: TokenCursor, atLeast = 0): Expression {
  let left = parsePrefix(cursor)
  for (;;) {
    const next = parseInfix(cursor, left, atLeast)
    if (next === undefined) return left
    left = next
  }
}

function parsePrefix(cursor: TokenCursor): Expression {
  if (cursor.acceptWord('not')) return { kind: 'unary', operator: 'NOT', operand: parseExpression(cursor, power.not) }
  for (const operator of ['-', '+']) {
    if (cursor.acceptOperator(operator)) {
      return { kind: 'unary', operator, operand: parseExpression(cursor, power.sign) }
    }
  }
  return parsePostfix(cursor, parsePrimary(cursor))
}

/** `x::type`, `x AT TIME ZONE z` bind tightest. */
function parsePostfix(cursor: TokenCursor, operand: Expression): Expression {
  let expression = operand
  for (;;) {
    if (isRelationOid(cursor, expression)) expression = parseRelationOid(cursor, expression)
    else if (cursor.acceptOperator('::')) expression = { kind: 'cast', operand: expression, type: parseType(cursor) }
    else if (cursor.acceptWord('at', 'time', 'zone')) {
      expression = { kind: 'zone', operand: expression, zone: parsePostfix(cursor, parsePrimary(cursor)) }
    } else if (cursor.isOperator('[')) expression = parseSubscript(cursor, expression)
    else if (cursor.isOperator(':')) throw unsupported('navigation into SUPER')
    else return expression
  }
}

/** What `'pg_class'::regclass::oid` calls. */
export const relationOid = '(regclass)'

/** REGCLASS alone is not known: it would show as a name. */
function isRelationOid(cursor: TokenCursor, operand: Expression): boolean {
  const [type, next] = [cursor.peek(1), cursor.peek(3)]
  return operand.kind === 'string' && cursor.isOperator('::') && type.text === 'regclass' && next.text === 'oid'
}

function parseRelationOid(cursor: TokenCursor, operand: Expression): Expression {
  for (let n = 0; n < 4; n += 1) cursor.next()
  return call(relationOid, operand)
}

function parseInfix(cursor: TokenCursor, left: Expression, atLeast: number): Expression | undefined {
  const token = cursor.peek()
  if (token.kind === 'operator') return parseOperator(cursor, left, atLeast, token.text)
  if (token.kind !== 'word') return undefined
  for (const [word, own] of [
    ['or', power.or],
    ['and', power.and],
  ] as const) {
    if (token.text !== word) continue
    if (own <= atLeast) return undefined
    cursor.next()
    return { kind: 'binary', operator: word.toUpperCase(), left, right: parseExpression(cursor, own) }
  }
  return parseWordOperator(cursor, left, atLeast)
}

function parseOperator(cursor: TokenCursor, left: Expression, atLeast: number, text: string): Expression | undefined {
  if (text === 'operator') return undefined
  const own = binaryPower[text]
  if (own === undefined || own <= atLeast) return undefined
  cursor.next()
  const operator = text === '!=' ? '<>' : text
  if (own === power.comparison && cursor.isOneOf(['any', 'some', 'all']) && cursor.isOperator('(', 1)) {
    const quantifier = cursor.next().text === 'all' ? 'ALL' : 'ANY'
    cursor.expectOperator('(')
    if (!cursor.startsQuery()) throw unsupported(`${operator} ${quantifier} over an array`)
    const query = cursor.query()
    cursor.expectOperator(')')
    return { kind: 'quantified', operator, quantifier, operand: left, query }
  }
  return { kind: 'binary', operator, left, right: parseExpression(cursor, own) }
}

function parseWordOperator(cursor: TokenCursor, left: Expression, atLeast: number): Expression | undefined {
  if (power.is > atLeast) {
    if (cursor.acceptWord('isnull')) return { kind: 'is', negated: false, operand: left, what: 'NULL' }
    if (cursor.acceptWord('notnull')) return { kind: 'is', negated: true, operand: left, what: 'NULL' }
    if (cursor.acceptWord('is')) return parseIs(cursor, left)
  }
  if (cursor.isWord('operator') && cursor.isOperator('(', 1) && power.other > atLeast) {
    return parseQualifiedOperator(cursor, left)
  }
  if (power.like <= atLeast) return undefined
  const negated = cursor.isWord('not') && ['like', 'ilike', 'in', 'between', 'similar'].includes(cursor.peek(1).text)
  if (negated) cursor.next()
  if (cursor.acceptWord('between')) return parseBetween(cursor, left, negated)
  if (cursor.acceptWord('in')) return parseIn(cursor, left, negated)
  for (const words of [['like'], ['ilike'], ['similar', 'to']] as const) {
    if (cursor.acceptWord(...words)) return parseLike(cursor, left, negated, words.join(' ').toUpperCase())
  }
  return undefined
}

/** psql writes `OPERATOR(pg_catalog.~)`. */
function parseQualifiedOperator(cursor: TokenCursor, left: Expression): Expression {
  cursor.next()
  cursor.expectOperator('(')
  if (cursor.acceptWord('pg_catalog')) cursor.expectOperator('.')
  const operator = cursor.next().text
  cursor.expectOperator(')')
  return { kind: 'binary', operator, left, right: parseExpression(cursor, power.other) }
}

function parseIs(cursor: TokenCursor, operand: Expression): Expression {
  const negated = cursor.acceptWord('not')
  if (!cursor.isOneOf(['null', 'true', 'false', 'unknown'])) throw cursor.syntaxError()
  return { kind: 'is', negated, operand, what: cursor.next().text.toUpperCase() }
}

function parseBetween(cursor: TokenCursor, operand: Expression, negated: boolean): Expression {
  const low = parseExpression(cursor, power.like)
  cursor.expectWord('and')
  return { kind: 'between', negated, operand, low, high: parseExpression(cursor, power.like) }
}

function parseIn(cursor: TokenCursor, operand: Expression, negated: boolean): Expression {
  if (!cursor.isOperator('(')) throw cursor.syntaxError()
  if (cursor.startsQuery(1)) {
    cursor.expectOperator('(')
    const query = cursor.query()
    cursor.expectOperator(')')
    return { kind: 'in', negated, operand, among: query }
  }
  return { kind: 'in', negated, operand, among: cursor.list(() => parseExpression(cursor)) }
}

function parseLike(cursor: TokenCursor, operand: Expression, negated: boolean, operator: string): Expression {
  const pattern = parseExpression(cursor, power.like)
  if (!cursor.acceptWord('escape')) return { kind: 'like', operator, negated, operand, pattern }
  return { kind: 'like', operator, negated, operand, pattern, escape: parseExpression(cursor, power.like) }
}

function parsePrimary(cursor: TokenCursor): Expression {
  const token = cursor.peek()
  switch (token.kind) {
    case 'string':
      return { kind: 'string', text: cursor.next().text }
    case 'number':
      return { kind: 'number', text: cursor.next().text }
    case 'parameter':
      return { kind: 'parameter', number: Number(cursor.next().text) }
    case 'operator':
      return token.text === '*' ? parseStar(cursor) : parseParentheses(cursor)
    case 'word':
      return parseWord(cursor)
    case 'quoted':
      return parseColumn(cursor)
    case 'end':
      throw cursor.syntaxError()
  }
}

function parseStar(cursor: TokenCursor): Expression {
  cursor.next()
  return { kind: 'star', table: [] }
}

function parseParentheses(cursor: TokenCursor): Expression {
  if (cursor.startsQuery(1) && cursor.isOperator('(')) {
    cursor.next()
    const query = cursor.query()
    cursor.expectOperator(')')
    return { kind: 'subquery', query }
  }
  const items = cursor.list(() => parseExpression(cursor))
  const [only] = items
  return items.length === 1 && only !== undefined ? only : { kind: 'row', items }
}

function parseWord(cursor: TokenCursor): Expression {
  if (cursor.acceptWord('null')) return { kind: 'null' }
  if (cursor.acceptWord('true')) return { kind: 'boolean', value: true }
  if (cursor.acceptWord('false')) return { kind: 'boolean', value: false }
  if (cursor.acceptWord('case')) return parseCase(cursor)
  if (cursor.acceptWord('exists')) return parseExists(cursor)
  if (cursor.isWord('interval') && cursor.peek(1).kind === 'string') return parseInterval(cursor)
  const literal = parseTypedLiteral(cursor)
  if (literal !== undefined) return literal
  if (specialFunctions.has(cursor.peek().text)) {
    const special = parseSpecialFunction(cursor)
    if (special !== undefined) return special
  }
  return parseColumn(cursor)
}

function parseExists(cursor: TokenCursor): Expression {
  cursor.expectOperator('(')
  const query = cursor.query()
  cursor.expectOperator(')')
  return { kind: 'exists', query }
}

function parseCase(cursor: TokenCursor): Expression {
  const operand = cursor.isWord('when') ? {} : { operand: parseExpression(cursor) }
  const whens: { when: Expression; then: Expression }[] = []
  while (cursor.acceptWord('when')) {
    const when = parseExpression(cursor)
    cursor.expectWord('then')
    whens.push({ when, then: parseExpression(cursor) })
  }
  const otherwise = cursor.acceptWord('else') ? { otherwise: parseExpression(cursor) } : {}
  cursor.expectWord('end')
  return { kind: 'case', ...operand, whens, ...otherwise }
}

function parseInterval(cursor: TokenCursor): Expression {
  cursor.next()
  const text = cursor.string()
  const units = ['year', 'month', 'week', 'day', 'hour', 'minute', 'second']
  let unit = cursor.isOneOf(units) ? cursor.next().text : ''
  if (unit !== '' && cursor.acceptWord('to')) unit = `${unit} to ${cursor.next().text}`
  // TPC-H writes `interval '90' day (3)`: the precision says nothing.
  if (unit !== '' && cursor.isOperator('(')) cursor.list(() => cursor.integer())
  return { kind: 'interval', text, unit }
}

/** `date '1998-12-01'`; the word alone may be a column. */
function parseTypedLiteral(cursor: TokenCursor): Expression | undefined {
  for (const name of ['date', 'timestamp', 'timestamptz', 'time', 'timetz'] as const) {
    if (cursor.isWord(name) && cursor.peek(1).kind === 'string') {
      cursor.next()
      return { kind: 'cast', operand: { kind: 'string', text: cursor.string() }, type: rsType(name) }
    }
  }
  return undefined
}

/** Function names may be reserved words (`left`, `right`), so a word before `(` is a function. */
function parseColumn(cursor: TokenCursor): Expression {
  if (cursor.isOperator('(', 1)) return parseFunctionCall(cursor, cursor.label())
  const names = [cursor.identifier()]
  while (cursor.acceptOperator('.')) {
    if (cursor.acceptOperator('*')) return { kind: 'star', table: names }
    if (cursor.isOperator('(', 1)) return parseFunctionCall(cursor, cursor.label())
    names.push(cursor.label())
  }
  return { kind: 'column', names }
}
