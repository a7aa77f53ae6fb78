import type { WrittenType } from '../data-type.js'
import type { Position } from '../odps-error.js'
import type { Call, Expression, Order, Window } from './ast.js'
import { readOrders, startsQuery } from './query-start.js'
import type { TokenReader } from './token-reader.js'

const typedLiterals = ['DATE', 'DATETIME', 'TIMESTAMP', 'TIMESTAMP_NTZ', 'X', 'JSON']
/** Reserved words that are also functions (maxcompute.md 5.4 lists them as words). */
const reservedFunctions = ['IF', 'REPLACE', 'REGEXP', 'DATE', 'ARRAY', 'MAP', 'STRUCT', 'LEFT', 'RIGHT', 'TIMESTAMP']

/** A value, and what is picked out of it: `a[0]`, `m['k']`, `s(…).field`. */
export function readPrimary(reader: TokenReader): Expression {
  let value = readValue(reader)
  for (;;) {
    const at = reader.at
    if (reader.takeMark('[')) {
      value = { kind: 'element', of: value, index: reader.expression(), at }
      reader.expectMark(']')
    } else if (value.kind !== 'column' && value.kind !== 'star' && reader.isMark('.') && isField(reader)) {
      reader.next()
      value = { kind: 'field', of: value, name: reader.fieldName(), at }
    } else return value
  }
}

function isField(reader: TokenReader): boolean {
  return reader.peek(1).kind === 'word' || reader.peek(1).kind === 'quoted'
}

function readValue(reader: TokenReader): Expression {
  const { at, kind, text } = reader.token
  if (kind === 'number') return readNumber(reader)
  if (kind === 'string') return { kind: 'string', value: reader.string(), at }
  if (reader.isMark('(')) return readParenthesis(reader)
  if (reader.isMark('*')) {
    reader.next()
    return { kind: 'star', at, ...readExcept(reader) }
  }
  const upper = kind === 'word' ? text.toUpperCase() : ''
  if (upper === 'NULL') return reader.next() && { kind: 'null', at }
  if (upper === 'TRUE' || upper === 'FALSE') return reader.next() && { kind: 'boolean', value: upper === 'TRUE', at }
  if (typedLiterals.includes(upper) && reader.peek(1).kind === 'string') {
    reader.next()
    return { kind: 'typed', type: upper.toLowerCase(), value: reader.string(), at }
  }
  if (upper === 'CASE') return readCase(reader)
  if (upper === 'CAST') return readCast(reader)
  if (upper === 'INTERVAL' && reader.peek(1).kind !== 'mark') return readInterval(reader)
  if (upper === 'EXISTS') return readExists(reader)
  const callable = reader.isIdentifier() || reservedFunctions.includes(upper)
  if (callable && reader.peek(1).text === '(' && reader.peek(1).kind === 'mark') return readCall(reader)
  return readColumn(reader)
}

function readNumber(reader: TokenReader): Expression {
  const { text, at } = reader.next()
  const suffix = /(?:BD|[LSYDF])$/i.exec(text)?.[0] ?? ''
  return { kind: 'number', digits: text.slice(0, text.length - suffix.length), suffix: suffix.toUpperCase(), at }
}

function readParenthesis(reader: TokenReader): Expression {
  const at = reader.at
  return reader.inParentheses((): Expression => {
    if (startsQuery(reader)) return { kind: 'scalar', query: reader.query(), at }
    const [first, ...others] = reader.list(() => reader.expression())
    if (first === undefined) throw reader.unexpected('an expression')
    return others.length === 0 ? first : { kind: 'row', items: [first, ...others], at }
  })
}

function readColumn(reader: TokenReader): Expression {
  const at = reader.at
  const parts = [reader.identifier()]
  while (reader.isMark('.')) {
    reader.next()
    if (reader.takeMark('*')) return { kind: 'star', qualifier: parts.join('.'), at, ...readExcept(reader) }
    parts.push(reader.identifier())
  }
  return { kind: 'column', parts, at }
}

/** `EXCEPT (a, b)` after a star; `EXCEPT (SELECT …)` is a set operation. */
function readExcept(reader: TokenReader): { except?: string[] } {
  const [bracket, name] = [reader.peek(1), reader.peek(2)]
  const isList = reader.isWords('EXCEPT') && bracket.kind === 'mark' && bracket.text === '('
  if (!isList || name.kind === 'mark' || ['SELECT', 'WITH'].includes(name.text.toUpperCase())) return {}
  reader.next()
  return { except: reader.inParentheses(() => reader.list(() => reader.identifier())) }
}

function readCase(reader: TokenReader): Expression {
  const at = reader.next().at
  const subject = reader.isWords('WHEN') ? undefined : reader.expression()
  const branches: { when: Expression; then: Expression }[] = []
  while (reader.takeWords('WHEN')) {
    const when = reader.expression()
    reader.expectWords('THEN')
    branches.push({ when, then: reader.expression() })
  }
  if (branches.length === 0) throw reader.unexpected('WHEN')
  const otherwise = reader.takeWords('ELSE') ? reader.expression() : undefined
  reader.expectWords('END')
  return {
    kind: 'case',
    at,
    branches,
    ...(subject === undefined ? {} : { subject }),
    ...(otherwise === undefined ? {} : { otherwise }),
  }
}

