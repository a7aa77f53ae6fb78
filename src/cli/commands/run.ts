import type { Journal } from '../../journal/journal.js'
import { selectionMatches } from '../../model/selection.js'
import { MigrationError } from '../../model/errors.js'
import { relationText } from '../../model/names.js'
import type { Unmigrated } from '../../model/plan.js'
import { writeDdl } from '../../stages/ddl.js'
import { writeOriginals } from '../../stages/ddl-originals.js'
import {
  createTables,
  exitCodeOf,
  refuseEndlessUnload,
  travelLegs,
  worstExitCode,
  type Arrival,
} from '../../stages/journey.js'
import { withFences } from '../../stages/fence.js'
import type { PlanBook, PlanEntry } from '../../stages/plan-book.js'
import { isSettled, publicationSteps } from '../../stages/publish.js'
import { allowPublication } from '../../stages/rollback.js'
import { askSource } from '../../stages/source-answers.js'
import { legs, type Travel } from '../../stages/stage.js'
import type { VerifyKept } from '../../stages/keep-checks.js'
import { runsFolder, type Context } from '../context.js'
import { policyOf } from '../policy.js'
import { assertSameSetup, createRun, findRun, openRun, type OpenedRun } from '../runs.js'
import { setupOf } from '../setup.js'
import { toolVersion } from '../tool-version.js'
import { tellSummary } from '../summary.js'
import { compareUserQueries, earlierQueriesExitCode, haveBeenCompared } from '../query-verdict.js'
import { createdViews, makeViews } from '../view-verdict.js'
import { tellDiscrepancies, tellKept, tellMoved, tellRolledBack } from '../verdict.js'
import { ddlFolder, givenSelection } from './ddl.js'
import { openOptions, planRun } from './plan.js'
import { writeReports } from './report.js'
import { onTravel } from './travel-command.js'

export interface RunOptions {
  readonly replace: boolean
  readonly new: boolean
  /** When the run is planned: ask the source about what the plan assumes of the data. */
  readonly scan: boolean
  readonly redo?: readonly string[] | undefined
  /** With `single-transaction`: give up what was read in a transaction that is gone, and begin anew. */
  readonly restartSnapshot: boolean
}

/** The whole journey. Called again after whatever happened, it goes on where the journal says. */
export async function run(context: Context, options: RunOptions): Promise<number> {
  const opened = await openOrCreate(context, options)
  try {
    if (opened.journal.documentHash('plan.jsonl') === undefined)
      await planRun(context, await context.config(), opened, options.scan)
    return await onTravel(context, opened, options.replace, async (book, entries, travel) => {
      if (options.redo !== undefined) await reopen(entries, options.redo, travel.journal)
      if (options.restartSnapshot) await reopen(book.entries, ['*'], travel.journal)
      if (haveEnded(entries, travel.journal) && (await haveBeenCompared(travel)))
        return repeated(context, opened, book, entries, travel)
      const exitCode = await journey(context, book, entries, travel)
      await opened.journal.append({ event: 'verdict', command: 'run', exitCode })
      await writeReports(context, opened)
      return exitCode
    })
  } finally {
    await opened.close()
  }
}

/**
 * Whether every relation that was asked for was verified, equal or not, and bears its name where it is: then there is
 * nothing left to do.
 */
function haveEnded(entries: readonly PlanEntry[], journal: Journal): boolean {
  return entries.every(({ relationId }) => {
    const verified = journal.status(`verify/${relationId}`)
    if (verified.state !== 'succeeded') return false
    return isSettled(relationId, journal) || (verified.outcome as VerifyKept).discrepancyCount > 0
  })
}

/** The verdict of a run that has ended, said again. */
async function repeated(
  context: Context,
  opened: OpenedRun,
  book: PlanBook,
  entries: readonly PlanEntry[],
  travel: Travel,
): Promise<number> {
  const { run } = opened.document
  const differing = entries.filter((entry) => discrepancyCount(entry, opened.journal) > 0)
  tellKept(context, entries, opened.journal)
  const left = tellLeft(context, book, await createdViews(travel)) + tellRolledBack(context, entries, opened.journal)
  const ofQueries = await earlierQueriesExitCode(context, travel)
  const exitCode = worstExitCode([differing.length > 0 ? 9 : left > 0 ? 11 : 0, ofQueries])
  const text =
    differing.length > 0
      ? `differences were found in ${differing.length} relations`
      : ofQueries > 0
        ? 'not all queries were answered alike'
        : 'all was migrated and verified'
  const data = { run, verdict: exitCode, repeated: true, folder: opened.folder.path }
  context.talk.data(data, () => `run ${run} has ended: ${text}`)
  context.talk.say('hint: --new starts another run, --redo PATTERN takes relations up again')
  return exitCode
}

function discrepancyCount(entry: PlanEntry, journal: Journal): number {
  const status = journal.status(`verify/${entry.relationId}`)
  return status.state === 'succeeded' ? (status.outcome as { discrepancyCount: number }).discrepancyCount : 0
}

