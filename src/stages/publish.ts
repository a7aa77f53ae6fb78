import { createPlannedStatement } from '../dialect/maxcompute/create-table.js'
import { stagingTable } from '../dialect/maxcompute/load.js'
import type { Journal } from '../journal/journal.js'
import { perform } from '../journal/perform.js'
import { MigrationError } from '../model/errors.js'
import { relationText, tableText, type TableName } from '../model/names.js'
import type { RelationPlan } from '../model/plan.js'
import type { Statement } from '../model/statement.js'
import type { Call, Json } from '../model/work.js'
import type { DdlKept } from './ddl.js'
import { attemptToken } from './prefix.js'
import { rename } from './rename.js'
import { lookWork, stepAttemptCountMax, type Travel } from './stage.js'

/** What the journal keeps of a swap: names of tables, whole. */
export type Published = { readonly table: string; readonly backup: string }

/**
 * Steps of a relation that change which table bears its name. Taking a relation up again leaves them alone: what they did
 * stands, and only `publish` and `rollback` undo one another.
 */
export const publicationSteps = ['swap', 'aside', 'place', 'publish', 'withdraw', 'restore', 'rollback'] as const

export type Publication =
  /** Its rows lie, or are to lie, in the table of its name. */
  | 'direct'
  /** They lie in a new table beside it, which bears its name once they are verified. */
  | 'swapping'
  /** The new table bears the name, and the one of before is kept. */
  | 'published'
  /** The table of before bears the name again; the new one is kept. */
  | 'rolled-back'

/** The table that takes a relation's rows until they are verified (`new`), or that keeps those of before (`old`). */
export function asideTable(
  plan: Pick<RelationPlan, 'relationId' | 'target'>,
  run: string,
  side: 'new' | 'old',
): TableName {
  return stagingTable({ relationId: `${plan.relationId}_${side}`, target: plan.target }, run)
}

/** As the journal tells it, whatever the settings are by now. */
export function publicationOf(relationId: string, journal: Pick<Journal, 'status'>): Publication {
  if (journal.status(`publish/${relationId}`).state === 'succeeded') return 'published'
  if (journal.status(`rollback/${relationId}`).state === 'succeeded') return 'rolled-back'
  return journal.status(`swap/${relationId}`).number > 0 ? 'swapping' : 'direct'
}

/**
 * Makes the new table where rows that readers have are to be kept until others are verified. A table that this run made
 * has no such rows, and one that was loaded straight, or published, once is so again when its relation is taken up again.
 */
export async function beginSwap(
  plan: RelationPlan,
  travel: Travel,
  make: (name: string, statement: Statement) => Promise<void>,
): Promise<void> {
  if (!swaps(plan, travel)) return
  const target = asideTable(plan, travel.run, 'new')
  await make(`swap/${plan.relationId}`, createPlannedStatement({ ...plan, target }, true))
}

function swaps({ relationId }: RelationPlan, { journal, settings }: Travel): boolean {
  const publication = publicationOf(relationId, journal)
  if (publication !== 'direct') return publication !== 'published'
  if (settings.publish !== 'swap' || !settings.replace) return false
  if (journal.status(`load/${relationId}/1`).number > 0) return false
  const ddl = journal.status(`ddl/${relationId}`)
  return ddl.state === 'succeeded' && !(ddl.outcome as DdlKept).created
}

/** The plan with the table that holds the relation's rows now. */
export function loadedPlan(plan: RelationPlan, travel: Travel): RelationPlan {
  const publication = publicationOf(plan.relationId, travel.journal)
  const isBeside = publication === 'swapping' || publication === 'rolled-back'
  return isBeside ? { ...plan, target: asideTable(plan, travel.run, 'new') } : plan
}

/** Puts the verified table in the place of the one before, which is kept. Gone on with after a crash at any point. */
export async function publish(plan: RelationPlan, travel: Travel, call: Call): Promise<void> {
  if (publicationOf(plan.relationId, travel.journal) !== 'swapping') return
  const [fresh, old] = [asideTable(plan, travel.run, 'new'), asideTable(plan, travel.run, 'old')]
  await rename('aside', { from: plan.target, to: old }, plan, travel, call)
  await rename('place', { from: fresh, to: plan.target }, plan, travel, call)
  await noteStep('publish', { table: tableText(plan.target), backup: tableText(old) }, plan, travel, call)
}

/** A fact of the journal alone, as a step. */
export async function noteStep(
  title: string,
  kept: Json,
  plan: RelationPlan,
  travel: Travel,
  call: Call,
): Promise<void> {
  const look = lookWork(() => Promise.resolve(null))
  await perform(
    travel.journal,
    {
      name: `${title}/${plan.relationId}`,
      attemptCountMax: stepAttemptCountMax,
      token: (number) => attemptToken(travel.run, title, plan.relationId, number),
      fresh: () => Promise.resolve(look),
      earlier: () => Promise.resolve(look),
      keep: () => Promise.resolve(kept),
      unresolved: () => new MigrationError('target-unresolved', `${title} ${relationText(plan.source)}: not noted`),
    },
    call,
  )
}
