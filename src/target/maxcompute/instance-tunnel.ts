import { MigrationError } from '../../model/errors.js'
import { Connection, type Bounds, type ConnectionOptions, type ResourceRequest } from './connection.js'
import { isPassing } from './errors.js'
import { readRecords, type RecordColumn, type RecordRow } from './record-reader.js'
import { backoff, pause, standardRetry, type Reply } from './retry.js'

/** Rows asked for at a time; fewer where they are long. Each portion is checked whole before a row of it is given. */
export const portionRowCountMax = 10_000
/** How often one portion is asked for when what came was broken. */
export const portionTryCountMax = 4

const tunnelHeaders = { 'x-odps-tunnel-version': '5', 'odps-tunnel-date-transform': 'v1' }

export interface DownloadOptions {
  /** At most 10,000 rows, and then the caller needs no right to read the tables themselves. */
  readonly limited?: boolean
  /** Rows to leave out at the beginning. */
  readonly start?: number
  /** Rows to give; all that are left when absent. */
  readonly rowCount?: number
}

/** The result of one instance, open for reading. */
export interface Download {
  readonly columns: readonly RecordColumn[]
  readonly rowCount: number
  /** In portions; memory holds one of them. Moments are in UTC. Reads again whenever it is called. */
  rows(bounds?: Bounds): AsyncGenerator<RecordRow, void, undefined>
}

/** The Instance Tunnel: results of any length (maxcompute.md 2.6), where `?result` ends at 10,000 rows. */
export class InstanceTunnel {
  readonly #options: ConnectionOptions
  readonly #askEndpoint: (bounds: Bounds) => Promise<string>
  #connection: Connection | undefined

  /** `askEndpoint` is called once, when the tunnel is first needed. */
  constructor(options: ConnectionOptions, askEndpoint: (bounds: Bounds) => Promise<string>) {
    this.#options = options
    this.#askEndpoint = askEndpoint
  }

  close(): void {
    this.#connection?.close()
  }

  async open(path: string, options: DownloadOptions, bounds: Bounds): Promise<Download> {
    const connection = await this.#connect(bounds)
    const query = { downloads: '', ...(options.limited === true ? { instance_tunnel_limit_enabled: '' } : {}) }
    const request = { method: 'POST', path, query, headers: tunnelHeaders, body: '', repeatable: true } as const
    const session = readSession((await connection.ask(request, bounds)).body)
    if (session === undefined) throw noSession(bounds.subject ?? path)
    const start = Math.min(options.start ?? 0, session.rowCount)
    const rowCount = Math.min(options.rowCount ?? session.rowCount, session.rowCount - start)
    const portions = new Portions(connection, path, session)
    return { columns: session.columns, rowCount, rows: (more) => portions.rows(start, rowCount, more ?? bounds) }
  }

  async #connect(bounds: Bounds): Promise<Connection> {
    if (this.#connection !== undefined) return this.#connection
    const endpoint = await this.#askEndpoint(bounds)
    this.#connection ??= new Connection({ ...this.#options, endpoint })
    return this.#connection
  }
}

interface Session {
  readonly id: string
  readonly rowCount: number
  readonly columns: readonly RecordColumn[]
}

function readSession(body: string): Session | undefined {
  try {
    const { DownloadID, RecordCount, Schema } = JSON.parse(body) as {
      readonly DownloadID?: unknown
      readonly RecordCount?: unknown
      readonly Schema?: { readonly columns?: readonly { readonly name: string; readonly type: string }[] }
    }
    if (typeof DownloadID !== 'string' || typeof RecordCount !== 'number' || Schema?.columns === undefined) return
    const columns = Schema.columns.map(({ name, type }) => ({ name, type }))
    return { id: DownloadID, rowCount: RecordCount, columns }
  } catch {
    return undefined
  }
}

/** Reads a session range by range. */
class Portions {
  readonly #connection: Connection
  readonly #path: string
  readonly #session: Session

  constructor(connection: Connection, path: string, session: Session) {
    this.#connection = connection
    this.#path = path
    this.#session = session
  }

  async *rows(start: number, rowCount: number, bounds: Bounds): AsyncGenerator<RecordRow, void, undefined> {
    let most = portionRowCountMax
    for (let at = start; at < start + rowCount;) {
      const count = Math.min(most, start + rowCount - at)
      const rows = await this.#portion(at, count, bounds)
      if (rows === 'too-long') {
        most = Math.floor(count / 2)
      } else {
        yield* rows
        at += count
      }
    }
  }

  /** A broken portion is asked for again: nothing of it was given yet. */
  async #portion(start: number, count: number, bounds: Bounds): Promise<readonly RecordRow[] | 'too-long'> {
    const request = this.#request(start, count)
    for (let triedCount = 1; ; triedCount += 1) {
      const reply = await this.#connection.send(request, bounds)
      if (reply.kind === 'silence' && reply.tooLong === true && count > 1) return 'too-long'
      const read = this.#read(reply, count)
      if (typeof read !== 'string') return read
      const wait = backoff(triedCount, standardRetry)
      const late = Date.now() + wait >= (bounds.deadlineAt ?? Number.POSITIVE_INFINITY)
      if (late || triedCount >= portionTryCountMax || !mayAskAgain(reply))
        throw this.#failure(reply, read, start, bounds)
      await pause(wait, bounds.signal)
    }
  }

  #request(start: number, count: number): ResourceRequest {
    const query = { data: '', downloadid: this.#session.id, rowrange: `(${start},${count})` }
    return { method: 'GET', path: this.#path, query, headers: tunnelHeaders, binary: true }
  }

  /** The rows, or what is wrong. */
  #read(reply: Reply, count: number): readonly RecordRow[] | string {
    if (reply.kind !== 'answer') return 'no answer'
    try {
      const rows = readRecords(reply.bytes ?? Buffer.alloc(0), this.#session.columns)
      return rows.length === count ? rows : `${rows.length} rows came, ${count} were asked for`
    } catch (error) {
      if (error instanceof RangeError || error instanceof TypeError) return error.message
      throw error
    }
  }

  #failure(reply: Reply, what: string, start: number, bounds: Bounds): MigrationError {
    const subject = bounds.subject ?? this.#path
    if (reply.kind !== 'answer') this.#connection.fail(this.#request(start, 1), reply, bounds)
    return new MigrationError('target-failed', `${subject}: the result from row ${start + 1} on: ${what}`, {
      hint: 'where a type is not read, or a STRING holds other bytes than UTF-8, select TO_JSON(…) or HEX(…) of it',
      transient: true,
    })
  }
}

function mayAskAgain(reply: Reply): boolean {
  if (reply.kind === 'answer') return true
  return reply.kind === 'refusal' && isPassing(reply)
}

function noSession(subject: string): MigrationError {
  return new MigrationError('target-failed', `${subject}: the tunnel opened no download`, {
    hint: 'check that maxcompute.tunnelEndpoint, or what the project tells, is the tunnel and no proxy',
  })
}
