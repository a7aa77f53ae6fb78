import { exitCodeOf, travelLegs, worstExitCode, type Arrival } from '../../stages/journey.js'
import { withFences } from '../../stages/fence.js'
import type { PlanEntry } from '../../stages/plan-book.js'
import { askSource } from '../../stages/source-answers.js'
import type { Leg, Travel } from '../../stages/stage.js'
import type { Context } from '../context.js'
import { compareUserQueries } from '../query-verdict.js'
import { tellDiscrepancies, tellKept, tellMoved } from '../verdict.js'
import { onTravel, openPlannedRun, type ProofAsked } from './travel-command.js'

/** `migrate unload | transfer | load | verify`: one leg for every selected relation. */
export async function leg(
  context: Context,
  name: Leg,
  options: ProofAsked & { readonly replace: boolean },
): Promise<number> {
  const run = await openPlannedRun(context, name)
  try {
    return await onTravel(
      context,
      run,
      options.replace,
      async (book, entries, travel) => {
        if (name === 'verify') await askAgain(entries, travel)
        const asksSource = name === 'unload' || (name === 'verify' && travel.settings.consistency === 'restored')
        const travelLeg = async () => {
          if (asksSource) await askSource(book, travel)
          return travelLegs(book, entries, [name], travel)
        }
        const fenced =
          name === 'unload'
            ? await withFences(book, entries, travel, travelLeg)
            : { result: await travelLeg(), moved: [] }
        const arrivals = fenced.result
        tellMoved(context, fenced.moved)
        if (name === 'verify') {
          await tellDiscrepancies(context, entries, travel)
          tellKept(context, entries, travel.journal)
        }
        const arrived = exitCodeOf(arrivals, entries.length, context.stopping)
        const ofQueries = name === 'verify' ? await compareUserQueries(context, book, travel) : 0
        const exitCode = worstExitCode([arrived === 0 && fenced.moved.length > 0 ? 11 : arrived, ofQueries])
        tellArrivals(context, name, arrivals, entries.length, exitCode)
        return exitCode
      },
      options,
    )
  } finally {
    await run.close()
  }
}

/** Verifying only looks, so it always looks anew: what was true yesterday may have changed. */
async function askAgain(entries: readonly PlanEntry[], travel: Travel): Promise<void> {
  for (const entry of entries) {
    const step = `verify/${entry.relationId}`
    if (travel.journal.status(step).state === 'succeeded') {
      await travel.journal.append({ event: 'reopened', step, reason: 'verify was asked for again' })
    }
  }
}

function tellArrivals(
  context: Context,
  name: Leg,
  arrivals: readonly Arrival[],
  count: number,
  exitCode: number,
): void {
  const done = arrivals.filter((arrival) => arrival.error === undefined).length
  context.talk.data(
    { stage: name, relations: count, done, exitCode },
    () => `${name}: ${done} of ${count} relations done`,
  )
}
