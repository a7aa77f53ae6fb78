import type { Journal } from '../journal/journal.js'
import { readLines } from '../journal/lines.js'
import type { RunFolder } from '../journal/run-folder.js'
import type { CatalogEntry } from '../model/catalog.js'
import type { Fact, ScanFact } from '../model/facts.js'
import type { RelationPlan } from '../model/plan.js'
import type { Call } from '../model/work.js'
import type { Source } from '../source/source.js'
import { planRelation, type PlanPolicy } from '../translate/relation.js'
import { unplannedRelation } from '../translate/unmigrated.js'
import { inOrderAtOnce } from './at-once.js'

export interface ScanOptions {
  /** Relations that are asked at once. */
  readonly atOnce: number
  /** Longest time for one relation. */
  readonly millisecondsMax: number
}

export interface ScanCounts {
  /** Relations that were asked: those of which the plan assumes something. */
  readonly relationCount: number
  readonly assumptionCount: number
  /** Assumptions that do not hold. */
  readonly brokenCount: number
}

/**
 * Asks of every relation that the policy assumes something of whether it holds now, and adds the answers to
 * `facts.jsonl`. What holds now is asked again in the unload's snapshot all the same. Only looks.
 */
export async function scanRelations(
  source: Source,
  policy: PlanPolicy,
  folder: RunFolder,
  journal: Journal,
  options: ScanOptions,
  call: Call,
): Promise<ScanCounts> {
  const counts = { relationCount: 0, assumptionCount: 0, brokenCount: 0 }
  const sha256 = await folder.writeLines('facts.jsonl', lines())
  await journal.append({ event: 'document', path: 'facts.jsonl', sha256 })
  return counts

  async function* lines(): AsyncGenerator<Fact> {
    for await (const fact of folder.readLines<Fact>('facts.jsonl')) if (fact.fact !== 'scan') yield fact
    const examining = (plan: RelationPlan): Promise<readonly ScanFact[]> =>
      examineRelation(source, plan, { ...call, deadlineAt: Date.now() + options.millisecondsMax })
    for await (const facts of inOrderAtOnce(assumingPlans(folder, policy), options.atOnce, examining)) {
      counts.relationCount += 1
      counts.assumptionCount += facts.length
      counts.brokenCount += facts.filter((fact) => fact.violationCount !== '0').length
      yield* facts
    }
  }
}

/** The plans that would be made now, of which something has to be asked. */
async function* assumingPlans(folder: RunFolder, policy: PlanPolicy): AsyncGenerator<RelationPlan> {
  for await (const entry of folder.readLines<CatalogEntry>('catalog.jsonl')) {
    if (unplannedRelation(entry) !== undefined) continue
    const plan = planRelation(entry, policy)
    if (plan.assumptions !== undefined) yield plan
  }
}

/** In a moment of its own: no scan may keep a transaction open over all relations. */
async function examineRelation(source: Source, plan: RelationPlan, call: Call): Promise<readonly ScanFact[]> {
  await using snapshot = await source.open('each-relation', call)
  const examined = await snapshot.examine(plan, plan.assumptions ?? [], call)
  const at = new Date().toISOString()
  return examined.map((one) => ({ fact: 'scan', relationId: plan.relationId, ...one, at }))
}

/** What a scan found broken, by relation; empty where nothing was scanned. */
export async function brokenFacts(folder: RunFolder): Promise<ReadonlyMap<string, readonly ScanFact[]>> {
  const broken = new Map<string, ScanFact[]>()
  for await (const line of readLines(folder.file('facts.jsonl'))) {
    const fact = JSON.parse(line.text) as Fact
    if (fact.fact !== 'scan' || fact.violationCount === '0') continue
    const facts = broken.get(fact.relationId)
    if (facts === undefined) broken.set(fact.relationId, [fact])
    else facts.push(fact)
  }
  return broken
}
