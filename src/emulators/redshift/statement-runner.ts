import type { FaultAction } from '../faults.js'
import type { Bound } from './binding.js'
import { RedshiftFault, faultOf, unsupported } from './fault.js'
import type { QueryRecord } from './history.js'
import { PreparedStatements } from './prepared-statements.js'
import type { ServerParts } from './server-parts.js'
import type { Definition } from './definition-runner.js'
import { type Answer, numberColumn, once, type SqlSession } from './sql-session.js'
import { parseStatement } from './statement-parser.js'
import type { StatementText } from './statement-splitter.js'
import type { Statement } from './statements.js'
import { runUnload } from './unload-runner.js'

/** Ends the connection without another word: the fault that cuts it. */
export class ConnectionCut extends Error {
  override readonly name = 'ConnectionCut'
}

export type Notify = (severity: 'INFO' | 'WARNING', text: string) => void

/** A statement that runs: its answer, and what to do when the answer is sent or lost. */
export interface Running {
  readonly answer: Answer
  /** Cut the connection after the first rows. */
  readonly cutDuring: boolean
  /** The reply is lost, the work is not. */
  readonly cutAfter: boolean
  finish(rowCount: number): void
  fail(error: unknown): RedshiftFault
}

const closedWithConnection = { status: 'canceled', rowCount: 0, error: 'connection closed' } as const

/** Runs one statement of a session, asks for faults, and keeps the history. */
export class StatementRunner {
  readonly #session: SqlSession
  readonly #server: ServerParts
  readonly #notify: Notify
  readonly #prepared: PreparedStatements
  #cancelled = false
  #busy = false
  #timeout: NodeJS.Timeout | undefined

  constructor(session: SqlSession, server: ServerParts, notify: Notify) {
    this.#session = session
    this.#server = server
    this.#notify = notify
    this.#prepared = new PreparedStatements(session)
  }

  /** From another connection. */
  cancel(): void {
    if (!this.#busy) return
    this.#cancelled = true
    this.#session.connection.interrupt()
  }

  parse(statement: StatementText, text: string): Statement {
    return parseStatement(statement, text, this.#session.settings.is('enable_case_sensitive_identifier'))
  }

  async run(statement: StatementText, text: string, parameters: readonly Bound[] = []): Promise<Running> {
    this.#busy = true
    this.#cancelled = false
    this.#startTimeout()
    const record = this.#record(statement)
    const fail = (error: unknown): RedshiftFault => this.#failed(record, error)
    try {
      const fault = this.#server.faults.hit('redshift', record.type, statement.text)
      await obeyBefore(fault)
      // Whoever lost an UNLOAD's connection looks for it here; other statements are over too soon to be looked for.
      if (record.type === 'UNLOAD') this.#server.history.noteRunning(record)
      const cut = fault?.do === 'cut' ? fault.when : undefined
      const answer = await this.#dispatch(this.parse(statement, text), record, parameters, cut === 'during')
      return {
        answer,
        cutDuring: cut === 'during',
        cutAfter: cut === 'after' || (cut === 'during' && answer.batches === undefined),
        finish: (rowCount) => {
          this.#finished(record, rowCount)
        },
        fail,
      }
    } catch (error) {
      if (!(error instanceof ConnectionCut)) throw fail(error)
      // A statement ends with its connection.
      if (record.type === 'UNLOAD') this.#server.history.noteEnd(record, closedWithConnection)
      throw error
    }
  }

  /** statement_timeout in milliseconds; 0: none. A statement that runs out of it is cancelled like any other. */
  #startTimeout(): void {
    const milliseconds = Number(this.#session.settings.get('statement_timeout'))
    if (milliseconds <= 0) return
    this.#timeout = setTimeout(() => {
      this.cancel()
    }, milliseconds)
  }

  #settle(): void {
    this.#busy = false
    clearTimeout(this.#timeout)
  }

