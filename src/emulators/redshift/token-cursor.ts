import { RedshiftFault } from './fault.js'
import type { Expression, Query } from './syntax-tree.js'
import type { Token } from './tokenizer.js'

/** The two rules that all others need; handed in, so that the files of the grammar need not know each other. */
export interface Grammar {
  parseExpression(cursor: TokenCursor, atLeast?: number): Expression
  parseQuery(cursor: TokenCursor): Query
}

/** Words that cannot be a bare identifier or alias (redshift.md 4.1), as far as they would make the grammar ambiguous. */
const reservedWords = new Set(
  (
    'all analyse analyze and any array as asc authorization between both case cast check collate column constraint create ' +
    'cross current_date current_time current_timestamp current_user default deferrable desc distinct do else end except ' +
    'false for foreign freeze from full grant group having identity ilike in initially inner intersect into is isnull join ' +
    'leading left like limit localtime localtimestamp minus natural not notnull null offset on only or order outer ' +
    'primary references right select session_user similar some sysdate table then to top trailing true ' +
    'union unique user using when where with without qualify window'
  ).split(' '),
)

/** Reads tokens in order; every refusal is a syntax error (42601) at the token. */
export class TokenCursor {
  readonly #tokens: readonly Token[]
  readonly #grammar: Grammar
  readonly #foldQuoted: boolean
  #at = 0
  #halfClosed = false

  /** `foldQuoted`: quoted identifiers fold to lower case too, unless enable_case_sensitive_identifier (redshift.md 4.1). */
  constructor(tokens: readonly Token[], grammar: Grammar, foldQuoted = true) {
    this.#tokens = tokens
    this.#grammar = grammar
    this.#foldQuoted = foldQuoted
  }

  /** `atLeast`: stop before operators that bind no tighter than this. */
  expression(atLeast = 0): Expression {
    return this.#grammar.parseExpression(this, atLeast)
  }

  query(): Query {
    return this.#grammar.parseQuery(this)
  }

  /** `( ( SELECT` */
  startsQuery(ahead = 0): boolean {
    let at = ahead
    while (this.isOperator('(', at)) at += 1
    const { kind, text } = this.peek(at)
    return kind === 'word' && (text === 'select' || text === 'with' || text === 'values')
  }

  peek(ahead = 0): Token {
    const last = this.#tokens[this.#tokens.length - 1]
    const token = this.#tokens[this.#at + ahead] ?? last
    if (token === undefined) throw new RedshiftFault('42601', 'syntax error at end of input')
    return token
  }

  next(): Token {
    const token = this.peek()
    this.#at += 1
    return token
  }

  isWord(...words: readonly string[]): boolean {
    return words.every((word, i) => this.peek(i).kind === 'word' && this.peek(i).text === word)
  }

  isOneOf(words: readonly string[]): boolean {
    return this.peek().kind === 'word' && words.includes(this.peek().text)
  }

  isOperator(text: string, ahead = 0): boolean {
    return this.peek(ahead).kind === 'operator' && this.peek(ahead).text === text
  }

  acceptWord(...words: readonly string[]): boolean {
    if (!this.isWord(...words)) return false
    this.#at += words.length
    return true
  }

  acceptOperator(text: string): boolean {
    if (!this.isOperator(text)) return false
    this.#at += 1
    return true
  }

  expectWord(...words: readonly string[]): void {
    for (const word of words) if (!this.acceptWord(word)) throw this.syntaxError()
  }

  expectOperator(text: string): void {
    if (!this.acceptOperator(text)) throw this.syntaxError()
  }

  isIdentifier(): boolean {
    const { kind, text } = this.peek()
    return kind === 'quoted' || (kind === 'word' && !reservedWords.has(text))
  }

  identifier(): string {
    if (!this.isIdentifier()) throw this.syntaxError()
    return this.#folded(this.next())
  }

  /** After AS or a dot, where every word is a name. */
  label(): string {
    const { kind } = this.peek()
    if (kind !== 'word' && kind !== 'quoted') throw this.syntaxError()
    return this.#folded(this.next())
  }

  /** `a.b.c` */
  qualifiedName(): string[] {
    const names = [this.identifier()]
    while (this.acceptOperator('.')) names.push(this.label())
    return names
  }

  string(): string {
    if (this.peek().kind !== 'string') throw this.syntaxError()
    return this.next().text
  }

  integer(): number {
    const negative = this.acceptOperator('-')
    const { kind, text } = this.peek()
    if (kind !== 'number' || !/^\d+$/.test(text)) throw this.syntaxError()
    this.next()
    return negative ? -Number(text) : Number(text)
  }

  /** `item, item, …` between parentheses. */
  list<T>(item: () => T): T[] {
    this.expectOperator('(')
    const items = [item()]
    while (this.acceptOperator(',')) items.push(item())
    this.expectOperator(')')
    return items
  }

  /** `>`, also as half of a `>>`. */
  closeAngle(): void {
    if (this.#halfClosed && this.acceptOperator('>>')) this.#halfClosed = false
    else if (this.isOperator('>>')) this.#halfClosed = true
    else this.expectOperator('>')
  }

  isEnd(): boolean {
    return this.peek().kind === 'end'
  }

  expectEnd(): void {
    if (!this.isEnd()) throw this.syntaxError()
  }

  /** Start of the next token in the text. */
  get position(): number {
    return this.peek().start
  }

  syntaxError(): RedshiftFault {
    const { kind, text } = this.peek()
    const where = kind === 'end' ? 'at end of input' : `at or near "${text}"`
    return new RedshiftFault('42601', `syntax error ${where}`)
  }

  #folded(token: Token): string {
    const keep = token.kind === 'quoted' && !this.#foldQuoted
    // Only ASCII letters fold (redshift.md 4.1); longer names are cut at 127 bytes without a word.
    const name = keep ? token.text : token.text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
    return Buffer.byteLength(name) <= 127 ? name : cutBytes(name, 127)
  }
}

function cutBytes(text: string, byteCount: number): string {
  let cut = text
  while (Buffer.byteLength(cut) > byteCount) cut = [...cut].slice(0, -1).join('')
  return cut
}
