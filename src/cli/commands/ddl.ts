import { resolve } from 'node:path'
import { RunFolder } from '../../journal/run-folder.js'
import { writeDdl } from '../../stages/ddl.js'
import { createTables, exitCodeOf } from '../../stages/journey.js'
import type { LoadedConfig } from '../config.js'
import type { Context } from '../context.js'
import { onTravel, openPlannedRun } from './travel-command.js'

/** Writes the plan's MaxCompute DDL to files, and with `apply` makes the tables. */
export async function ddl(
  context: Context,
  options: { readonly apply: boolean; readonly replace: boolean },
): Promise<number> {
  const loaded = await context.config()
  const run = await openPlannedRun(context, 'ddl')
  const folder = ddlFolder(loaded)
  try {
    return await onTravel(context, run, options.replace, async (book, entries, travel) => {
      for (const entry of entries) {
        const path = folder.file(await writeDdl(await book.read(entry.relationId), folder))
        context.talk.data({ relation: entry.relation, file: path }, () => path)
      }
      if (!options.apply) return 0
      const arrivals = await createTables(book, entries, travel)
      const made = arrivals.filter((arrival) => arrival.error === undefined).length
      const wanted = entries.filter((entry) => !entry.isBlocked).length
      const exitCode = exitCodeOf(arrivals, wanted, context.stopping)
      context.talk.data(
        { stage: 'ddl', relations: wanted, done: made, exitCode },
        () => `ddl: ${made} of ${wanted} tables stand`,
      )
      return exitCode
    })
  } finally {
    await run.close()
  }
}

export function ddlFolder(loaded: LoadedConfig): RunFolder {
  return new RunFolder(resolve(loaded.folder, loaded.config.ddl))
}
