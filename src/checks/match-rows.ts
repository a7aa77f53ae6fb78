import type { NearValue } from '../model/query-check.js'
import { byAmount, compareCells, comparisonOf } from './answer-value.js'
import type { AnswerPair, AnswerRow } from './answer-check.js'

/** Rows that differ only in values with tolerance, up to which each is tried with each. */
const triedGroupRowCountMax = 1_000
/** Rows that have no equal, up to which they are put beside the most similar ones. */
const similarRowCountMax = 200

/** Values that divide and are taken for the same, of one query: more are counted, not listed. */
export const nearValueCountMax = 20

export interface MatchedRows {
  readonly near: readonly NearValue[]
  readonly nearCount: number
  /** Rows that belong together by most of their values, and differ. */
  readonly together: readonly (readonly [AnswerRow, AnswerRow])[]
  readonly sourceLeft: readonly AnswerRow[]
  readonly targetLeft: readonly AnswerRow[]
}

interface NearValues {
  readonly values: NearValue[]
  count: number
}

interface RowsLeft {
  readonly source: readonly AnswerRow[]
  readonly target: readonly AnswerRow[]
}

/**
 * Gives every row of the source one of the target that is the same, each used once. Values that are exact must be equal;
 * among rows that share those, values with a tolerance are tried in their order.
 */
export function matchRows(pair: AnswerPair): MatchedRows {
  const [sources, targets] = [groups(pair, pair.source), groups(pair, pair.target)]
  const near: NearValues = { values: [], count: 0 }
  const sourceLeft: AnswerRow[] = []
  const targetLeft: AnswerRow[] = []
  for (const [key, ofSource] of sources) {
    const ofTarget = targets.get(key) ?? []
    targets.delete(key)
    const left = matchGroup(pair, ofSource, ofTarget, near)
    for (const row of left.source) sourceLeft.push(row)
    for (const row of left.target) targetLeft.push(row)
  }
  for (const rows of targets.values()) for (const row of rows) targetLeft.push(row)
  return { near: near.values, nearCount: near.count, ...similar(sourceLeft, targetLeft) }
}

/** Rows by their exact values, each group in order of the others. */
function groups(pair: AnswerPair, rows: readonly AnswerRow[]): Map<string, AnswerRow[]> {
  const tolerant = tolerantPlaces(pair)
  const found = new Map<string, AnswerRow[]>()
  for (const row of rows) {
    const key = JSON.stringify(row.map((cell, n) => (tolerant.includes(n) && cell !== null ? '' : cell)))
    const group = found.get(key)
    if (group === undefined) found.set(key, [row])
    else group.push(row)
  }
  if (tolerant.length > 0) for (const group of found.values()) group.sort((a, b) => byAmounts(pair, a, b, tolerant))
  return found
}

function tolerantPlaces({ query }: AnswerPair): readonly number[] {
  return query.columns.flatMap((column, n) => (['unit', 'relative'].includes(comparisonOf(column)) ? [n] : []))
}

function byAmounts({ query }: AnswerPair, a: AnswerRow, b: AnswerRow, places: readonly number[]): number {
  for (const n of places) {
    const column = query.columns[n]
    const order = column === undefined ? 0 : byAmount(column, a[n] ?? null, b[n] ?? null)
    if (order !== 0) return order
  }
  return 0
}

function matchGroup(
  pair: AnswerPair,
  source: readonly AnswerRow[],
  target: readonly AnswerRow[],
  near: NearValues,
): RowsLeft {
  if (tolerantPlaces(pair).length === 0) {
    const equalCount = Math.min(source.length, target.length)
    return { source: source.slice(equalCount), target: target.slice(equalCount) }
  }
  const isSmall = source.length <= triedGroupRowCountMax && target.length <= triedGroupRowCountMax
  return isSmall ? matchEachWithEach(pair, source, target, near) : matchInOrder(pair, source, target, near)
}

function matchEachWithEach(
  pair: AnswerPair,
  source: readonly AnswerRow[],
  target: readonly AnswerRow[],
  near: NearValues,
): RowsLeft {
  const rest = [...target]
  const left = source.filter((row) => {
    const at = rest.findIndex((other) => sameRow(pair, row, other))
    if (at >= 0) noteNear(pair, row, rest.splice(at, 1)[0] ?? [], near)
    return at < 0
  })
  return { source: left, target: rest }
}

/** Both sides are in order: of two rows that differ, the one that comes first has no equal. */
function matchInOrder(
  pair: AnswerPair,
  source: readonly AnswerRow[],
  target: readonly AnswerRow[],
  near: NearValues,
): RowsLeft {
  const left: { source: AnswerRow[]; target: AnswerRow[] } = { source: [], target: [] }
  const places = tolerantPlaces(pair)
  let [i, j] = [0, 0]
  while (i < source.length || j < target.length) {
    const [one, other] = [source[i], target[j]]
    if (one !== undefined && other !== undefined && sameRow(pair, one, other)) {
      noteNear(pair, one, other, near)
      i += 1
      j += 1
    } else if (other === undefined || (one !== undefined && byAmounts(pair, one, other, places) <= 0)) {
      if (one !== undefined) left.source.push(one)
      i += 1
    } else {
      left.target.push(other)
      j += 1
    }
  }
  return left
}

function sameRow({ query, scales }: AnswerPair, source: AnswerRow, target: AnswerRow): boolean {
  return query.columns.every(
    (column, n) => compareCells(column, scales[n] ?? 0, source[n] ?? null, target[n] ?? null).same,
  )
}

function noteNear({ query, scales }: AnswerPair, source: AnswerRow, target: AnswerRow, found: NearValues): void {
  query.columns.forEach((column, n) => {
    const { near } = compareCells(column, scales[n] ?? 0, source[n] ?? null, target[n] ?? null)
    if (near === undefined) return
    found.count += 1
    if (found.values.length < nearValueCountMax) found.values.push(near)
  })
}

/** Rows without an equal that share most of their values are told as one row that differs. */
function similar(
  source: readonly AnswerRow[],
  target: readonly AnswerRow[],
): Pick<MatchedRows, 'together' | 'sourceLeft' | 'targetLeft'> {
  if (source.length > similarRowCountMax || target.length > similarRowCountMax)
    return { together: [], sourceLeft: source, targetLeft: target }
  if (source.length === 1 && target.length === 1)
    return { together: [[source[0] ?? [], target[0] ?? []]], sourceLeft: [], targetLeft: [] }
  const rest = [...target]
  const together: (readonly [AnswerRow, AnswerRow])[] = []
  const left: AnswerRow[] = []
  for (const row of source) {
    const counts = rest.map((other) => row.filter((cell, n) => cell === other[n]).length)
    const most = Math.max(0, ...counts)
    if (most * 2 <= row.length) left.push(row)
    else together.push([row, rest.splice(counts.indexOf(most), 1)[0] ?? []])
  }
  return { together, sourceLeft: left, targetLeft: rest }
}
