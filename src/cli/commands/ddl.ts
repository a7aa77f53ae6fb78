import { resolve } from 'node:path'
import { RunFolder } from '../../journal/run-folder.js'
import type { Selection } from '../../model/catalog.js'
import { MigrationError } from '../../model/errors.js'
import { writeDdl } from '../../stages/ddl.js'
import { writeOriginals } from '../../stages/ddl-originals.js'
import { createTables, exitCodeOf } from '../../stages/journey.js'
import type { PlanBook } from '../../stages/plan-book.js'
import type { LoadedConfig } from '../config.js'
import type { Context } from '../context.js'
import { policyOf } from '../policy.js'
import type { OpenedRun } from '../runs.js'
import { ddlDiff } from './ddl-diff.js'
import { ddlFrom } from './ddl-from.js'
import { onTravel, openPlannedRun } from './travel-command.js'

export interface DdlOptions {
  readonly apply: boolean
  readonly replace: boolean
  readonly diff: boolean
  readonly from?: readonly string[] | undefined
  readonly out?: string | undefined
  readonly project?: string | undefined
}

/** The plan's DDL to files, and with `apply` the tables; or DDL of files alone; or plan and tables compared. */
export async function ddl(context: Context, options: DdlOptions): Promise<number> {
  const { apply, diff, from, out, project } = options
  if (from === undefined && (out ?? project) !== undefined) throw refuse('--out and --project go with --from')
  if (diff && (apply || from !== undefined)) throw refuse('--diff only looks: give it without --apply and --from')
  if (from === undefined) return diff ? ddlDiff(context) : ddlOfRun(context, options)
  if (apply) throw refuse('--from makes no tables, so --apply is refused: tables are made by a run')
  if (from.length === 0) throw refuse('--from names no file')
  return ddlFrom(context, { from, out, project })
}

function refuse(what: string): MigrationError {
  return new MigrationError('arguments', `ddl: ${what}`)
}

async function ddlOfRun(context: Context, options: Pick<DdlOptions, 'apply' | 'replace'>): Promise<number> {
  const loaded = await context.config()
  const run = await openPlannedRun(context, 'ddl')
  const folder = ddlFolder(loaded)
  try {
    return await onTravel(context, run, options.replace, async (book, entries, travel) => {
      for (const entry of entries) {
        const path = folder.file(await writeDdl(await book.read(entry.relationId), folder))
        context.talk.data({ relation: entry.relation, file: path }, () => path)
      }
      await tellOriginals(context, run, book, loaded)
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

async function tellOriginals(context: Context, run: OpenedRun, book: PlanBook, loaded: LoadedConfig): Promise<void> {
  const folder = ddlFolder(loaded)
  const from = { run: run.folder, tables: book.entries, naming: policyOf(loaded).naming }
  for await (const { relation, path, reason } of writeOriginals(from, givenSelection(context), folder, false)) {
    const file = folder.file(path)
    context.talk.data({ relation, manual: reason, file }, () => `${file} (manual: ${reason})`)
  }
}

/** What the command line selects of the plan; everything when it says nothing. */
export function givenSelection({ options: { select, exclude } }: Context): Selection {
  return { select: select ?? ['*'], exclude: exclude ?? [] }
}

export function ddlFolder(loaded: LoadedConfig): RunFolder {
  return new RunFolder(resolve(loaded.folder, loaded.config.ddl))
}
