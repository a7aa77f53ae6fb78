import { dropTableStatement } from '../dialect/maxcompute/load.js'
import type { Journal } from '../journal/journal.js'
import { perform } from '../journal/perform.js'
import { MigrationError } from '../model/errors.js'
import { locationText, relationText, tableText } from '../model/names.js'
import type { RelationPlan } from '../model/plan.js'
import type { Call } from '../model/work.js'
import { eachAtOnce } from './at-once.js'
import { belongingsOf, type Belonging, type TableUse } from './belongings.js'
import { attemptToken } from './prefix.js'
import { publicationOf } from './publish.js'
import { isHalfSwapped } from './rollback.js'
import { callOf, lookWork, stepAttemptCountMax, type Travel } from './stage.js'
import { submitOnce } from './submit-once.js'
import type { VerifyKept } from './keep-checks.js'

/** What went, or would go; names in full, objects counted. */
export type Cleaned = {
  readonly tables: readonly string[]
  readonly objectCount: number
  readonly byteCount: number
  readonly uploadCount: number
  /** What lies among it and is not proven to be ours: it stays. */
  readonly left: readonly string[]
}

/** Removals of one relation under way at a time. */
const removalCountMax = 16
/** Foreign things that are named; more are only counted. */
const leftCountMax = 100

const dropSteps: Readonly<Record<TableUse, string>> = {
  staging: 'unstage',
  backup: 'unkeep',
  new: 'unswap',
  past: 'unpast',
}

/** Whether nothing of the run is needed for the relation any more: verified and in its place, or rolled back. */
export function isFinished(relationId: string, journal: Pick<Journal, 'status'>): boolean {
  const publication = publicationOf(relationId, journal)
  if (publication === 'rolled-back') return true
  const verified = journal.status(`verify/${relationId}`)
  if (verified.state !== 'succeeded' || publication === 'swapping' || publication === 'republishing') return false
  return (verified.outcome as VerifyKept).discrepancyCount === 0
}

/** Whether the run has done anything outside for the relation, its table apart. */
export function hasBelongings(relationId: string, journal: Pick<Journal, 'status'>): boolean {
  return ['unload', 'swap'].some((step) => journal.status(`${step}/${relationId}`).number > 0)
}

/** What `clean` would remove. */
export async function findBelongings(plan: RelationPlan, travel: Travel): Promise<Cleaned> {
  return gather(plan, travel, callOf(travel, 'transfer', plan), () => Promise.resolve())
}

/**
 * Removes what the run left outside for a relation; the table that bears its name is never touched. Called again it
 * removes what is still there. A relation that was not finished has to begin anew afterwards.
 */
export async function clean(plan: RelationPlan, travel: Travel): Promise<Cleaned> {
  const { journal } = travel
  const name = `clean/${plan.relationId}`
  refuseHalfSwapped(plan, travel)
  const call = callOf(travel, 'transfer', plan)
  if (journal.status(name).state === 'succeeded')
    await journal.append({ event: 'reopened', step: name, reason: 'clean was asked for again' })
  const work = lookWork(() => gather(plan, travel, call, (one) => remove(one, plan, travel, call)))
  const wasFinished = isFinished(plan.relationId, journal)
  const kept = await perform(
    journal,
    {
      name,
      attemptCountMax: stepAttemptCountMax,
      token: (number) => attemptToken(travel.run, 'clean', plan.relationId, number),
      fresh: () => Promise.resolve(work),
      earlier: () => Promise.resolve(work),
      keep: (outcome) => Promise.resolve(outcome),
      unresolved: () => new MigrationError('target-unresolved', `clean ${relationText(plan.source)}: not noted`),
    },
    call,
  )
  await forget(plan, wasFinished, travel)
  return kept
}

/** The table of before may be the only one that readers can have again. */
function refuseHalfSwapped({ relationId, source }: RelationPlan, { journal }: Travel): void {
  if (!isHalfSwapped(relationId, journal)) return
  const message = `clean ${relationText(source)}: its tables are being swapped`
  throw new MigrationError('target-refused', message, { hint: 'end it with migrate verify, or with migrate rollback' })
}

async function gather(
  plan: RelationPlan,
  travel: Travel,
  call: Call,
  take: (one: Belonging) => Promise<void>,
): Promise<Cleaned> {
  const tables: string[] = []
  const left: string[] = []
  let [objectCount, byteCount, uploadCount, moreCount] = [0, 0, 0, 0]
  const keepsBackup = !isFinished(plan.relationId, travel.journal)
  await eachAtOnce(belongingsOf(plan, travel, call), removalCountMax, async (one) => {
    const why = keepsBackup && one.kind === 'table' && one.use === 'backup' ? 'its relation is not verified' : undefined
    const foreign = one.kind === 'foreign' ? `${one.name} (${one.why})` : why && `${nameOf(one)} (${why})`
    if (foreign !== undefined) {
      if (left.length < leftCountMax) left.push(foreign)
      else moreCount += 1
      return
    }
    await take(one)
    if (one.kind === 'table') tables.push(nameOf(one))
    if (one.kind === 'upload') uploadCount += 1
    if (one.kind !== 'object') return
    objectCount += 1
    call.note({ byteCount: (byteCount += one.byteCount) })
  })
  if (moreCount > 0) left.push(`${moreCount} more`)
  return { tables, objectCount, byteCount, uploadCount, left }
}

function nameOf(one: Belonging): string {
  if (one.kind === 'table') return tableText(one.table)
  if (one.kind === 'foreign') return one.name
  return locationText(one.kind === 'object' ? one.location : one.upload.location)
}

async function remove(one: Belonging, plan: RelationPlan, travel: Travel, call: Call): Promise<void> {
  const stores = { source: travel.places.sourceStore, target: travel.places.targetStore }
  if (one.kind === 'object') await stores[one.side].remove(one.location, call)
  else if (one.kind === 'upload') await stores[one.side].abort(one.upload, call)
  else if (one.kind === 'table') await drop(one.use, dropTableStatement(one.table), plan, travel, call)
}

/** A table that stands again after its drop was made again by a relation that was taken up again. */
async function drop(
  use: TableUse,
  statement: ReturnType<typeof dropTableStatement>,
  plan: RelationPlan,
  travel: Travel,
  call: Call,
): Promise<void> {
  const step = `${dropSteps[use]}/${plan.relationId}`
  if (travel.journal.status(step).state === 'succeeded')
    await travel.journal.append({ event: 'reopened', step, reason: 'its table stands again' })
  await submitOnce(step, statement, plan, travel, call)
}

/** What is gone is not taken for done: a new table is made anew, and what was not finished begins anew. */
async function forget(plan: RelationPlan, wasFinished: boolean, { journal }: Travel): Promise<void> {
  const { relationId } = plan
  const publication = publicationOf(relationId, journal)
  const gone =
    publication === 'published' ? [] : [`${publication === 'republishing' ? 'reswap' : 'swap'}/${relationId}`]
  if (!wasFinished) {
    gone.push(`unload/${relationId}`, `transfer/${relationId}`, `load/${relationId}`, `verify/${relationId}`)
    for (let n = 1; journal.status(`load/${relationId}/${n}`).number > 0; n += 1) gone.push(`load/${relationId}/${n}`)
  }
  for (const step of gone) {
    const { state } = journal.status(step)
    if (state !== 'succeeded' && state !== 'failed') continue
    await journal.append({ event: 'reopened', step, reason: 'what it made was removed by clean' })
  }
}
