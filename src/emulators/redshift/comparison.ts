import { type Bound, type BoundQuery, quoteText } from './binding.js'
import { unsupported } from './fault.js'
import { isText } from './type-unifier.js'
import { rsType } from './types.js'

const boolean = rsType('bool')

/** Trailing blanks do not count in comparisons of texts (redshift.md 4.1); CHAR is stored without them. */
function comparable(bound: Bound): string {
  if (bound.literal !== undefined) return quoteText(bound.literal.replace(/ +$/, ''))
  return bound.type?.name === 'varchar' ? `rtrim(${bound.sql}, ' ')` : bound.sql
}

/** A literal takes the type of what it is compared with, so only texts are trimmed. */
function textual(...operands: readonly Bound[]): boolean {
  return operands.every((operand) => operand.isNull === true || operand.type === undefined || isText(operand.type))
}

export function compare(operator: string, left: Bound, right: Bound): Bound {
  const [a, b] = textual(left, right) ? [comparable(left), comparable(right)] : [left.sql, right.sql]
  return { sql: `(${a} ${operator} ${b})`, type: boolean }
}

export function within(negated: boolean, operand: Bound, low: Bound, high: Bound): Bound {
  const texts = textual(operand, low, high)
  const [value, from, to] = [operand, low, high].map((bound) => (texts ? comparable(bound) : bound.sql))
  return { sql: `(${value} ${negated ? 'NOT ' : ''}BETWEEN ${from} AND ${to})`, type: boolean }
}

export function isIn(negated: boolean, operand: Bound, among: readonly Bound[] | BoundQuery): Bound {
  const word = negated ? 'NOT IN' : 'IN'
  if ('columns' in among) return { sql: `(${operand.sql} ${word} (${among.sql}))`, type: boolean }
  const texts = textual(operand, ...among)
  const items = among.map((item) => (texts ? comparable(item) : item.sql)).join(', ')
  return { sql: `(${texts ? comparable(operand) : operand.sql} ${word} (${items}))`, type: boolean }
}

/** LIKE, ILIKE, SIMILAR TO and the POSIX operators. */
export function matchPattern(
  operator: string,
  negated: boolean,
  operand: Bound,
  pattern: Bound,
  escape: Bound | undefined,
): Bound {
  const not = negated ? 'NOT ' : ''
  switch (operator.replace('!', '')) {
    case 'LIKE':
    case '~~':
      return like('LIKE', not, operand, pattern, escape)
    case 'ILIKE':
    case '~~*':
      return like('ILIKE', not, operand, pattern, escape)
    case 'SIMILAR TO':
      return similar(not, operand, pattern)
    case '~*':
      return { sql: `(${not}regexp_matches(${operand.sql}, ${pattern.sql}, 'i'))`, type: boolean }
    default:
      return { sql: `(${not}regexp_matches(${operand.sql}, ${pattern.sql}))`, type: boolean }
  }
}

/** The escape character is a backslash unless the query names another. */
function like(word: string, not: string, operand: Bound, pattern: Bound, escape: Bound | undefined): Bound {
  const plain = escape === undefined && pattern.literal !== undefined && !pattern.literal.includes('\\')
  const tail = plain ? '' : ` ESCAPE ${escape?.sql ?? "'\\'"}`
  return { sql: `(${operand.sql} ${not}${word} ${pattern.sql}${tail})`, type: boolean }
}

function similar(not: string, operand: Bound, pattern: Bound): Bound {
  if (pattern.literal === undefined) throw unsupported('SIMILAR TO a pattern that is not a literal')
  const regular = pattern.literal
    .replace(/[.^$\\]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.')
  return { sql: `(${not}regexp_full_match(${operand.sql}, ${quoteText(regular)}))`, type: boolean }
}
