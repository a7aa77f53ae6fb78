import { randomUUID } from 'node:crypto'
import { MigrationError } from '../../model/errors.js'
import { retryDelay, type RetryLimits } from '../../model/retry.js'
import type { Call } from '../../model/work.js'
import { DataApiClient, type DataApiOptions } from './data-api-client.js'
import { statementFailure } from './data-api-failure.js'
import { fieldText } from './data-api-rows.js'
import { rowCountMax, settingStatements, type Session, type TextRows } from './session.js'
import { pause, unlessStopped } from './stop.js'
import { readUnloadComment } from './unload-comment.js'

/** Bytes of one statement that the service takes (redshift.md 6.3). */
export const statementByteCountMax = 100_000
/**
 * How long a session without a statement stays, in seconds: longer than anything between two statements of a transaction,
 * short enough that what a dead process left open lets go of its locks, and that closed ones do not pile up to the limit of
 * 500 (a session has no end but this one).
 */
const keepAliveSeconds = 900
/** The same once nothing is left to do in it. */
const farewellSeconds = 10
/** The service ends statements after a day (redshift.md 6.3). */
const statementMillisecondsMax = 25 * 3_600_000
/** Of a statement's name, in characters; the service takes 500. */
const nameLengthMax = 200
const firstPollMilliseconds = 50
const pollMillisecondsMax = 5_000
/** How long looks at a statement may fail in a row before it is given up, in milliseconds. */
const outageMillisecondsMax = 600_000
const closeMillisecondsMax = 10_000
/** Of a request that may be sent again. */
const retryLimits: RetryLimits = { attemptCountMax: 8, firstDelayMilliseconds: 200, delayMillisecondsMax: 10_000 }

/**
 * A session of the Redshift Data API: all statements under one SessionId, so that a transaction spans them. They run to
 * their end in the service, also when this process is gone.
 */
export class DataApiSession implements Session {
  readonly queryGroup: string | undefined
  readonly #client: DataApiClient
  readonly #closing = new AbortController()
  #session: string | undefined
  #running: string | undefined
  #pid = ''
  #mayHoldTransaction = false
  #isLeaving = false

  private constructor(client: DataApiClient, queryGroup: string | undefined) {
    this.#client = client
    this.queryGroup = queryGroup
  }

  static async open(options: DataApiOptions, call: Call): Promise<DataApiSession> {
    const place = 'cluster' in options.of ? `cluster ${options.of.cluster}` : `workgroup ${options.of.workgroup}`
    const subject = `redshift data api ${place}`
    const session = new DataApiSession(await DataApiClient.open(options), options.queryGroup)
    try {
      for (const text of settingStatements(options.queryGroup)) await session.query(text, subject, call)
      session.#pid = (await session.query('SELECT pg_backend_pid()', subject, call)).rows[0]?.[0] ?? ''
      return session
    } catch (error) {
      await session.close()
      throw error
    }
  }

  get pid(): string {
    return this.#pid
  }

  async query(text: string, subject: string, call: Call): Promise<TextRows> {
    return unlessStopped(
      subject,
      call,
      () => this.issue(text, subject),
      () => this.#cancelRunning(),
    )
  }

  async issue(text: string, subject: string): Promise<TextRows> {
    const call = this.#ownCall(statementMillisecondsMax)
    refuseLong(text, subject)
    if (/^\s*BEGIN\b/i.test(text)) this.#mayHoldTransaction = true
    const id = await this.#begin(text, subject, call)
    this.#running = id
    try {
      const ended = await this.#ended(id, subject, call)
      if (ended.status !== 'FINISHED') throw statementFailure(ended.status, ended.error, subject)
      return ended.hasRows ? await this.#rows(id, subject, call) : { columns: [], rows: [] }
    } finally {
      this.#running = undefined
      if (/^\s*(ROLLBACK|COMMIT)\b/i.test(text)) this.#mayHoldTransaction = false
    }
  }

