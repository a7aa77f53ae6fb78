import type { EngineRow } from '../sql-engine.js'
import { RedshiftFault } from './fault.js'
import type { ResultColumn } from './result-columns.js'

interface OpenCursor {
  readonly name: string
  readonly transactionId: number
  readonly columns: readonly ResultColumn[]
  readonly rows: EngineRow[]
}

/** Redshift materializes a cursor's rows on its leader node, within a limit of bytes; here rows are counted (redshift.md 6.1). */
const rowCountMax = 1_000_000

/** A session's cursors: one at a time, within its transaction (DG declare). */
export class Cursors {
  #open: OpenCursor | undefined

  async declare(
    name: string,
    transactionId: number,
    columns: readonly ResultColumn[],
    batches: AsyncIterable<EngineRow[]>,
  ): Promise<void> {
    if (this.#open?.transactionId === transactionId) {
      throw new RedshiftFault('42P03', `cursor "${this.#open.name}" already exists`, {
        detail: 'Only one cursor may be open in a session.',
      })
    }
    const rows: EngineRow[] = []
    for await (const batch of batches) {
      for (const row of batch) rows.push(row)
      if (rows.length > rowCountMax) throw new RedshiftFault('53200', `a cursor holds more than ${rowCountMax} rows`)
    }
    this.#open = { name, transactionId, columns, rows }
  }

  columns(name: string, transactionId: number): readonly ResultColumn[] {
    return this.#named(name, transactionId).columns
  }

  fetch(name: string, transactionId: number, rowCount: number | 'all'): EngineRow[] {
    const { rows } = this.#named(name, transactionId)
    return rows.splice(0, rowCount === 'all' ? rows.length : rowCount)
  }

  close(name: string, transactionId: number): void {
    if (name !== 'all') this.#named(name, transactionId)
    this.#open = undefined
  }

  /** A cursor ends with its transaction. */
  #named(name: string, transactionId: number): OpenCursor {
    if (this.#open?.name === name && this.#open.transactionId === transactionId) return this.#open
    throw new RedshiftFault('34000', `cursor "${name}" does not exist`)
  }
}
