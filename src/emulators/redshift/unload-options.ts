import { RedshiftFault } from './fault.js'
import { openCursor } from './grammar.js'
import type { TokenCursor } from './token-cursor.js'
import { tokenize } from './tokenizer.js'
import type { Authorization, UnloadDraft, UnloadRequest } from './unload-request.js'
import { checkUnload } from './unload-rules.js'

const megabyte = 1024 * 1024

/** Reads and checks the statement; every refusal is Redshift's. */
export function parseUnload(text: string, caseSensitive = false): UnloadRequest {
  const cursor = openCursor(tokenize(text), caseSensitive)
  cursor.expectWord('unload')
  cursor.expectOperator('(')
  const draft: UnloadDraft = { query: cursor.string() }
  cursor.expectOperator(')')
  cursor.expectWord('to')
  Object.assign(draft, parseLocation(cursor.string()))
  while (!cursor.isEnd()) {
    if (!parseAuthorization(cursor, draft) && !parseOption(cursor, draft)) throw cursor.syntaxError()
  }
  return checkUnload(draft)
}

function parseLocation(url: string): { bucket: string; prefix: string } {
  const match = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(url)
  if (match === null)
    throw new RedshiftFault('42601', `UNLOAD destination is not supported. (Hint: only S3 based unload is allowed)`)
  return { bucket: match[1] ?? '', prefix: match[2] ?? '' }
}

function parseAuthorization(cursor: TokenCursor, draft: UnloadDraft): boolean {
  if (cursor.acceptWord('iam_role')) {
    const chosen = cursor.acceptWord('default')
    setAuthorization(draft, chosen ? { kind: 'default-role' } : { kind: 'role', chain: chainOf(cursor.string()) })
    return true
  }
  if (cursor.acceptWord('access_key_id')) {
    const id = valueText(cursor)
    cursor.expectWord('secret_access_key')
    const secret = valueText(cursor)
    const token = cursor.acceptWord('session_token') ? { token: valueText(cursor) } : {}
    setAuthorization(draft, { kind: 'keys', id, secret, ...token })
    return true
  }
  const withWord = cursor.isWord('with', 'credentials')
  if (withWord) cursor.next()
  if (!cursor.acceptWord('credentials')) return false
  draft.credentialsClause = true
  setAuthorization(draft, parseCredentials(valueText(cursor), draft))
  return true
}

function setAuthorization(draft: UnloadDraft, authorization: Authorization): void {
  if (draft.authorization !== undefined) {
    throw new RedshiftFault('42601', 'conflicting or redundant options: specify only one way of authorization')
  }
  draft.authorization = authorization
}

/** Comma separated, and a space would belong to the name. */
function chainOf(text: string): string[] {
  const chain = text.split(',')
  const bad = chain.find((arn) => !/^arn:aws[\w-]*:iam::\d{12}:role\/\S+$/.test(arn))
  if (bad !== undefined) throw new RedshiftFault('XX000', `Invalid IAM role ARN: ${bad}`)
  return chain
}

function parseCredentials(text: string, draft: UnloadDraft): Authorization {
  if (/\s/.test(text)) throw invalidCredentials()
  const pairs = new Map(text.split(';').map((pair) => splitPair(pair)))
  if (pairs.has('master_symmetric_key')) draft.credentialsMasterKey = true
  const role = pairs.get('aws_iam_role')
  if (role !== undefined) return { kind: 'role', chain: chainOf(role) }
  const id = pairs.get('aws_access_key_id')
  const secret = pairs.get('aws_secret_access_key')
  const token = pairs.get('token')
  if (id === undefined || secret === undefined) throw invalidCredentials()
  return { kind: 'keys', id, secret, ...(token === undefined ? {} : { token }) }
}

function splitPair(pair: string): [string, string] {
  const at = pair.indexOf('=')
  if (at < 0) throw invalidCredentials()
  return [pair.slice(0, at), pair.slice(at + 1)]
}

