import type { Concern, Examined, RelationPlan } from '../model/plan.js'
import { explainCode } from './concern-codes.js'

/** A blocking concern for every assumption of the plan that the source's answer breaks. */
export function violationsOf(plan: RelationPlan, examined: readonly Examined[]): readonly Concern[] {
  return (plan.assumptions ?? []).flatMap(({ code, column, message, counted = 'rows' }) => {
    const answer = examined.find((one) => one.code === code && one.column === column)
    if (answer === undefined || answer.violationCount === '0') return []
    const { violationCount } = answer
    const rows = violationCount === '1' ? `1 ${counted.replace(/s$/, '')} breaks` : `${violationCount} ${counted} break`
    const told = `${rows} the assumption that ${message}`
    return [{ code, class: 'blocking', column, message: told } satisfies Concern]
  })
}

/** The plan, blocked where a scan found what it takes for granted to be wrong; says what can be chosen. */
export function settleAssumptions(plan: RelationPlan, examined: readonly Examined[]): RelationPlan {
  const broken = violationsOf(plan, examined)
  if (broken.length === 0) return plan
  const told = broken.map((one) => ({ ...one, message: `${one.message}. ${explainCode(one.code)?.remedy ?? ''}` }))
  return { ...plan, concerns: [...plan.concerns, ...told] }
}
