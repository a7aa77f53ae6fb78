import { randomUUID } from 'node:crypto'
import { type WireClient, WireFailure, type WireResult } from './data-wire.js'

export type StatementStatus = 'SUBMITTED' | 'STARTED' | 'FINISHED' | 'FAILED' | 'ABORTED'

/** Bytes of a row that the service gives back (redshift.md 6.3). */
const rowByteCountMax = 65_536

/** One statement of the Data API: runs by itself, and is asked about. */
export class DataStatement {
  readonly id = randomUUID()
  readonly createdAt = Date.now()
  readonly sql: string
  readonly name: string | undefined
  /** The access key that may see it. */
  readonly owner: string
  readonly session: string | undefined
  status: StatementStatus = 'SUBMITTED'
  updatedAt = this.createdAt
  error: string | undefined
  result: WireResult | undefined
  #wire: WireClient | undefined
  #isCancelled = false

  constructor(of: Pick<DataStatement, 'sql' | 'name' | 'owner' | 'session'>) {
    this.sql = of.sql
    this.name = of.name
    this.owner = of.owner
    this.session = of.session
  }

  get isOver(): boolean {
    return this.status === 'FINISHED' || this.status === 'FAILED' || this.status === 'ABORTED'
  }

  get processId(): number | undefined {
    return this.#wire?.processId
  }

  async run(open: () => Promise<WireClient>): Promise<void> {
    try {
      this.#wire = await open()
      if (this.#isCancelled) throw new WireFailure('ERROR: Query cancelled on user request')
      this.#turn('STARTED')
      const result = await this.#wire.query(this.sql)
      const long = result.rows.some((row) => row.reduce((sum, cell) => sum + (cell?.length ?? 0), 0) > rowByteCountMax)
      if (long) throw new WireFailure('Packet for query is too large. The size limit is 64 KB per row.')
      this.result = result
      this.#turn('FINISHED')
    } catch (error) {
      this.error = error instanceof Error ? error.message : String(error)
      this.#turn(this.#isCancelled ? 'ABORTED' : 'FAILED')
    }
  }

  async cancel(): Promise<void> {
    this.#isCancelled = true
    await this.#wire?.cancel()
  }

  #turn(status: StatementStatus): void {
    this.status = status
    this.updatedAt = Date.now()
  }
}
