import { randomBytes } from 'node:crypto'
import { MigrationError } from '../../model/errors.js'
import type { Statement } from '../../model/statement.js'
import type { Call } from '../../model/work.js'
import type { MaxComputeClient } from './client.js'
import { parseCsv } from './csv.js'
import type { InstanceEnd } from './instance-end.js'
import { backoff, pause, standardRetry } from './retry.js'
import { StatementWork, type Pace } from './statement-work.js'

/** Instances that one look may take when they fail in ways that may pass. */
export const lookTryCountMax = 4

/** A result's rows without its header. */
export interface LookRows {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
}

/**
 * Runs a SELECT and reads all its rows. A look changes nothing, so it is submitted anew when it fails in a way that may
 * pass. Throws `target-refused` for a result that is, or may be, cut at the project's row limit.
 */
export async function look(
  client: MaxComputeClient,
  statement: Statement,
  of: { readonly pace: Pace; readonly rowCountMax: number },
  call: Call,
): Promise<LookRows> {
  return lookWith(client, statement, of.pace, call, (_, end) =>
    Promise.resolve(readRows(statement.purpose, end, of.rowCountMax)),
  )
}

/** The same through the tunnel, for as many rows as the statement gives; these are held in memory. */
export async function lookLong(
  client: MaxComputeClient,
  statement: Statement,
  pace: Pace,
  call: Call,
): Promise<LookRows> {
  const bounds = { signal: call.signal, deadlineAt: call.deadlineAt, subject: statement.purpose }
  return lookWith(client, statement, pace, call, async (instance) => {
    const download = await client.download(instance, {}, bounds)
    const rows: (string | null)[][] = []
    for await (const row of download.rows(bounds)) rows.push(row.map(textOf))
    return { columns: download.columns.map(({ name }) => name), rows }
  })
}

function textOf(cell: string | Uint8Array | null): string | null {
  return cell instanceof Uint8Array ? Buffer.from(cell).toString('hex') : cell
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
      return await withLogview(client, handle.instance, () => read(handle.instance, end))
    } catch (error) {
      const wait = backoff(triedCount, standardRetry)
      if (!mayLookAgain(error) || triedCount >= lookTryCountMax || Date.now() + wait >= call.deadlineAt) throw error
      await pause(wait, call.signal)
    }
  }
}

/** What is wrong with a result shows at its instance. */
async function withLogview(
  client: MaxComputeClient,
  instance: string,
  read: () => Promise<LookRows>,
): Promise<LookRows> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error
    const { code, transient, hint, cause } = error
    const where = `instance ${instance}, ${await client.plainLogview(instance)}`
    const options = { transient, cause, ...(hint === undefined ? {} : { hint }) }
    throw new MigrationError(code, `${error.message} (${where})`, options)
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

export function readRows(
  purpose: string,
  result: { readonly text: string; readonly completeness?: string },
  rowCountMax: number,
): LookRows {
  const [header, ...rows] = parsed(purpose, result.text)
  if (header === undefined) throw new MigrationError('target-failed', `${purpose}: the result has no header line`)
  refuseCut(purpose, rows.length, result.completeness, rowCountMax)
  const columns = header.map((name) => name ?? '\\N')
  const uneven = rows.findIndex((row) => row.length !== columns.length)
  if (uneven < 0) return { columns, rows }
  throw new MigrationError(
    'target-failed',
    `${purpose}: row ${uneven + 1} of the result has ${rows[uneven]?.length ?? 0} cells, the header has ${columns.length}`,
  )
}

/** Without the service's own word, a result as long as the limit may be a cut one. */
function refuseCut(purpose: string, rowCount: number, completeness: string | undefined, rowCountMax: number): void {
  const cut = completeness === undefined ? rowCount >= rowCountMax : completeness !== 'full'
  if (!cut) return
  throw new MigrationError(
    'target-refused',
    `${purpose}: the result is cut (${completeness ?? 'no word of the service'}; ${rowCount} rows read, the project gives at most ${rowCountMax})`,
    { hint: 'ask for fewer rows: aggregate, or add a LIMIT below the limit of the project' },
  )
}

function parsed(purpose: string, text: string): ReturnType<typeof parseCsv> {
  try {
    return parseCsv(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new MigrationError('target-failed', `${purpose}: the result is no CSV text (${reason})`, { cause })
  }
}
