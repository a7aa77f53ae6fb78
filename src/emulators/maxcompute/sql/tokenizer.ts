import { parseError, type Position } from '../odps-error.js'

export type TokenKind = 'word' | 'quoted' | 'string' | 'number' | 'mark' | 'end'

export interface Token {
  readonly kind: TokenKind
  /** A word or mark as written, a quoted name or string without its quotes and escapes, a number with its suffix. */
  readonly text: string
  readonly at: Position
  /** Offset of the first character. */
  readonly start: number
}

const spaces = /(?:\s+|--[^\n]*|\/\*[\s\S]*?\*\/)+/y
const word = /[\p{L}_][\p{L}\p{N}_]*/uy
const number = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?:BD|[LSYDF])?(?![\p{L}\p{N}_])/iuy
const marks = /<=>|<>|!=|<=|>=|\|\||==|[-+*/%=<>(),.;&|^~:[\]]/y

/** Tokens of a statement; the last one is `end`. Both quotes delimit strings, backticks delimit names (maxcompute.md 5.4). */
export function tokenize(text: string): Token[] {
  const places = new Places(text)
  const tokens: Token[] = []
  let offset = skip(text, 0)
  while (offset < text.length) {
    const [token, end] = nextToken(text, offset, places.at(offset))
    tokens.push(token)
    offset = skip(text, end)
  }
  tokens.push({ kind: 'end', text: '', at: places.at(text.length), start: text.length })
  return tokens
}

function nextToken(text: string, start: number, at: Position): [Token, number] {
  const first = text.charAt(start)
  if (first === "'" || first === '"') return quoted(text, start, at, 'string')
  if (first === '`') return quoted(text, start, at, 'quoted')
  for (const [kind, pattern] of [
    ['number', number],
    ['word', word],
    ['mark', marks],
  ] as const) {
    pattern.lastIndex = start
    const match = pattern.exec(text)
    if (match !== null) return [{ kind, text: match[0], at, start }, start + match[0].length]
  }
  throw parseError(at, `invalid character '${first}'`)
}

function quoted(text: string, start: number, at: Position, kind: 'string' | 'quoted'): [Token, number] {
  const quote = text.charAt(start)
  let content = ''
  for (let i = start + 1; i < text.length; i += 1) {
    const c = text.charAt(i)
    if (c === '\\' && kind === 'string') {
      const [value, length] = escape(text, i + 1)
      content += value
      i += length
    } else if (c === quote) {
      if (kind === 'quoted' && text.charAt(i + 1) === quote) {
        content += quote
        i += 1
      } else return [{ kind, text: content, at, start }, i + 1]
    } else content += c
  }
  throw parseError(at, `${kind === 'string' ? 'string' : 'identifier'} is not terminated`)
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', '0': '\0', Z: '\x1a' }

/** The character an escape stands for, and how many characters it takes. */
function escape(text: string, index: number): [string, number] {
  const c = text.charAt(index)
  const hex = /^u([0-9a-fA-F]{4})/.exec(text.slice(index, index + 5))
  if (hex?.[1] !== undefined) return [String.fromCharCode(Number.parseInt(hex[1], 16)), 5]
  const octal = /^[0-3][0-7]{2}/.exec(text.slice(index, index + 3))
  if (octal !== null) return [String.fromCharCode(Number.parseInt(octal[0], 8)), 3]
  // `\%` and `\_` keep their backslash: LIKE reads it.
  if (c === '%' || c === '_') return [`\\${c}`, 1]
  return [escapes[c] ?? c, 1]
}

function skip(text: string, offset: number): number {
  spaces.lastIndex = offset
  return offset + (spaces.exec(text)?.[0].length ?? 0)
}

class Places {
  readonly #text: string
  #offset = 0
  #line = 1
  #lineStart = 0

  constructor(text: string) {
    this.#text = text
  }

  /** Offsets must not go back. */
  at(offset: number): Position {
    for (; this.#offset < offset; this.#offset += 1) {
      if (this.#text.charAt(this.#offset) !== '\n') continue
      this.#line += 1
      this.#lineStart = this.#offset + 1
    }
    return { line: this.#line, column: offset - this.#lineStart + 1 }
  }
}