function readCast(reader: TokenReader): Expression {
  const at = reader.next().at
  return reader.inParentheses((): Expression => {
    const operand = reader.expression()
    reader.expectWords('AS')
    return { kind: 'cast', operand, type: readType(reader), at }
  })
}

/** A type's name and its numbers; what it means is decided with the statement's settings. */
export function readType(reader: TokenReader): WrittenType {
  const at = reader.at
  if (reader.token.kind !== 'word') throw reader.unexpected('a type')
  const name = reader.next().text
  if (reader.takeMark('<')) return reader.nested(() => readInner(reader, name, at))
  const numbers = reader.isMark('(') ? reader.inParentheses(() => reader.list(() => Number(reader.digits()))) : []
  return { name, numbers, at }
}

/** After `<`: `bigint>`, `string,array<int>>`, `a:int,b:string>`. */
function readInner(reader: TokenReader, name: string, at: Position): WrittenType {
  const isStruct = name.toLowerCase() === 'struct'
  const names: string[] = []
  const inner = reader.list(() => {
    if (isStruct) {
      names.push(reader.fieldName())
      reader.expectMark(':')
    }
    const type = readType(reader)
    if (isStruct && reader.takeWords('COMMENT')) reader.string()
    return type
  })
  reader.expectMark('>')
  return { name, numbers: [], at, inner, ...(isStruct && { names }) }
}

function readInterval(reader: TokenReader): Expression {
  const at = reader.next().at
  const value = reader.token.kind === 'string' ? reader.string() : reader.digits()
  const unit = reader.identifier()
  const to = reader.takeWords('TO') ? reader.identifier() : undefined
  return { kind: 'interval', value, unit, at, ...(to === undefined ? {} : { to }) }
}

function readExists(reader: TokenReader): Expression {
  const at = reader.next().at
  return reader.inParentheses(() => ({ kind: 'exists', query: reader.query(), at }))
}

function readCall(reader: TokenReader): Expression {
  const { text, at } = reader.next()
  const name = text.toLowerCase()
  if (name === 'extract') return readExtract(reader)
  const call = reader.inParentheses(() => readArguments(reader, name))
  return { ...call, at, ...readCallClauses(reader) }
}

function readCallClauses(reader: TokenReader): Pick<Call, 'withinGroup' | 'filter' | 'over'> {
  const withinGroup = reader.takeWords('WITHIN', 'GROUP')
    ? reader.inParentheses(() => {
        reader.expectWords('ORDER', 'BY')
        return readOrders(reader)
      })
    : undefined
  const filter = isBefore(reader, 'FILTER')
    ? reader.inParentheses(() => {
        reader.expectWords('WHERE')
        return reader.expression()
      })
    : undefined
  const over = reader.takeWords('OVER') ? readOver(reader) : undefined
  return { ...(withinGroup && { withinGroup }), ...(filter && { filter }), ...(over && { over }) }
}

/** Takes the word when a parenthesis follows; alone it may be an alias. */
function isBefore(reader: TokenReader, word: string): boolean {
  return reader.peek(1).kind === 'mark' && reader.peek(1).text === '(' && reader.takeWords(word)
}

function readOver(reader: TokenReader): Window {
  return reader.isMark('(') ? readWindow(reader) : { named: reader.identifier(), partitionBy: [], orderBy: [] }
}

function readArguments(reader: TokenReader, name: string): Call {
  const distinct = reader.takeWords('DISTINCT')
  const list = reader.isMark(')') ? [] : reader.list(() => reader.expression())
  return { kind: 'call', name, arguments: list, distinct }
}

/** EXTRACT(unit FROM value) is `extract('unit', value)`. */
function readExtract(reader: TokenReader): Expression {
  const at = reader.at
  return reader.inParentheses((): Expression => {
    const unit: Expression = { kind: 'string', value: reader.identifier(), at }
    reader.expectWords('FROM')
    return { kind: 'call', name: 'extract', arguments: [unit, reader.expression()], distinct: false, at }
  })
}

/** `(PARTITION BY … ORDER BY … ROWS …)` */
export function readWindow(reader: TokenReader): Window {
  return reader.inParentheses(() => {
    const partitionBy = reader.takeWords('PARTITION', 'BY') ? reader.list(() => reader.expression()) : []
    const orderBy: Order[] = reader.takeWords('ORDER', 'BY') ? readOrders(reader) : []
    const frame = reader.isWords('ROWS') || reader.isWords('RANGE') ? readFrame(reader) : undefined
    return { partitionBy, orderBy, ...(frame === undefined ? {} : { frame }) }
  })
}

function readFrame(reader: TokenReader): string {
  const unit = reader.next().text.toUpperCase()
  if (!reader.takeWords('BETWEEN')) return `${unit} ${readBound(reader)}`
  const low = readBound(reader)
  reader.expectWords('AND')
  return `${unit} BETWEEN ${low} AND ${readBound(reader)}`
}

function readBound(reader: TokenReader): string {
  if (reader.takeWords('CURRENT', 'ROW')) return 'CURRENT ROW'
  const amount = reader.takeWords('UNBOUNDED') ? 'UNBOUNDED' : reader.digits()
  for (const side of ['PRECEDING', 'FOLLOWING']) if (reader.takeWords(side)) return `${amount} ${side}`
  throw reader.unexpected('PRECEDING or FOLLOWING')
}
