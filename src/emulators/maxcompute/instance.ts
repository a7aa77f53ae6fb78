import { setTimeout as sleep } from 'node:timers/promises'
import type { EngineConnection } from '../sql-engine.js'
import type { Faults } from '../faults.js'
import type { Job } from './job.js'
import { StatementError } from './odps-error.js'
import type { Project } from './project.js'
import { statementError } from './run/engine-error.js'
import type { OssAccess, Outcome } from './run/run-context.js'
import { bindContext } from './run/make-bind-context.js'
import { runStatement } from './run/run-statement.js'
import { readSettings, type Settings } from './settings.js'
import type { Statement } from './sql/statement.js'
import { parseStatements } from './sql/statement-grammar.js'

export type TaskStatus = 'Running' | 'Success' | 'Failed' | 'Cancelled'

/** What an instance needs of the service around it. */
export interface InstanceHost {
  readonly project: Project
  readonly faults: Faults
  readonly dir: string
  readonly oss: OssAccess
  /** Every statement takes at least this long. */
  readonly statementDelayMilliseconds: number
}

/** One submitted job; it runs by itself and keeps its result. */
export class Instance {
  readonly id: string
  readonly job: Job
  readonly startedAt = Date.now()
  readonly #host: InstanceHost
  readonly #abort = new AbortController()
  #connection: EngineConnection | undefined
  #endedAt: number | undefined
  #status: TaskStatus = 'Running'
  #outcome: Outcome = { kind: 'text', text: '' }
  /** Of the last SELECT's session: results are rendered with it. */
  #settings: Settings | undefined

  constructor(id: string, job: Job, host: InstanceHost) {
    this.id = id
    this.job = job
    this.#host = host
  }

  get status(): TaskStatus {
    return this.#status
  }

  get ended(): boolean {
    return this.#endedAt !== undefined
  }

  /** Milliseconds since 1970. */
  get endedAt(): number | undefined {
    return this.#endedAt
  }

  get outcome(): Outcome {
    return this.#outcome
  }

  get settings(): Settings | undefined {
    return this.#settings
  }

  /** Never throws: what goes wrong becomes the result of the Failed task. */
  async run(): Promise<void> {
    try {
      this.#outcome = await this.#host.project.withConnection((connection) => this.#runAll(connection))
      this.#end('Success')
    } catch (error) {
      const cancelled = this.#abort.signal.aborted
      const failure = cancelled
        ? new StatementError('0120031', 'Instance has been cancelled - killed by user')
        : statementError(error)
      this.#outcome = { kind: 'text', text: failure.message }
      this.#end(cancelled ? 'Cancelled' : 'Failed')
    }
  }

  /** False when it has ended already. */
  cancel(): boolean {
    if (this.ended) return false
    this.#abort.abort()
    this.#connection?.interrupt()
    return true
  }

  #end(status: TaskStatus): void {
    this.#status = status
    this.#endedAt = Date.now()
  }

  async #runAll(connection: EngineConnection): Promise<Outcome> {
    this.#connection = connection
    const { properties } = this.#host.project
    let given = this.job.settings
    const statements = parseStatements(this.job.query, readSettings(properties, given).script)
    let outcome: Outcome = { kind: 'text', text: '' }
    for (const statement of statements) {
      if (statement.kind === 'set') given = { ...given, [statement.name]: statement.value }
      else outcome = await this.#runOne(statement, readSettings(properties, given), connection)
    }
    return outcome
  }

  async #runOne(statement: Statement, settings: Settings, connection: EngineConnection): Promise<Outcome> {
    this.#settings = settings
    const { project, dir, oss, statementDelayMilliseconds } = this.#host
    const { signal } = this.#abort
    const fault = this.#host.faults.hit('maxcompute', statementWord(statement), this.job.query)
    if (fault?.do === 'fail')
      throw new StatementError(fault.code ?? '0010000', fault.message ?? 'System internal error - on order')
    if (fault?.do === 'die') process.kill(process.pid, 'SIGKILL')
    if (fault?.do === 'cut' && fault.when === 'before')
      throw new StatementError('0010000', 'System internal error - on order')
    const wait =
      fault?.do === 'delay' ? fault.milliseconds : fault?.do === 'throttle' ? (fault.delaySeconds ?? 1) * 1000 : 0
    await sleep(statementDelayMilliseconds + wait, undefined, { signal })
    const outcome = await runStatement(statement, {
      project,
      connection,
      instance: this.id,
      dir,
      oss,
      bind: bindContext(project, settings),
    })
    signal.throwIfAborted()
    // The work is done and the service says that it failed.
    if (fault?.do === 'cut') throw new StatementError('0010000', 'System internal error - on order, after the work')
    return outcome
  }
}

/** The statement's word for faults: `LOAD`, `SELECT`, `INSERT`, `CREATE`. */
function statementWord(statement: Statement): string {
  switch (statement.kind) {
    case 'query':
      return 'SELECT'
    case 'create-as':
    case 'create-like':
    case 'create-schema':
    case 'create-view':
      return 'CREATE'
    case 'drop-view':
      return 'DROP'
    case 'describe':
      return 'DESC'
    case 'show-tables':
    case 'show-schemas':
    case 'show-partitions':
      return 'SHOW'
    case 'delete-all':
      return 'DELETE'
    case 'refused':
      return statement.what
    default:
      return statement.kind.toUpperCase()
  }
}
