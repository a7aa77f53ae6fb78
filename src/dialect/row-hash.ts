import { laneCount } from '../model/fingerprint.js'
import type { ColumnMeasureKind, Measure, MeasuredRelation } from '../model/measure.js'
import type { ColumnPlan } from '../model/plan.js'
import { unloadsSuper } from './redshift/super-value.js'
import { selectItemCountMax } from './measure-select.js'

/**
 * How a row is hashed, alike on both sides (redshift.md 5.3). Each column becomes a canonical text, each text a token that
 * no other text or NULL has, and the tokens of a row one MD5:
 * `digests` (tokens are MD5s) holds for any width, `lengths` (tokens are netstrings) hashes narrow rows once.
 */
export type TokenForm = 'digests' | 'lengths'

/** Digits of a hash by which a level of buckets tells its rows apart. */
export const bucketDigitCount = 2
export const laneDigitCount = 7
/** Columns whose tokens make one hash; of more columns the hashes are hashed, to keep expressions flat. */
export const chunkColumnCount = 50
/** Bytes of a row's tokens; a text of Redshift ends at 65,535. */
const rowByteCountMax = 60_000
/** Length and colon before a text. */
const tokenByteCount = 8
/** Bytes in hexadecimal that still make one text of Redshift; longer values are told by their length. */
export const hexDigitCountMax = 65_534
/** Characters of a text that a row shows before its MD5. */
export const shownCharacterCountMax = 200

/** Why a column is not in the hash; undefined where it is. */
export function unhashedReason(column: ColumnPlan): 'float' | 'super' | 'json' | undefined {
  if (column.kind === 'float') return 'float'
  if (unloadsSuper(column)) return 'super'
  return column.targetType === 'JSON' ? 'json' : undefined
}

export function hashedColumns(of: MeasuredRelation): readonly ColumnPlan[] {
  return of.columns.filter((column) => unhashedReason(column) === undefined && column.unhashed === undefined)
}

/** Columns of a shown row: the hashed ones, and numbers that are compared with tolerance. */
export function rowColumns(of: MeasuredRelation): readonly ColumnPlan[] {
  return [...hashedColumns(of), ...of.columns.filter((column) => unhashedReason(column) === 'float')]
}

const floatFigures: readonly ColumnMeasureKind[] = [
  'count',
  'finite-count',
  'positive-infinity-count',
  'negative-infinity-count',
  'finite-sum',
  'finite-magnitude',
  'finite-minimum',
  'finite-maximum',
]

/** What each bucket is asked about the columns that are not hashed. */
export function bucketFigures(of: MeasuredRelation): readonly Measure[] {
  return of.columns.flatMap((column) => {
    const kinds: readonly ColumnMeasureKind[] = figureKinds(column)
    return kinds.map((kind) => ({ kind, column: column.target }))
  })
}

function figureKinds(column: ColumnPlan): readonly ColumnMeasureKind[] {
  if (column.unhashed !== undefined) return []
  switch (unhashedReason(column)) {
    case 'float':
      return floatFigures
    case 'super':
      return column.targetType === 'JSON' ? ['count'] : ['count', 'byte-length']
    case 'json':
      return ['count']
    default:
      return []
  }
}

export function tokenFormOf(of: MeasuredRelation): TokenForm {
  const widths = hashedColumns(of).map(textByteCount)
  const byteCount = widths.reduce((sum, width) => sum + width + tokenByteCount, 0)
  return byteCount <= rowByteCountMax ? 'lengths' : 'digests'
}

/** Kept with a fingerprint: another definition's sums are not comparable. */
export function definitionOf(of: MeasuredRelation): string {
  return `md5-4x28/1 ${tokenFormOf(of)} ${hashedColumns(of)
    .map(({ target }) => target)
    .join(',')}`
}

/** Most bytes of a column's canonical text, as its declaration says. */
function textByteCount(column: ColumnPlan): number {
  switch (column.kind) {
    case 'boolean':
      return 1
    case 'integer':
    case 'decimal':
      return 42
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      return 32
    case 'float':
      return 0
    case 'text':
      return declaredByteCount(column)
  }
}

