import type { CheckResult } from '../model/documents.js'
import type { Discrepancy } from '../model/measure.js'
import type { RelationPlan } from '../model/plan.js'

/** Differences in columns that the config accepts stay in the result, with its reason, and are discrepancies no more. */
export function withAcceptances(plan: RelationPlan, results: readonly CheckResult[]): readonly CheckResult[] {
  if (plan.accepted === undefined) return results
  return results.map((result) => {
    const reasons = result.discrepancies.map((found) => reasonOf(plan, found))
    const accepted = result.discrepancies.flatMap((found, n) => {
      const reason = reasons[n]
      return reason === undefined ? [] : [{ ...found, reason }]
    })
    if (accepted.length === 0) return result
    return { ...result, discrepancies: result.discrepancies.filter((_, n) => reasons[n] === undefined), accepted }
  })
}

function reasonOf({ accepted = [] }: RelationPlan, { column, check }: Discrepancy): string | undefined {
  return accepted.findLast((one) => one.column === column && (one.checks === undefined || one.checks.includes(check)))
    ?.reason
}
