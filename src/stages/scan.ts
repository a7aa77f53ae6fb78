import type { Journal } from '../journal/journal.js'
import { readLines } from '../journal/lines.js'
import type { RunFolder } from '../journal/run-folder.js'
import type { CatalogEntry } from '../model/catalog.js'
import { MigrationError } from '../model/errors.js'
import type { CatalogGap, Fact, ScanFact } from '../model/facts.js'
import { relationText } from '../model/names.js'
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
    const examining = (plan: RelationPlan): Promise<readonly (ScanFact | CatalogGap)[]> =>
      examineRelation(source, plan, { ...call, deadlineAt: Date.now() + options.millisecondsMax })
    for await (const facts of inOrderAtOnce(assumingPlans(folder, policy), options.atOnce, examining)) {
      counts.relationCount += 1
      for (const fact of facts) {
        yield fact
        if (fact.fact !== 'scan') continue
        counts.assumptionCount += 1
        if (fact.violationCount !== '0') counts.brokenCount += 1
      }
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

/**
 * In a moment of its own: no scan may keep a transaction open over all relations. A relation that the source refuses to
 * scan is told as a gap, and does not keep the others from being planned: its unload asks again.
 */
async function examineRelation(
  source: Source,
  plan: RelationPlan,
  call: Call,
): Promise<readonly (ScanFact | CatalogGap)[]> {
  await using snapshot = await source.open('each-relation', call)
  try {
    const examined = await snapshot.examine(plan, plan.assumptions ?? [], call)
    const at = new Date().toISOString()
    return examined.map((one) => ({ fact: 'scan', relationId: plan.relationId, ...one, at }))
  } catch (error) {
    const isRefused = error instanceof MigrationError && ['source-refused', 'source-denied'].includes(error.code)
    if (!isRefused) throw error
    return [{ fact: 'catalog-gap', what: `scan of ${relationText(plan.source)}`, reason: error.message }]
  }
}

/** What a scan found broken, or counted, by relation; empty where nothing was scanned. */
export async function scanFindings(folder: RunFolder): Promise<ReadonlyMap<string, readonly ScanFact[]>> {
  const found = new Map<string, ScanFact[]>()
  for await (const line of readLines(folder.file('facts.jsonl'))) {
    const fact = JSON.parse(line.text) as Fact
    if (fact.fact !== 'scan' || (fact.violationCount === '0' && fact.count === undefined)) continue
    const facts = found.get(fact.relationId)
    if (facts === undefined) found.set(fact.relationId, [fact])
    else facts.push(fact)
  }
  return found
}
