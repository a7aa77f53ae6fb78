import { randomBytes } from 'node:crypto'
import { MigrationError } from '../../model/errors.js'
import type { Statement } from '../../model/statement.js'
import type { Call } from '../../model/work.js'
import type { MaxComputeClient } from './client.js'
import { parseCsv } from './csv.js'
import type { InstanceEnd } from './instance-end.js'
import { instanceError } from './instance-error.js'
import { readLong, type LookRows } from './long-result.js'
import { backoff, pause, standardRetry } from './retry.js'
import { StatementWork, type Pace } from './statement-work.js'

/** Instances that one look may take when they fail in ways that may pass. */
export const lookTryCountMax = 4

export type { LookRows }

/**
 * Runs a SELECT and reads all its rows. A look changes nothing, so it is submitted anew when it fails in a way that may
 * pass. A result that is, or may be, cut at the project's row limit is read through the tunnel instead.
 */
export async function look(
  client: MaxComputeClient,
  statement: Statement,
  of: { readonly pace: Pace; readonly rowCountMax: number },
  call: Call,
): Promise<LookRows> {
  const { purpose } = statement
  return lookWith(client, statement, of.pace, call, async (instance, end) => {
    if (!isCut(end, of.rowCountMax)) return readRows(purpose, end)
    const long = await readLong(client, purpose, instance, call)
    // Where the service says that there are more rows than it gave, the tunnel must have more of them.
    const leastCount = rowCountOf(end.text) + (end.completeness === undefined ? 0 : 1)
    if (long.rows.length >= leastCount) return long
    throw cutResult(purpose, end.completeness, long.rows.length)
  })
}

/** The same through the tunnel in any case; of at most `rowCountMax` rows where that is given. */
export async function lookLong(
  client: MaxComputeClient,
  statement: Statement,
  pace: Pace,
  call: Call,
  rowCountMax?: number,
): Promise<LookRows> {
  return lookWith(client, statement, pace, call, (instance) =>
    readLong(client, statement.purpose, instance, call, rowCountMax),
  )
}

async function lookWith(
  client: MaxComputeClient,
  statement: Statement,
  pace: Pace,
  call: Call,
  read: (instance: string, end: InstanceEnd) => Promise<LookRows>,
): Promise<LookRows> {
  for (let triedCount = 1; ; triedCount += 1) {
    try {
      const work = new StatementWork(client, statement, pace)
      const attempt = { token: `look-${randomBytes(12).toString('hex')}`, number: triedCount }
      const handle = await work.begin(attempt, call)
      const end = await settleLook(work, handle, call)
      return await read(handle.instance, end).catch(async (error: unknown) => {
        throw await instanceError(error, client, handle.instance)
      })
    } catch (error) {
      const wait = backoff(triedCount, standardRetry)
      if (!mayLookAgain(error) || triedCount >= lookTryCountMax || Date.now() + wait >= call.deadlineAt) throw error
      await pause(wait, call.signal)
    }
  }
}

/** An unresolved submission harms nobody here: at worst the same SELECT runs twice. */
function mayLookAgain(error: unknown): boolean {
  return error instanceof MigrationError && (error.transient || error.code === 'target-unresolved')
}

/** Nobody waits for the answer of an abandoned look: it must not go on costing. */
async function settleLook(
  work: StatementWork,
  handle: { readonly instance: string },
  call: Call,
): Promise<InstanceEnd> {
  try {
    return await work.end(handle, call)
  } catch (error) {
    if (error instanceof MigrationError && (error.code === 'interrupted' || error.transient)) {
      const brief = {
        signal: AbortSignal.timeout(cancelMillisecondsMax),
        deadlineAt: Date.now() + cancelMillisecondsMax,
      }
      await work.cancel(handle, { ...call, ...brief }).catch(() => undefined)
    }
    throw error
  }
}

const cancelMillisecondsMax = 5_000

/** Without the service's own word, a result as long as the limit may be a cut one. */
function isCut({ text, completeness }: Pick<InstanceEnd, 'text' | 'completeness'>, rowCountMax: number): boolean {
  return completeness === undefined ? rowCountOf(text) >= rowCountMax : completeness !== 'full'
}

/** Of a text that may end anywhere; none where it is no CSV text, which reading it will tell. */
function rowCountOf(text: string): number {
  try {
    return Math.max(parseCsv(text).length - 1, 0)
  } catch {
    return 0
  }
}

function readRows(purpose: string, { text }: Pick<InstanceEnd, 'text'>): LookRows {
  const [header, ...rows] = parsed(purpose, text)
  if (header === undefined) throw new MigrationError('target-failed', `${purpose}: the result has no header line`)
  const columns = header.map((name) => name ?? '\\N')
  const uneven = rows.findIndex((row) => row.length !== columns.length)
  if (uneven < 0) return { columns, rows }
  throw new MigrationError(
    'target-failed',
    `${purpose}: row ${uneven + 1} of the result has ${rows[uneven]?.length ?? 0} cells, the header has ${columns.length}`,
  )
}

function cutResult(purpose: string, completeness: string | undefined, rowCount: number): MigrationError {
  const what = `the result is cut (${completeness ?? 'no word of the service'}), and the tunnel has no more than ${rowCount} rows of it either`
  return new MigrationError('target-refused', `${purpose}: ${what}`, {
    hint: 'the account needs the right to read the table itself, or ask for fewer rows',
  })
}

function parsed(purpose: string, text: string): ReturnType<typeof parseCsv> {
  try {
    return parseCsv(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new MigrationError('target-failed', `${purpose}: the result is no CSV text (${reason})`, { cause })
  }
}
