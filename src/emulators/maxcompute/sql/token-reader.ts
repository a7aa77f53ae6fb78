import { parseError, type Position, type StatementError } from '../odps-error.js'
import type { Expression, Name, Query } from './ast.js'
import { reservedWords } from './reserved-words.js'
import { tokenize, type Token } from './tokenizer.js'

/** Parentheses and subqueries inside each other. */
const depthMax = 200

/** The two rules that others fall back into; handed in, so that no file of the grammar needs a later one. */
export interface Rules {
  expression(reader: TokenReader): Expression
  query(reader: TokenReader): Query
}

/** A place in the tokens of one text, and the small questions that every rule of the grammar asks. */
export class TokenReader {
  readonly #tokens: readonly Token[]
  readonly #text: string
  readonly #rules: Rules
  #index = 0
  #depth = 0

  constructor(text: string, rules: Rules) {
    this.#rules = rules
    this.#text = text
    this.#tokens = tokenize(text)
  }

  expression(): Expression {
    return this.#rules.expression(this)
  }

  query(): Query {
    return this.#rules.query(this)
  }

  get token(): Token {
    return this.peek(0)
  }

  get at(): Position {
    return this.token.at
  }

  get atEnd(): boolean {
    return this.token.kind === 'end'
  }

  peek(ahead: number): Token {
    const token = this.#tokens[Math.min(this.#index + ahead, this.#tokens.length - 1)]
    if (token === undefined) throw new Error('a text has at least its end token')
    return token
  }

  next(): Token {
    const token = this.token
    this.#index += 1
    return token
  }

  /** The raw text from here to the next `;` or the end; the reader moves there. */
  rawUntilSemicolon(): string {
    const start = this.token.start
    while (!this.atEnd && !this.isMark(';')) this.#index += 1
    return this.#text.slice(start, this.token.start)
  }

  /** What `read` reads, and its text. */
  written<T>(read: () => T): { readonly value: T; readonly text: string } {
    const start = this.token.start
    const value = read()
    return { value, text: this.#text.slice(start, this.token.start).trimEnd() }
  }

  /** Whether the unquoted words stand here, in this order. */
  isWords(...words: readonly string[]): boolean {
    return words.every((word, i) => this.peek(i).kind === 'word' && this.peek(i).text.toUpperCase() === word)
  }

  isMark(mark: string): boolean {
    return this.token.kind === 'mark' && this.token.text === mark
  }

  takeWords(...words: readonly string[]): boolean {
    if (!this.isWords(...words)) return false
    this.#index += words.length
    return true
  }

  takeMark(mark: string): boolean {
    if (!this.isMark(mark)) return false
    this.#index += 1
    return true
  }

  expectWords(...words: readonly string[]): void {
    for (const word of words) if (!this.takeWords(word)) throw this.unexpected(word)
  }

  expectMark(mark: string): void {
    if (!this.takeMark(mark)) throw this.unexpected(`'${mark}'`)
  }

  unexpected(wanted: string): StatementError {
    const found = this.atEnd ? 'EOF' : `'${this.token.text}'`
    return parseError(this.at, `invalid token ${found}, expect ${wanted}`)
  }

  isIdentifier(): boolean {
    const { kind, text } = this.token
    return kind === 'quoted' || (kind === 'word' && !reservedWords.has(text.toUpperCase()))
  }

  /** Lower case, as the service keeps names. */
  identifier(): string {
    if (!this.isIdentifier()) throw this.unexpected('an identifier')
    return this.next().text.toLowerCase()
  }

  /** Of a struct: reserved words are names there. Lower case. */
  fieldName(): string {
    const { kind } = this.token
    if (kind !== 'word' && kind !== 'quoted') throw this.unexpected('a field')
    return this.next().text.toLowerCase()
  }

  /** After a point or AS: reserved words still need backticks. */
  qualifiedName(): Name {
    const at = this.at
    const parts = [this.identifier()]
    while (this.isMark('.') && parts.length < 3) {
      this.next()
      parts.push(this.identifier())
    }
    return { parts, at }
  }

  string(): string {
    if (this.token.kind !== 'string') throw this.unexpected('a string')
    let text = ''
    while (this.token.kind === 'string') text += this.next().text
    return text
  }

  digits(): string {
    const { kind, text } = this.token
    if (kind !== 'number' || !/^\d+$/.test(text)) throw this.unexpected('a number')
    return this.next().text
  }

  list<T>(read: () => T): T[] {
    const items = [read()]
    while (this.takeMark(',')) items.push(read())
    return items
  }

  inParentheses<T>(read: () => T): T {
    this.expectMark('(')
    const value = this.nested(read)
    this.expectMark(')')
    return value
  }

  nested<T>(read: () => T): T {
    this.#depth += 1
    if (this.#depth > depthMax) throw parseError(this.at, `expression is nested more than ${depthMax} levels`)
    const value = read()
    this.#depth -= 1
    return value
  }
}
