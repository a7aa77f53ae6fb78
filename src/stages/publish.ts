import { createPlannedStatement } from '../dialect/maxcompute/create-table.js'
import { dropTableStatement, stagingTable } from '../dialect/maxcompute/load.js'
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
import { submitOnce } from './submit-once.js'

/** What the journal keeps of a swap: names of tables, whole. */
export type Published = { readonly table: string; readonly backup: string }

/**
 * Steps of a relation that change which table bears its name. Taking a relation up again leaves them alone: what they did
 * stands, and only `publish` and `rollback` undo one another.
 */
export const publicationSteps = [
  ...['swap', 'aside', 'place', 'publish', 'withdraw', 'restore', 'rollback'],
  ...['reswap', 'past', 'replace', 'republish', 'unpast'],
] as const

/** Of the swap of a relation that was published before; begun anew each time. */
export const laterSwapSteps = ['reswap', 'past', 'replace', 'unpast', 'republish'] as const

export type Publication =
  /** Its rows lie, or are to lie, in the table of its name. */
  | 'direct'
  /** They lie in a new table beside it, which bears its name once they are verified. */
  | 'swapping'
  /** The new table bears the name, and the one of before is kept. */
  | 'published'
  /** That, and further rows lie, or are to lie, in a new table beside it, which bears the name once they are verified. */
  | 'republishing'
  /** The table of before bears the name again; the new one is kept. */
  | 'rolled-back'

/**
 * The table that takes a relation's rows until they are verified (`new`), that keeps those of before the run (`old`), or
 * those that an earlier publication of the run had put in their place (`past`).
 */
export function asideTable(
  plan: Pick<RelationPlan, 'relationId' | 'target'>,
  run: string,
  side: 'new' | 'old' | 'past',
): TableName {
  return stagingTable({ relationId: `${plan.relationId}_${side}`, target: plan.target }, run)
}

/** As the journal tells it, whatever the settings are by now. */
export function publicationOf(relationId: string, journal: Pick<Journal, 'status'>): Publication {
  if (journal.status(`publish/${relationId}`).state === 'succeeded')
    return isRepublishing(relationId, journal) ? 'republishing' : 'published'
  if (journal.status(`rollback/${relationId}`).state === 'succeeded') return 'rolled-back'
  return journal.status(`swap/${relationId}`).number > 0 ? 'swapping' : 'direct'
}

function isRepublishing(relationId: string, journal: Pick<Journal, 'status'>): boolean {
  if (journal.status(`reswap/${relationId}`).state === 'pending') return false
  return journal.status(`republish/${relationId}`).state !== 'succeeded'
}

/**
 * Makes the new table where rows that readers have are to be kept until others are verified. A table that this run made
 * has no such rows, and one that was loaded straight once is so again when its relation is taken up again.
 */
export async function beginSwap(
  plan: RelationPlan,
  travel: Travel,
  make: (name: string, statement: Statement) => Promise<void>,
): Promise<void> {
  const publication = publicationOf(plan.relationId, travel.journal)
  const isLater = publication === 'republishing' || isToBeRepublished(plan, travel)
  if (!isLater && !swaps(plan, travel)) return
  if (publication === 'published') await beginLaterSwap(plan, travel, make)
  const target = asideTable(plan, travel.run, 'new')
  await make(`${isLater ? 'reswap' : 'swap'}/${plan.relationId}`, createPlannedStatement({ ...plan, target }, true))
}

/** Until the last step is reopened the relation counts as published: after a crash this begins again. */
async function beginLaterSwap(
  plan: RelationPlan,
  travel: Travel,
  make: (name: string, statement: Statement) => Promise<void>,
): Promise<void> {
  const { relationId } = plan
  const reason = 'it is loaded again'
  await reopenSteps(['unpast'], relationId, reason, travel)
  await make(`unpast/${relationId}`, dropTableStatement(asideTable(plan, travel.run, 'past')))
  await reopenSteps(laterSwapSteps, relationId, reason, travel)
}

