import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SourceMeasurements } from '../../src/model/documents.js'
import type { Fingerprint } from '../../src/model/fingerprint.js'
import type { Measure } from '../../src/model/measure.js'
import type { ColumnPlan, RelationPlan } from '../../src/model/plan.js'
import type { Cell } from './parts.js'

/*
 * Every measure and fingerprint once more, from the cells of the parts: no SQL, and nothing of the product's but the names
 * of what is asked. The definition is written down here a second time, by hand.
 */

type Row = Readonly<Record<string, Cell>>

const md5 = (text: string): string => createHash('md5').update(text, 'utf8').digest('hex')
const maximalDouble = 1e290

/** The text that stands for a value in a hash; null for NULL. */
function textOf(column: ColumnPlan, cell: Cell): string | null {
  if (cell === null) return null
  const text = String(cell)
  if (column.kind === 'boolean') return text === 'true' ? '1' : '0'
  if (column.kind === 'decimal' && (column.scale ?? 0) > 0) return text.replace(/^(-?)0*(\d*)\.?(\d*?)0*$/, plain)
  return column.targetType.startsWith('CHAR(') ? text.replace(/ +$/, '') : text
}

function plain(_: string, sign: string, whole: string, fraction: string): string {
  const digits = fraction === '' ? whole : `${whole}.${fraction}`
  return digits === '' ? '' : sign + digits
}

function isHashed(column: ColumnPlan): boolean {
  return column.kind !== 'float' && column.sourceType.base !== 'super' && column.targetType !== 'JSON'
}

export function hashOf(columns: readonly ColumnPlan[], row: Row, form: string): string {
  const tokens = columns.filter(isHashed).map((column) => {
    const text = textOf(column, row[column.target] ?? null)
    if (text === null) return 'N'
    return form === 'digests' ? md5(text) : `${Buffer.byteLength(text)}:${text}`
  })
  if (tokens.length <= 50) return md5(tokens.join(''))
  const chunks = Array.from({ length: Math.ceil(tokens.length / 50) }, (_, n) => tokens.slice(n * 50, n * 50 + 50))
  return md5(chunks.map((chunk) => md5(chunk.join(''))).join(''))
}

/** Buckets by two digits: prefix, rows, four lanes, and the figures that the document says were asked. */
export function recomputedBuckets(
  plan: RelationPlan,
  rows: readonly Row[],
  { definition, figures }: Fingerprint,
): Fingerprint['buckets'] {
  const [, form = ''] = definition.split(' ')
  const groups = new Map<string, { readonly hashes: string[]; readonly rows: Row[] }>()
  for (const row of rows) {
    const hash = hashOf(plan.columns, row, form)
    const group = groups.get(hash.slice(0, 2)) ?? { hashes: [], rows: [] }
    group.hashes.push(hash)
    group.rows.push(row)
    groups.set(hash.slice(0, 2), group)
  }
  return [...groups.entries()].toSorted().map(([prefix, group]) => ({
    prefix,
    rowCount: String(group.rows.length),
    lanes: [0, 7, 14, 21].map((from) =>
      group.hashes.reduce((sum, hash) => sum + BigInt(parseInt(hash.slice(from, from + 7), 16)), 0n).toString(),
    ),
    figures: figures.map((measure) => recomputed(plan, group.rows, measure)),
  }))
}

/** One measure of the plan, in the canonical text of the product's documents. */
export function recomputed(plan: RelationPlan, rows: readonly Row[], measure: Measure): string | null {
  if (measure.kind === 'row-count') return String(rows.length)
  const column = plan.columns.find(({ target }) => target === measure.column)
  if (column === undefined) throw new Error(`no column ${measure.column}`)
  const values = rows.flatMap((row) => row[column.target] ?? [])
  if (measure.kind === 'count') return String(values.length)
  if (column.kind === 'float') return floatFigure(values.map(Number), measure.kind, rows.length)
  if (rows.length === 0 || (values.length === 0 && !measure.kind.endsWith('e-count'))) return null
  switch (measure.kind) {
    case 'sum':
      return decimalText(values.map((value) => scaled(String(value))).reduce((sum, value) => sum + value, 0n))
    case 'minimum':
    case 'maximum':
      return extreme(column, values.map(String), measure.kind)
    case 'byte-length':
      return String(values.reduce<number>((sum, value) => sum + Buffer.byteLength(textOf(column, value) ?? ''), 0))
    case 'true-count':
      return String(values.filter((value) => value === 'true').length)
    case 'false-count':
      return String(values.filter((value) => value === 'false').length)
    case 'lane-1':
    case 'lane-2':
    case 'lane-3':
    case 'lane-4': {
      const from = (Number(measure.kind.slice(5)) - 1) * 7
      const lanes = values.map((value) => parseInt(md5(textOf(column, value) ?? '').slice(from, from + 7), 16))
      return lanes.reduce((sum, lane) => sum + BigInt(lane), 0n).toString()
    }
    default:
      throw new Error(`${measure.kind} of ${column.kind}`)
  }
}

