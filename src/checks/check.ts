import { measureText } from '../model/canonical.js'
import type { Discrepancy, Measure, Measurement } from '../model/measure.js'
import { relationText } from '../model/names.js'
import type { RelationPlan } from '../model/plan.js'

/** One aspect of sameness. A check that finds a difference has worked: what it finds is data. */
export interface Check {
  readonly name: string
  /** What to ask both sides; none when the relation has nothing of the kind. */
  measures(plan: RelationPlan): readonly Measure[]
  /** Both lists hold answers to `measures(plan)`; an answer that either side lacks is a discrepancy. */
  compare(source: readonly Measurement[], target: readonly Measurement[], plan: RelationPlan): readonly Discrepancy[]
}

/** Tells measures apart: `sum l_quantity`. */
export function measureKey(measure: Measure): string {
  return measure.kind === 'row-count' ? measure.kind : `${measure.kind} ${measure.column}`
}

/** A check whose answers must be the same text on both sides, NULL included. */
export function equalityCheck(name: string, measures: (plan: RelationPlan) => readonly Measure[]): Check {
  return {
    name,
    measures,
    compare: (source, target, plan) => {
      const [ofSource, ofTarget] = [byKey(source), byKey(target)]
      return measures(plan).flatMap((measure) => {
        const key = measureKey(measure)
        return difference(name, plan, measure, ofSource.get(key), ofTarget.get(key))
      })
    },
  }
}

/** Measurements by what they answer. */
export function byKey(measurements: readonly Measurement[]): ReadonlyMap<string, Measurement> {
  return new Map(measurements.map((measurement) => [measureKey(measurement.measure), measurement]))
}

function difference(
  check: string,
  plan: RelationPlan,
  measure: Measure,
  source: Measurement | undefined,
  target: Measurement | undefined,
): readonly Discrepancy[] {
  const subject = `${relationText(plan.source)}: ${measureText(measure)}`
  const found = (message: string): readonly Discrepancy[] => [
    discrepancy(check, plan, measure, source?.value ?? null, target?.value ?? null, message),
  ]
  if (source === undefined && target === undefined) return found(`${subject} was measured on neither side`)
  if (source === undefined) return found(`${subject} was not measured on the source`)
  if (target === undefined) return found(`${subject} was not measured on the target`)
  if (source.value === target.value) return []
  return found(`${subject} is ${source.value ?? 'NULL'} on the source, ${target.value ?? 'NULL'} on the target`)
}

export function discrepancy(
  check: string,
  plan: RelationPlan,
  measure: Measure,
  source: string | null,
  target: string | null,
  message: string,
): Discrepancy {
  const column = measure.kind === 'row-count' ? {} : { column: measure.column }
  return { check, relation: relationText(plan.source), ...column, source, target, message }
}
