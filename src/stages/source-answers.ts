import { exitCodes, MigrationError } from '../model/errors.js'
import type { SourceAnswer } from '../model/query-check.js'
import type { Call } from '../model/work.js'
import type { PlanBook } from './plan-book.js'
import { prepareQueries, queryKey, type PreparedQuery } from './prepared-queries.js'
import type { Travel } from './stage.js'

/** Most rows of an answer: both sides' are held in memory while they are compared. */
export const answerRowCountMax = 100_000

export function sourceAnswerPath(key: string): string {
  return `queries/source/${key}.json`
}

/**
 * Asks the source the user's queries about the moment that is migrated, and writes the answers down: in the one transaction
 * before anything is unloaded, between the fences, or of the restored snapshot. With `each-relation` there is no such moment.
 */
export async function askSource(book: PlanBook, travel: Travel): Promise<void> {
  const { consistency } = travel.settings
  if (consistency === 'each-relation') return
  if (consistency === 'single-transaction' && hasUnloaded(travel)) return
  for (const prepared of await prepareQueries(book, travel)) {
    if (prepared.fate !== 'asked') continue
    if (consistency !== 'single-transaction' && (await hasAnswered(prepared, travel))) continue
    if (travel.stopping.aborted) return
    await askOne(prepared, travel)
  }
}

/** What an earlier process unloaded was another transaction's: its answers stand, or are missing for good. */
function hasUnloaded({ journal }: Travel): boolean {
  return [...journal.steps()].some(([step, { state }]) => step.startsWith('unload/') && state === 'succeeded')
}

async function hasAnswered({ query }: PreparedQuery, travel: Travel): Promise<boolean> {
  const answer = await travel.folder.readDocument<SourceAnswer>(sourceAnswerPath(queryKey(query, travel)))
  return answer?.rows !== undefined
}

async function askOne({ query }: PreparedQuery, travel: Travel): Promise<void> {
  const { searchPath = [] } = travel.settings
  const call = queryCall(travel, 'unload')
  const lease = await travel.snapshots.lease(call)
  const { name, text } = query
  const asked = { document: 'source-answer', name, text, searchPath, snapshot: lease.snapshot.id } as const
  const path = sourceAnswerPath(queryKey(query, travel))
  try {
    const rows = await lease.snapshot.ask({ name, text, searchPath, settings: {} }, answerRowCountMax, call)
    await travel.folder.writeText(path, answerLines({ ...asked, rows }))
  } catch (error) {
    // Redshift ends a transaction with its first error: all that was to be read in it would be lost.
    if (!(error instanceof MigrationError) || error.code === 'interrupted' || travel.snapshots.isSerial) throw error
    const failure = { message: error.message, exitCode: exitCodes[error.code] }
    await travel.folder.writeDocument(path, { ...asked, failure } satisfies SourceAnswer)
  } finally {
    await lease.release()
  }
}

/** Row by row: one text of all would be as long again. */
function* answerLines({ rows = [], ...asked }: SourceAnswer): Generator<string> {
  yield `${JSON.stringify(asked).slice(0, -1)},"rows":[`
  for (const [n, row] of rows.entries()) yield `${n === 0 ? '' : ','}\n${JSON.stringify(row)}`
  yield '\n]}\n'
}

export function queryCall({ signal, settings }: Travel, leg: 'unload' | 'verify'): Call {
  return { signal, deadlineAt: Date.now() + settings.deadlines[leg], note: () => undefined }
}