/** What readers have is a verified table, and stays until the rows that are loaded again are verified, too. */
function isToBeRepublished({ relationId }: RelationPlan, { journal }: Travel): boolean {
  if (publicationOf(relationId, journal) !== 'published') return false
  return journal.status(`load/${relationId}`).state !== 'succeeded'
}

/** What is running or unknown stays as it is. */
export async function reopenSteps(
  titles: readonly string[],
  relationId: string,
  reason: string,
  { journal }: Pick<Travel, 'journal'>,
): Promise<void> {
  for (const title of titles) {
    const step = `${title}/${relationId}`
    const { state } = journal.status(step)
    if (state === 'succeeded' || state === 'failed') await journal.append({ event: 'reopened', step, reason })
  }
}

function swaps({ relationId }: RelationPlan, { journal, settings }: Travel): boolean {
  const publication = publicationOf(relationId, journal)
  if (publication !== 'direct') return publication === 'swapping' || publication === 'rolled-back'
  if (settings.publish !== 'swap' || !settings.replace) return false
  if (journal.status(`load/${relationId}/1`).number > 0) return false
  const ddl = journal.status(`ddl/${relationId}`)
  return ddl.state === 'succeeded' && !(ddl.outcome as DdlKept).created
}

/** Whether no swap is under way, and nothing of one is left to do. */
export function isSettled(relationId: string, journal: Pick<Journal, 'status'>): boolean {
  const publication = publicationOf(relationId, journal)
  if (publication === 'swapping' || publication === 'republishing') return false
  const [republished, dropped] = ['republish', 'unpast'].map((step) => journal.status(`${step}/${relationId}`).state)
  return republished !== 'succeeded' || dropped === 'succeeded'
}

/** The plan with the table that holds the relation's rows now. */
export function loadedPlan(plan: RelationPlan, travel: Travel): RelationPlan {
  const publication = publicationOf(plan.relationId, travel.journal)
  const isBeside = publication !== 'direct' && publication !== 'published'
  return isBeside ? { ...plan, target: asideTable(plan, travel.run, 'new') } : plan
}

/** Puts the verified table in the place of the one before, which is kept. Gone on with after a crash at any point. */
export async function publish(plan: RelationPlan, travel: Travel, call: Call): Promise<void> {
  const publication = publicationOf(plan.relationId, travel.journal)
  if (publication === 'republishing') await publishAgain(plan, travel, call)
  if (publication !== 'swapping') return dropPast(plan, travel, call)
  const [fresh, old] = [asideTable(plan, travel.run, 'new'), asideTable(plan, travel.run, 'old')]
  await rename('aside', { from: plan.target, to: old }, plan, travel, call)
  await rename('place', { from: fresh, to: plan.target }, plan, travel, call)
  await noteStep('publish', { table: tableText(plan.target), backup: tableText(old) }, plan, travel, call)
}

/** The rows of before the run stay where they are kept; those between them and the new ones go once these are in place. */
async function publishAgain(plan: RelationPlan, travel: Travel, call: Call): Promise<void> {
  const [fresh, past] = [asideTable(plan, travel.run, 'new'), asideTable(plan, travel.run, 'past')]
  await rename('past', { from: plan.target, to: past }, plan, travel, call)
  await rename('replace', { from: fresh, to: plan.target }, plan, travel, call)
  await noteStep('republish', { table: tableText(plan.target), replaced: tableText(past) }, plan, travel, call)
}

async function dropPast(plan: RelationPlan, travel: Travel, call: Call): Promise<void> {
  const { relationId } = plan
  if (travel.journal.status(`republish/${relationId}`).state !== 'succeeded') return
  const statement = dropTableStatement(asideTable(plan, travel.run, 'past'))
  await submitOnce(`unpast/${relationId}`, statement, plan, travel, call)
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
