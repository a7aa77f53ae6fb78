import { parseExpression } from './expression-parser.js'
import { parseQuery } from './query-parser.js'
import { TokenCursor } from './token-cursor.js'
import type { Token } from './tokenizer.js'

const grammar = { parseExpression, parseQuery }

/** A cursor over a statement's tokens that knows the whole grammar. */
export function openCursor(tokens: readonly Token[], caseSensitive = false): TokenCursor {
  return new TokenCursor(tokens, grammar, !caseSensitive)
}