/**
 * Relations that were selected and are not carried keep the run from ending with 0; each is named with its reason.
 * Routines and grants are no relations: the plan and the report list them. Returns how many there are.
 */
function tellLeft(context: Context, book: PlanBook, created: ReadonlySet<string>): number {
  const selection = givenSelection(context)
  const isSelected = (one: Unmigrated): boolean => !isBeside(one) && selectionMatches(selection, one)
  const skipped = book.header.skipped.filter(isSelected)
  const manual = (book.header.manual ?? []).filter((one) => isSelected(one) && !created.has(relationText(one)))
  for (const one of skipped) {
    context.talk.data({ skipped: one }, () => `SKIPPED ${one.schema}.${one.name}: ${one.reason}`)
  }
  for (const one of manual) {
    context.talk.data({ manual: one }, () => `MANUAL ${one.schema}.${one.name}: ${one.reason}`)
  }
  return skipped.length + manual.length
}

function isBeside({ kind }: Unmigrated): boolean {
  return kind === 'procedure' || kind === 'function' || kind === 'grant'
}

async function openOrCreate(context: Context, options: RunOptions): Promise<OpenedRun> {
  const loaded = await context.config()
  const setup = setupOf(loaded.config)
  const found = options.new ? undefined : await findRun(runsFolder(loaded), context.options.run)
  if (found !== undefined) assertSameSetup(found, setup)
  return openRun(found ?? (await createRun(runsFolder(loaded), setup, toolVersion())), openOptions(context, 'run'))
}

async function journey(
  context: Context,
  book: PlanBook,
  entries: readonly PlanEntry[],
  travel: Travel,
): Promise<number> {
  const startedAt = Date.now()
  // Before tables are made for it.
  refuseEndlessUnload(entries, legs, travel)
  await writeDdlFiles(context, book, entries, travel)
  const tables = await createTables(book, entries, travel)
  const refused = new Set(tables.filter((arrival) => arrival.error !== undefined).map((arrival) => arrival.relation))
  const going = entries.filter((entry) => !refused.has(entry.relation))
  const arrivals: Arrival[] = [...tables.filter((arrival) => arrival.error !== undefined)]
  const fenced = await withFences(book, going, travel, async () => {
    await askSource(book, travel)
    return travelLegs(book, going, legs, travel)
  })
  arrivals.push(...fenced.result)
  tellMoved(context, fenced.moved)
  const arrived = exitCodeOf(arrivals, entries.length, travel.stopping)
  await tellDiscrepancies(context, entries, travel)
  tellKept(context, entries, travel.journal)
  const ofViews = await makeViews(context, book, travel)
  const created = await createdViews(travel)
  const left = tellLeft(context, book, created) + tellRolledBack(context, entries, travel.journal) + fenced.moved.length
  const ofQueries = await compareUserQueries(context, book, travel)
  const exitCode = worstExitCode([arrived === 0 && left > 0 ? 11 : arrived, ofViews, ofQueries])
  await tellSummary(context, travel, entries, exitCode, Date.now() - startedAt)
  return exitCode
}

/** The DDL as files too, as `migrate ddl` writes it; what an earlier call wrote stands. */
async function writeDdlFiles(
  context: Context,
  book: PlanBook,
  entries: readonly PlanEntry[],
  travel: Travel,
): Promise<void> {
  const loaded = await context.config()
  const folder = ddlFolder(loaded)
  for (const entry of entries) {
    if (travel.journal.status(`ddl/${entry.relationId}`).state !== 'pending') continue
    await writeDdl(await book.read(entry.relationId), folder)
  }
  const from = { run: travel.folder, tables: book.entries, naming: policyOf(loaded).naming }
  for await (const { relation } of writeOriginals(from, givenSelection(context), folder, true)) {
    context.talk.detail(`${relation}: its text stands in ${folder.path}`)
  }
}

/** Steps that taking a relation up again does not undo: what they made, or named, stands. */
const standing: ReadonlySet<string> = new Set(['ddl', ...publicationSteps])

/** Takes relations up again from the unload on; what runs or is unknown must be resolved first. */
async function reopen(entries: readonly PlanEntry[], patterns: readonly string[], journal: Journal): Promise<void> {
  const chosen = entries.filter((entry) => selectionMatches({ select: patterns, exclude: [] }, entry))
  if (chosen.length === 0) {
    throw new MigrationError('arguments', `--redo ${patterns.join(' ')}: no relation of the plan matches`)
  }
  const ids = new Set(chosen.map((entry) => entry.relationId))
  const steps = [...journal.steps()].filter(([step]) => {
    const [title = '', relationId = ''] = step.split('/')
    return ids.has(relationId) && !standing.has(title)
  })
  const reason = `--redo ${patterns.join(' ')}`
  for (const [step, status] of steps) {
    if (status.state === 'succeeded' || status.state === 'failed') {
      await journal.append({ event: 'reopened', step, reason })
    }
  }
  for (const relationId of ids) await allowPublication(relationId, reason, { journal })
}
