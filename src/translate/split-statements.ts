import { MigrationError } from '../model/errors.js'
import { Tokenizer } from './ddl/tokenizer.js'
import type { Token } from './ddl/token.js'

export interface WrittenStatement {
  /** From its first word to its last, without the semicolon. */
  readonly text: string
  /** Of its first word, from 1. */
  readonly line: number
}

/** The statements of a text. One that cannot be cut into words is one statement: whoever reads it will say why. */
export function splitStatements(text: string, file: string): readonly WrittenStatement[] {
  try {
    return [...statements(text, file)]
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error
    return [{ text, line: 1 }]
  }
}

function* statements(text: string, file: string): Generator<WrittenStatement> {
  const tokenizer = new Tokenizer(text, file)
  let first: Token | undefined
  let last: Token | undefined
  for (;;) {
    const token = tokenizer.next()
    if (token.kind !== 'end' && token.text !== ';') {
      first ??= token
      last = token
      continue
    }
    if (first !== undefined && last !== undefined) yield { text: text.slice(first.start, last.end), line: first.line }
    first = undefined
    if (token.kind === 'end') return
  }
}
