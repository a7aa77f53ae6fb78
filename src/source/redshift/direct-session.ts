import { readFile } from 'node:fs/promises'
import { Client, Query, type ClientConfig, type QueryArrayConfig } from 'pg'
import { MigrationError } from '../../model/errors.js'
import type { Call } from '../../model/work.js'
import { guardParser } from './guard-parser.js'
import type { Login, LoginProvider } from './login.js'
import { rowCountMax, settingStatements, type Session, type TextRows } from './session.js'
import { unlessStopped } from './stop.js'
import { toMigrationError } from './to-migration-error.js'

/** How to reach Redshift over its own protocol. */
export interface DirectOptions {
  readonly reach?: 'direct'
  /** Absent only where `login` tells it. */
  readonly host?: string
  readonly port: number
  readonly database: string
  /** Both, or `login`. */
  readonly user?: string
  readonly password?: string
  /** Asked at every connect, also at the second one that cancels; what it says goes before the rest. */
  readonly login?: LoginProvider
  /** `verify` when absent; `off` sends the password unprotected. */
  readonly tls?: 'verify' | 'off'
  /** PEM file with the authorities to trust instead of the system's. */
  readonly caFile?: string
  /** Routes every statement to a queue; absent: an UNLOAD's token is its query group. */
  readonly queryGroup?: string
}

/** A serverless workgroup that slept answers after eleven seconds (redshift.md 1.12). */
const connectMillisecondsMax = 60_000
/** Below every idle timeout on the way: NAT gateways drop flows after 350 s (redshift.md 6.1). */
const keepAliveMilliseconds = 30_000
const cancelMillisecondsMax = 10_000
const closeMillisecondsMax = 5_000

/** One connection of the driver `pg`. */
export class DirectSession implements Session {
  readonly #options: DirectOptions
  readonly #client: Client
  #pid = ''

  private constructor(options: DirectOptions, client: Client) {
    this.#options = options
    this.#client = client
  }

  static async open(options: DirectOptions, call: Call): Promise<DirectSession> {
    const client = new Client(await clientConfig(options, call))
    refuseEnvironment(client)
    guardParser(client)
    // The driver reports a lost connection here as well as to the running statement; without a listener it ends the process.
    client.on('error', () => undefined)
    const session = new DirectSession(options, client)
    try {
      await session.#connect(call)
      return session
    } catch (error) {
      await session.close()
      throw error
    }
  }

  /** The server process, by which another session can cancel what runs here. */
  get pid(): string {
    return this.#pid
  }

  get queryGroup(): string | undefined {
    return this.#options.queryGroup
  }

  /** Cancels the statement and throws when the call is aborted or late. */
  async query(text: string, subject: string, call: Call): Promise<TextRows> {
    return unlessStopped(
      subject,
      call,
      () => this.issue(text, subject),
      () => this.#cancelOrCut(),
    )
  }

  /** Sends at once and runs to its end, whatever becomes of the caller. */
  issue(text: string, subject: string): Promise<TextRows> {
    const config: QueryArrayConfig = { text, rowMode: 'array' }
    const query = new Query(config)
    const answer = collect(query, subject)
    this.#client.query(query)
    return answer
  }

  /** Ends what runs here, from a second session. */
  async cancel(call: Call): Promise<void> {
    await cancelByPid(await DirectSession.open(this.#options, call), this.#pid, call)
  }

  /** Never throws: a session that cannot say goodbye is cut. */
  async close(): Promise<void> {
    const timer = setTimeout(() => this.#cut(), closeMillisecondsMax)
    await this.#client.end().catch(() => undefined)
    clearTimeout(timer)
    this.#cut()
  }

  async #connect(call: Call): Promise<void> {
    const subject = `redshift ${this.#client.host}:${this.#client.port}`
    const connect = (): Promise<unknown> =>
      this.#client.connect().catch((error: unknown) => {
        throw toMigrationError(error, subject)
      })
    await unlessStopped(subject, call, connect, async () => this.#cut(), 'source-unreachable')
    await this.query(settingStatements(this.#options.queryGroup).join('; '), subject, call)
    const { rows } = await this.query('SELECT pg_backend_pid()', subject, call)
    this.#pid = rows[0]?.[0] ?? ''
  }

  async #cancelOrCut(): Promise<void> {
    const call = {
      signal: new AbortController().signal,
      deadlineAt: Date.now() + cancelMillisecondsMax,
      note: () => {},
    }
    await this.cancel(call).catch(() => this.#cut())
  }

  #cut(): void {
    this.#client.connection.stream.destroy()
  }
}

/** Through the given session, which it closes. */
export async function cancelByPid(second: Session, pid: string, call: Call): Promise<void> {
  try {
    if (!/^\d+$/.test(pid)) throw new MigrationError('source-failed', `cancel: ${JSON.stringify(pid)} is no process id`)
    await second.query(`SELECT pg_cancel_backend(${pid})`, `cancel ${pid}`, call)
  } finally {
    await second.close()
  }
}

async function clientConfig(options: DirectOptions, call: Call): Promise<ClientConfig> {
  return {
    ...(await addressee(options, call)),
    database: options.database,
    ssl: options.tls === 'off' ? false : { rejectUnauthorized: true, ...(await authorities(options.caFile)) },
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveMilliseconds,
    connectionTimeoutMillis: Math.max(1, Math.min(connectMillisecondsMax, call.deadlineAt - Date.now())),
    application_name: 'redshift-to-maxcompute',
    types: { getTypeParser: () => asText },
  }
}

/** Never without host, user and password: the driver would take them from its environment. */
async function addressee(options: DirectOptions, call: Call): Promise<Required<Login>> {
  const login = await options.login?.(call)
  const { host, user, password } = { ...options, ...login }
  if (host === undefined || user === undefined || password === undefined) {
    throw new MigrationError('config', 'redshift: host, user and password are needed, or a login that tells them')
  }
  return { host, user, password, port: login?.port ?? options.port }
}

async function authorities(caFile: string | undefined): Promise<{ readonly ca?: Buffer }> {
  if (caFile === undefined) return {}
  try {
    return { ca: await readFile(caFile) }
  } catch (error) {
    throw new MigrationError('config', `redshift.caFile: ${caFile} cannot be read`, { cause: error })
  }
}

function asText(value: unknown): unknown {
  return value
}

/** The driver takes PGOPTIONS and its like from the environment; Redshift refuses some, and a migration is its config alone. */
function refuseEnvironment(client: Client): void {
  const { connectionParameters } = client as unknown as { connectionParameters: Record<string, unknown> }
  connectionParameters['options'] = undefined
  connectionParameters['replication'] = undefined
}

function collect(query: Query, subject: string): Promise<TextRows> {
  return new Promise((resolve, reject) => {
    const rows: (string | null)[][] = []
    let rowCount = 0
    query.on('row', (row: (string | null)[]) => {
      rowCount += 1
      if (rowCount <= rowCountMax) rows.push(row)
    })
    query.on('error', (error: Error) => reject(toMigrationError(error, subject)))
    query.on('end', (result: unknown) => {
      if (rowCount <= rowCountMax) resolve({ columns: columnsOf(result), rows })
      else reject(new MigrationError('source-failed', `${subject}: ${rowCount} rows, more than ${rowCountMax}`))
    })
  })
}

/** Several statements in one text give several results; only single ones are asked for rows. */
function columnsOf(result: unknown): readonly string[] {
  const fields = (result as { readonly fields?: readonly { readonly name: string }[] }).fields ?? []
  return fields.map((field) => field.name)
}
