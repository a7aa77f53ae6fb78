import type { Expression } from './ast.js'
import { readPrimary } from './primary-grammar.js'
import { startsQuery } from './query-start.js'
import type { TokenReader } from './token-reader.js'

/** Loosest first: OR, AND, NOT, comparison, `|`, `^`, `&`, `+ - ||`, `* / % DIV`, signs. */
export function readExpression(reader: TokenReader): Expression {
  return reader.nested(() => readOr(reader))
}

function readOr(reader: TokenReader): Expression {
  let left = readAnd(reader)
  while (reader.isWords('OR')) left = combine(reader, left, 'or', readAnd)
  return left
}

function readAnd(reader: TokenReader): Expression {
  let left = readNot(reader)
  while (reader.isWords('AND')) left = combine(reader, left, 'and', readNot)
  return left
}

function readNot(reader: TokenReader): Expression {
  const at = reader.at
  if (reader.isWords('NOT') && !reader.isWords('NOT', 'EXISTS')) {
    reader.next()
    return { kind: 'unary', operator: 'not', operand: reader.nested(() => readNot(reader)), at }
  }
  if (reader.takeWords('NOT')) return { kind: 'unary', operator: 'not', operand: readComparison(reader), at }
  return readComparison(reader)
}

const comparisons = ['=', '==', '<>', '!=', '<=>', '<=', '>=', '<', '>']

function readComparison(reader: TokenReader): Expression {
  let left = readBits(reader)
  for (;;) {
    const mark = comparisons.find((text) => reader.isMark(text))
    if (mark !== undefined) left = combine(reader, left, mark === '==' ? '=' : mark === '!=' ? '<>' : mark, readBits)
    else {
      const tested = readTest(reader, left)
      if (tested === undefined) return left
      left = tested
    }
  }
}

/** IS, BETWEEN, IN, LIKE, RLIKE after an operand. */
function readTest(reader: TokenReader, operand: Expression): Expression | undefined {
  const at = operand.at
  if (reader.takeWords('IS')) {
    const not = reader.takeWords('NOT')
    for (const what of ['null', 'true', 'false'] as const) {
      if (reader.takeWords(what.toUpperCase())) return { kind: 'is', not, what, operand, at }
    }
    throw reader.unexpected('NULL, TRUE or FALSE')
  }
  const not =
    reader.isWords('NOT') && ['BETWEEN', 'IN', 'LIKE', 'RLIKE', 'REGEXP'].includes(reader.peek(1).text.toUpperCase())
  if (not) reader.next()
  if (reader.takeWords('BETWEEN')) {
    const low = readBits(reader)
    reader.expectWords('AND')
    return { kind: 'between', not, operand, low, high: readBits(reader), at }
  }
  if (reader.takeWords('IN')) return readIn(reader, operand, not)
  if (reader.takeWords('LIKE')) return { kind: 'like', not, regular: false, operand, pattern: readBits(reader), at }
  if (reader.takeWords('RLIKE') || reader.takeWords('REGEXP')) {
    return { kind: 'like', not, regular: true, operand, pattern: readBits(reader), at }
  }
  return undefined
}

function readIn(reader: TokenReader, operand: Expression, not: boolean): Expression {
  return reader.inParentheses((): Expression => {
    if (startsQuery(reader)) return { kind: 'in-query', not, operand, query: reader.query(), at: operand.at }
    return { kind: 'in', not, operand, values: reader.list(() => reader.expression()), at: operand.at }
  })
}

function readBits(reader: TokenReader): Expression {
  let left = readSum(reader)
  for (;;) {
    const mark = ['|', '^', '&'].find((text) => reader.isMark(text))
    if (mark === undefined) return left
    left = combine(reader, left, mark, readSum)
  }
}

function readSum(reader: TokenReader): Expression {
  let left = readProduct(reader)
  for (;;) {
    const mark = ['+', '-', '||'].find((text) => reader.isMark(text))
    if (mark === undefined) return left
    left = combine(reader, left, mark, readProduct)
  }
}

function readProduct(reader: TokenReader): Expression {
  let left = readSign(reader)
  for (;;) {
    const mark = ['*', '/', '%'].find((text) => reader.isMark(text)) ?? (reader.isWords('DIV') ? 'div' : undefined)
    if (mark === undefined) return left
    left = combine(reader, left, mark, readSign)
  }
}

function readSign(reader: TokenReader): Expression {
  const at = reader.at
  for (const operator of ['-', '+', '~'] as const) {
    if (reader.takeMark(operator))
      return { kind: 'unary', operator, operand: reader.nested(() => readSign(reader)), at }
  }
  return readPrimary(reader)
}

function combine(
  reader: TokenReader,
  left: Expression,
  operator: string,
  read: (reader: TokenReader) => Expression,
): Expression {
  const at = reader.next().at
  return { kind: 'binary', operator, left, right: read(reader), at }
}
