import { FileJournal } from '../../journal/file-journal.js'
import { PlanBook, type PlanEntry } from '../../stages/plan-book.js'
import { consignStep } from '../../stages/consignment-members.js'
import { legs, type Leg } from '../../stages/stage.js'
import { MigrationError } from '../../model/errors.js'
import type { StepStatus } from '../../journal/journal.js'
import { runsFolder, type Context } from '../context.js'
import { tableText } from '../figures.js'
import { findRun } from '../runs.js'

type JournalView = Awaited<ReturnType<typeof FileJournal.read>>

/** What a run has done, read from its folder: needs no lock and no living process. */
export async function status(context: Context): Promise<number> {
  const loaded = await context.config()
  const run = await findRun(runsFolder(loaded), context.options.run)
  if (run === undefined) {
    throw new MigrationError('arguments', `status: there is no run below ${runsFolder(loaded)}`, {
      hint: 'run migrate plan',
    })
  }
  const journal = await FileJournal.read(run.folder.file('journal.jsonl'))
  const { talk } = context
  const verdict = journal.verdict()
  talk.say(`run ${run.document.run}, opened ${run.document.openedAt}, ${run.folder.path}`)
  if (journal.documentHash('plan.jsonl') === undefined) {
    talk.data({ run: run.document.run, planned: false }, () => 'not planned yet')
    return 0
  }
  const book = await PlanBook.open(run.folder)
  if (talk.json) for (const entry of book.entries) talk.data(statesOf(entry, journal), () => '')
  else talk.data({}, () => statusTable(book.entries, journal))
  const counts = Object.fromEntries(legs.map((leg) => [leg, doneCount(book.entries, leg, journal)]))
  const head = {
    run: run.document.run,
    relations: book.entries.length,
    done: counts,
    manual: book.header.manual?.length ?? 0,
    skipped: book.header.skipped.length,
    verdict: verdict?.exitCode ?? null,
  }
  talk.data(
    head,
    () =>
      `${legs.map((leg) => `${leg} ${counts[leg] ?? 0}/${book.entries.length}`).join(' | ')}${leftText(head)}${verdictText(verdict)}`,
  )
  return 0
}

function leftText({ manual, skipped }: { readonly manual: number; readonly skipped: number }): string {
  return manual + skipped === 0 ? '' : ` | ${manual} by hand, ${skipped} skipped`
}

function verdictText(verdict: { readonly command: string; readonly exitCode: number } | undefined): string {
  return verdict === undefined ? '' : ` | ended with exit code ${verdict.exitCode}`
}

function doneCount(entries: readonly PlanEntry[], leg: Leg, journal: JournalView): number {
  return entries.filter((entry) => journal.status(`${leg}/${entry.relationId}`).state === 'succeeded').length
}

function statesOf(
  entry: PlanEntry,
  journal: JournalView,
): { relation: string; stages: Record<string, string>; failure?: string } {
  const statuses = legs.map((leg) => [leg, worst(entry, leg, journal)] as const)
  const stages = Object.fromEntries(statuses.map(([leg, one]) => [leg, one.state]))
  const broken = statuses.map(([, one]) => one).find((one) => one.state === 'failed' || one.state === 'unresolved')
  return broken === undefined || !('failure' in broken)
    ? { relation: entry.relation, stages }
    : { relation: entry.relation, stages, failure: broken.failure.message }
}

/** A leg of several statements is as far as the statement that failed or runs. */
function worst(entry: PlanEntry, leg: Leg, journal: JournalView): StepStatus {
  const whole = journal.status(`${leg}/${entry.relationId}`)
  if (whole.state !== 'pending') return whole
  // Until its consignment has arrived, that is how far the relation is.
  if (leg === 'transfer' && entry.by === 'online') {
    const together = journal.status(consignStep(entry.consignment))
    if (together.state !== 'succeeded') return together
  }
  for (let index = 1; ; index += 1) {
    const one = journal.status(`${leg}/${entry.relationId}/${index}`)
    if (one.state !== 'succeeded') return one
  }
}

function statusTable(entries: readonly PlanEntry[], journal: JournalView): string {
  const columns = [{ title: 'relation' }, ...legs.map((leg) => ({ title: leg })), { title: '' }]
  const rows = entries.map((entry) => {
    const { stages, failure } = statesOf(entry, journal)
    return [entry.relation, ...legs.map((leg) => stages[leg] ?? ''), entry.isBlocked ? 'blocked' : (failure ?? '')]
  })
  return tableText(columns, rows)
}
