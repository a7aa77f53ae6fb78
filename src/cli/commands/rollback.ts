import { MigrationError } from '../../model/errors.js'
import { exitCodeOf, type Arrival } from '../../stages/journey.js'
import type { PlanBook, PlanEntry } from '../../stages/plan-book.js'
import { canRollBack, rollback as rollBackRelation } from '../../stages/rollback.js'
import type { Travel } from '../../stages/stage.js'
import type { Context } from '../context.js'
import { onTravel, openPlannedRun } from './travel-command.js'

/** Puts the tables of before back in their places, relation by relation; what cannot be is told, and the others go on. */
export async function rollback(context: Context): Promise<number> {
  const run = await openPlannedRun(context, 'rollback')
  try {
    return await onTravel(context, run, false, async (book, entries, travel) => {
      const found = entries.filter(({ relationId }) => canRollBack(relationId, travel.journal))
      if (found.length === 0) throw nothingToDo(run.document.run)
      return await rollBackAll(context, book, found, travel)
    })
  } finally {
    await run.close()
  }
}

function nothingToDo(run: string): MigrationError {
  return new MigrationError('arguments', `rollback: run ${run} swapped none of the selected tables`, {
    hint: 'only what was published by a swap (--replace with publish: swap) has a table of before, until migrate clean',
  })
}

async function rollBackAll(
  context: Context,
  book: PlanBook,
  entries: readonly PlanEntry[],
  travel: Travel,
): Promise<number> {
  const arrivals: Arrival[] = []
  for (const entry of entries) {
    if (travel.stopping.aborted) break
    const plan = await book.read(entry.relationId)
    const arrival: Arrival = { relation: entry.relation, stage: 'load', discrepancyCount: 0 }
    try {
      const { table, withdrawn } = await rollBackRelation(plan, travel)
      const text = `${table} is the table of before again; what was loaded is in ${withdrawn}`
      context.talk.data({ relation: entry.relation, table, withdrawn }, () => text)
      arrivals.push(arrival)
    } catch (error) {
      travel.observer.failed('load', plan, error)
      arrivals.push({ ...arrival, error })
    }
  }
  const done = arrivals.filter(({ error }) => error === undefined).length
  const exitCode = exitCodeOf(arrivals, entries.length, context.stopping)
  const text = `rollback: ${done} of ${entries.length} tables are back`
  context.talk.data({ stage: 'rollback', relations: entries.length, done, exitCode }, () => text)
  return exitCode
}
