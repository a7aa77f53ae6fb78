import { tokenize, type Token } from './tokenizer.js'

/** One statement of a query text. `text` keeps the comments before it (redshift.md 1.10: they name the statement in the history). */
export interface StatementText {
  readonly text: string
  /** Ends with an `end` token. */
  readonly tokens: readonly Token[]
}

/** Cuts at `;`; empty statements fall out. */
export function splitStatements(text: string): StatementText[] {
  const statements: StatementText[] = []
  let from = 0
  let tokens: Token[] = []
  for (const token of tokenize(text)) {
    if (token.kind !== 'end' && !(token.kind === 'operator' && token.text === ';')) {
      tokens.push(token)
      continue
    }
    if (tokens.length > 0) {
      const end = { kind: 'end', text: '', start: token.start, end: token.start } as const
      statements.push({ text: text.slice(from, token.start).trim(), tokens: [...tokens, end] })
    }
    from = token.end
    tokens = []
  }
  return statements
}
