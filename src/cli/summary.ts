import type { PlanEntry } from '../stages/plan-book.js'
import { legs, type Leg, type Travel } from '../stages/stage.js'
import type { Context } from './context.js'
import { bytesText, countText, durationText, tableText } from './figures.js'
import { readTimes } from './step-times.js'

interface Kept {
  readonly rowCount?: number
  readonly byteCount?: number
  readonly discrepancyCount?: number
  readonly comparedCount?: number
}

/** Rows of the table that people see; the report has all of them. */
const rowCountMax = 200

/** The closing table: what every relation carried, how long each leg took, and the verdict. */
export async function tellSummary(
  context: Context,
  travel: Travel,
  entries: readonly PlanEntry[],
  exitCode: number,
  milliseconds: number,
): Promise<void> {
  const times = await readTimes(travel.folder)
  const rows = entries.map((entry) => summaryOf(entry, travel, times))
  for (const row of rows) if (context.talk.json) context.talk.data(row, () => '')
  const columns = [
    { title: 'relation' },
    { title: 'rows', right: true },
    { title: 'bytes', right: true },
    ...legs.map((leg) => ({ title: leg, right: true })),
    { title: 'verdict' },
  ]
  const cells = rows
    .slice(0, rowCountMax)
    .map((row) => [
      row.relation,
      row.rowCount === undefined ? '-' : countText(row.rowCount),
      row.byteCount === undefined ? '-' : bytesText(row.byteCount),
      ...legs.map((leg) => (row.milliseconds[leg] === undefined ? '-' : durationText(row.milliseconds[leg]))),
      row.verdict,
    ])
  if (!context.talk.json) context.talk.data({}, () => tableText(columns, cells))
  const verified = rows.filter((row) => row.verdict.startsWith('verified')).length
  const verdict = `${verified} of ${entries.length} relations migrated and verified in ${durationText(milliseconds)}`
  context.talk.data({ run: travel.run, exitCode, verified, relations: entries.length, milliseconds }, () => verdict)
}

interface SummaryRow {
  readonly relation: string
  readonly rowCount: number | undefined
  readonly byteCount: number | undefined
  readonly milliseconds: Partial<Record<Leg, number>>
  readonly verdict: string
}

function summaryOf(entry: PlanEntry, travel: Travel, times: ReadonlyMap<string, number>): SummaryRow {
  const { journal } = travel
  const unloaded = journal.status(`unload/${entry.relationId}`)
  const kept = unloaded.state === 'succeeded' ? (unloaded.outcome as Kept) : {}
  const milliseconds: Partial<Record<Leg, number>> = {}
  for (const leg of legs) {
    const taken = times.get(`${leg}/${entry.relationId}`)
    if (taken !== undefined) milliseconds[leg] = taken
  }
  const { rowCount, byteCount } = kept
  return { relation: entry.relation, rowCount, byteCount, milliseconds, verdict: verdictOf(entry, travel) }
}

function verdictOf(entry: PlanEntry, travel: Travel): string {
  if (entry.isBlocked) return 'blocked'
  for (const leg of legs) {
    const status = travel.journal.status(`${leg}/${entry.relationId}`)
    if (status.state === 'failed') return `${leg} failed`
    if (status.state === 'unresolved') return `${leg} unresolved`
    if (status.state !== 'succeeded') return `not ${leg === 'verify' ? 'verified' : `${leg}ed`}`
  }
  const verified = travel.journal.status(`verify/${entry.relationId}`)
  const kept = verified.state === 'succeeded' ? (verified.outcome as Kept) : {}
  if ((kept.discrepancyCount ?? 0) > 0) return `DIFFERS in ${kept.discrepancyCount}`
  return `verified, ${kept.comparedCount ?? 0} values equal`
}
