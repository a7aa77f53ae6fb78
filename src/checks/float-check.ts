import { measureText } from '../model/canonical.js'
import type { ColumnMeasureKind, Discrepancy, Measure, Measurement } from '../model/measure.js'
import { relationText } from '../model/names.js'
import type { RelationPlan } from '../model/plan.js'
import { byKey, discrepancy, measureKey, type Check } from './check.js'
import { floatsAgree, magnitudeOf, toleranceOf } from './tolerance.js'

const kinds: readonly ColumnMeasureKind[] = [
  'finite-count',
  'positive-infinity-count',
  'negative-infinity-count',
  'finite-sum',
  'finite-magnitude',
  'finite-minimum',
  'finite-maximum',
]

/** Floats: how many are finite and infinite exactly (the rest is NaN), their sums and extremes within a tolerance. */
export const floatCheck: Check = {
  name: 'float',
  measures: (plan) => floatMeasures(plan),
  compare: (source, target, plan) => {
    const [ofSource, ofTarget] = [byKey(source), byKey(target)]
    return floatMeasures(plan).flatMap((measure) => {
      const key = measureKey(measure)
      return differenceOf(plan, measure, ofSource.get(key), ofTarget.get(key), source)
    })
  },
}

function floatMeasures(plan: RelationPlan): readonly (Measure & { readonly column: string })[] {
  const floats = plan.columns.filter((column) => column.kind === 'float')
  return floats.flatMap(({ target }) => kinds.map((kind) => ({ kind, column: target })))
}

function differenceOf(
  plan: RelationPlan,
  measure: Measure & { readonly column: string },
  source: Measurement | undefined,
  target: Measurement | undefined,
  all: readonly Measurement[],
): readonly Discrepancy[] {
  const subject = `${relationText(plan.source)}: ${measureText(measure)}`
  const found = (message: string): readonly Discrepancy[] => [
    discrepancy('float', plan, measure, source?.value ?? null, target?.value ?? null, message),
  ]
  if (source === undefined) return found(`${subject} was not measured on the source`)
  if (target === undefined) return found(`${subject} was not measured on the target`)
  const column = plan.columns.find((one) => one.target === measure.column)
  const tolerance = column === undefined ? 0 : toleranceOf(column)
  const magnitude = magnitudeOf(measure.column, all)
  if (floatsAgree(measure, source.value, target.value, magnitude, tolerance)) return []
  return found(
    `${subject} is ${source.value ?? 'NULL'} on the source, ${target.value ?? 'NULL'} on the target (tolerance ${tolerance})`,
  )
}
