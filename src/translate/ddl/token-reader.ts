import type { MigrationError } from '../../model/errors.js'
import type { RelationName } from '../../model/names.js'
import { foldCase, refusal, shown, type Token } from './token.js'
import { Tokenizer } from './tokenizer.js'

/** Longest name that Redshift keeps, in bytes (redshift.md 4.1). */
const nameByteCountMax = 127

/** Words of the grammar itself: a name spelled like one must be quoted, here as in Redshift. */
const grammarWords = new Set(
  'as check constraint create default foreign from like not null on primary references select table unique'.split(' '),
)

/** Tokens with a look ahead, and what statements of the same file said about names. */
export class TokenReader {
  /** Schema of names that have none; SET search_path changes it. */
  schema = 'public'
  /** SET enable_case_sensitive_identifier TO true: quoted names keep their case (redshift.md 4.1). */
  keepsCase = false
  readonly #text: string
  readonly #tokenizer: Tokenizer
  readonly #ahead: Token[] = []

  constructor(text: string, file: string) {
    this.#text = text
    this.#tokenizer = new Tokenizer(text, file)
  }

  peek(distance = 0): Token {
    while (this.#ahead.length <= distance) this.#ahead.push(this.#tokenizer.next())
    return this.#ahead[distance] as Token
  }

  next(): Token {
    const token = this.peek()
    this.#ahead.shift()
    return token
  }

  /** True when these unquoted words come next. */
  isWords(...words: readonly string[]): boolean {
    return words.every((word, n) => this.peek(n).kind === 'word' && this.peek(n).value === word)
  }

  takeWords(...words: readonly string[]): boolean {
    if (!this.isWords(...words)) return false
    for (let n = 0; n < words.length; n += 1) this.next()
    return true
  }

  expectWords(...words: readonly string[]): void {
    for (const word of words) if (!this.takeWords(word)) throw this.unexpected(word.toUpperCase())
  }

  /** One of these words, as it is in the list. */
  expectOneOf<Word extends string>(words: readonly Word[]): Word {
    const found = words.find((word) => this.takeWords(word))
    if (found === undefined) throw this.unexpected(words.map((word) => word.toUpperCase()).join(' or '))
    return found
  }

  isSymbol(symbol: string): boolean {
    return this.peek().kind === 'symbol' && this.peek().value === symbol
  }

  takeSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false
    this.next()
    return true
  }

  expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) throw this.unexpected(symbol)
  }

  /** True where a statement ends: at `;` and at the end of the file. */
  isEnd(): boolean {
    return this.peek().kind === 'end' || this.isSymbol(';')
  }

  /** A name as the catalog holds it. */
  name(what: string): string {
    const token = this.peek()
    if (token.kind !== 'quoted' && (token.kind !== 'word' || grammarWords.has(token.value))) throw this.unexpected(what)
    this.next()
    const name = token.kind === 'quoted' && !this.keepsCase ? foldCase(token.value) : token.value
    if (name === '') throw refusal(token, `${what} is empty`)
    const byteCount = Buffer.byteLength(name)
    if (byteCount <= nameByteCountMax) return name
    throw refusal(token, `${shown(token)} has ${byteCount} bytes; Redshift cuts names at ${nameByteCountMax}`)
  }

  /** Names with dots between, at most `countMax` of them. */
  path(what: string, countMax: number): string[] {
    const names = [this.name(what)]
    while (this.takeSymbol('.')) {
      if (names.length === countMax) throw refusal(this.peek(), `${what} has more than ${countMax} parts`)
      names.push(this.name(what))
    }
    return names
  }

  /** A database before the schema is the one that is read, since a catalog is of one database. */
  relationName(what: string): RelationName {
    const [name = '', schema = this.schema] = this.path(what, 3).reverse()
    return { schema, name }
  }

  /** `(a, b)`. */
  nameList(what: string): string[] {
    return this.list(() => this.name(what))
  }

  list<Item>(readItem: () => Item): Item[] {
    this.expectSymbol('(')
    const items = [readItem()]
    while (this.takeSymbol(',')) items.push(readItem())
    if (!this.takeSymbol(')')) throw this.unexpected(', or )')
    return items
  }

  /** The text from one token to another, both included. */
  textBetween(first: Token, last: Token): string {
    return this.#text.slice(first.start, last.end)
  }

  unexpected(expected: string): MigrationError {
    return refusal(this.peek(), `expected ${expected}, found ${shown(this.peek())}`)
  }
}
