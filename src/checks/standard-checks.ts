import type { CheckResult } from '../model/documents.js'
import type { ColumnMeasureKind, Measure, Measurement } from '../model/measure.js'
import type { ColumnPlan, RelationPlan, ValueKind, VerifyDepth } from '../model/plan.js'
import { byKey, equalityCheck, measureKey, type Check } from './check.js'
import { floatCheck } from './float-check.js'
import { checkQuestions } from './questions-check.js'

/** Digits of a DECIMAL on both sides; a sum that may need more would fail in the middle of the query. */
const sumDigitCountMax = 38

/** Digits of a row count nobody estimated: that of a BIGINT. */
const rowCountDigitCountMax = 19

const orderedKinds: readonly ValueKind[] = ['integer', 'decimal', 'date', 'timestamp', 'timestamptz']

/** The number of rows. */
export const rowCountCheck = equalityCheck('row-count', () => [{ kind: 'row-count' }])

/** Values that are not NULL, of every column: a column that LOAD did not find by name is full of NULLs. */
export const columnCountCheck = columnCheck('column-count', 'count', () => true)

/** Exact sums of integers and decimals, where 38 digits hold them. */
export const sumCheck = columnCheck('sum', 'sum', sumFits)

export const minimumCheck = columnCheck('minimum', 'minimum', (column) => orderedKinds.includes(column.kind))

export const maximumCheck = columnCheck('maximum', 'maximum', (column) => orderedKinds.includes(column.kind))

/** Bytes of all texts of a column; not where the target re-spells them, as a JSON type does. */
export const byteLengthCheck = columnCheck(
  'byte-length',
  'byte-length',
  (column) => column.kind === 'text' && column.targetType !== 'JSON',
)

export const trueCountCheck = columnCheck('true-count', 'true-count', (column) => column.kind === 'boolean')
export const falseCountCheck = columnCheck('false-count', 'false-count', (column) => column.kind === 'boolean')

const laneKinds = ['lane-1', 'lane-2', 'lane-3', 'lane-4'] as const

/** Sums of the values' hashes, where an exact sum may need more than 38 digits. */
export const laneCheck = equalityCheck('lane', (plan) =>
  plan.columns
    .filter((column) => isWhole(column) && !sumFits(column, plan))
    .flatMap(({ target }) => laneKinds.map((kind) => ({ kind, column: target }))),
)

function isWhole({ kind }: ColumnPlan): boolean {
  return kind === 'integer' || kind === 'decimal'
}

function columnCheck(
  name: string,
  kind: ColumnMeasureKind,
  covers: (column: ColumnPlan, plan: RelationPlan) => boolean,
): Check {
  return equalityCheck(name, (plan) =>
    plan.columns.filter((column) => covers(column, plan)).map((column) => ({ kind, column: column.target })),
  )
}

function sumFits(column: ColumnPlan, plan: RelationPlan): boolean {
  if (!isWhole(column)) return false
  const rowDigitCount = plan.rowEstimate === undefined ? rowCountDigitCountMax : digitCount(plan.rowEstimate)
  return (column.precision ?? sumDigitCountMax) + rowDigitCount <= sumDigitCountMax
}

function digitCount(rowEstimate: number): number {
  return String(Math.max(0, Math.ceil(rowEstimate))).length
}

/** The checks of a depth that have something to ask about this relation. */
export function checksFor(plan: RelationPlan, depth: VerifyDepth = plan.depth): readonly Check[] {
  const counts = [rowCountCheck, columnCountCheck]
  const aggregates = [
    ...[sumCheck, laneCheck, minimumCheck, maximumCheck],
    ...[byteLengthCheck, trueCountCheck, falseCountCheck, floatCheck],
  ]
  const checks = depth === 'count' ? counts : [...counts, ...aggregates]
  return checks.filter((check) => check.measures(plan).length > 0)
}

/** Whether every row is compared: the fingerprint of both sides. */
export function asksContent({ depth }: Pick<RelationPlan, 'depth'>): boolean {
  return depth === 'content'
}

/** Every question of the plan's depth once, the row count first. */
export function measuresFor(plan: RelationPlan): readonly Measure[] {
  const measures = checksFor(plan).flatMap((check) => check.measures(plan))
  return [...new Map(measures.map((measure) => [measureKey(measure), measure])).values()]
}

/**
 * The checks of the plan's depth over what both sides answered to `measuresFor(plan)`; first of all, whether these answers
 * belong to those questions and no others. A missing answer is a discrepancy, never a pass.
 */
export function runChecks(
  plan: RelationPlan,
  source: readonly Measurement[],
  target: readonly Measurement[],
): CheckResult[] {
  const results = checksFor(plan).map((check) => ({
    check: check.name,
    comparedCount: comparedCount(check.measures(plan), source, target),
    discrepancies: check.compare(source, target, plan),
  }))
  return [checkQuestions(measuresFor(plan), plan, source, target), ...results]
}

function comparedCount(
  measures: readonly Measure[],
  source: readonly Measurement[],
  target: readonly Measurement[],
): number {
  const [ofSource, ofTarget] = [byKey(source), byKey(target)]
  return measures.filter((measure) => ofSource.has(measureKey(measure)) && ofTarget.has(measureKey(measure))).length
}
