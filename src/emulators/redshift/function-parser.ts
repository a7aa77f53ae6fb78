import { unsupported } from './fault.js'
import { parseOrderBy } from './order-parser.js'
import type { Expression, FunctionCall, OrderItem, Window } from './syntax-tree.js'
import type { TokenCursor } from './token-cursor.js'
import { parseType } from './type-parser.js'

/** Words with a grammar of their own, or that are functions without parentheses. */
export const specialFunctions = new Set([
  'cast',
  'try_cast',
  'convert',
  'extract',
  'substring',
  'trim',
  'position',
  'approximate',
  'array',
  'current_date',
  'current_timestamp',
  'current_time',
  'current_user',
  'session_user',
  'user',
  'sysdate',
  'localtimestamp',
])

const bareFunctions = [
  'current_date',
  'current_timestamp',
  'current_time',
  'current_user',
  'session_user',
  'user',
  'sysdate',
  'localtimestamp',
]

export function call(name: string, ...args: readonly Expression[]): FunctionCall {
  return { kind: 'call', name, args, distinct: false, star: false, orderBy: [] }
}

/** Undefined when the word is an ordinary name here. */
export function parseSpecialFunction(cursor: TokenCursor): Expression | undefined {
  if (cursor.isOneOf(bareFunctions)) return parseBareFunction(cursor)
  if (cursor.acceptWord('approximate')) throw unsupported('APPROXIMATE')
  if (!cursor.isOperator('(', 1)) return undefined
  const name = cursor.next().text
  if (name === 'array' || name === 'try_cast') throw unsupported(name.toUpperCase())
  cursor.expectOperator('(')
  const expression = parseArguments(cursor, name)
  cursor.expectOperator(')')
  return expression
}

function parseBareFunction(cursor: TokenCursor): Expression {
  const name = cursor.next().text
  if (cursor.isOperator('(') && cursor.isOperator(')', 1)) {
    cursor.next()
    cursor.next()
  }
  return call(name)
}

function parseArguments(cursor: TokenCursor, name: string): Expression {
  switch (name) {
    case 'cast':
      return parseCast(cursor)
    case 'convert':
      return parseConvert(cursor)
    case 'extract':
      return parseExtract(cursor)
    case 'trim':
      return parseTrim(cursor)
    case 'position':
      return parsePosition(cursor)
    default:
      return parseSubstring(cursor)
  }
}

function parseCast(cursor: TokenCursor): Expression {
  const operand = cursor.expression()
  cursor.expectWord('as')
  return { kind: 'cast', operand, type: parseType(cursor) }
}

function parseConvert(cursor: TokenCursor): Expression {
  const type = parseType(cursor)
  cursor.expectOperator(',')
  return { kind: 'cast', operand: cursor.expression(), type }
}

function parseExtract(cursor: TokenCursor): Expression {
  const field = cursor.peek().kind === 'string' ? cursor.string() : cursor.label()
  cursor.expectWord('from')
  return call('date_part', { kind: 'string', text: field }, cursor.expression())
}

function parseTrim(cursor: TokenCursor): Expression {
  const side = cursor.isOneOf(['both', 'leading', 'trailing']) ? cursor.next().text : 'both'
  const name = { both: 'btrim', leading: 'ltrim', trailing: 'rtrim' }[side] ?? 'btrim'
  if (cursor.acceptWord('from')) return call(name, cursor.expression())
  const first = cursor.expression()
  if (cursor.acceptWord('from')) return call(name, cursor.expression(), first)
  if (cursor.acceptOperator(',')) return call(name, first, cursor.expression())
  return call(name, first)
}

function parsePosition(cursor: TokenCursor): Expression {
  // Above IN's own binding power, so that `a IN b` is not read as a list.
  const part = cursor.expression(6)
  cursor.expectWord('in')
  return call('strpos', cursor.expression(), part)
}

function parseSubstring(cursor: TokenCursor): Expression {
  const args = [cursor.expression()]
  if (cursor.acceptWord('from')) {
    args.push(cursor.expression())
    if (cursor.acceptWord('for')) args.push(cursor.expression())
    return call('substring', ...args)
  }
  while (cursor.acceptOperator(',')) args.push(cursor.expression())
  return call('substring', ...args)
}

/** What `(current_schemas(…))[n]` calls; no SQL can write this name. */
export const schemaElement = '(current_schemas)[]'

/** What `conkey[n]` and `confkey[n]` call. */
export const keyElement = '(conkey)[]'

/** The cursor stands at `[`. Redshift's only arrays are in its catalogs; these are the ones that drivers go into. */
export function parseSubscript(cursor: TokenCursor, operand: Expression): Expression {
  const column = operand.kind === 'column' ? (operand.names[operand.names.length - 1] ?? '') : ''
  const isKey = column === 'conkey' || column === 'confkey'
  const isSchemas = operand.kind === 'call' && operand.name === 'current_schemas'
  if (!isKey && !isSchemas) throw unsupported('navigation into SUPER')
  cursor.expectOperator('[')
  const index = cursor.expression()
  cursor.expectOperator(']')
  return isSchemas ? call(schemaElement, ...operand.args, index) : call(keyElement, operand, index)
}

/** The name is read; the cursor stands at `(`. */
export function parseFunctionCall(cursor: TokenCursor, name: string): Expression {
  cursor.expectOperator('(')
  const star = cursor.isOperator('*') && cursor.isOperator(')', 1)
  if (star) cursor.next()
  const distinct = cursor.acceptWord('distinct')
  if (!distinct) cursor.acceptWord('all')
  const args: Expression[] = []
  if (!star && !cursor.isOperator(')')) {
    do args.push(cursor.expression())
    while (cursor.acceptOperator(','))
  }
  const inner = ignoreNulls(cursor)
  cursor.expectOperator(')')
  const orderBy = parseWithinGroup(cursor)
  const ignored = inner || ignoreNulls(cursor)
  const over = cursor.acceptWord('over') ? { over: parseWindow(cursor) } : {}
  return { kind: 'call', name, args, distinct, star, orderBy, ...over, ...(ignored ? { ignoreNulls: true } : {}) }
}

function ignoreNulls(cursor: TokenCursor): boolean {
  if (cursor.acceptWord('respect', 'nulls')) return false
  return cursor.acceptWord('ignore', 'nulls')
}

function parseWithinGroup(cursor: TokenCursor): OrderItem[] {
  if (!cursor.acceptWord('within')) return []
  cursor.expectWord('group')
  cursor.expectOperator('(')
  const items = parseOrderBy(cursor)
  cursor.expectOperator(')')
  return items
}

function parseWindow(cursor: TokenCursor): Window {
  cursor.expectOperator('(')
  const partitionBy: Expression[] = []
  if (cursor.acceptWord('partition', 'by')) {
    do partitionBy.push(cursor.expression())
    while (cursor.acceptOperator(','))
  }
  const orderBy = parseOrderBy(cursor)
  const words: string[] = []
  while (!cursor.isOperator(')')) words.push(frameWord(cursor))
  cursor.expectOperator(')')
  return { partitionBy, orderBy, frame: words.join(' ') }
}

const frameWords = ['rows', 'between', 'and', 'unbounded', 'preceding', 'following', 'current', 'row']

function frameWord(cursor: TokenCursor): string {
  const token = cursor.peek()
  if (token.kind !== 'number' && !cursor.isOneOf(frameWords)) throw cursor.syntaxError()
  return cursor.next().text.toUpperCase()
}
