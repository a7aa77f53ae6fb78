import type { Journal } from '../journal/journal.js'
import { MigrationError } from '../model/errors.js'
import { relationText, tableText } from '../model/names.js'
import type { RelationPlan } from '../model/plan.js'
import type { Call } from '../model/work.js'
import { asideTable, laterSwapSteps, noteStep, publicationOf, publish, reopenSteps } from './publish.js'
import { rename } from './rename.js'
import { callOf, type Travel } from './stage.js'

/** Names of tables, whole. */
export type RolledBack = { readonly table: string; readonly withdrawn: string }

/** Whether a swap of the relation has renamed, or may have renamed, a table that is not back in its place. */
export function canRollBack(relationId: string, journal: Pick<Journal, 'status'>): boolean {
  const publication = publicationOf(relationId, journal)
  if (publication === 'published' || publication === 'republishing') return true
  return publication === 'swapping' && hasTouched(`aside/${relationId}`, journal)
}

/**
 * Puts the table of before back in its place; the one that was published stays beside it. Gone on with after a crash at
 * any point. Throws `target-missing` where the table of before is gone, and nothing is changed then.
 */
export async function rollback(plan: RelationPlan, travel: Travel): Promise<RolledBack> {
  const { relationId } = plan
  const { journal, run } = travel
  const call = callOf(travel, 'load', plan)
  const old = asideTable(plan, run, 'old')
  if (!hasTouched(`withdraw/${relationId}`, journal)) {
    await settleRenames(plan, travel, call)
    await assertKept(plan, travel, call)
  }
  // Where further rows are being loaded beside the published table, they have the name of a new one.
  const side = publicationOf(relationId, journal) === 'republishing' ? 'past' : 'new'
  const fresh = asideTable(plan, run, side)
  await rename('withdraw', { from: plan.target, to: fresh }, plan, travel, call)
  await rename('restore', { from: old, to: plan.target }, plan, travel, call)
  const kept: RolledBack = { table: tableText(plan.target), withdrawn: tableText(fresh) }
  await noteStep('rollback', kept, plan, travel, call)
  await reopenSteps(['aside', 'place', 'publish', ...laterSwapSteps], relationId, 'rolled back', travel)
  return kept
}

/** A rename that may still be under way comes to its end first: nothing is undone that has not been done. */
async function settleRenames(plan: RelationPlan, travel: Travel, call: Call): Promise<void> {
  const states = ['aside', 'place', 'past', 'replace'].map(
    (step) => travel.journal.status(`${step}/${plan.relationId}`).state,
  )
  if (states.some((state) => state === 'attempted' || state === 'begun' || state === 'unresolved'))
    await publish(plan, travel, call)
}

async function assertKept(plan: RelationPlan, travel: Travel, call: Call): Promise<void> {
  const old = asideTable(plan, travel.run, 'old')
  if ((await travel.places.target.describe(old, call)) !== undefined) return
  throw new MigrationError(
    'target-missing',
    `rollback ${relationText(plan.source)}: ${tableText(old)}, which kept the rows of before, is gone`,
    { hint: 'migrate clean removes it, and so may have somebody else; the table was left as it is' },
  )
}

/** Ends a rollback that a crash interrupted, or a publication: before anything else looks at either table. */
export async function settlePublication(plan: RelationPlan, travel: Travel, call: Call): Promise<void> {
  const { journal } = travel
  const of = (step: string): string => journal.status(`${step}/${plan.relationId}`).state
  const isRollingBack = hasTouched(`withdraw/${plan.relationId}`, journal)
  if (isRollingBack && (of('rollback') !== 'succeeded' || of('publish') === 'succeeded')) {
    await rollback(plan, travel)
  } else if (isHalfSwapped(plan.relationId, journal)) {
    await publish(plan, travel, call)
  }
}

/** Whether the first rename of a swap was, or may have been, done, and the second not for certain. */
export function isHalfSwapped(relationId: string, journal: Pick<Journal, 'status'>): boolean {
  const publication = publicationOf(relationId, journal)
  if (publication === 'swapping') return hasTouched(`aside/${relationId}`, journal)
  return publication === 'republishing' && hasTouched(`past/${relationId}`, journal)
}

/** Whether a rename was, or may have been, done: one that failed left both tables as they were. */
export function hasTouched(step: string, journal: Pick<Journal, 'status'>): boolean {
  const { state } = journal.status(step)
  return state !== 'pending' && state !== 'failed'
}

/** A relation that was rolled back and is taken up again may be published again. */
export async function allowPublication(
  relationId: string,
  reason: string,
  travel: Pick<Travel, 'journal'>,
): Promise<void> {
  if (publicationOf(relationId, travel.journal) !== 'rolled-back') return
  await reopenSteps(['withdraw', 'restore', 'rollback'], relationId, reason, travel)
}
