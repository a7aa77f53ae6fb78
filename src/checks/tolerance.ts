import type { Measure, Measurement } from '../model/measure.js'
import type { ColumnPlan } from '../model/plan.js'

/** Relative errors that are nobody's loss: sums of floats depend on the order of the rows, texts of floats on the writer. */
export const doubleTolerance = 1e-9
const realTolerance = 1e-5

/** Kinds that are compared with tolerance; all others are exact. */
const tolerantKinds: readonly string[] = ['finite-sum', 'finite-magnitude', 'finite-minimum', 'finite-maximum']

export function toleranceOf(column: ColumnPlan): number {
  const isShort = column.sourceType.base === 'real' || column.targetType === 'FLOAT'
  return column.tolerance ?? (isShort ? realTolerance : doubleTolerance)
}

/**
 * Whether two answers of one question about a float are the same within the column's tolerance. `magnitude` is the sum
 * of the amounts, by which an error of a sum is measured: terms may cancel.
 */
export function floatsAgree(
  measure: Measure,
  source: string | null,
  target: string | null,
  magnitude: string | null | undefined,
  tolerance: number,
): boolean {
  if (source === target) return true
  if (source === null || target === null || !tolerantKinds.includes(measure.kind)) return false
  const [a, b] = [Number(source), Number(target)]
  const isSum = measure.kind === 'finite-sum'
  const scale = isSum && magnitude != null ? Math.abs(Number(magnitude)) : Math.max(Math.abs(a), Math.abs(b))
  return Math.abs(a - b) <= tolerance * scale
}

/** The sum of amounts that belongs to a column, among the answers of one side. */
export function magnitudeOf(column: string, among: readonly Measurement[]): string | null | undefined {
  return among.find(({ measure }) => measure.kind === 'finite-magnitude' && measure.column === column)?.value
}
