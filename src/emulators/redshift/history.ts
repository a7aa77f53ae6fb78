import type { EngineConnection } from '../sql-engine.js'
import { quoteText } from './binding.js'
import type { Switches } from './switches.js'

export interface QueryRecord {
  readonly userId: number
  readonly queryId: number
  readonly transactionId: number
  readonly sessionId: number
  readonly database: string
  readonly label: string
  readonly type: string
  readonly text: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
}

export interface QueryEnd {
  readonly status: 'success' | 'failed' | 'canceled'
  readonly rowCount: number
  readonly error?: string
}

export interface UnloadedFile {
  readonly url: string
  readonly slice: number
  readonly rowCount: number
  readonly byteCount: number
}

const textLengthMax = 4000

/** What ran: on a connection of its own, so that a rollback takes none of it back. */
export class History {
  readonly #connection: EngineConnection
  readonly #switches: Switches
  readonly #timers = new Set<NodeJS.Timeout>()
  #queryId: number
  #writing: Promise<void> = Promise.resolve()

  private constructor(connection: EngineConnection, switches: Switches, queryId: number) {
    this.#connection = connection
    this.#switches = switches
    this.#queryId = queryId
  }

  static async open(connection: EngineConnection, switches: Switches): Promise<History> {
    const { rows } = await connection.query('SELECT coalesce(max(query_id), 1000) FROM rs.query_history')
    return new History(connection, switches, Number(rows[0]?.[0]))
  }

  nextQueryId(): number {
    this.#queryId += 1
    return this.#queryId
  }

  /** Everything noted so far can be read. */
  async settled(): Promise<void> {
    await this.#writing
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    await this.#writing.catch(() => undefined)
    this.#connection.close()
  }

  noteRunning(record: QueryRecord): void {
    this.#show(`INSERT INTO rs.query_history VALUES (${queryValues(record, this.#switches, 'running')})`)
  }

  noteEnd(record: QueryRecord, end: QueryEnd): void {
    // Of the others none was noted while it ran.
    const running = record.type === 'UNLOAD' ? `DELETE FROM rs.query_history WHERE query_id = ${record.queryId};` : ''
    this.#show(
      `${running} INSERT INTO rs.query_history VALUES (${queryValues(record, this.#switches, end.status, end)})`,
    )
  }

  noteUnloadRunning(record: QueryRecord, location: string, format: string, compression = ''): void {
    this.#show(`INSERT INTO rs.unload_history VALUES (${record.userId}, ${record.queryId}, ${record.transactionId},
      ${record.sessionId}, ${quoteText(record.database)}, 'running', ${moment(record.startedAt)}, NULL, NULL,
      ${quoteText(format)}, ${quoteText(compression)}, ${quoteText(location)}, 0, 0, 0, NULL)`)
  }

  noteUnloadEnd(record: QueryRecord, status: string, files: readonly UnloadedFile[], error?: string): void {
    const now = Date.now()
    const rowCount = files.reduce((sum, file) => sum + file.rowCount, 0)
    const byteCount = files.reduce((sum, file) => sum + file.byteCount, 0)
    this.#show(`UPDATE rs.unload_history SET status = '${status}', end_time = ${moment(now)},
      duration = ${(now - record.startedAt) * 1000}, unloaded_rows = ${rowCount}, unloaded_files_count = ${files.length},
      unloaded_files_size = ${byteCount}, error_message = ${error === undefined ? 'NULL' : quoteText(error)}
      WHERE query_id = ${record.queryId}`)
  }

  noteFile(record: QueryRecord, file: UnloadedFile, format: string): void {
    this.#show(`INSERT INTO rs.unload_detail VALUES (${record.userId}, ${record.queryId}, ${record.sessionId},
      ${record.transactionId}, ${quoteText(file.url)}, ${moment(record.startedAt)}, ${moment(Date.now())},
      ${file.rowCount}, ${file.byteCount}, ${quoteText(format)}, ${file.slice})`)
  }

  noteSession(processId: number, user: string, database: string): void {
    this.#write(
      `INSERT INTO rs.session VALUES (${processId}, ${quoteText(user)}, ${quoteText(database)}, ${moment(Date.now())})`,
    )
  }

  noteSessionEnd(processId: number): void {
    this.#write(`DELETE FROM rs.session WHERE process = ${processId}`)
  }

  /** What ran may show late. */
  #show(sql: string): void {
    const { historyLagMilliseconds } = this.#switches
    if (historyLagMilliseconds === 0) {
      this.#write(sql)
      return
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#write(sql)
    }, historyLagMilliseconds)
    this.#timers.add(timer)
  }

  #write(sql: string): void {
    this.#writing = this.#writing.then(() => this.#connection.run(sql))
    // Whoever reads the history waits for it and sees the failure; nobody else should fall over it.
    this.#writing.catch(() => undefined)
  }
}

function queryValues(record: QueryRecord, { queryText }: Switches, status: string, end?: QueryEnd): string {
  const now = Date.now()
  const elapsed = end === undefined ? 0 : (now - record.startedAt) * 1000
  return [
    record.userId,
    record.queryId,
    quoteText(record.label),
    record.transactionId,
    record.sessionId,
    quoteText(record.database),
    quoteText(record.type),
    `'${status}'`,
    'false',
    moment(record.startedAt),
    end === undefined ? 'NULL' : moment(now),
    elapsed,
    0,
    elapsed,
    end?.error === undefined ? 'NULL' : quoteText(end.error),
    end?.rowCount ?? 0,
    0,
    quoteText(queryText === 'cut' ? record.text.slice(0, textLengthMax) : record.text),
  ].join(', ')
}

function moment(milliseconds: number): string {
  return `make_timestamp_ms(${milliseconds})`
}
