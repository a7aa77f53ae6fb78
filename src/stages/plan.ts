import type { Journal } from '../journal/journal.js'
import type { RunFolder } from '../journal/run-folder.js'
import type { CatalogEntry } from '../model/catalog.js'
import { relationText, tableText } from '../model/names.js'
import type { ConcernClass, PlanHeader, RelationPlan } from '../model/plan.js'
import { concernOf } from '../translate/concern-codes.js'
import { planRelation, skipReason, type PlanPolicy } from '../translate/relation.js'

export interface PlanSummary {
  readonly relationCount: number
  readonly skipped: readonly { readonly schema: string; readonly name: string; readonly reason: string }[]
  readonly rowEstimate: number
  readonly byteEstimate: number
  readonly stagedCount: number
  readonly concernCounts: Readonly<Record<ConcernClass, number>>
  readonly sha256: string
}

/** Decides what becomes of every relation of the catalog. Asks nobody: the same documents give the same plan. */
export async function makePlan(
  folder: RunFolder,
  journal: Journal,
  policy: PlanPolicy,
  header: Pick<PlanHeader, 'toolVersion' | 'run' | 'project' | 'consistency'>,
): Promise<PlanSummary> {
  const totals = { relationCount: 0, rowEstimate: 0, byteEstimate: 0, stagedCount: 0 }
  const concernCounts: Record<ConcernClass, number> = { note: 0, lossy: 0, blocking: 0 }
  const skipped: { schema: string; name: string; reason: string }[] = []
  const tables = new Map<string, string>()
  // The header names what is skipped, and stands first: one pass to count, a second to write.
  let plannedCount = 0
  for await (const entry of folder.readLines<CatalogEntry>('catalog.jsonl')) {
    const reason = skipReason(entry)
    if (reason === undefined) plannedCount += 1
    else skipped.push({ schema: entry.schema, name: entry.name, reason })
  }
  const sha256 = await folder.writeLines('plan.jsonl', lines())
  await journal.append({ event: 'document', path: 'plan.jsonl', sha256 })
  return { ...totals, skipped, concernCounts, sha256 }

  async function* lines(): AsyncGenerator<PlanHeader | RelationPlan> {
    yield { document: 'plan', version: 1, ...header, relationCount: plannedCount, skipped }
    for await (const entry of folder.readLines<CatalogEntry>('catalog.jsonl')) {
      if (skipReason(entry) !== undefined) continue
      const plan = withTableConcern(planRelation(entry, policy), tables)
      totals.relationCount += 1
      totals.rowEstimate += plan.rowEstimate ?? 0
      totals.byteEstimate += plan.byteEstimate ?? 0
      if (plan.strategy === 'staged') totals.stagedCount += 1
      for (const concern of plan.concerns) concernCounts[concern.class] += 1
      yield plan
    }
  }
}

/** Two relations must not become one table, whatever the naming templates say. */
export function withTableConcern(plan: RelationPlan, tables: Map<string, string>): RelationPlan {
  const table = tableText(plan.target)
  const other = tables.get(table)
  if (other === undefined) {
    tables.set(table, relationText(plan.source))
    return plan
  }
  const concern = concernOf('RS0303', `${table} is already the table of ${other}`)
  return { ...plan, concerns: [...plan.concerns, concern] }
}