function invalidCredentials(): RedshiftFault {
  return new RedshiftFault(
    '42601',
    "Invalid credentials. Must be of the format: credentials 'aws_iam_role=...' or 'aws_access_key_id=...;aws_secret_access_key=...[;token=...]'",
  )
}

function valueText(cursor: TokenCursor): string {
  cursor.acceptWord('as')
  return cursor.string()
}

const flags: Readonly<Record<string, UnloadDraft>> = {
  header: { header: true },
  bzip2: { compression: 'BZIP2' },
  gzip: { compression: 'GZIP' },
  zstd: { compression: 'ZSTD' },
  addquotes: { addQuotes: true },
  escape: { escape: true },
  allowoverwrite: { allowOverwrite: true },
  cleanpath: { cleanPath: true },
}

const texts = {
  delimiter: 'delimiter',
  fixedwidth: 'fixedWidth',
  null: 'nullText',
  kms_key_id: 'kmsKey',
  master_symmetric_key: 'masterKey',
  region: 'region',
  extension: 'extension',
} as const

function parseOption(cursor: TokenCursor, draft: UnloadDraft): boolean {
  const word = cursor.peek().kind === 'word' ? cursor.peek().text : ''
  const flag = flags[word]
  if (flag !== undefined) {
    cursor.next()
    const repeated = Object.keys(flag).some((name) => name in draft)
    if (repeated) throw new RedshiftFault('42601', 'conflicting or redundant options')
    Object.assign(draft, flag)
    return true
  }
  if (Object.hasOwn(texts, word)) {
    cursor.next()
    draft[texts[word as keyof typeof texts]] = valueText(cursor)
    return true
  }
  return parseFormat(cursor, draft, word) || parseSize(cursor, draft, word) || parseRest(cursor, draft, word)
}

function parseFormat(cursor: TokenCursor, draft: UnloadDraft, word: string): boolean {
  if (word === 'format') {
    cursor.next()
    cursor.acceptWord('as')
  }
  if (!cursor.isOneOf(['csv', 'parquet', 'json'])) {
    if (word === 'format') throw cursor.syntaxError()
    return false
  }
  if (draft.format !== undefined) throw new RedshiftFault('42601', 'conflicting or redundant options')
  draft.format = cursor.next().text.toUpperCase() as 'CSV'
  return true
}

function parseSize(cursor: TokenCursor, draft: UnloadDraft, word: string): boolean {
  if (word !== 'maxfilesize' && word !== 'rowgroupsize') return false
  cursor.next()
  cursor.acceptWord('as')
  const { kind, text } = cursor.next()
  if (kind !== 'number') throw cursor.syntaxError()
  if (word === 'rowgroupsize' && !/^\d+$/.test(text)) {
    throw new RedshiftFault('42601', 'ROWGROUPSIZE must be an integer')
  }
  const unit = cursor.acceptWord('gb') ? 1024 * megabyte : megabyte
  if (unit === megabyte) cursor.acceptWord('mb')
  draft[word === 'maxfilesize' ? 'maxFileSize' : 'rowGroupSize'] = Number(text) * unit
  return true
}

function parseRest(cursor: TokenCursor, draft: UnloadDraft, word: string): boolean {
  switch (word) {
    case 'manifest':
      cursor.next()
      draft.manifest = cursor.acceptWord('verbose') ? 'verbose' : 'plain'
      return true
    case 'parallel':
      cursor.next()
      draft.parallel = !cursor.isOneOf(['off', 'false'])
      if (cursor.isOneOf(['on', 'true', 'off', 'false'])) cursor.next()
      return true
    case 'encrypted':
      cursor.next()
      draft.encrypted = cursor.acceptWord('auto') ? 'auto' : 'key'
      return true
    case 'partition':
      cursor.next()
      cursor.expectWord('by')
      draft.partitionBy = cursor.list(() => cursor.identifier())
      if (cursor.acceptWord('include')) draft.include = true
      return true
    default:
      return false
  }
}
