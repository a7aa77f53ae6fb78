import { measureKey } from '../checks/check.js'
import { contentCheckName } from '../checks/content-check.js'
import { asksContent, checksFor } from '../checks/standard-checks.js'
import { floatsAgree, magnitudeOf, toleranceOf } from '../checks/tolerance.js'
import type { RelationChecks } from '../model/documents.js'
import type { Measure, Measurement } from '../model/measure.js'
import type { RelationPlan } from '../model/plan.js'

export interface ReportValue {
  readonly column?: string
  readonly measure: string
  readonly source: string | null
  readonly target: string | null
  readonly equal: boolean
  /** A check compared the two, and they are the same text, or within what is taken for the same. */
  readonly agrees: boolean
}

type Told = Pick<RelationChecks, 'results' | 'source' | 'target'>

/** Checks of the plan's depth that the document does not hold: without them nothing is verified. */
export function missingChecks(plan: RelationPlan, { results }: Pick<Told, 'results'>): readonly string[] {
  const wanted = [...checksFor(plan).map(({ name }) => name), ...(asksContent(plan) ? [contentCheckName] : [])]
  return wanted.filter((name) => !results.some(({ check }) => check === name))
}

/**
 * Every answer of either side beside the other's. Whether they agree is judged here again from the answers, and only where
 * both sides answered and the check that compares them was made: what was not compared does not agree.
 */
export function valuesOf(plan: RelationPlan, checks: Told): readonly ReportValue[] {
  const made = checksFor(plan).filter(({ name }) => checks.results.some(({ check }) => check === name))
  const compared = new Set(made.flatMap((check) => check.measures(plan).map(measureKey)))
  const [ofSource, ofTarget] = [byKey(checks.source), byKey(checks.target)]
  return [...new Map([...ofSource, ...ofTarget])].map(([key, { measure }]) => {
    const [source, target] = [ofSource.get(key), ofTarget.get(key)]
    const answered = source !== undefined && target !== undefined
    const column = measure.kind === 'row-count' ? undefined : measure.column
    return {
      ...(column === undefined ? {} : { column }),
      measure: measure.kind,
      source: source?.value ?? null,
      target: target?.value ?? null,
      equal: answered && source.value === target.value,
      agrees: answered && compared.has(key) && isSame(plan, measure, source.value, target.value, checks.source),
    }
  })
}

function byKey(measurements: readonly Measurement[]): ReadonlyMap<string, Measurement> {
  return new Map(measurements.map((one) => [measureKey(one.measure), one]))
}

function isSame(
  plan: RelationPlan,
  measure: Measure,
  source: string | null,
  target: string | null,
  among: readonly Measurement[],
): boolean {
  if (measure.kind === 'row-count') return source === target
  const column = plan.columns.find((one) => one.target === measure.column)
  const tolerance = column === undefined ? 0 : toleranceOf(column)
  return floatsAgree(measure, source, target, magnitudeOf(measure.column, among), tolerance)
}
