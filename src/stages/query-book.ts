import type { RunFolder } from '../journal/run-folder.js'
import type { PlanHeader, RelationPlan } from '../model/plan.js'
import { bookRelation, type BookRelation, type QueryBook } from '../translate/query.js'

/** The relations of the plan that the texts may name: those whose names occur in them, so that few stand in memory. */
export async function queryBook(
  run: RunFolder,
  texts: readonly string[],
  searchPath: readonly string[],
  /** The plan as its relation stands now. */
  standing: (plan: RelationPlan) => RelationPlan = (plan) => plan,
): Promise<QueryBook> {
  const words = new Set(texts.flatMap((text) => text.toLowerCase().match(/[\p{L}\p{N}_$]+/gu) ?? []))
  const relations: BookRelation[] = []
  for await (const line of run.readLines<PlanHeader | RelationPlan>('plan.jsonl')) {
    if (!('relationId' in line) || line.concerns.some((concern) => concern.class === 'blocking')) continue
    // The words of a quoted name stand in the text one by one.
    const own = line.source.name.toLowerCase().match(/[\p{L}\p{N}_$]+/gu) ?? []
    if (own.every((word) => words.has(word))) relations.push(bookRelation(standing(line)))
  }
  return { relations, searchPath }
}
