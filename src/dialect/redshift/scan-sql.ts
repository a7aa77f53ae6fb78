import type { Violation } from './violation.js'

export interface SqlToken {
  readonly kind: 'word' | 'identifier' | 'literal' | 'number' | 'sign' | 'comment'
  /** Words, numbers and signs as they stand; of literals and quoted identifiers the value. */
  readonly text: string
  readonly at: number
  readonly end: number
}

export interface ScannedSql {
  readonly tokens: readonly SqlToken[]
  /** Why the rest could not be read. */
  readonly problem?: Violation
}

type Scanned = SqlToken | Violation

const blank = /[ \t\n\r\f\v]+/y
const word = /[A-Za-z_\u0080-\u{10ffff}][\w$\u0080-\u{10ffff}]*/uy
const number = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y

/**
 * Redshift's lexical rules, which are PostgreSQL 8.0's: comments nest, and a backslash escapes in every literal
 * (redshift.md 1.3). Dollar quotes are refused: nothing of ours writes them.
 */
export function scanSql(text: string): ScannedSql {
  const tokens: SqlToken[] = []
  for (let at = skipBlanks(text, 0); at < text.length;) {
    const scanned = scanOne(text, at)
    if ('rule' in scanned) return { tokens, problem: scanned }
    tokens.push(scanned)
    at = skipBlanks(text, scanned.end)
  }
  return { tokens }
}

function skipBlanks(text: string, at: number): number {
  return matchAt(blank, text, at)?.end ?? at
}

function matchAt(pattern: RegExp, text: string, at: number): { text: string; at: number; end: number } | undefined {
  pattern.lastIndex = at
  const found = pattern.exec(text)?.[0]
  return found === undefined ? undefined : { text: found, at, end: at + found.length }
}

function scanOne(text: string, at: number): Scanned {
  const sign = text[at] ?? ''
  if (text.startsWith('/*', at)) return scanBlockComment(text, at)
  if (text.startsWith('--', at)) return scanLineComment(text, at)
  if (sign === "'") return scanQuoted(text, at, 'literal')
  if (sign === '"') return scanQuoted(text, at, 'identifier')
  if (sign === '$') return { rule: 'dollar-sign', offset: at, message: 'neither dollar quotes nor parameters are used' }
  if (sign === '\0') return { rule: 'nul-character', offset: at, message: 'a NUL ends the text of a statement' }
  const worded = matchAt(word, text, at)
  if (worded !== undefined) return { kind: 'word', ...worded }
  const counted = matchAt(number, text, at)
  if (counted !== undefined) return { kind: 'number', ...counted }
  return { kind: 'sign', text: sign, at, end: at + 1 }
}

function scanLineComment(text: string, at: number): SqlToken {
  const end = text.indexOf('\n', at)
  return { kind: 'comment', text: text.slice(at), at, end: end < 0 ? text.length : end }
}

function scanBlockComment(text: string, from: number): Scanned {
  let depth = 0
  for (let at = from; at < text.length;) {
    const opens = text.startsWith('/*', at)
    const closes = text.startsWith('*/', at)
    if (opens) depth += 1
    if (closes) depth -= 1
    at += opens || closes ? 2 : 1
    if (depth === 0) return { kind: 'comment', text: text.slice(from, at), at: from, end: at }
  }
  return { rule: 'open-comment', offset: from, message: 'the comment has no end' }
}

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }
const octal = /[0-7]{1,3}/y

function scanQuoted(text: string, from: number, kind: 'literal' | 'identifier'): Scanned {
  const quote = text[from] ?? ''
  let value = ''
  for (let at = from + 1; at < text.length;) {
    const sign = text[at] ?? ''
    if (sign === '\0') return { rule: 'nul-character', offset: at, message: 'a NUL ends the text of a statement' }
    if (sign === quote && text[at + 1] !== quote) return { kind, text: value, at: from, end: at + 1 }
    const [piece, next] = kind === 'literal' && sign === '\\' ? escaped(text, at + 1) : [sign, at + 1]
    value += piece
    at = sign === quote ? at + 2 : next
  }
  return { rule: `open-${kind}`, offset: from, message: `the ${kind} has no closing ${quote}` }
}

/** The character behind a backslash, and where to go on. */
function escaped(text: string, at: number): readonly [string, number] {
  const code = matchAt(octal, text, at)
  if (code !== undefined) return [String.fromCharCode(Number.parseInt(code.text, 8) & 0xff), code.end]
  const sign = text[at] ?? ''
  return [escapes[sign] ?? sign, at + 1]
}
