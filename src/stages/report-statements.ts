import { asksContent, measuresFor } from '../checks/standard-checks.js'
import { measureStatements as targetMeasures } from '../dialect/maxcompute/measure.js'
import { fingerprintStatements as targetFingerprints } from '../dialect/maxcompute/row-hash.js'
import { measureStatements as sourceMeasures } from '../dialect/redshift/measure.js'
import { fingerprintStatements as sourceFingerprints } from '../dialect/redshift/row-hash.js'
import type { RelationPlan } from '../model/plan.js'

/** What each side is asked to verify a relation, as text. */
export interface VerifyStatements {
  readonly source: readonly string[]
  readonly target: readonly string[]
}

/** The statements that the plan's depth asks; the same code writes them when they are sent. */
export function statementsOf(plan: RelationPlan): VerifyStatements {
  const measures = measuresFor(plan)
  const rows = asksContent(plan)
  return {
    source: [...sourceMeasures(plan, measures), ...(rows ? sourceFingerprints(plan, []) : [])].map(({ text }) => text),
    target: [...targetMeasures(plan, measures), ...(rows ? targetFingerprints(plan, []) : [])].map(({ text }) => text),
  }
}