function floatFigure(values: readonly number[], kind: string, rowCount: number): string | null {
  const finite = values.filter(Number.isFinite)
  const summed = finite.filter((value) => Math.abs(value) <= maximalDouble)
  const over = (numbers: readonly number[], of: () => number): string | null =>
    numbers.length === 0 ? null : String(of())
  const counted = (count: number): string | null => (rowCount === 0 ? null : String(count))
  switch (kind) {
    case 'finite-count':
      return counted(finite.length)
    case 'positive-infinity-count':
      return counted(values.filter((value) => value === Infinity).length)
    case 'negative-infinity-count':
      return counted(values.filter((value) => value === -Infinity).length)
    case 'finite-sum':
      return over(summed, () => summed.reduce((sum, value) => sum + value, 0))
    case 'finite-magnitude':
      return over(summed, () => summed.reduce((sum, value) => sum + Math.abs(value), 0))
    case 'finite-minimum':
      return over(finite, () => finite.reduce((least, value) => Math.min(least, value)))
    case 'finite-maximum':
      return over(finite, () => finite.reduce((most, value) => Math.max(most, value)))
    default:
      throw new Error(kind)
  }
}

/** All scales at once: forty digits behind the point. */
const digitCount = 40

function scaled(text: string): bigint {
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.')
  const value = BigInt(whole + fraction.padEnd(digitCount, '0'))
  return text.startsWith('-') ? -value : value
}

function decimalText(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(digitCount + 1, '0')
  const fraction = digits.slice(-digitCount).replace(/0+$/, '')
  const whole = digits.slice(0, -digitCount)
  return `${value < 0n ? '-' : ''}${fraction === '' ? whole : `${whole}.${fraction}`}`
}

/** Moments of four-digit years sort as their texts do. */
function extreme(column: ColumnPlan, values: readonly string[], kind: 'minimum' | 'maximum'): string {
  const isNumber = column.kind === 'integer' || column.kind === 'decimal'
  const before = (a: string, b: string): boolean => (isNumber ? scaled(a) < scaled(b) : a < b)
  const found = values.reduce((best, value) => (before(value, best) === (kind === 'minimum') ? value : best))
  return isNumber ? decimalText(scaled(found)) : found
}

/** The same text; sums of floats within what the order of adding may do. */
export function isAnswer(measure: Measure, documented: string | null, found: string | null): boolean {
  if (documented === found) return true
  if (documented === null || found === null || !measure.kind.startsWith('finite-')) return false
  const [a, b] = [Number(documented), Number(found)]
  return Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b), measure.kind === 'finite-sum' ? 1 : 0)
}

/** What the run wrote down before it unloaded the relation. */
export async function measuredOf(
  runFolder: string,
  { relationId }: RelationPlan,
): Promise<SourceMeasurements & { readonly fingerprint: Fingerprint }> {
  const folder = join(runFolder, 'measurements', 'source', relationId)
  const [name = ''] = await readdir(folder)
  const document = JSON.parse(await readFile(join(folder, name), 'utf8')) as SourceMeasurements
  const { fingerprint } = document
  if (fingerprint === undefined) throw new Error(`${relationId} has no fingerprint`)
  return { ...document, fingerprint }
}

/** Where the documented buckets are not the recomputed ones. */
export function differencesOf(documented: Fingerprint, found: Fingerprint['buckets']): readonly unknown[] {
  const places = new Map(found.map((bucket) => [bucket.prefix, bucket]))
  const differing = documented.buckets.filter((bucket) => {
    const other = places.get(bucket.prefix)
    if (other === undefined || bucket.rowCount !== other.rowCount) return true
    if (JSON.stringify(bucket.lanes) !== JSON.stringify(other.lanes)) return true
    return documented.figures.some(
      (measure, n) => !isAnswer(measure, bucket.figures[n] ?? null, other.figures[n] ?? null),
    )
  })
  const missing = found.filter(({ prefix }) => !documented.buckets.some((bucket) => bucket.prefix === prefix))
  return [...differing.map((bucket) => [bucket, places.get(bucket.prefix)]), ...missing]
}
