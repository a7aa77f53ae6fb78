import { MigrationError } from '../../model/errors.js'
import type { Call } from '../../model/work.js'
import type { MaxComputeClient } from './client.js'
import type { Download } from './instance-tunnel.js'

/** Most rows of one look, and most characters of their cells: a look is held in memory as a whole. */
export const lookRowCountMax = 200_000
export const lookCharacterCountMax = 67_108_864

/** A result's rows without its header. */
export interface LookRows {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
}

/** Portion by portion; refused before its first row where it would not fit. */
export async function readLong(
  client: MaxComputeClient,
  purpose: string,
  instance: string,
  call: Call,
  rowCountMax = lookRowCountMax,
): Promise<LookRows> {
  const bounds = { signal: call.signal, deadlineAt: call.deadlineAt, subject: purpose }
  const download = await client.download(instance, {}, bounds)
  if (download.rowCount > rowCountMax)
    throw tooLong(purpose, `${download.rowCount} rows, of which ${rowCountMax} are read`)
  const rows = await rowsOf(download, purpose, bounds)
  if (rows.length === download.rowCount) return { columns: download.columns.map(({ name }) => name), rows }
  const message = `${purpose}: the tunnel gave ${rows.length} rows of ${download.rowCount}`
  throw new MigrationError('target-failed', message, { transient: true })
}

async function rowsOf(
  download: Download,
  purpose: string,
  bounds: Parameters<Download['rows']>[0],
): Promise<LookRows['rows']> {
  const rows: (string | null)[][] = []
  let characterCount = 0
  for await (const row of download.rows(bounds)) {
    const cells = row.map(textOf)
    for (const cell of cells) characterCount += cell?.length ?? 0
    if (characterCount > lookCharacterCountMax)
      throw tooLong(purpose, `more than ${lookCharacterCountMax} characters in ${download.rowCount} rows`)
    rows.push(cells)
  }
  return rows
}

function tooLong(purpose: string, what: string): MigrationError {
  return new MigrationError('target-refused', `${purpose}: the result has ${what}`, {
    hint: 'ask for fewer rows: aggregate, or add a WHERE or a LIMIT',
  })
}

function textOf(cell: string | Uint8Array | null): string | null {
  return cell instanceof Uint8Array ? Buffer.from(cell).toString('hex') : cell
}
