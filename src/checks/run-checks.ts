import { measureText } from '../model/canonical.js'
import type { CheckResult } from '../model/documents.js'
import type { Discrepancy, Measure, Measurement } from '../model/measure.js'
import { relationText } from '../model/names.js'
import type { RelationPlan } from '../model/plan.js'
import { byKey, discrepancy, measureKey } from './check.js'
import { checksFor } from './standard-checks.js'

/** Name of the result that speaks of measurements nobody asked for, or that came twice. */
export const questionsCheck = 'questions'

/**
 * The checks of the plan's depth over what both sides answered to `measuresFor(plan)`; first of all, whether these answers
 * belong to those questions and no others. A missing answer is a discrepancy, never a pass.
 */
export function runChecks(
  plan: RelationPlan,
  source: readonly Measurement[],
  target: readonly Measurement[],
): CheckResult[] {
  const checks = checksFor(plan)
  const results = checks.map((check) => ({
    check: check.name,
    comparedCount: comparedCount(check.measures(plan), source, target),
    discrepancies: check.compare(source, target, plan),
  }))
  const asked = new Set(checks.flatMap((check) => check.measures(plan).map(measureKey)))
  const strays = [
    ...strayMeasurements(asked, plan, source, 'source'),
    ...strayMeasurements(asked, plan, target, 'target'),
  ]
  return [{ check: questionsCheck, comparedCount: asked.size, discrepancies: strays }, ...results]
}

function comparedCount(
  measures: readonly Measure[],
  source: readonly Measurement[],
  target: readonly Measurement[],
): number {
  const [ofSource, ofTarget] = [byKey(source), byKey(target)]
  return measures.filter((measure) => ofSource.has(measureKey(measure)) && ofTarget.has(measureKey(measure))).length
}

/** An answer without a question, or a second answer to one, means that the two sides were not asked alike. */
function strayMeasurements(
  asked: ReadonlySet<string>,
  plan: RelationPlan,
  measurements: readonly Measurement[],
  side: 'source' | 'target',
): Discrepancy[] {
  const seen = new Set<string>()
  return measurements.flatMap(({ measure, value }) => {
    const key = measureKey(measure)
    const reason = seen.has(key)
      ? 'was answered twice'
      : asked.has(key)
        ? undefined
        : 'was answered without being asked'
    seen.add(key)
    if (reason === undefined) return []
    const message = `${relationText(plan.source)}: ${measureText(measure)} ${reason} on the ${side}`
    const values: [string | null, string | null] = side === 'source' ? [value, null] : [null, value]
    return [discrepancy(questionsCheck, plan, measure, ...values, message)]
  })
}