  #record(statement: StatementText): QueryRecord {
    const { identity, transaction, settings } = this.#session
    return {
      queryId: this.#server.history.nextQueryId(),
      userId: identity.userId,
      transactionId: transaction.id,
      sessionId: identity.processId,
      database: identity.database,
      label: settings.get('query_group'),
      type: (statement.tokens[0]?.text ?? '').toUpperCase(),
      text: masked(statement.text),
      startedAt: Date.now(),
    }
  }

  #finished(record: QueryRecord, rowCount: number): void {
    this.#settle()
    if (!['SET', 'SHOW', 'BEGIN', 'COMMIT', 'ROLLBACK'].includes(record.type))
      this.#session.lastQueryId = record.queryId
    this.#server.history.noteEnd(record, { status: 'success', rowCount })
  }

  #failed(record: QueryRecord, error: unknown): RedshiftFault {
    this.#settle()
    let fault = faultOf(error)
    if (this.#cancelled && fault.sqlState === '57014') {
      fault = new RedshiftFault('57014', `Query (${record.queryId}) canceled on user's request`)
    }
    const status = fault.sqlState === '57014' ? 'canceled' : 'failed'
    this.#server.history.noteEnd(record, { status, rowCount: 0, error: fault.message })
    return fault
  }

  async #dispatch(
    statement: Statement,
    record: QueryRecord,
    parameters: readonly Bound[],
    cutDuring: boolean,
  ): Promise<Answer> {
    const session = this.#session
    if (statement.kind !== 'transaction' || statement.verb === 'BEGIN') session.transaction.refuseWhenFailed()
    switch (statement.kind) {
      case 'select':
        await this.#server.history.settled()
        return session.select(statement.query, parameters)
      case 'insert':
      case 'update':
      case 'delete':
        return session.write(statement, parameters)
      case 'set':
        return session.set(statement)
      case 'session-access':
        if (statement.readOnly !== undefined) session.transaction.setSessionReadOnly(statement.readOnly)
        return { tag: 'SET' }
      case 'show':
        return session.show(statement.name)
      case 'transaction':
        return this.#transact(statement)
      case 'cancel':
        return this.#cancelOther(statement)
      case 'nothing':
        return this.#nothing(statement)
      case 'declare':
      case 'fetch':
      case 'close':
        return this.#cursor(statement)
      case 'prepare':
        this.#prepared.prepare(statement)
        return { tag: 'PREPARE' }
      case 'execute': {
        const { statement: inner, text, parameters: given } = await this.#prepared.bind(statement)
        return this.#dispatch(this.parse(inner, text), record, given, cutDuring)
      }
      case 'deallocate':
        this.#prepared.deallocate(statement.name)
        return { tag: 'DEALLOCATE' }
      case 'unload':
        return this.#unload(statement.text, record, cutDuring)
      default:
        return this.#define(statement)
    }
  }

  async #cursor(statement: Extract<Statement, { kind: 'declare' | 'fetch' | 'close' }>): Promise<Answer> {
    const { cursors, transaction } = this.#session
    switch (statement.kind) {
      case 'declare': {
        if (!transaction.isExplicit) {
          throw new RedshiftFault('25P01', 'DECLARE CURSOR may only be used in transaction blocks')
        }
        await transaction.touch()
        const { columns = [], batches = once([]) } = await this.#session.select(statement.query, [])
        await cursors.declare(statement.name, transaction.id, columns, batches)
        return { tag: 'DECLARE CURSOR' }
      }
      case 'fetch': {
        const columns = cursors.columns(statement.name, transaction.id)
        const rows = cursors.fetch(statement.name, transaction.id, statement.rowCount)
        return { columns, batches: once(rows), tag: (count) => `FETCH ${count}` }
      }
      case 'close':
        cursors.close(statement.name, transaction.id)
        return { tag: 'CLOSE CURSOR' }
    }
  }

  async #define(statement: Definition): Promise<Answer> {
    const answer = await this.#session.define(statement)
    if (answer.notice !== undefined) this.#notify('INFO', answer.notice)
    return answer
  }

  /** Cut during: parts lie there, and no manifest. */
  async #unload(text: string, record: QueryRecord, cutDuring: boolean): Promise<Answer> {
    const rowCount = await runUnload(text, record, this.#session, this.#server, {
      isCancelled: () => this.#cancelled,
      partWritten: () => {
        if (cutDuring) throw new ConnectionCut('cut during UNLOAD')
      },
    })
    if (this.#server.switches.unloadNotice) {
      this.#notify('INFO', `UNLOAD completed, ${rowCount} record(s) unloaded successfully.`)
    }
    return { tag: 'UNLOAD' }
  }

  async #transact(statement: Extract<Statement, { kind: 'transaction' }>): Promise<Answer> {
    const { transaction } = this.#session
    if (statement.verb === 'BEGIN') {
      if (!transaction.begin(statement.readOnly)) {
        this.#notify('WARNING', 'there is already a transaction in progress')
      }
      return { tag: statement.tag }
    }
    if (!transaction.isExplicit) this.#notify('WARNING', 'there is no transaction in progress')
    if (statement.verb === 'COMMIT') return { tag: await transaction.commit() }
    await transaction.rollback()
    return { tag: 'ROLLBACK' }
  }

  #cancelOther(statement: Extract<Statement, { kind: 'cancel' }>): Answer {
    const found = this.#server.sessions.stop(statement.processId, statement.terminate)
    if (statement.select === undefined) {
      if (!found) throw new RedshiftFault('XX000', `PID ${statement.processId} is not a Redshift server process`)
      return { tag: 'CANCEL' }
    }
    return { columns: [numberColumn(statement.select)], batches: once([[found ? 1 : 0]]), tag: 'SELECT' }
  }

  #nothing(statement: Extract<Statement, { kind: 'nothing' }>): Answer {
    if (!statement.inTransaction && this.#session.transaction.isExplicit) {
      throw new RedshiftFault('25001', `${statement.tag} cannot run inside a transaction block`)
    }
    return { tag: statement.tag }
  }
}

/** Redshift masks secrets in its history. */
function masked(text: string): string {
  const unsaid = /^\s*(create|alter)\s+user\b/i.test(text)
    ? text.replace(/\bpassword\s+'(?:[^'\\]|\\.|'')*'/gi, "PASSWORD '***'")
    : text
  return unsaid.replace(
    /\b(secret_access_key|session_token|credentials|master_symmetric_key)(\s+as)?\s+'(?:[^'\\]|\\.|'')*'/gi,
    "$1 '***'",
  )
}

async function obeyBefore(fault: FaultAction | undefined): Promise<void> {
  switch (fault?.do) {
    case undefined:
      return
    case 'fail':
      throw new RedshiftFault(fault.code ?? 'XX000', fault.message ?? 'a fault on order')
    case 'delay':
      return sleep(fault.milliseconds)
    case 'throttle':
      return sleep((fault.delaySeconds ?? 1) * 1000)
    case 'cut':
      if (fault.when === 'before') throw new ConnectionCut('cut before the statement')
      return
    case 'die':
      process.exit(70)
      return
    default:
      throw unsupported(`the fault "${fault?.do}"`)
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
