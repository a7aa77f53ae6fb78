import type { RelationPlan } from '../../src/model/plan.js'
import { maxComputeClient } from './maxcompute-session.js'
import type { Cell } from './parts.js'
import type { Clouds } from './rehearsal.js'

/** Until an instance that reads a small table has ended. */
const waitCountMax = 600
const waitMilliseconds = 50

/**
 * Rows of a table through the Instance Tunnel, whose values have types: no setting of how numbers, moments or truth
 * become text matters. As the parts' cells are: exact text, floats as numbers, bytes in hexadecimal, six digits of a second.
 */
export async function readTable(
  clouds: Clouds,
  plan: { readonly target: Pick<RelationPlan['target'], 'name'> },
  columns: readonly string[],
): Promise<readonly (readonly Cell[])[]> {
  const client = maxComputeClient(clouds)
  try {
    const names = columns.map((column) => `\`${column}\``).join(', ')
    const text = `SELECT ${names} FROM \`${plan.target.name}\``
    const settings = { 'odps.sql.type.system.odps2': 'true', 'odps.sql.decimal.odps2': 'true' }
    const { instance } = await client.submit({ text, settings })
    // `?result` has no text form of BINARY, so the end is waited for without it.
    for (let waitedCount = 0; (await client.instanceStatus(instance, true)) !== 'Terminated'; waitedCount += 1) {
      if (waitedCount >= waitCountMax) throw new Error(`${instance} does not end`)
      await new Promise((later) => setTimeout(later, waitMilliseconds))
    }
    const download = await client.download(instance)
    const rows: (readonly Cell[])[] = []
    for await (const row of download.rows()) {
      rows.push(row.map((cell, at) => cellOf(cell, download.columns[at]?.type.toLowerCase() ?? '')))
    }
    return rows
  } finally {
    client.close()
  }
}

function cellOf(cell: string | Uint8Array | null, type: string): Cell {
  if (cell === null) return null
  if (typeof cell !== 'string') return Buffer.from(cell).toString('hex')
  if (type === 'float') return Math.fround(Number(cell))
  if (type === 'double') return Number(cell)
  if (type === 'int' || type === 'smallint' || type === 'tinyint') return Number(cell)
  if (type.startsWith('decimal')) return plainDecimal(cell)
  if (type.startsWith('timestamp')) return cell.replace(/000$/, '')
  return cell
}

/** Trailing zeros are no digits of a decimal. */
export function plainDecimal(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal
}
