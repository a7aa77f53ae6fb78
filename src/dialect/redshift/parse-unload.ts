import { scanSql, type SqlToken } from './scan-sql.js'
import { TokenReader } from './token-reader.js'
import type { Violation } from './violation.js'

/** An option or authorization, named by its first keyword in lower case; formats by their own. */
export interface UnloadClause {
  readonly name: string
  readonly at: number
  /** A literal's value, a number as it stands, `auto`, `verbose`, `on`, `off`. */
  readonly value?: string
  /** Of sizes; MB when none is written. */
  readonly unit?: 'MB' | 'GB'
  /** Of PARTITION BY. */
  readonly columns?: readonly SqlToken[]
}

export interface UnloadShape {
  /** The argument; its `text` is the inner select as Redshift parses it again. */
  readonly query: SqlToken
  readonly to: SqlToken
  readonly clauses: readonly UnloadClause[]
}

/** UNLOAD's whole grammar (redshift.md 1.1). Where the text leaves it, `problem` says so and the shape ends. */
export function parseUnload(text: string): { readonly shape: UnloadShape; readonly problem?: Violation } {
  const scanned = scanSql(text)
  const reader = new TokenReader(scanned.tokens, text.length)
  reader.expectWord('unload')
  reader.expectSign('(')
  const query = reader.expect('literal', 'the select as a literal')
  reader.expectSign(')')
  reader.expectWord('to')
  const to = reader.expect('literal', "'s3://…'")
  const clauses: UnloadClause[] = []
  while (reader.peek() !== undefined) {
    const clause = readClause(reader)
    if (clause !== undefined) clauses.push(clause)
  }
  const problem = scanned.problem ?? reader.problem
  return { shape: { query, to, clauses }, ...(problem === undefined ? {} : { problem }) }
}

const flags = [
  'header',
  'bzip2',
  'gzip',
  'zstd',
  'addquotes',
  'escape',
  'allowoverwrite',
  'cleanpath',
  'csv',
  'parquet',
  'json',
]
const texts = ['delimiter', 'fixedwidth', 'null', 'kms_key_id', 'master_symmetric_key', 'region']
const keys = ['access_key_id', 'secret_access_key', 'session_token']

function readClause(reader: TokenReader): UnloadClause | undefined {
  const flag = reader.acceptWord(...flags)
  if (flag !== undefined) return clauseOf(flag)
  const text = reader.acceptWord(...texts, ...keys)
  if (text !== undefined) return { ...clauseOf(text), value: literalOf(reader) }
  const size = reader.acceptWord('maxfilesize', 'rowgroupsize')
  if (size !== undefined) return readSize(reader, size)
  const other = reader.acceptWord(...Object.keys(others))
  if (other !== undefined) return others[other.text.toLowerCase()]?.(reader, other)
  const found = reader.peek()
  const isVerbose = found?.kind === 'word' && found.text.toLowerCase() === 'verbose'
  if (isVerbose) reader.fail('verbose-after-manifest', 'VERBOSE stands directly after MANIFEST')
  else if (found?.text === ';') reader.fail('one-statement', 'one statement is sent, without a semicolon')
  else reader.fail('syntax', `UNLOAD has no option ${found?.text ?? ''}`)
  return undefined
}

function clauseOf(token: SqlToken): UnloadClause {
  return { name: token.text.toLowerCase(), at: token.at }
}

function literalOf(reader: TokenReader): string {
  reader.acceptWord('as')
  return reader.expect('literal', 'a literal').text
}

type ReadClause = (reader: TokenReader, first: SqlToken) => UnloadClause

const others: Readonly<Record<string, ReadClause>> = {
  format: readFormat,
  iam_role: (reader, first) => {
    if (reader.acceptWord('default') !== undefined) return clauseOf(first)
    return { ...clauseOf(first), value: reader.expect('literal', "default or 'arn:…'").text }
  },
  with: (reader, first) => {
    reader.expectWord('credentials')
    return { name: 'credentials', at: first.at, value: literalOf(reader) }
  },
  credentials: (reader, first) => ({ ...clauseOf(first), value: literalOf(reader) }),
  extension: (reader, first) => ({ ...clauseOf(first), value: reader.expect('literal', 'a literal').text }),
  manifest: (reader, first) => optionally(reader, first, 'verbose'),
  encrypted: (reader, first) => optionally(reader, first, 'auto'),
  parallel: (reader, first) => {
    const given = reader.acceptWord('on', 'true', 'off', 'false')?.text.toLowerCase()
    return { ...clauseOf(first), value: given === 'off' || given === 'false' ? 'off' : 'on' }
  },
  partition: readPartition,
}

function optionally(reader: TokenReader, first: SqlToken, second: string): UnloadClause {
  const isGiven = reader.acceptWord(second) !== undefined
  return isGiven ? { ...clauseOf(first), value: second } : clauseOf(first)
}

function readFormat(reader: TokenReader, first: SqlToken): UnloadClause {
  reader.acceptWord('as')
  const format = reader.acceptWord('csv', 'parquet', 'json')
  if (format !== undefined) return { ...clauseOf(format), at: first.at }
  reader.fail('syntax', 'FORMAT is CSV, PARQUET or JSON')
  return clauseOf(first)
}

function readSize(reader: TokenReader, first: SqlToken): UnloadClause {
  reader.acceptWord('as')
  const { text } = reader.expect('number', 'a number')
  const unit = reader.acceptWord('mb', 'gb')?.text.toLowerCase() === 'gb' ? 'GB' : 'MB'
  return { ...clauseOf(first), value: text, unit }
}

function readPartition(reader: TokenReader, first: SqlToken): UnloadClause {
  reader.expectWord('by')
  reader.expectSign('(')
  const columns: SqlToken[] = []
  do {
    const literal = reader.accept('literal')
    columns.push(literal ?? reader.accept('identifier') ?? reader.expect('word', 'a column'))
  } while (reader.acceptSign(',') !== undefined)
  reader.expectSign(')')
  reader.acceptWord('include')
  return { ...clauseOf(first), columns }
}
