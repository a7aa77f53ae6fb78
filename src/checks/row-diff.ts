import { canonicalDecimal } from '../model/canonical.js'
import type { RowDifference, RowLine } from '../model/documents.js'
import type { HashedRow } from '../model/fingerprint.js'
import type { ColumnPlan } from '../model/plan.js'
import { toleranceOf } from './tolerance.js'

/** Rows that one side has and the other has not, with how often. */
interface Spare {
  readonly row: HashedRow
  readonly count: bigint
}

interface Sides<T> {
  readonly source: readonly T[]
  readonly target: readonly T[]
}

export type RowDiff = Pick<RowDifference, 'lines' | 'lineCount'>

/**
 * What has to go (`-`), to come (`+`) or to change (`~`, where a key tells two rows to be one) so that the source's rows
 * become the target's. Duplicates count; the first `lineCountMax` lines are kept and all are counted.
 */
export function diffRows(
  rows: Sides<HashedRow>,
  columns: readonly ColumnPlan[],
  key: readonly string[],
  lineCountMax: number,
): RowDiff {
  const spare = spareRows(rows, columns)
  const pairs = pairsByKey(spare, columns, key)
  const paired = new Set(pairs.flatMap(({ source, target }) => [source, target]))
  const lines: RowLine[] = pairs.map(({ source, target }) => changed(source.row, target.row, columns, key))
  const alone = (sign: '-' | '+', side: readonly Spare[]): void => {
    for (const one of side) if (!paired.has(one)) lines.push(whole(sign, one, columns))
  }
  alone('-', spare.source)
  alone('+', spare.target)
  const lineCount = lines.reduce((sum, { count }) => sum + BigInt(count), 0n)
  return { lines: lines.slice(0, lineCountMax), lineCount: lineCount.toString() }
}

/** Rows of one hash are the same but for their floats, which are compared one by one in their order. */
function spareRows(rows: Sides<HashedRow>, columns: readonly ColumnPlan[]): Sides<Spare> {
  const [ofSource, ofTarget] = [byHash(rows.source), byHash(rows.target)]
  const spare = { source: [] as Spare[], target: [] as Spare[] }
  for (const hash of new Set([...ofSource.keys(), ...ofTarget.keys()])) {
    const left = matchFloats(ofSource.get(hash) ?? [], ofTarget.get(hash) ?? [], columns)
    spare.source.push(...left.source)
    spare.target.push(...left.target)
  }
  return spare
}

function byHash(rows: readonly HashedRow[]): ReadonlyMap<string, readonly HashedRow[]> {
  const found = new Map<string, HashedRow[]>()
  for (const row of rows) found.set(row.hash, [...(found.get(row.hash) ?? []), row])
  return found
}

/** Takes away what agrees, the least first; what is left on either side is spare. */
function matchFloats(
  source: readonly HashedRow[],
  target: readonly HashedRow[],
  columns: readonly ColumnPlan[],
): Sides<Spare> {
  const left = target.map((row) => ({ row, count: BigInt(row.count) }))
  const spare: Spare[] = []
  for (const row of source) {
    let count = BigInt(row.count)
    for (const other of left) {
      if (count === 0n) break
      if (other.count === 0n || !floatsMatch(row, other.row, columns)) continue
      const matched = count < other.count ? count : other.count
      count -= matched
      other.count -= matched
    }
    if (count > 0n) spare.push({ row, count })
  }
  return { source: spare, target: left.filter(({ count }) => count > 0n) }
}

function floatsMatch(source: HashedRow, target: HashedRow, columns: readonly ColumnPlan[]): boolean {
  return columns.every((column, n) => {
    if (column.kind !== 'float') return true
    const [a = null, b = null] = [source.values[n], target.values[n]]
    if (a === b) return true
    if (a === null || b === null) return false
    return Math.abs(Number(a) - Number(b)) <= toleranceOf(column) * Math.max(Math.abs(Number(a)), Math.abs(Number(b)))
  })
}

/** Only where the key tells rows apart on both sides: Redshift enforces none. */
function pairsByKey(
  spare: Sides<Spare>,
  columns: readonly ColumnPlan[],
  key: readonly string[],
): readonly { readonly source: Spare; readonly target: Spare }[] {
  const places = key.map((name) => columns.findIndex(({ target }) => target === name))
  if (key.length === 0 || places.includes(-1)) return []
  const [ofSource, ofTarget] = [byKey(spare.source, places), byKey(spare.target, places)]
  return [...ofSource].flatMap(([values, source]) => {
    const target = ofTarget.get(values) ?? []
    const [one, other] = [source[0], target[0]]
    if (source.length !== 1 || target.length !== 1 || one?.count !== 1n || other?.count !== 1n) return []
    return [{ source: one, target: other }]
  })
}

function byKey(side: readonly Spare[], places: readonly number[]): ReadonlyMap<string, readonly Spare[]> {
  const found = new Map<string, Spare[]>()
  for (const one of side) {
    const values = JSON.stringify(places.map((place) => one.row.values[place]))
    found.set(values, [...(found.get(values) ?? []), one])
  }
  return found
}

function changed(
  source: HashedRow,
  target: HashedRow,
  columns: readonly ColumnPlan[],
  key: readonly string[],
): RowLine {
  const changes = columns.flatMap((column, n) => {
    const [from, to] = [shown(column, source.values[n]), shown(column, target.values[n])]
    return from === to ? [] : [{ column: column.target, source: from, target: to }]
  })
  const identity = key.map((name) => {
    const n = columns.findIndex((column) => column.target === name)
    const column = columns[n]
    return { column: name, value: column === undefined ? null : shown(column, source.values[n]) }
  })
  return { sign: '~', count: '1', values: identity, changes }
}

function whole(sign: '-' | '+', { row, count }: Spare, columns: readonly ColumnPlan[]): RowLine {
  const values = columns.map((column, n) => ({ column: column.target, value: shown(column, row.values[n]) }))
  return { sign, count: count.toString(), values }
}

/** The canonical text of a decimal has neither the zero before its point nor, of zero itself, any digit. */
function shown(column: ColumnPlan, value: string | null | undefined): string | null {
  if (value === null || value === undefined) return null
  if (column.kind === 'decimal') return value === '' || value === '-' ? '0' : (canonicalDecimal(value) ?? value)
  if (column.kind !== 'boolean') return value
  return value === '1' ? 'true' : 'false'
}
