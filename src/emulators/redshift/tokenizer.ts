import { RedshiftFault } from './fault.js'

export type TokenKind = 'word' | 'quoted' | 'string' | 'number' | 'operator' | 'parameter' | 'end'

/** `text`: a word in lower case, an identifier or string decoded, an operator as it stands. */
export interface Token {
  readonly kind: TokenKind
  readonly text: string
  readonly start: number
  readonly end: number
}

const space = /\s+|--[^\n]*/y
const word = /[\p{L}_\u0080-\uFFFF][\p{L}\p{N}_$#\u0080-\uFFFF]*/uy
const number = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y
const parameter = /\$(\d+)/y
const dollarQuote = /\$((?:[A-Za-z_]\w*)?)\$/y
const operator = /::|<<|>>|<=|>=|<>|!=|\|\||!~~\*|!~~|!~\*|!~|~~\*|~~|~\*|[-+*/%^<>=~!@#&|?:;,.()[\]]/y

/** Tokens of one text; comments are left out. The last one is `end`. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let at = skipSpace(text, 0)
  while (at < text.length) {
    const token = readToken(text, at)
    tokens.push(token)
    at = skipSpace(text, token.end)
  }
  tokens.push({ kind: 'end', text: '', start: text.length, end: text.length })
  return tokens
}

function skipSpace(text: string, from: number): number {
  let at = from
  for (;;) {
    const match = matchAt(space, text, at)
    if (match !== null) at += match[0].length
    else if (text.startsWith('/*', at)) at = endOfComment(text, at)
    else return at
  }
}

/** Comments nest, as in PostgreSQL. */
function endOfComment(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; at += 1) {
    if (text.startsWith('/*', at)) depth += 1
    else if (text.startsWith('*/', at)) depth -= 1
    else continue
    at += 1
    if (depth === 0) return at + 1
  }
  throw new RedshiftFault('42601', 'unterminated /* comment')
}

function readToken(text: string, at: number): Token {
  const first = text[at] ?? ''
  if (first === "'") return readString(text, at, at)
  if ((first === 'e' || first === 'E') && text[at + 1] === "'") return readString(text, at, at + 1)
  if (first === '"') return readQuoted(text, at)
  const found = matchAt(word, text, at)
  if (found !== null) return plain('word', found[0].toLowerCase(), at, found[0].length)
  const digits = matchAt(number, text, at)
  if (digits !== null) return plain('number', digits[0], at, digits[0].length)
  return first === '$' ? readDollar(text, at) : readOperator(text, at)
}

function readOperator(text: string, at: number): Token {
  const match = matchAt(operator, text, at)
  if (match === null) throw new RedshiftFault('42601', `syntax error at or near "${text[at] ?? ''}"`)
  return plain('operator', match[0], at, match[0].length)
}

function readDollar(text: string, at: number): Token {
  const position = matchAt(parameter, text, at)
  if (position !== null) return plain('parameter', position[1] ?? '', at, position[0].length)
  const open = matchAt(dollarQuote, text, at)
  const from = at + (open?.[0].length ?? 0)
  const close = open === null ? -1 : text.indexOf(open[0], from)
  if (open === null || close < 0) throw new RedshiftFault('42601', 'unterminated dollar-quoted string')
  return { kind: 'string', text: text.slice(from, close), start: at, end: close + open[0].length }
}

/** Backslash escapes, and there is no standard_conforming_strings to turn it off (redshift.md 1.3). */
function readString(text: string, start: number, quote: number): Token {
  let value = ''
  let at = quote + 1
  while (at < text.length) {
    const char = text[at] ?? ''
    if (char === "'" && text[at + 1] !== "'") return { kind: 'string', text: value, start, end: at + 1 }
    if (char === "'") {
      value += "'"
      at += 2
    } else if (char === '\\') {
      const [decoded, length] = readEscape(text, at)
      value += decoded
      at += length
    } else {
      value += char
      at += 1
    }
  }
  throw new RedshiftFault('42601', 'unterminated quoted string')
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }

function readEscape(text: string, at: number): [string, number] {
  const octal = /^[0-7]{1,3}/.exec(text.slice(at + 1, at + 4))
  if (octal !== null) return [String.fromCharCode(parseInt(octal[0], 8)), 1 + octal[0].length]
  const next = text[at + 1] ?? ''
  return [escapes[next] ?? next, 2]
}

function readQuoted(text: string, start: number): Token {
  const close = /"((?:[^"]|"")*)"/y
  const match = matchAt(close, text, start)
  if (match === null) throw new RedshiftFault('42601', 'unterminated quoted identifier')
  const name = (match[1] ?? '').replaceAll('""', '"')
  if (name === '') throw new RedshiftFault('42601', 'zero-length delimited identifier')
  return plain('quoted', name, start, match[0].length)
}

function plain(kind: TokenKind, text: string, start: number, length: number): Token {
  return { kind, text, start, end: start + length }
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}
