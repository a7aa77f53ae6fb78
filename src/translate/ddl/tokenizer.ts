import { decodeString } from './string-escapes.js'
import { foldCase, refusal, type Place, type Token } from './token.js'

/** What stands between tokens. Comments are found by their opening and measured apart, since they nest. */
const blankPattern = /[\s\uFEFF]+|--[^\n\r]*/y
const wordPattern = /[\p{L}_][\p{L}\p{M}\p{N}_$]*/uy
const numberPattern = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y
const quotedPattern = /"((?:[^"]|"")*)"/y
const stringPattern = /'((?:[^'\\]|''|\\[\s\S])*)'/y
const dollarPattern = /\$(?:[A-Za-z_][A-Za-z0-9_]*)?\$/y
const symbolPattern = /::|<>|<=|>=|!=|\|\||[-+*/<>=~!@#%^&|?:.,;()[\]{}]/y
const commentEdgePattern = /\/\*|\*\//g

/** Cuts a text into tokens, one at a time: what follows a refused statement need not be SQL. */
export class Tokenizer {
  readonly #text: string
  readonly #file: string
  #offset = 0
  #line = 1
  #column = 1

  constructor(text: string, file: string) {
    this.#text = text
    this.#file = file
  }

  /** The end again and again, once it is reached. */
  next(): Token {
    this.#skipBlanks()
    if (this.#offset >= this.#text.length) return this.#token('end', '', '')
    const word = this.#match(wordPattern)
    if (word !== undefined) return this.#token('word', word[0], foldCase(word[0]))
    const number = this.#match(numberPattern)
    if (number !== undefined) return this.#token('number', number[0], number[0])
    return this.#quotation() ?? this.#symbol()
  }

  #quotation(): Token | undefined {
    const opening = this.#text[this.#offset]
    if (opening === '"') {
      const quoted = this.#match(quotedPattern)
      if (quoted === undefined) throw refusal(this.#place(), 'a quoted name without its closing "')
      return this.#token('quoted', quoted[0], (quoted[1] ?? '').replaceAll('""', '"'))
    }
    if (opening === '$') return this.#dollarQuotation()
    if (opening !== "'") return undefined
    const string = this.#match(stringPattern)
    if (string === undefined) throw refusal(this.#place(), "a string without its closing '")
    return this.#token('string', string[0], decodeString(string[1] ?? '', this.#place()))
  }

  /** `$$ … $$`, the body of a function; a `$` that opens none is nothing that is understood. */
  #dollarQuotation(): Token | undefined {
    const tag = this.#match(dollarPattern)?.[0]
    if (tag === undefined) return undefined
    const close = this.#text.indexOf(tag, this.#offset + tag.length)
    if (close < 0) throw refusal(this.#place(), `a string without its closing ${tag}`)
    const text = this.#text.slice(this.#offset, close + tag.length)
    return this.#token('string', text, text.slice(tag.length, -tag.length))
  }

  #symbol(): Token {
    const symbol = this.#match(symbolPattern)
    if (symbol !== undefined) return this.#token('symbol', symbol[0], symbol[0])
    const character = String.fromCodePoint(this.#text.codePointAt(this.#offset) ?? 0)
    throw refusal(this.#place(), `the character ${JSON.stringify(character)} is not understood here`)
  }

  #skipBlanks(): void {
    for (;;) {
      const blank = this.#match(blankPattern)
      if (blank !== undefined) this.#advance(blank[0].length)
      else if (this.#text.startsWith('/*', this.#offset)) this.#advance(this.#commentLength())
      else return
    }
  }

  #commentLength(): number {
    commentEdgePattern.lastIndex = this.#offset
    let depth = 0
    for (;;) {
      const edge = commentEdgePattern.exec(this.#text)
      if (edge === null) throw refusal(this.#place(), 'a comment without its closing */')
      depth += edge[0] === '/*' ? 1 : -1
      if (depth === 0) return commentEdgePattern.lastIndex - this.#offset
    }
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#offset
    return pattern.exec(this.#text) ?? undefined
  }

  #token(kind: Token['kind'], text: string, value: string): Token {
    const start = this.#offset
    const token = { kind, text, value, start, end: start + text.length, ...this.#place() }
    this.#advance(text.length)
    return token
  }

  #place(): Place {
    return { file: this.#file, line: this.#line, column: this.#column }
  }

  #advance(length: number): void {
    const passed = this.#text.slice(this.#offset, this.#offset + length)
    this.#offset += length
    for (const character of passed) {
      this.#column += 1
      if (character !== '\n') continue
      this.#line += 1
      this.#column = 1
    }
  }
}
