import { Instance, type InstanceHost } from './instance.js'
import { newInstanceId, type Job } from './job.js'
import { ServiceError, StatementError } from './odps-error.js'
import { resultTable } from './run/run-statement.js'
import { readSettings } from './settings.js'
import { parseStatements } from './sql/statement-grammar.js'

/** Instances that are remembered; older ones are forgotten with their results. */
export const instanceCountMax = 20_000
/** Results that are kept for reading. */
export const resultCountMax = 1_000

/** All instances of the project, in the order of their submission. */
export class InstanceRegister {
  readonly #host: InstanceHost
  readonly #instances = new Map<string, Instance>()
  readonly #guids = new Map<string, string>()
  readonly #results: string[] = []
  readonly #running = new Set<Promise<void>>()

  constructor(host: InstanceHost) {
    this.#host = host
  }

  /** Starts a job; the same guid a second time is 409 (maxcompute.md 1.5). */
  submit(job: Job): Instance {
    this.#refuseDuplicate(job)
    if (this.#host.project.switches.parseErrors === 'post') this.#checkSyntax(job)
    const instance = new Instance(newInstanceId(new Date()), job, this.#host)
    this.#instances.set(instance.id, instance)
    if (job.guid !== undefined) this.#guids.set(job.guid, instance.id)
    this.#forgetOldest()
    const running = instance.run().then(() => this.#keepResult(instance))
    this.#running.add(running)
    void running.finally(() => this.#running.delete(running))
    return instance
  }

  get(id: string): Instance {
    const instance = this.#instances.get(id)
    if (instance === undefined) {
      throw new ServiceError(404, 'NoSuchObject', `ODPS-0420111: Instance not found - '${id}'`)
    }
    return instance
  }

  /** Newest first. */
  list(): readonly Instance[] {
    return [...this.#instances.values()].reverse()
  }

  /** Cancels what runs and waits for it. */
  async close(): Promise<void> {
    for (const instance of this.#instances.values()) instance.cancel()
    await Promise.allSettled(this.#running)
  }

  #refuseDuplicate({ guid }: Job): void {
    const id = guid === undefined ? undefined : this.#guids.get(guid)
    if (guid === undefined || id === undefined) return
    const headers = this.#instances.get(id)?.ended === false ? { 'retry-after': '1' } : undefined
    throw new ServiceError(
      409,
      'ObjectAlreadyExists',
      `ODPS-0420121: Object already exists - job with guid ${guid} is instance ${id}`,
      headers,
    )
  }

  #checkSyntax(job: Job): void {
    try {
      parseStatements(job.query, readSettings(this.#host.project.properties, job.settings).script)
    } catch (error) {
      // Other failures belong to the task.
      if (!(error instanceof StatementError) || error.code !== '0130161') return
      throw new ServiceError(400, 'ParseError', error.message)
    }
  }

  #forgetOldest(): void {
    const [oldest] = this.#instances.values()
    if (this.#instances.size <= instanceCountMax || oldest?.ended !== true) return
    this.#instances.delete(oldest.id)
    if (oldest.job.guid !== undefined) this.#guids.delete(oldest.job.guid)
  }

  #keepResult(instance: Instance): void {
    if (instance.outcome.kind !== 'rows') return
    this.#results.push(instance.id)
    const oldest = this.#results.length > resultCountMax ? this.#results.shift() : undefined
    if (oldest !== undefined) this.#host.project.retire(resultTable(oldest))
  }
}
