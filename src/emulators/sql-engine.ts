import type * as Duck from '@duckdb/node-api'
import { engineValue, type EngineValue } from './sql-engine-value.js'

export type { EngineDecimal, EngineInterval, EngineValue } from './sql-engine-value.js'

/** `type` is DuckDB's spelling (`DECIMAL(12,2)`, `VARCHAR`); `alias` is the user type's name where the column has one. */
export interface EngineColumn {
  readonly name: string
  readonly type: string
  readonly alias?: string
}

export type EngineRow = EngineValue[]

export interface EngineResult {
  readonly columns: readonly EngineColumn[]
  readonly rows: EngineRow[]
  /** Rows that INSERT, UPDATE or DELETE changed. */
  readonly rowsChanged: number
}

export interface EngineStream extends AsyncIterable<EngineRow[]> {
  readonly columns: readonly EngineColumn[]
}

/** DuckDB runs a statement on one of libuv's four threads; a fourth at once would freeze files and sockets (dependencies.md 0.3). */
export const statementCountMax = 3
/** Rows in one batch of a stream. */
export const batchRowCountMax = 20_000

class Slots {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(count: number) {
    this.#free = count
  }

  async use<T>(action: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await action()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free += 1
      else next()
    }
  }
}

/** One for the whole process: the thread pool is the process's. */
const slots = new Slots(statementCountMax)

async function loadDuckDb(): Promise<typeof Duck> {
  try {
    return await import('@duckdb/node-api')
  } catch (cause) {
    throw new Error('emulator: DuckDB is not installed; run: npm i @duckdb/node-api', { cause })
  }
}

/** A database file (or memory) with the dialect settings that both emulated warehouses share. */
export class SqlEngine {
  readonly #instance: Duck.DuckDBInstance

  private constructor(instance: Duck.DuckDBInstance) {
    this.#instance = instance
  }

  /** `settings` are DuckDB's configuration options (`memory_limit`, `threads`). */
  static async open(path: string, settings: Readonly<Record<string, string>> = {}): Promise<SqlEngine> {
    const { DuckDBInstance } = await loadDuckDb()
    const options = { default_null_order: 'postgres', autoinstall_known_extensions: 'false', ...settings }
    return new SqlEngine(await DuckDBInstance.create(path, options))
  }

  async connect(): Promise<EngineConnection> {
    const connection = new EngineConnection(await this.#instance.connect())
    await connection.run("SET integer_division = true; SET TimeZone = 'UTC'")
    return connection
  }

  /** Connections must be closed first. */
  close(): void {
    this.#instance.closeSync()
  }
}

/**
 * One session: transactions (`BEGIN`, `COMMIT`) are its own. One statement at a time; a stream that is still open
 * ends when another statement starts. Errors are DuckDB's, unchanged.
 */
export class EngineConnection {
  readonly #connection: Duck.DuckDBConnection

  constructor(connection: Duck.DuckDBConnection) {
    this.#connection = connection
  }

  /** Several statements with `;` run in order. */
  async run(sql: string): Promise<void> {
    await slots.use(() => this.#connection.run(sql))
  }

  /** Everything at once: for answers known to be small. */
  async query(sql: string): Promise<EngineResult> {
    const result = await slots.use(() => this.#connection.run(sql))
    const rows: EngineRow[] = []
    for (;;) {
      const chunk = await slots.use(() => result.fetchChunk())
      if (chunk === null || chunk.rowCount === 0) break
      appendRows(rows, chunk)
    }
    return { columns: columnsOf(result), rows, rowsChanged: result.rowsChanged }
  }

  /** The columns of a statement's answer, without running it. */
  async describe(sql: string): Promise<readonly EngineColumn[]> {
    const prepared = await slots.use(() => this.#connection.prepare(sql))
    try {
      const columns: EngineColumn[] = []
      for (let i = 0; i < prepared.columnCount; i += 1) {
        columns.push(engineColumn(prepared.columnName(i), prepared.columnType(i)))
      }
      return columns
    } finally {
      prepared.destroySync()
    }
  }

  /** Memory stays flat: DuckDB produces as far as the batches are taken. */
  async stream(sql: string): Promise<EngineStream> {
    const result = await slots.use(() => this.#connection.stream(sql))
    return { columns: columnsOf(result), [Symbol.asyncIterator]: () => batches(result) }
  }

  /** Ends the running statement with an error that contains `INTERRUPT`. */
  interrupt(): void {
    this.#connection.interrupt()
  }

  close(): void {
    this.#connection.closeSync()
  }

  /** DuckDB's own handle, for appenders and functions written in JavaScript. */
  get native(): Duck.DuckDBConnection {
    return this.#connection
  }
}

async function* batches(result: Duck.DuckDBResult): AsyncGenerator<EngineRow[]> {
  let rows: EngineRow[] = []
  for (;;) {
    const chunk = await slots.use(() => result.fetchChunk())
    if (chunk === null || chunk.rowCount === 0) break
    if (rows.length + chunk.rowCount > batchRowCountMax) {
      yield rows
      rows = []
    }
    appendRows(rows, chunk)
  }
  if (rows.length > 0) yield rows
}

function appendRows(rows: EngineRow[], chunk: Duck.DuckDBDataChunk): void {
  const first = rows.length
  for (let i = 0; i < chunk.rowCount; i += 1) rows.push(new Array<EngineValue>(chunk.columnCount).fill(null))
  for (let column = 0; column < chunk.columnCount; column += 1) {
    chunk.visitColumnValues(column, (value, rowIndex) => {
      const row = rows[first + rowIndex]
      if (row !== undefined) row[column] = engineValue(value)
    })
  }
}

function columnsOf(result: Duck.DuckDBResult): EngineColumn[] {
  return result.columnNames().map((name, index) => engineColumn(name, result.columnType(index)))
}

function engineColumn(name: string, type: Duck.DuckDBType): EngineColumn {
  const { alias } = type
  return alias === undefined ? { name, type: type.toString() } : { name, type: plainTypeText(type), alias }
}

/** A type with an alias prints the alias alone; the plain text is what values are made of. */
function plainTypeText(type: Duck.DuckDBType): string {
  const plain = Object.assign(Object.create(Object.getPrototypeOf(type) as object) as Duck.DuckDBType, type)
  return Object.assign(plain, { alias: undefined }).toString()
}
