import type { Journal } from '../../journal/journal.js'
import { selectionMatches } from '../../model/selection.js'
import { MigrationError } from '../../model/errors.js'
import { writeDdl } from '../../stages/ddl.js'
import { createTables, exitCodeOf, travelLegs, type Arrival } from '../../stages/journey.js'
import type { PlanEntry } from '../../stages/plan-book.js'
import { legs, type Travel } from '../../stages/stage.js'
import { runsFolder, type Context } from '../context.js'
import { assertSameSetup, createRun, findRun, openRun, type OpenedRun } from '../runs.js'
import { setupOf } from '../setup.js'
import { toolVersion } from '../tool-version.js'
import { tellSummary } from '../summary.js'
import { tellDiscrepancies } from '../verdict.js'
import { ddlFolder } from './ddl.js'
import { openOptions, planRun } from './plan.js'
import { writeReports } from './report.js'
import { onTravel } from './travel-command.js'

export interface RunOptions {
  readonly replace: boolean
  readonly new: boolean
  readonly redo?: readonly string[] | undefined
}

/** The whole journey. Called again after whatever happened, it goes on where the journal says. */
export async function run(context: Context, options: RunOptions): Promise<number> {
  const opened = await openOrCreate(context, options)
  try {
    const finished = finishedVerdict(opened, options, context)
    if (finished !== undefined) return finished
    if (opened.journal.documentHash('plan.jsonl') === undefined) await planRun(context, await context.config(), opened)
    const exitCode = await onTravel(context, opened, options.replace, async (_book, entries, travel) => {
      if (options.redo !== undefined) await reopen(entries, options.redo, travel.journal)
      return journey(context, _book, entries, travel)
    })
    await opened.journal.append({ event: 'verdict', command: 'run', exitCode })
    await writeReports(context, opened)
    return exitCode
  } finally {
    await opened.close()
  }
}

async function openOrCreate(context: Context, options: RunOptions): Promise<OpenedRun> {
  const loaded = await context.config()
  const setup = setupOf(loaded.config)
  const found = options.new ? undefined : await findRun(runsFolder(loaded), context.options.run)
  if (found !== undefined) assertSameSetup(found, setup)
  return openRun(found ?? (await createRun(runsFolder(loaded), setup, toolVersion())), openOptions(context, 'run'))
}

/** A run that ended with all relations verified, or with differences, says so again; anything else goes on. */
function finishedVerdict(opened: OpenedRun, options: RunOptions, context: Context): number | undefined {
  const verdict = opened.journal.verdict()
  if (verdict === undefined || options.redo !== undefined) return undefined
  if (verdict.exitCode !== 0 && verdict.exitCode !== 9) return undefined
  const { run } = opened.document
  const text = verdict.exitCode === 0 ? 'every relation was migrated and verified' : 'differences were found'
  context.talk.data(
    { run, verdict: verdict.exitCode, repeated: true, folder: opened.folder.path },
    () => `run ${run} has ended: ${text}`,
  )
  context.talk.say('hint: --new starts another run, --redo PATTERN takes relations up again')
  return verdict.exitCode
}

async function journey(
  context: Context,
  book: Parameters<typeof travelLegs>[0],
  entries: readonly PlanEntry[],
  travel: Travel,
): Promise<number> {
  const startedAt = Date.now()
  await writeDdlFiles(context, book, entries, travel)
  const tables = await createTables(book, entries, travel)
  const refused = new Set(tables.filter((arrival) => arrival.error !== undefined).map((arrival) => arrival.relation))
  const going = entries.filter((entry) => !refused.has(entry.relation))
  const arrivals: Arrival[] = [...tables.filter((arrival) => arrival.error !== undefined)]
  arrivals.push(...(await travelLegs(book, going, legs, travel)))
  const exitCode = exitCodeOf(arrivals, entries.length, travel.stopping)
  await tellDiscrepancies(context, entries, travel)
  await tellSummary(context, travel, entries, exitCode, Date.now() - startedAt)
  return exitCode
}

/** The DDL as files too, as `migrate ddl` writes it; what an earlier call wrote stands. */
async function writeDdlFiles(
  context: Context,
  book: Parameters<typeof travelLegs>[0],
  entries: readonly PlanEntry[],
  travel: Travel,
): Promise<void> {
  const folder = ddlFolder(await context.config())
  for (const entry of entries) {
    if (travel.journal.status(`ddl/${entry.relationId}`).state !== 'pending') continue
    await writeDdl(await book.read(entry.relationId), folder)
  }
}

/** Takes relations up again from the unload on; what runs or is unknown must be resolved first. */
async function reopen(entries: readonly PlanEntry[], patterns: readonly string[], journal: Journal): Promise<void> {
  const chosen = entries.filter((entry) => selectionMatches({ select: patterns, exclude: [] }, entry))
  if (chosen.length === 0) {
    throw new MigrationError('arguments', `--redo ${patterns.join(' ')}: no relation of the plan matches`)
  }
  const ids = new Set(chosen.map((entry) => entry.relationId))
  const steps = [...journal.steps()].filter(([step]) => ids.has(step.split('/')[1] ?? '') && !step.startsWith('ddl/'))
  for (const [step, status] of steps) {
    if (status.state === 'succeeded' || status.state === 'failed') {
      await journal.append({ event: 'reopened', step, reason: `--redo ${patterns.join(' ')}` })
    }
  }
}
