import { MigrationError } from '../../model/errors.js'
import { eachAtOnce } from '../../stages/at-once.js'
import { clean as cleanRelation, findBelongings, hasBelongings, isFinished, type Cleaned } from '../../stages/clean.js'
import { exitCodeOf, type Arrival } from '../../stages/journey.js'
import type { PlanBook, PlanEntry } from '../../stages/plan-book.js'
import { callOf, type Travel } from '../../stages/stage.js'
import { confirm } from '../confirm.js'
import type { Context } from '../context.js'
import { bytesText, countText } from '../figures.js'
import { onTravel, openPlannedRun } from './travel-command.js'

export interface CleanOptions {
  readonly dryRun: boolean
  /** Also what relations still need that have not come to their end. */
  readonly unfinished: boolean
}

type Work = (relationId: string) => Promise<Cleaned>

/** Removes what a run left outside, tables apart that bear a relation's name; or tells what that is. */
export async function clean(context: Context, options: CleanOptions): Promise<number> {
  const run = await openPlannedRun(context, 'clean')
  try {
    return await onTravel(context, run, false, async (book, entries, travel) => {
      const found = entries.filter(({ relationId }) => hasBelongings(relationId, travel.journal))
      refuseUnfinished(run.document.run, found, options, travel)
      const look: Work = async (id) => findBelongings(await book.read(id), travel)
      if (options.dryRun || !context.options.yes) {
        const exitCode = await each(context, found, travel, { verb: 'would go', work: look })
        if (options.dryRun || exitCode !== 0) return exitCode
        await confirm(context, 'clean', `remove all this for good? What was published cannot be rolled back then`)
      }
      const remove: Work = async (id) => cleanRelation(await book.read(id), travel)
      const exitCode = await each(context, found, travel, { verb: 'removed', work: remove })
      if (entries.length === book.entries.length && exitCode === 0) await cleanCarrier(context, book, travel)
      return exitCode
    })
  } finally {
    await run.close()
  }
}

function refuseUnfinished(run: string, found: readonly PlanEntry[], options: CleanOptions, travel: Travel): void {
  const unfinished = found.filter(({ relationId }) => !isFinished(relationId, travel.journal))
  if (unfinished.length === 0 || options.unfinished) return
  const count = `${unfinished.length} ${unfinished.length === 1 ? 'relation is' : 'relations are'}`
  throw new MigrationError(
    'arguments',
    `clean: run ${run} has not ended: ${count} not verified in place, ${unfinished[0]?.relation ?? ''} first`,
    {
      hint: 'end it with migrate run, leave them out with --exclude, or give --unfinished: they then begin anew',
    },
  )
}

async function each(
  context: Context,
  entries: readonly PlanEntry[],
  travel: Travel,
  { verb, work }: { readonly verb: string; readonly work: Work },
): Promise<number> {
  const arrivals: Arrival[] = []
  let [objectCount, byteCount] = [0, 0]
  await eachAtOnce(entries, travel.settings.limits.transfer, async ({ relation, relationId }) => {
    if (travel.stopping.aborted) return
    try {
      const cleaned = await work(relationId)
      objectCount += cleaned.objectCount
      byteCount += cleaned.byteCount
      tell(context, relation, verb, cleaned)
      arrivals.push({ relation, stage: 'transfer', discrepancyCount: 0 })
    } catch (error) {
      context.talk.alarm(`${relation}: ${error instanceof Error ? error.message : String(error)}`)
      arrivals.push({ relation, stage: 'transfer', error, discrepancyCount: 0 })
    }
  })
  const exitCode = exitCodeOf(arrivals, entries.length, context.stopping)
  const done = arrivals.filter(({ error }) => error === undefined).length
  const text = `${verb}: ${countText(objectCount)} objects, ${bytesText(byteCount)}, of ${done} of ${entries.length} relations`
  context.talk.data(
    { stage: 'clean', verb, relations: entries.length, done, objectCount, byteCount, exitCode },
    () => text,
  )
  return exitCode
}

function tell(context: Context, relation: string, verb: string, cleaned: Cleaned): void {
  const { tables, objectCount, byteCount, uploadCount, left } = cleaned
  context.talk.data({ relation, verb, ...cleaned }, () =>
    [
      `${relation}: ${verb}: ${countText(objectCount)} objects (${bytesText(byteCount)}), ${countText(uploadCount)} uploads`,
      ...tables.map((table) => `  table ${table}`),
      ...left.map((one) => `  stays: ${one}`),
    ].join('\n'),
  )
}

/** What a carrier keeps belongs to the run as a whole. */
async function cleanCarrier(context: Context, book: PlanBook, travel: Travel): Promise<void> {
  const { carrier } = travel.places
  const [first] = book.entries
  if (carrier.clean === undefined || first === undefined) return
  const call = callOf(travel, 'transfer', await book.read(first.relationId))
  for (const name of await carrier.clean(travel.run, call)) {
    context.talk.data({ removed: name }, () => `removed: ${name}`)
  }
}
