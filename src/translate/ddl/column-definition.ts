import { readColumnConstraint } from './constraint.js'
import { readColumnType } from './column-type.js'
import type { ColumnDraft, ConstraintDraft } from './statement.js'
import { refusal, type Token } from './token.js'
import type { TokenReader } from './token-reader.js'

/** As `format_encoding` names them; RAW is printed as `none`. */
const encodings = [
  ...['none', 'az64', 'bytedict', 'delta', 'delta32k', 'lzo', 'mostly8', 'mostly16', 'mostly32', 'runlength'],
  ...['text255', 'text32k', 'zstd', 'raw', 'auto'],
] as const

/** What may follow a default; nothing of it can stand in the default's expression outside of brackets. */
const defaultEnds = new Set(
  (
    'not null default identity generated encode distkey sortkey primary unique references collate constraint check ' +
    'compound interleaved'
  ).split(' '),
)

/** `"identity"(<table>, <column>, '<seed>,<step>'::text)`, as administrators' views print an identity (redshift.md 3.8). */
const identityCall = /^"?(default_)?identity"?\s?\(\s?-?\d+\s?,\s?-?\d+\s?,\s?'(-?\d+),\s?(-?\d+)'/i

/** A column with its options in any order; constraints go to the table's. */
export function readColumn(reader: TokenReader, constraints: ConstraintDraft[]): ColumnDraft {
  const at = reader.peek()
  const name = reader.name("a column's name")
  const column: ColumnDraft = {
    at,
    name,
    type: readColumnType(reader),
    notNull: false,
    distKey: false,
    sortKey: false,
  }
  while (!reader.isSymbol(',') && !reader.isSymbol(')')) {
    const constraint = readColumnConstraint(reader, name)
    if (constraint !== undefined) constraints.push(constraint)
    else if (!readFlag(reader, column) && !readValueOption(reader, column)) {
      throw reader.unexpected("an option of the column, ',' or )")
    }
  }
  return column
}

function readFlag(reader: TokenReader, column: ColumnDraft): boolean {
  if (reader.takeWords('not')) {
    reader.expectWords('null')
    column.notNull = true
  } else if (reader.takeWords('distkey')) column.distKey = true
  else if (reader.takeWords('sortkey')) column.sortKey = true
  else return reader.takeWords('null')
  return true
}

function readValueOption(reader: TokenReader, column: ColumnDraft): boolean {
  const at = reader.peek()
  if (reader.takeWords('encode')) {
    const encoding = reader.expectOneOf(encodings)
    column.encoding = encoding === 'raw' ? 'none' : encoding
  } else if (reader.takeWords('collate')) {
    const collation = reader.expectOneOf(['case_sensitive', 'cs', 'case_insensitive', 'ci'])
    if (collation.includes('i') && collation !== 'case_sensitive') column.caseInsensitive = true
  } else if (reader.takeWords('default')) setDefault(column, readDefault(reader), at)
  else if (reader.takeWords('identity')) setIdentity(column, readIdentity(reader, false), at)
  else if (reader.takeWords('generated')) {
    reader.expectWords('by', 'default', 'as', 'identity')
    setIdentity(column, readIdentity(reader, true), at)
  } else return false
  return true
}

/** The expression's text, blanks and comments between its tokens made one blank. */
function readDefault(reader: TokenReader): string {
  const tokens: Token[] = []
  let depth = 0
  while (depth > 0 || tokens.length === 0 || !isDefaultEnd(reader)) {
    if (reader.isEnd() || (tokens.length === 0 && (reader.isSymbol(',') || reader.isSymbol(')')))) {
      throw reader.unexpected("a default's expression")
    }
    if (reader.isSymbol('(')) depth += 1
    if (reader.isSymbol(')')) depth -= 1
    tokens.push(reader.next())
  }
  return tokens.map((token, n) => (tokens[n - 1]?.end ?? token.start) < token.start ? ` ${token.text}` : token.text).join('')
}

function isDefaultEnd(reader: TokenReader): boolean {
  const token = reader.peek()
  if (reader.isSymbol(',') || reader.isSymbol(')')) return true
  return token.kind === 'word' && defaultEnds.has(token.value)
}

function setDefault(column: ColumnDraft, text: string, at: Token): void {
  const identity = identityCall.exec(text)
  if (identity !== null) {
    const [, byDefault, seed = '', step = ''] = identity
    setIdentity(column, { seed, step, byDefault: byDefault !== undefined }, at)
    return
  }
  if (column.defaultText !== undefined) throw refusal(at, `a second default of ${column.name}`)
  column.defaultText = text
}

function setIdentity(column: ColumnDraft, identity: NonNullable<ColumnDraft['identity']>, at: Token): void {
  if (column.identity !== undefined) throw refusal(at, `a second identity of ${column.name}`)
  if (column.type.base !== 'integer' && column.type.base !== 'bigint') {
    throw refusal(at, `an identity of type ${column.type.text}; it is INTEGER or BIGINT`)
  }
  column.identity = identity
}

/** `(seed, step)`; without them both are 1. */
function readIdentity(reader: TokenReader, byDefault: boolean): NonNullable<ColumnDraft['identity']> {
  if (!reader.takeSymbol('(')) return { seed: '1', step: '1', byDefault }
  const seed = readInteger(reader)
  reader.expectSymbol(',')
  const step = readInteger(reader)
  reader.expectSymbol(')')
  return { seed, step, byDefault }
}

function readInteger(reader: TokenReader): string {
  const sign = reader.takeSymbol('-') ? '-' : ''
  const token = reader.peek()
  if (token.kind !== 'number' || !/^\d+$/.test(token.text)) throw reader.unexpected('an integer')
  reader.next()
  return sign + token.text
}
