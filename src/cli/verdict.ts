import type { RelationChecks } from '../model/documents.js'
import type { Moved } from '../stages/fence.js'
import type { PlanEntry } from '../stages/plan-book.js'
import type { Travel } from '../stages/stage.js'
import { checksPath } from '../stages/verify.js'
import type { Context } from './context.js'

/** Most differences that are printed for a relation; all of them are in its checks document. */
const discrepancyCountMax = 20

/** Names every difference that was found: relation, column, check, both values. */
export async function tellDiscrepancies(
  context: Context,
  entries: readonly PlanEntry[],
  travel: Travel,
): Promise<void> {
  for (const entry of entries) {
    const checks = await travel.folder.readDocument<RelationChecks>(checksPath(entry.relationId))
    const found = checks?.results.flatMap((result) => result.discrepancies) ?? []
    for (const one of found.slice(0, discrepancyCountMax)) {
      context.talk.data({ discrepancy: one }, () => {
        const place = one.column === undefined ? one.relation : `${one.relation}.${one.column}`
        return `DIFFERS ${place}: ${one.check}: source ${String(one.source)}, target ${String(one.target)}`
      })
    }
    if (found.length > discrepancyCountMax) {
      context.talk.say(
        `${entry.relation}: ${found.length - discrepancyCountMax} more in ${checksPath(entry.relationId)}`,
      )
    }
  }
}

/** Names every relation that changed while the operator had promised that nobody writes. */
export function tellMoved(context: Context, moved: readonly Moved[]): void {
  for (const one of moved) {
    const text = `MOVED ${one.relation}: ${one.measure} was ${String(one.before)}, then ${String(one.after)}`
    context.talk.data({ moved: one }, () => text)
  }
}
