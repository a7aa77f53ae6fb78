import type { CheckResult, RelationChecks } from '../model/documents.js'
import { relationText, tableText } from '../model/names.js'
import type { RelationPlan } from '../model/plan.js'
import type { Travel } from './stage.js'

export type VerifyKept = { readonly comparedCount: number; readonly discrepancyCount: number }

/** What was compared, and what both sides had answered. */
export type Compared = Omit<RelationChecks, 'document' | 'relationId' | 'relation' | 'table' | 'depth'>

/** Writes a relation's document of checks, and counts what is in it. */
export async function keepChecks(
  path: string,
  plan: RelationPlan,
  compared: Compared,
  { folder }: Pick<Travel, 'folder'>,
): Promise<VerifyKept> {
  const { relationId, source, target, depth } = plan
  const about = { relationId, relation: relationText(source), table: tableText(target), depth }
  await folder.writeDocument(path, { document: 'checks', ...about, ...compared })
  return {
    comparedCount: sum(compared.results, ({ comparedCount }) => comparedCount),
    discrepancyCount: sum(compared.results, ({ discrepancies }) => discrepancies.length),
  }
}

function sum(results: readonly CheckResult[], count: (of: CheckResult) => number): number {
  return results.reduce((total, result) => total + count(result), 0)
}
