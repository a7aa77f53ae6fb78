import { MigrationError } from '../../model/errors.js'

/** Where something stands; lines and columns count from 1, columns in characters. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface Token extends Place {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'symbol' | 'end'
  /** As it is written. */
  readonly text: string
  /** Words with ASCII letters in lower case; quoted names and strings decoded, in their own case; otherwise `text`. */
  readonly value: string
  /** Offsets in the text. */
  readonly start: number
  readonly end: number
}

/** Longest piece of a text that an error shows, in characters. */
const shownLengthMax = 40

export function refusal(at: Place, what: string): MigrationError {
  return new MigrationError('arguments', `${at.file}:${at.line}:${at.column}: ${what}`, {
    hint: 'take the statement out of the file, or write it as Redshift prints it',
  })
}

export function shown(token: Token): string {
  if (token.kind === 'end') return 'the end of the file'
  const text = token.text.replace(/\s+/g, ' ')
  return text.length > shownLengthMax ? `${text.slice(0, shownLengthMax)}…` : text
}

/** Redshift folds ASCII letters alone. */
export function foldCase(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
