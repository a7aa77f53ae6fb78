import type { LoadedConfig } from '../config.js'
import { addFact, readCatalog, targetFacts } from '../../stages/catalog.js'
import { makePlan, type PlanSummary } from '../../stages/plan.js'
import { scanRelations, type ScanCounts } from '../../stages/scan.js'
import { PlanBook } from '../../stages/plan-book.js'
import { relationText, tableText } from '../../model/names.js'
import type { ProbeFact } from '../../model/facts.js'
import type { PlannedJob, RelationPlan } from '../../model/plan.js'
import { namingWithin } from '../../translate/names.js'
import { assemble } from '../assemble.js'
import { readComparableQueries } from '../comparable-queries.js'
import { askingCall, runsFolder, type Context } from '../context.js'
import { coverageTable, unmigratedLines } from '../coverage-table.js'
import { bytesText, countText } from '../figures.js'
import { loadWithOf } from '../load-authority.js'
import { packingOf } from '../online-settings.js'
import { policyOf } from '../policy.js'
import { readProbe } from '../probe-place.js'
import { journalStatements } from '../statement-witness.js'
import { createRun, findRun, openRun, type OpenedRun, type RunSummary } from '../runs.js'
import { setupDifference, setupOf } from '../setup.js'
import { toolVersion } from '../tool-version.js'

/** Reading a large catalog is one minute's work; an hour says that something is stuck. */
const catalogMilliseconds = 3_600_000

export interface PlanOptions {
  readonly detailedExitcode: boolean
  /** Ask the source about what the plan assumes of the data. */
  readonly scan: boolean
}

export async function plan(context: Context, options: PlanOptions): Promise<number> {
  const loaded = await context.config()
  const run = await openRun(await freshRun(loaded), openOptions(context, 'plan'))
  try {
    const summary = await planRun(context, loaded, run, options.scan)
    await tellPlan(context, run, summary)
    if (summary.concernCounts.blocking > 0) return 10
    return options.detailedExitcode && summary.relationCount > 0 ? 13 : 0
  } finally {
    await run.close()
  }
}

export function openOptions(context: Context, command: string): Parameters<typeof openRun>[1] {
  return { command, takeOver: context.options.takeOver, redact: context.redact }
}

/** A run in which nothing has moved yet is planned again; otherwise a new one is opened. */
async function freshRun(loaded: LoadedConfig): Promise<RunSummary> {
  const setup = setupOf(loaded.config)
  const newest = await findRun(runsFolder(loaded), undefined)
  if (newest !== undefined && setupDifference(newest.document.setup, setup) === undefined) {
    const hasPlan = (await newest.folder.readDocument('run.json')) !== undefined
    if (hasPlan && !(await hasMoved(newest))) return newest
  }
  return createRun(runsFolder(loaded), setup, toolVersion())
}

async function hasMoved(run: RunSummary): Promise<boolean> {
  const { FileJournal } = await import('../../journal/file-journal.js')
  const journal = await FileJournal.read(run.folder.file('journal.jsonl'))
  return [...journal.steps()].length > 0
}

/** catalog → (scan) → plan, into the run's folder. */
export async function planRun(
  context: Context,
  loaded: LoadedConfig,
  run: OpenedRun,
  scan: boolean,
): Promise<PlanSummary> {
  const { config } = loaded
  await readComparableQueries(loaded)
  const places = assemble(loaded, run.document.run, journalStatements(run.journal))
  const call = askingCall(context, catalogMilliseconds)
  await readCatalog(places, config, run.folder, run.journal, call)
  const facts = await targetFacts(run.folder)
  const chosen = policyOf(loaded)
  const probe = await keptProbe(context, loaded, run)
  const policy = { ...chosen, naming: namingWithin(chosen.naming, facts), ...probe }
  if (scan || config.scan) {
    const options = { atOnce: config.limits.unload, millisecondsMax: config.hours.unload * 3_600_000 }
    tellScan(context, await scanRelations(places.source, policy, run.folder, run.journal, options, call))
  }
  const { unloadWith, unloadMegabytesPerSecond } = config.redshift
  const header = {
    toolVersion: toolVersion(),
    run: run.document.run,
    project: facts.project,
    consistency: config.consistency,
  }
  const way = { unloadWith, unloadMegabytesPerSecond, loadWith: loadWithOf(config) }
  return makePlan(run.folder, run.journal, policy, header, way, packingOf(config))
}

