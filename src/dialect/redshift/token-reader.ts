import type { SqlToken } from './scan-sql.js'
import type { Violation } from './violation.js'

/** Reads tokens one after the other; after the first failure it is at the end. */
export class TokenReader {
  readonly #tokens: readonly SqlToken[]
  readonly #length: number
  #next = 0
  problem: Violation | undefined

  /** `length`: of the whole text, where what is missing would stand. */
  constructor(tokens: readonly SqlToken[], length: number) {
    this.#tokens = tokens.filter((token) => token.kind !== 'comment')
    this.#length = length
  }

  peek(): SqlToken | undefined {
    return this.#tokens[this.#next]
  }

  /** The next token when it is one of these words, whatever its case. */
  acceptWord(...words: readonly string[]): SqlToken | undefined {
    const token = this.peek()
    return token?.kind === 'word' && words.includes(token.text.toLowerCase()) ? this.#take(token) : undefined
  }

  acceptSign(sign: string): SqlToken | undefined {
    const token = this.peek()
    return token?.kind === 'sign' && token.text === sign ? this.#take(token) : undefined
  }

  accept(kind: SqlToken['kind']): SqlToken | undefined {
    const token = this.peek()
    return token?.kind === kind ? this.#take(token) : undefined
  }

  expect(kind: SqlToken['kind'], what: string): SqlToken {
    return this.accept(kind) ?? this.#missing(what)
  }

  expectWord(word: string): SqlToken {
    return this.acceptWord(word) ?? this.#missing(word.toUpperCase())
  }

  expectSign(sign: string): SqlToken {
    return this.acceptSign(sign) ?? this.#missing(sign)
  }

  fail(rule: string, message: string, offset = this.peek()?.at ?? this.#length): void {
    this.problem ??= { rule, offset, message }
    this.#next = this.#tokens.length
  }

  #take(token: SqlToken): SqlToken {
    this.#next += 1
    return token
  }

  #missing(what: string): SqlToken {
    const at = this.peek()?.at ?? this.#length
    this.fail('syntax', `${what} is expected, found ${this.peek()?.text ?? 'the end'}`)
    return { kind: 'literal', text: '', at, end: at }
  }
}