function declaredByteCount({ unloadExpression, source, sourceType }: ColumnPlan): number {
  const cast = /^(?:RTRIM\()?CAST\(.* AS VARCHAR\((\d+)\)\)+$/s.exec(unloadExpression)?.[1]
  if (cast !== undefined) return Number(cast)
  const isPlain = unloadExpression === `"${source.replaceAll('"', '""')}"`
  const { base, length } = sourceType
  return isPlain && base === 'character varying' && length !== undefined ? length : rowByteCountMax
}

/** The SQL of one side. `values` are the names of inner columns, ready to be used. */
export interface HashSyntax {
  readonly from: string
  valueOf(column: ColumnPlan): string
  /** Canonical text of a value that is not NULL; `value` is the name of an inner column. */
  textOf(column: ColumnPlan, value: string): string
  concat(parts: readonly string[]): string
  byteLength(text: string): string
  part(text: string, from: number, count: number): string
  /** The sum of texts of hexadecimal digits as numbers. */
  hexSum(text: string): string
  /** A text cut to a beginning and its MD5, where it is long. */
  shown(text: string): string
  figure(kind: ColumnMeasureKind, column: ColumnPlan, value: string): string
  /** Of a float, so that it reads back as the same number. */
  floatText(value: string): string
}

export interface BucketStatement {
  readonly text: string
  /** Columns of the answer: p, n, h1 … h4 in the first statement; p and f0 … in each. */
  readonly isFirst: boolean
  readonly figures: readonly Measure[]
}

/** One statement a scan; more than one only where a relation has hundreds of columns that are not hashed. */
export function bucketStatements(
  of: MeasuredRelation,
  within: readonly string[],
  syntax: HashSyntax,
): readonly BucketStatement[] {
  const columns = new Map(of.columns.map((column, n) => [column.target, { column, n }]))
  const digits = syntax.part('h', 1, prefixLength(within))
  const figures = bucketFigures(of)
  const perStatement = selectItemCountMax - laneCount - bucketDigitCount
  const statements: BucketStatement[] = []
  for (let first = 0; first === 0 || first < figures.length; first += perStatement) {
    const asked = figures.slice(first, first + perStatement)
    const items = [
      `${digits} AS p`,
      ...(first === 0 ? ['COUNT(*) AS n', ...laneItems(syntax)] : []),
      ...asked.map((measure, n) => `${figureItem(measure, columns, syntax)} AS f${n}`),
    ]
    const text = `SELECT ${items.join(', ')} FROM ${hashedRows(of, syntax)}${withinSql(within, syntax)} GROUP BY ${digits}`
    statements.push({ text, isFirst: first === 0, figures: asked })
  }
  return statements
}

function laneItems(syntax: HashSyntax): readonly string[] {
  return Array.from({ length: laneCount }, (_, lane) => {
    const digits = syntax.part('h', lane * laneDigitCount + 1, laneDigitCount)
    return `${syntax.hexSum(digits)} AS h${lane + 1}`
  })
}

function figureItem(
  measure: Measure,
  columns: ReadonlyMap<string, { readonly column: ColumnPlan; readonly n: number }>,
  syntax: HashSyntax,
): string {
  const found = measure.kind === 'row-count' ? undefined : columns.get(measure.column)
  if (found === undefined || measure.kind === 'row-count') throw new Error('a figure is about a column')
  return syntax.figure(measure.kind, found.column, `r${found.n}`)
}

/** The different rows of some buckets: `h`, how often each is there, a text a column: `c0` … in the order of `rowColumns`. */
export function rowsStatement(
  of: MeasuredRelation,
  within: readonly string[],
  rowCountMax: number,
  syntax: HashSyntax,
): string {
  const items = rowColumns(of).map((column, n) => {
    const at = of.columns.indexOf(column)
    return `${column.kind === 'float' ? syntax.floatText(`r${at}`) : syntax.shown(`t${at}`)} AS c${n}`
  })
  const names = ['h', ...items.map((_, n) => `c${n}`)].join(', ')
  const rows = `(SELECT ${['h', ...items].join(', ')} FROM ${hashedRows(of, syntax)}${withinSql(within, syntax)}) AS rs`
  return `SELECT ${names}, COUNT(*) AS n FROM ${rows} GROUP BY ${names} LIMIT ${rowCountMax}`
}

export function prefixLength(within: readonly string[]): number {
  return (within[0]?.length ?? 0) + bucketDigitCount
}

function withinSql(within: readonly string[], syntax: HashSyntax): string {
  const [first] = within
  if (first === undefined) return ''
  const prefixes = within.map((prefix) => `'${prefix}'`).join(', ')
  return ` WHERE ${syntax.part('h', 1, first.length)} IN (${prefixes})`
}

/**
 * Rows with their hash `h`, the canonical texts `t<n>` and the values `r<n>` of the columns. Values, texts, tokens and hashes
 * are made one after the other, so that no expression stands in another one twice.
 */
function hashedRows(of: MeasuredRelation, syntax: HashSyntax): string {
  const hashed = hashedColumns(of)
  const numbers = of.columns.map((column, n) => ({ column, n }))
  const texts = numbers.filter(({ column }) => hashed.includes(column))
  const others = numbers.filter(({ column }) => !hashed.includes(column) && column.unhashed === undefined)
  const carried = others.map(({ n }) => `r${n}`)
  const values = [...texts, ...others].map(({ column, n }) => `${syntax.valueOf(column)} AS r${n}`)
  const asTexts = texts.map(({ column, n }) => `${syntax.textOf(column, `r${n}`)} AS t${n}`)
  const names = texts.map(({ n }) => `t${n}`)
  const inner = `(SELECT ${values.join(', ')} FROM ${syntax.from}) AS vs`
  const middle = `(SELECT ${[...asTexts, ...carried].join(', ')} FROM ${inner}) AS ts`
  return hashesOver(middle, names, carried, tokenFormOf(of), syntax)
}

function hashesOver(
  from: string,
  texts: readonly string[],
  carried: readonly string[],
  form: TokenForm,
  syntax: HashSyntax,
): string {
  const tokens = texts.map((text) => token(text, form, syntax))
  const kept = [...texts, ...carried]
  if (tokens.length <= chunkColumnCount) {
    const hash = tokens.length === 0 ? `MD5('')` : `MD5(${syntax.concat(tokens)})`
    return `(SELECT ${[`${hash} AS h`, ...kept].join(', ')} FROM ${from}) AS hs`
  }
  const chunks: string[] = []
  for (let first = 0; first < tokens.length; first += chunkColumnCount) {
    chunks.push(`MD5(${syntax.concat(tokens.slice(first, first + chunkColumnCount))}) AS g${chunks.length}`)
  }
  const hashes = chunks.map((_, n) => `g${n}`)
  const chunked = `(SELECT ${[...chunks, ...kept].join(', ')} FROM ${from}) AS gs`
  return `(SELECT ${[`MD5(${syntax.concat(hashes)}) AS h`, ...kept].join(', ')} FROM ${chunked}) AS hs`
}

/** NULL is `N`, which is neither the beginning of a netstring nor a digit of an MD5. */
function token(text: string, form: TokenForm, syntax: HashSyntax): string {
  const present = form === 'digests' ? `MD5(${text})` : syntax.concat([syntax.byteLength(text), `':'`, text])
  return `CASE WHEN ${text} IS NULL THEN 'N' ELSE ${present} END`
}
