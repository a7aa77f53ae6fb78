import type { Concern, Examined, RelationPlan } from '../model/plan.js'
import { concernOf, explainCode } from './concern-codes.js'

/** Of a limit, in per cent: what is above is told, since data grow. */
const nearPercent = 80

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

/** A note for everything that is counted, within its limit and near it. */
export function nearLimits(plan: RelationPlan, examined: readonly Examined[]): readonly Concern[] {
  return (plan.assumptions ?? []).flatMap(({ code, column, countMax, counted = 'rows' }) => {
    const count = examined.find((one) => one.code === code && one.column === column)?.count
    if (countMax === undefined || count === undefined || !isNear(BigInt(count), BigInt(countMax))) return []
    return [concernOf('RS0240', `${column} makes ${count} ${counted}, of at most ${countMax}`, column)]
  })
}

function isNear(count: bigint, countMax: bigint): boolean {
  return count <= countMax && count * 100n > countMax * BigInt(nearPercent)
}

/** The plan, blocked where a scan found what it takes for granted to be wrong; says what can be chosen, and which limits are near. */
export function settleAssumptions(plan: RelationPlan, examined: readonly Examined[]): RelationPlan {
  const told = violationsOf(plan, examined).map((one) => {
    return { ...one, message: `${one.message}. ${explainCode(one.code)?.remedy ?? ''}` }
  })
  const added = [...told, ...nearLimits(plan, examined)]
  return added.length === 0 ? plan : { ...plan, concerns: [...plan.concerns, ...added] }
}
