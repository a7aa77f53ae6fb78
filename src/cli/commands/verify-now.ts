import { eachAtOnce } from '../../stages/at-once.js'
import { exitCodeOf, worstExitCode, type Arrival } from '../../stages/journey.js'
import type { PlanBook, PlanEntry } from '../../stages/plan-book.js'
import type { Travel } from '../../stages/stage.js'
import { nowChecksPath, verifyNow as compareNow } from '../../stages/verify-now.js'
import type { Context } from '../context.js'
import { compareUserQueries } from '../query-verdict.js'
import { tellDiscrepancies } from '../verdict.js'
import { onTravel, openPlannedRun } from './travel-command.js'

/** `migrate verify --now`: what both systems hold at this moment, by the run's plan; nothing of the run is changed. */
export async function verifyNow(context: Context): Promise<number> {
  const run = await openPlannedRun(context, 'verify')
  try {
    return await onTravel(context, run, false, async (book, entries, travel) => {
      const arrivals: Arrival[] = []
      const standing = entries.filter((entry) => !entry.isBlocked)
      await eachAtOnce(standing, travel.settings.limits.verify, async (entry) => {
        if (!travel.stopping.aborted) arrivals.push(await compared(book, entry, travel))
      })
      await tellDiscrepancies(context, standing, travel, nowChecksPath)
      const ofQueries = await compareUserQueries(context, book, travel, 'now')
      const exitCode = worstExitCode([exitCodeOf(arrivals, entries.length, context.stopping), ofQueries])
      const done = arrivals.filter((arrival) => arrival.error === undefined).length
      context.talk.data(
        { stage: 'verify', now: true, relations: entries.length, done, exitCode },
        () => `verify --now: ${done} of ${entries.length} relations compared`,
      )
      return exitCode
    })
  } finally {
    await run.close()
  }
}

async function compared(book: PlanBook, entry: PlanEntry, travel: Travel): Promise<Arrival> {
  const { relation } = entry
  const plan = await book.read(entry.relationId)
  try {
    travel.observer.started('verify', plan)
    const { discrepancyCount } = await compareNow(plan, travel)
    travel.observer.finished('verify', plan, {})
    return { relation, stage: 'verify', discrepancyCount }
  } catch (error) {
    travel.observer.failed('verify', plan, error)
    return { relation, stage: 'verify', error, discrepancyCount: 0 }
  }
}
