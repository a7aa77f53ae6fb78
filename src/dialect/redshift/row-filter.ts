import { isWord, withLevels } from './read-select.js'
import { scanSql, type SqlToken } from './scan-sql.js'

/** What would end the condition and begin something else. */
const clauseWords = [
  ...['select', 'from', 'where', 'group', 'having', 'order', 'limit', 'offset'],
  ...['union', 'intersect', 'except', 'minus', 'into', 'as'],
]

/** Why a text cannot stand behind WHERE as one condition; undefined when it can. */
export function rowFilterProblem(text: string): string | undefined {
  const { tokens, problem } = scanSql(text)
  if (problem !== undefined) return problem.message
  if (tokens.length === 0) return 'it is empty'
  const comment = tokens.find((token) => token.kind === 'comment')
  if (comment !== undefined) return `it has a comment: ${comment.text.slice(0, 40)}`
  if (tokens.some((token) => isSign(token, ';'))) return 'it has a semicolon outside of a literal'
  const leveled = withLevels(tokens)
  if ('rule' in leveled) return leveled.message
  const outer = leveled.filter((token) => token.level === 0)
  if (outer.some((token) => isSign(token, ','))) return 'it has a comma outside of parentheses'
  const clause = outer.find(
    (token, n) => isWord(token, ...clauseWords) && !(isWord(token, 'from') && isWord(outer[n - 1], 'distinct')),
  )
  return clause === undefined ? undefined : `${clause.text.toUpperCase()} begins another clause`
}

function isSign(token: SqlToken, sign: string): boolean {
  return token.kind === 'sign' && token.text === sign
}

/** ` WHERE (…)`, or nothing. The parentheses keep the condition one, whatever it says. */
export function whereSql(where: string | undefined): string {
  return where === undefined ? '' : ` WHERE (${where})`
}
