import { refusal, type Token } from './token.js'
import type { TokenReader } from './token-reader.js'

/** Words of a statement's end that are kept. */
const keptWordCount = 8

const creatable = ['table', 'view', 'materialized', 'or', 'schema', 'temp', 'temporary', 'external']

/**
 * Reads to the end of a statement whose inside does not matter. Throws where a bracket stays open, and where a CREATE or an
 * ALTER TABLE begins a line: a missing `;` must not swallow a table.
 */
export function skipStatement(reader: TokenReader): { readonly last: Token; readonly words: string } {
  let last = reader.peek()
  let depth = 0
  let words: readonly string[] = []
  while (depth > 0 || !reader.isEnd()) {
    const token = reader.peek()
    if (reader.isEnd()) throw refusal(token, 'a ( is not closed where the statement ends')
    if (token.line > last.line && beginsStatement(reader)) throw reader.unexpected('a ; before the next statement')
    if (reader.isSymbol('(')) depth += 1
    if (reader.isSymbol(')')) depth -= 1
    if (depth < 0) throw refusal(token, 'a ) without its (')
    words = [...words, token.kind === 'word' ? token.value : '.'].slice(-keptWordCount)
    last = reader.next()
  }
  return { last, words: ` ${words.join(' ')}` }
}

function beginsStatement(reader: TokenReader): boolean {
  if (reader.isWords('alter', 'table') || reader.isWords('comment', 'on')) return true
  return creatable.some((what) => reader.isWords('create', what))
}
