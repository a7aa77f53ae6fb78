import type { SourceType, SourceTypeBase } from '../../model/catalog.js'
import { refusal, type Token } from './token.js'
import type { TokenReader } from './token-reader.js'

/** Spellings, and what the catalog calls them (redshift.md 4.1); longer ones stand before those they begin with. */
const plainTypes: readonly (readonly [string, SourceTypeBase])[] = [
  ['smallint', 'smallint'],
  ['int2', 'smallint'],
  ['integer', 'integer'],
  ['int', 'integer'],
  ['int4', 'integer'],
  ['bigint', 'bigint'],
  ['int8', 'bigint'],
  ['real', 'real'],
  ['float4', 'real'],
  ['double precision', 'double precision'],
  ['float8', 'double precision'],
  ['boolean', 'boolean'],
  ['bool', 'boolean'],
  ['date', 'date'],
  ['time without time zone', 'time without time zone'],
  ['time with time zone', 'time with time zone'],
  ['time', 'time without time zone'],
  ['timetz', 'time with time zone'],
  ['timestamp without time zone', 'timestamp without time zone'],
  ['timestamp with time zone', 'timestamp with time zone'],
  ['timestamp', 'timestamp without time zone'],
  ['timestamptz', 'timestamp with time zone'],
  ['intervaly2m', 'interval year to month'],
  ['intervald2s', 'interval day to second'],
  ['super', 'super'],
  ['geometry', 'geometry'],
  ['geography', 'geography'],
  ['hllsketch', 'hllsketch'],
]

interface SizedType {
  readonly base: 'character' | 'character varying' | 'binary varying'
  /** Bytes where no length is written. */
  readonly length: number
  /** False where a length may not be written: the alias stands for one length. */
  readonly open: boolean
}

const char = { base: 'character', length: 1, open: true } as const
const varchar = { base: 'character varying', length: 256, open: true } as const
const varbyte = { base: 'binary varying', length: 64_000, open: true } as const

const sizedTypes: readonly (readonly [string, SizedType])[] = [
  ['national character varying', varchar],
  ['national char varying', varchar],
  ['national character', char],
  ['national char', char],
  ['character varying', varchar],
  ['char varying', varchar],
  ['binary varying', varbyte],
  ['character', char],
  ['char', char],
  ['nchar', char],
  ['bpchar', { base: 'character', length: 256, open: true }],
  ['varchar', varchar],
  ['nvarchar', varchar],
  ['text', { base: 'character varying', length: 256, open: false }],
  ['varbyte', varbyte],
  ['varbinary', varbyte],
]

/** Bytes. */
const lengthMax = { character: 4096, 'character varying': 65_535, 'binary varying': 16_777_216 } as const

const decimalSpellings = ['numeric', 'decimal', 'dec'] as const
const precisionMax = 38
const scaleMax = 37

const yearMonthFields = ['year', 'month']
const dayTimeFields = ['day', 'hour', 'minute', 'second']

/** A column's type as the catalog would tell it. */
export function readColumnType(reader: TokenReader): SourceType {
  const at = reader.peek()
  const sized = sizedTypes.find(([spelling]) => reader.takeWords(...spelling.split(' ')))
  if (sized !== undefined) return readSized(reader, at, sized[1])
  if (decimalSpellings.some((spelling) => reader.takeWords(spelling))) return readDecimal(reader, at)
  if (reader.takeWords('float')) return readFloat(reader, at)
  if (reader.takeWords('interval')) return readInterval(reader)
  const plain = plainTypes.find(([spelling]) => reader.takeWords(...spelling.split(' ')))
  if (plain === undefined) {
    throw at.kind === 'word' ? refusal(at, `${at.text} is no type of Redshift`) : reader.unexpected("a column's type")
  }
  if (reader.isSymbol('(')) throw refusal(reader.peek(), `${at.text} takes no length or precision`)
  if (reader.isSymbol('[')) throw refusal(reader.peek(), 'arrays are no type of Redshift')
  return { base: plain[1], text: plain[1] }
}

function readSized(reader: TokenReader, at: Token, type: SizedType): SourceType {
  const { base, open } = type
  if (!open && reader.isSymbol('(')) throw refusal(reader.peek(), `${at.text} takes no length or precision`)
  const length = reader.isSymbol('(') ? readLength(reader, base) : type.length
  return { base, text: `${base}(${length})`, length }
}

function readLength(reader: TokenReader, base: SizedType['base']): number {
  reader.expectSymbol('(')
  const at = reader.peek()
  if (base !== 'binary varying' && reader.takeWords('max')) {
    reader.expectSymbol(')')
    return lengthMax[base]
  }
  const length = readCount(reader, 'a length in bytes')
  reader.expectSymbol(')')
  if (length < 1 || length > lengthMax[base]) {
    throw refusal(at, `a length of ${length}; ${base} has 1 to ${lengthMax[base]} bytes`)
  }
  return length
}

function readDecimal(reader: TokenReader, at: Token): SourceType {
  const [precision = 18, scale = 0, more] = reader.isSymbol('(') ? reader.list(() => readCount(reader, 'digits')) : []
  if (more !== undefined) throw refusal(at, `${at.text} takes precision and scale, no more`)
  if (precision < 1 || precision > precisionMax) throw refusal(at, `a precision of ${precision}; it is 1 to 38`)
  if (scale > scaleMax || scale > precision) {
    throw refusal(at, `a scale of ${scale}; it is 0 to 37 and not above the precision of ${precision}`)
  }
  return { base: 'numeric', text: `numeric(${precision},${scale})`, precision, scale }
}

/** FLOAT(1) to FLOAT(24) are REAL, as in PostgreSQL. */
function readFloat(reader: TokenReader, at: Token): SourceType {
  const [digits = 53, more] = reader.isSymbol('(') ? reader.list(() => readCount(reader, 'binary digits')) : []
  if (digits < 1 || digits > 53 || more !== undefined) throw refusal(at, 'the precision of FLOAT is 1 to 53')
  const base = digits <= 24 ? 'real' : 'double precision'
  return { base, text: base }
}

/** Whatever fields are named, one of two types is stored. */
function readInterval(reader: TokenReader): SourceType {
  const fields = [yearMonthFields, dayTimeFields].find((of) => of.some((field) => reader.isWords(field)))
  if (fields === undefined) throw reader.unexpected('YEAR TO MONTH or DAY TO SECOND')
  const from = fields.indexOf(reader.expectOneOf(fields))
  const smaller = fields.slice(from + 1)
  if (smaller.length > 0 && reader.takeWords('to')) reader.expectOneOf(smaller)
  if (reader.isSymbol('(')) reader.list(() => readCount(reader, 'digits of a second'))
  const base = fields === yearMonthFields ? 'interval year to month' : 'interval day to second'
  return { base, text: base }
}

function readCount(reader: TokenReader, what: string): number {
  const token = reader.peek()
  if (token.kind !== 'number' || !/^\d{1,9}$/.test(token.text)) throw reader.unexpected(what)
  reader.next()
  return Number(token.text)
}
