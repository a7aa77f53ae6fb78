import { differingBuckets } from '../checks/content-check.js'
import { diffRows } from '../checks/row-diff.js'
import { hashedColumns, rowColumns } from '../dialect/row-hash.js'
import type { RowDifference } from '../model/documents.js'
import { MigrationError } from '../model/errors.js'
import type { Bucket, Fingerprint, Fingerprinting } from '../model/fingerprint.js'
import { relationText } from '../model/names.js'
import type { RelationPlan } from '../model/plan.js'
import type { Call } from '../model/work.js'

/** Rows that are fetched of each side to be compared one by one. */
export const fetchedRowCountMax = 20_000
/** Digits of the finest buckets: 16^8 of them. */
const prefixDigitCountMax = 8
/** Finer buckets below one bucket. */
const bucketsBelow = 256

/** What both sides said at first. */
export interface Differing {
  readonly source: Fingerprint
  readonly target: Fingerprint
}

export interface Sides {
  readonly source: Fingerprinting
  readonly target: Fingerprinting
  readonly toldBy: RowDifference['toldBy']
  /** Rows that one result of the target holds (READ_TABLE_MAX_ROW). */
  readonly resultRowCountMax: number
}

interface Suspect {
  readonly prefix: string
  readonly sourceRowCount: bigint
  readonly targetRowCount: bigint
}

/**
 * Finds the rows that differ: buckets that differ are cut into finer ones, one scan a side a level, until what differs is
 * few rows, and these alone are fetched. What is too much is left, and counted.
 */
export async function locateDifference(
  plan: RelationPlan,
  differing: Differing,
  sides: Sides,
  lineCountMax: number,
  call: Call,
): Promise<RowDifference> {
  if (hashedColumns(plan).length === 0) throw untold(plan, 'none of its columns tells its rows apart')
  let suspects = suspectsOf(plan, differing)
  const left: Suspect[] = []
  // A result as long as the limit may be a cut one.
  const narrowedAtOnce = Math.max(1, Math.floor((sides.resultRowCountMax - 1) / bucketsBelow))
  while (needsNarrowing(suspects)) {
    const [taken, rest] = chosen(suspects, narrowedAtOnce)
    left.push(...rest)
    const within = taken.map(({ prefix }) => prefix)
    const source = await sides.source.fingerprint(plan, within, call)
    const target = await sides.target.fingerprint(plan, within, call)
    suspects = suspectsOf(plan, { source, target })
  }
  const [taken, rest] = fitting(suspects)
  left.push(...rest)
  if (taken.length === 0) throw untold(plan, `the parts that differ hold more than ${fetchedRowCountMax} rows each`)
  const within = taken.map(({ prefix }) => prefix)
  const rows = {
    source: await fetched(sides.source, plan, within, call),
    target: await fetched(sides.target, plan, within, call),
  }
  const diff = diffRows(rows, rowColumns(plan), plan.identity ?? [], lineCountMax)
  return { toldBy: sides.toldBy, ...diff, ...(left.length === 0 ? {} : { left: leftOf(left) }) }
}

function untold(plan: RelationPlan, reason: string): MigrationError {
  return new MigrationError('target-refused', `${relationText(plan.source)}: which rows differ is not told: ${reason}`)
}

async function fetched(
  side: Fingerprinting,
  plan: RelationPlan,
  within: readonly string[],
  call: Call,
): ReturnType<Fingerprinting['rows']> {
  const rows = await side.rows(plan, within, fetchedRowCountMax + 1, call)
  if (rows.length <= fetchedRowCountMax) return rows
  throw untold(plan, `the result is cut at ${fetchedRowCountMax} rows: somebody is writing`)
}

function suspectsOf(plan: RelationPlan, { source, target }: Differing): readonly Suspect[] {
  const prefixes = differingBuckets(plan, source, target) ?? []
  const [ofSource, ofTarget] = [byPrefix(source), byPrefix(target)]
  return prefixes.map((prefix) => ({
    prefix,
    sourceRowCount: BigInt(ofSource.get(prefix)?.rowCount ?? '0'),
    targetRowCount: BigInt(ofTarget.get(prefix)?.rowCount ?? '0'),
  }))
}

function byPrefix({ buckets }: Fingerprint): ReadonlyMap<string, Bucket> {
  return new Map(buckets.map((bucket) => [bucket.prefix, bucket]))
}

function weightOf({ sourceRowCount, targetRowCount }: Suspect): bigint {
  return sourceRowCount > targetRowCount ? sourceRowCount : targetRowCount
}

/** While all that differs is not few rows: finer buckets leave more of what is equal out. */
function needsNarrowing(suspects: readonly Suspect[]): boolean {
  const total = suspects.reduce((sum, suspect) => sum + weightOf(suspect), 0n)
  return total > fetchedRowCountMax && (suspects[0]?.prefix.length ?? 0) < prefixDigitCountMax
}

/** The smallest first: they show the most differences for the least reading. */
function chosen(suspects: readonly Suspect[], count: number): readonly [readonly Suspect[], readonly Suspect[]] {
  const sorted = sortedByWeight(suspects)
  return [sorted.slice(0, count), sorted.slice(count)]
}

function fitting(suspects: readonly Suspect[]): readonly [readonly Suspect[], readonly Suspect[]] {
  const sorted = sortedByWeight(suspects)
  let total = 0n
  const end = sorted.findIndex((suspect) => {
    total += weightOf(suspect)
    return total > fetchedRowCountMax
  })
  return end < 0 ? [sorted, []] : [sorted.slice(0, end), sorted.slice(end)]
}

function sortedByWeight(suspects: readonly Suspect[]): readonly Suspect[] {
  return suspects.toSorted((a, b) => (weightOf(a) < weightOf(b) ? -1 : weightOf(a) > weightOf(b) ? 1 : 0))
}

function leftOf(left: readonly Suspect[]): NonNullable<RowDifference['left']> {
  const sum = (count: (suspect: Suspect) => bigint): string =>
    left.reduce((total, suspect) => total + count(suspect), 0n).toString()
  return {
    bucketCount: left.length,
    sourceRowCount: sum(({ sourceRowCount }) => sourceRowCount),
    targetRowCount: sum(({ targetRowCount }) => targetRowCount),
  }
}
