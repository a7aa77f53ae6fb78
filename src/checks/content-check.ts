import type { CheckResult } from '../model/documents.js'
import type { Bucket, Fingerprint } from '../model/fingerprint.js'
import type { Discrepancy, Measure } from '../model/measure.js'
import { relationText } from '../model/names.js'
import type { RelationPlan } from '../model/plan.js'
import { floatsAgree, toleranceOf } from './tolerance.js'

export const contentCheckName = 'content'

export interface ContentComparison {
  readonly result: CheckResult
  /** Prefixes of the buckets in which the sides differ. */
  readonly differing: readonly string[]
}

/** Whether both sides hold the same rows the same number of times (redshift.md 5.3). */
export function compareContent(plan: RelationPlan, source: Fingerprint, target: Fingerprint): ContentComparison {
  const differing = differingBuckets(plan, source, target)
  const comparedCount = source.buckets.reduce((sum, bucket) => sum + 1 + bucket.lanes.length + bucket.figures.length, 0)
  const discrepancies = differing === undefined ? [definitionDiffers(plan, source, target)] : []
  if (differing !== undefined && differing.length > 0) discrepancies.push(differs(plan, source, target, differing))
  return { result: { check: contentCheckName, comparedCount, discrepancies }, differing: differing ?? [] }
}

/** Undefined where the two were not made alike. */
export function differingBuckets(
  plan: RelationPlan,
  source: Fingerprint,
  target: Fingerprint,
): readonly string[] | undefined {
  if (source.definition !== target.definition) return undefined
  const [ofSource, ofTarget] = [byPrefix(source), byPrefix(target)]
  const prefixes = [...new Set([...ofSource.keys(), ...ofTarget.keys()])].toSorted()
  return prefixes.filter((prefix) => !isSame(plan, source.figures, ofSource.get(prefix), ofTarget.get(prefix)))
}

function byPrefix(fingerprint: Fingerprint): ReadonlyMap<string, Bucket> {
  return new Map(fingerprint.buckets.map((bucket) => [bucket.prefix, bucket]))
}

function isSame(
  plan: RelationPlan,
  figures: readonly Measure[],
  source: Bucket | undefined,
  target: Bucket | undefined,
): boolean {
  if (source === undefined || target === undefined) return false
  if (source.rowCount !== target.rowCount || source.lanes.length !== target.lanes.length) return false
  if (source.lanes.some((lane, n) => lane !== target.lanes[n])) return false
  if (source.figures.length !== figures.length || target.figures.length !== figures.length) return false
  return figures.every((measure, n) => {
    const column = 'column' in measure ? measure.column : undefined
    const planned = plan.columns.find((one) => one.target === column)
    const at = figures.findIndex((one) => one.kind === 'finite-magnitude' && one.column === column)
    const [a = null, b = null] = [source.figures[n], target.figures[n]]
    return floatsAgree(measure, a, b, source.figures[at], planned === undefined ? 0 : toleranceOf(planned))
  })
}

function differs(
  plan: RelationPlan,
  source: Fingerprint,
  target: Fingerprint,
  differing: readonly string[],
): Discrepancy {
  const all = new Set([...source.buckets, ...target.buckets].map(({ prefix }) => prefix)).size
  const [held, found] = [rowsIn(source, differing), rowsIn(target, differing)]
  const message = `${relationText(plan.source)}: the rows differ in ${differing.length} of ${all} parts of them, which hold ${held} rows on the source, ${found} on the target`
  return contentDiscrepancy(plan, `${held} rows`, `${found} rows`, message)
}

function rowsIn({ buckets }: Fingerprint, prefixes: readonly string[]): bigint {
  const wanted = new Set(prefixes)
  return buckets.reduce((sum, { prefix, rowCount }) => (wanted.has(prefix) ? sum + BigInt(rowCount) : sum), 0n)
}

function definitionDiffers(plan: RelationPlan, source: Fingerprint, target: Fingerprint): Discrepancy {
  const message = `${relationText(plan.source)}: the source was fingerprinted as ${source.definition}, the target as ${target.definition}`
  return contentDiscrepancy(plan, source.definition, target.definition, message)
}

function contentDiscrepancy(plan: RelationPlan, source: string, target: string, message: string): Discrepancy {
  return { check: contentCheckName, relation: relationText(plan.source), source, target, message }
}