/** What the last probe found, as one of the run's facts. */
async function keptProbe(context: Context, loaded: LoadedConfig, run: OpenedRun): Promise<{ probe?: ProbeFact }> {
  const probe = await readProbe(loaded)
  if (probe === undefined) return {}
  await addFact(run.folder, run.journal, probe)
  context.talk.say(`the plan goes by the probe of ${probe.at}`)
  return { probe }
}

function tellScan({ talk }: Context, { relationCount, assumptionCount, brokenCount }: ScanCounts): void {
  talk.say(`scanned ${relationCount} relations: ${brokenCount} of ${assumptionCount} assumptions do not hold`)
}

async function tellPlan(context: Context, run: OpenedRun, summary: PlanSummary): Promise<void> {
  const { talk } = context
  if (talk.json) {
    talk.data({ run: run.document.run, folder: run.folder.path, ...summary }, () => '')
    return
  }
  const book = await PlanBook.open(run.folder)
  for (const entry of book.entries) {
    const relation = await book.read(entry.relationId)
    const size = relation.rowEstimate === undefined ? '' : `, about ${countText(relation.rowEstimate)} rows`
    talk.data(
      {},
      () => `${relationText(relation.source)} -> ${tableText(relation.target)} (${relation.strategy}${size})`,
    )
    const ways = wayLines(relation, (book.header.jobs ?? []).length > 0)
    for (const line of [...partLines(relation), ...ways, ...assumptionLines(relation)]) talk.data({}, () => `  ${line}`)
    for (const concern of relation.concerns) {
      talk.data({}, () => `  ${concern.class} ${concern.code}: ${concern.message}`)
    }
  }
  for (const line of jobLines(book.header.jobs ?? [])) talk.data({}, () => line)
  for (const line of unmigratedLines(summary.skipped, 'skipped')) talk.data({}, () => line)
  for (const line of unmigratedLines(summary.manual, 'manual')) talk.data({}, () => line)
  talk.data({}, () => coverageTable(summary.coverage))
  for (const concern of summary.concerns) talk.data({}, () => `${concern.class} ${concern.code}: ${concern.message}`)
  talk.data({}, () => planLine(run.document.run, summary))
}

function jobLines(jobs: readonly PlannedJob[]): readonly string[] {
  return jobs.map(({ consignment, relationCount, byteCount, fileCount, seconds }) => {
    const size = `about ${bytesText(byteCount)} in ${countText(fileCount)} files, ${Math.ceil(seconds)} s at least`
    return `job ${consignment}: ${relationCount} relation${relationCount === 1 ? '' : 's'}, ${size}`
  })
}

/** How a relation crosses, where not everything is streamed. */
function wayLines({ by, consignment }: RelationPlan, isMixed: boolean): readonly string[] {
  if (!isMixed) return []
  return [by === 'online' ? `crosses by job ${consignment}` : 'is streamed']
}

/** What the config leaves behind of a relation. */
function partLines({ where, leftOut }: RelationPlan): readonly string[] {
  return [
    ...(where === undefined ? [] : [`only rows where ${where}`]),
    ...(leftOut === undefined ? [] : [`without ${leftOut.join(', ')}`]),
  ]
}

/** A line for each code: a wide relation assumes the same of many columns. */
function assumptionLines({ assumptions = [] }: RelationPlan): readonly string[] {
  return [...new Set(assumptions.map(({ code }) => code))].map((code) => {
    const same = assumptions.filter((one) => one.code === code)
    const others = same.slice(1).map((one) => one.column)
    return `assumes ${code}: ${same[0]?.message ?? ''}${others.length === 0 ? '' : `; likewise ${others.join(', ')}`}`
  })
}

function planLine(run: string, summary: PlanSummary): string {
  const { note, lossy, blocking } = summary.concernCounts
  const size = summary.byteEstimate > 0 ? `, about ${bytesText(summary.byteEstimate)} at the source` : ''
  return [
    `Plan: ${summary.relationCount} relations${size}; ${summary.stagedCount} through a staging table; ${summary.manual.length} ${summary.manual.length === 1 ? 'object' : 'objects'} by hand, ${summary.skipped.length} skipped.`,
    `Concerns: ${note} notes, ${lossy} lossy, ${blocking} blocking. Run ${run}, plan sha256:${summary.sha256.slice(0, 12)}.`,
    `Verification: ${countText(summary.verifyScanCount)} scans a side${summary.verifyByteEstimate > 0 ? `, about ${bytesText(summary.verifyByteEstimate)} read at the source` : ''}.`,
    blocking > 0
      ? 'Blocking concerns must be settled before those relations move: migrate explain CODE.'
      : 'Go on with: migrate run',
  ].join('\n')
}
