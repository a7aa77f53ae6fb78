import { measureText } from '../model/canonical.js'
import type { CheckResult } from '../model/documents.js'
import type { Discrepancy, Measure, Measurement } from '../model/measure.js'
import { relationText } from '../model/names.js'
import type { RelationPlan } from '../model/plan.js'
import { discrepancy, measureKey } from './check.js'

const checkName = 'questions'

/** Whether the measurements of both sides answer what was asked, once, and nothing else. */
export function checkQuestions(
  asked: readonly Measure[],
  plan: RelationPlan,
  source: readonly Measurement[],
  target: readonly Measurement[],
): CheckResult {
  const keys = new Set(asked.map(measureKey))
  const strays = [
    ...strayMeasurements(keys, plan, source, 'source'),
    ...strayMeasurements(keys, plan, target, 'target'),
  ]
  // No value is compared here: this only proves that the values below answer the same questions.
  return { check: checkName, comparedCount: 0, discrepancies: strays }
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
    return [discrepancy(checkName, plan, measure, ...values, message)]
  })
}
