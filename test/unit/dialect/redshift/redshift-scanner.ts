/** What a statement is made of, as PostgreSQL 8.0's scanner sees it: comments nest, a backslash escapes in every literal. */
export interface Token {
  readonly kind: 'comment' | 'literal' | 'identifier' | 'word'
  /** The value, escapes resolved. */
  readonly text: string
}

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/** Throws where a comment, literal or identifier has no end. */
export function scan(sql: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < sql.length) {
    const [token, next] = nextToken(sql, at)
    if (token !== undefined) tokens.push(token)
    at = next
  }
  return tokens
}

function nextToken(sql: string, at: number): [Token | undefined, number] {
  const two = sql.slice(at, at + 2)
  if (two === '/*') return scanComment(sql, at)
  if (two === '--') throw new Error('a line comment')
  if (sql[at] === "'") return scanQuoted(sql, at, "'", 'literal')
  if (sql[at] === '"') return scanQuoted(sql, at, '"', 'identifier')
  if (/\s/.test(sql[at] ?? '')) return [undefined, at + 1]
  const word = /^(?:\w+|.)/s.exec(sql.slice(at))?.[0] ?? ''
  return [{ kind: 'word', text: word }, at + word.length]
}

function scanComment(sql: string, from: number): [Token, number] {
  let depth = 0
  for (let at = from; at < sql.length;) {
    const two = sql.slice(at, at + 2)
    if (two === '/*') depth += 1
    if (two === '*/') depth -= 1
    at += two === '/*' || two === '*/' ? 2 : 1
    if (depth === 0) return [{ kind: 'comment', text: sql.slice(from + 2, at - 2) }, at]
  }
  throw new Error('a comment without an end')
}

function scanQuoted(sql: string, from: number, quote: string, kind: Token['kind']): [Token, number] {
  let text = ''
  for (let at = from + 1; at < sql.length; at += 1) {
    const sign = sql[at] ?? ''
    const following = sql[at + 1] ?? ''
    if (sign === quote && following !== quote) return [{ kind, text }, at + 1]
    if (sign === quote) {
      text += quote
      at += 1
    } else if (sign === '\\' && kind === 'literal') {
      if (/[0-7x]/.test(following)) throw new Error('a numeric escape')
      text += escapes[following] ?? following
      at += 1
    } else text += sign
  }
  throw new Error(`no closing ${quote}`)
}