  async cancel(call: Call): Promise<void> {
    const id = this.#running
    if (id === undefined) return
    // A statement that ended meanwhile cannot be cancelled, and need not be.
    await this.#client.cancel(id, `cancel ${id}`, call).catch((error: unknown) => {
      if (!(error instanceof MigrationError) || error.code !== 'source-refused') throw error
    })
  }

  /** The session itself ends by idling; only its transaction is ended here, for its locks. */
  async close(): Promise<void> {
    const call = this.#ownCall(closeMillisecondsMax)
    this.#isLeaving = true
    try {
      if (this.#running !== undefined) await this.cancel(call)
      if (this.#mayHoldTransaction) await this.query('ROLLBACK', 'rollback', call)
    } catch {
      // The service rolls back when the session's time is over.
    } finally {
      this.#closing.abort()
      this.#client.close()
    }
  }

  async #begin(text: string, subject: string, call: Call): Promise<string> {
    const clientToken = randomUUID()
    const session = this.#session === undefined ? {} : { session: this.#session }
    // What the console and ListStatements show: an UNLOAD goes by its token, as in query history.
    const name = readUnloadComment(text)?.token ?? subject.slice(0, nameLengthMax)
    const seconds = this.#isLeaving ? farewellSeconds : keepAliveSeconds
    const statement = { text, name, clientToken, keepAliveSeconds: seconds, ...session }
    const begun = await persist(subject, call, () => this.#client.execute(statement, subject, call))
    if (begun.id === '' || begun.session === '') {
      throw new MigrationError('source-failed', `${subject}: the Data API gave no statement id or no session id`)
    }
    this.#session = begun.session
    return begun.id
  }

  async #ended(id: string, subject: string, call: Call) {
    let wait = firstPollMilliseconds
    let lastSeenAt = Date.now()
    for (;;) {
      try {
        const statement = await this.#client.describe(id, subject, call)
        if (/^(FINISHED|FAILED|ABORTED)$/.test(statement.status)) return statement
        lastSeenAt = Date.now()
      } catch (error) {
        const mayPass = error instanceof MigrationError && error.transient && !this.#closing.signal.aborted
        if (!mayPass || Date.now() - lastSeenAt > outageMillisecondsMax) throw error
      }
      await pause(subject, wait, call)
      wait = Math.min(pollMillisecondsMax, wait * 1.5)
    }
  }

  async #rows(id: string, subject: string, call: Call): Promise<TextRows> {
    const rows: (string | null)[][] = []
    let columns: readonly string[] = []
    let next: string | undefined
    do {
      const token = next
      const page = await persist(subject, call, () => this.#client.page(id, token, subject, call))
      if (page.columns.length > 0) columns = page.columns
      for (const row of page.rows) rows.push(row.map(fieldText))
      if (rows.length > rowCountMax) {
        throw new MigrationError('source-failed', `${subject}: more than ${rowCountMax} rows`)
      }
      next = page.next
    } while (next !== undefined && next !== '')
    return { columns, rows }
  }

  async #cancelRunning(): Promise<void> {
    await this.cancel(this.#ownCall(closeMillisecondsMax)).catch(() => undefined)
  }

  #ownCall(milliseconds: number): Call {
    return { signal: this.#closing.signal, deadlineAt: Date.now() + milliseconds, note: () => undefined }
  }
}

function refuseLong(text: string, subject: string): void {
  const byteCount = Buffer.byteLength(text)
  if (byteCount <= statementByteCountMax) return
  const message = `${subject}: a statement of ${byteCount} bytes, the Data API takes ${statementByteCountMax}`
  throw new MigrationError('source-refused', message, {
    hint: 'set redshift.reach to direct, or name fewer columns in relations.<pattern>.columns',
  })
}

/** Requests that may be repeated: by their client token, or since they only look. */
async function persist<T>(subject: string, call: Call, ask: () => Promise<T>): Promise<T> {
  for (let attemptNumber = 1; ; attemptNumber += 1) {
    try {
      return await ask()
    } catch (error) {
      const mayPass = error instanceof MigrationError && error.transient
      if (!mayPass || attemptNumber >= retryLimits.attemptCountMax) throw error
      await pause(subject, retryDelay(attemptNumber, retryLimits, Math.random()), call)
    }
  }
}

export type { DataApiOptions }
