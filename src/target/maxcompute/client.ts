import { MigrationError } from '../../model/errors.js'
import type { StatementWitness } from '../../model/statement.js'
import { Asker, type Asked } from './asker.js'
import { CatalogClient } from './catalog-client.js'
import { readProgress, readSummary, type StageProgress } from './catalog-documents.js'
import { Connection, type Bounds, type ConnectionOptions } from './connection.js'
import {
  readInstancePage,
  readInstanceSource,
  readInstanceStatus,
  readTaskResults,
  readTaskStatuses,
  type InstanceFilter,
  type InstanceInfo,
  type InstanceSource,
  type InstanceStatus,
  type TaskResult,
  type TaskStatus,
} from './instance.js'
import { InstanceTunnel, type Download, type DownloadOptions } from './instance-tunnel.js'
import { Logview } from './logview.js'
import { submit, type Submitted } from './submit.js'
import { defaultTaskName, type Submission } from './submission.js'

export type { Place } from './catalog-client.js'

/** Instances that one look-up reads; more of them cannot all bear one job name. */
export const instanceCountMax = 1_000

export interface MaxComputeClientOptions extends ConnectionOptions {
  readonly project: string
  /** Only where the project uses names of three levels; sent as `curr_schema`. */
  readonly schema?: string
  /** Sent with every statement; a statement's own win. `odps.task.wlm.quota` names the quota it runs in. */
  readonly settings?: Readonly<Record<string, string>>
  /** Of every statement that has none of its own: 0 first … 9 last. */
  readonly priority?: number
  /** `https://dt.cn-hangzhou.maxcompute.aliyun.com`; absent: what the project tells. */
  readonly tunnelEndpoint?: string
  readonly witness?: StatementWitness
}

/**
 * A client of MaxCompute's REST service (maxcompute.md 1–3): signs, sends, reads. The constructor does no I/O.
 * Every method throws MigrationErrors only: `target-unreachable` and `target-failed` (both transient), `target-denied`,
 * `target-missing`, `target-refused`, `target-unresolved` (see `submit`), and `interrupted` when the signal fires.
 * Requests that change nothing are repeated with growing waits; submissions never are.
 */
export class MaxComputeClient extends CatalogClient {
  readonly #options: MaxComputeClientOptions
  readonly #logview: Logview
  readonly #tunnel: InstanceTunnel

  constructor(options: MaxComputeClientOptions) {
    const connection = new Connection(options)
    super(connection, new Asker(connection, options.project, options.schema), options)
    this.#options = options
    this.#logview = new Logview(this.connection, options.project)
    const { region } = this.connection
    const tunnelOptions = { ...options, ...(region === undefined ? {} : { region }) }
    this.#tunnel = new InstanceTunnel(tunnelOptions, (bounds) => this.tunnelEndpoint(bounds))
  }

  get endpoint(): string {
    return this.connection.endpoint
  }

  get region(): string | undefined {
    return this.connection.region
  }

  /** Ends the kept connections. */
  close(): void {
    this.connection.close()
    this.#tunnel.close()
  }

  /**
   * Starts an SQL task, once. When the reply is lost the instance is looked up by its job name: found, it is returned;
   * certainly not begun is `target-unreachable`; what cannot be told is `target-unresolved`, and must not be repeated.
   */
  async submit(submission: Submission, bounds: Bounds = {}): Promise<Submitted> {
    const { settings, priority, witness } = this.#options
    const first = priority === undefined ? {} : { priority }
    const whole = { ...first, ...submission, settings: { ...settings, ...submission.settings } }
    const { subject } = bounds
    await witness?.submitting?.(subject === undefined ? whole : { ...whole, subject })
    const submitted = await submit(this, this.connection, whole, bounds)
    if (witness?.submitted !== undefined) {
      const name = submission.jobName === undefined ? {} : { jobName: submission.jobName }
      const { instance } = submitted
      await witness.submitted({ ...name, instance, logview: await this.#logview.plainUrl(instance) })
    }
    return submitted
  }

  /** `wait`: the service may hold the answer back for some seconds while the instance runs. */
  instanceStatus(id: string, wait = false, bounds: Bounds = {}): Promise<InstanceStatus> {
    const query = wait ? { instancestatus: '' } : {}
    return this.asker.read({ path: this.#instance(id), query }, readInstanceStatus, bounds)
  }

  taskStatus(id: string, bounds: Bounds = {}): Promise<readonly TaskStatus[]> {
    return this.asker.read({ path: this.#instance(id), query: { taskstatus: '' } }, readTaskStatuses, bounds)
  }

  /** The text of a failed task's error is its result. */
  result(id: string, bounds: Bounds = {}): Promise<readonly TaskResult[]> {
    return this.asker.read({ path: this.#instance(id), query: { result: '' } }, readTaskResults, bounds)
  }

  /** How far the stages of a running task are; empty before the first begins. */
  progress(id: string, taskName = defaultTaskName, bounds: Bounds = {}): Promise<readonly StageProgress[]> {
    const query = { instanceprogress: taskName, taskname: taskName }
    return this.asker.read({ path: this.#instance(id), query }, readProgress, bounds)
  }

  /** What the service prints about an instance: stages, rows, resources. */
  summary(id: string, taskName = defaultTaskName, bounds: Bounds = {}): Promise<string> {
    const query = { instancesummary: '', taskname: taskName }
    return this.asker.read({ path: this.#instance(id), query }, readSummary, bounds)
  }

  /** The result of a SELECT that succeeded, however long. Needs the right to read its tables, unless `limited`. */
  download(id: string, options: DownloadOptions = {}, bounds: Bounds = {}): Promise<Download> {
    return this.#tunnel.open(this.#instance(id), options, bounds)
  }

  /** The tunnel's address: as configured, or as the project tells, under the endpoint's own scheme. */
  async tunnelEndpoint(bounds: Bounds = {}): Promise<string> {
    if (this.#options.tunnelEndpoint !== undefined) return this.#options.tunnelEndpoint
    const asked = { path: `/projects/${this.project}/tunnel`, query: { service: '' } }
    const host = await this.asker.read(asked, readHost, bounds)
    return `${new URL(this.endpoint).protocol}//${host}`
  }

  instanceSource(id: string, bounds: Bounds = {}): Promise<InstanceSource> {
    return this.asker.read({ path: this.#instance(id), query: { source: '' } }, readInstanceSource, bounds)
  }

  /** At most `instanceCountMax`; more is `target-failed`, since a part of a listing proves nothing. */
  async findInstances(filter: InstanceFilter, bounds: Bounds = {}): Promise<readonly InstanceInfo[]> {
    const found: InstanceInfo[] = []
    const asked: Asked = { path: `/projects/${this.project}/instances`, query: filterQuery(filter) }
    for await (const instance of this.asker.pages(asked, readInstancePage, bounds)) {
      found.push(instance)
      if (found.length <= instanceCountMax) continue
      throw new MigrationError(
        'target-failed',
        `instances of ${this.project}: the listing is longer than ${instanceCountMax}`,
      )
    }
    return found
  }

  /** Asks the instance to end; quiet when it has ended already. The end itself shows in its status. */
  async cancel(id: string, bounds: Bounds = {}): Promise<void> {
    const body = '<?xml version="1.0" encoding="utf-8"?>\n<Instance><Status>Terminated</Status></Instance>'
    const request = this.asker.request({ method: 'PUT', path: this.#instance(id), body })
    const reply = await this.connection.send(request, bounds)
    if (reply.kind === 'answer' || (reply.kind === 'refusal' && reply.code === 'InvalidStateSetting')) return
    this.connection.fail(request, reply, bounds)
  }

  /** A page for people about the instance. Never fails: without a token the page asks the reader to log in. */
  logview(id: string, bounds: Bounds = {}): Promise<string> {
    return this.#logview.url(id, bounds)
  }

  /** The same without a token: for what is kept, and where the service is not to be asked. */
  plainLogview(id: string): Promise<string> {
    return this.#logview.plainUrl(id)
  }

  #instance(id: string): string {
    return `/projects/${this.project}/instances/${id}`
  }
}

/** One line, `host` or `host:port`. */
function readHost(body: string): string | undefined {
  const host = body.trim()
  return /^[\w.:[\]-]+$/.test(host) ? host : undefined
}

function filterQuery(filter: InstanceFilter): Record<string, string> {
  const seconds = (at: number | undefined): string => (at === undefined ? '' : String(Math.floor(at / 1_000)))
  return {
    onlyowner: filter.own === true ? 'yes' : 'no',
    ...(filter.status === undefined ? {} : { status: filter.status }),
    ...(filter.jobName === undefined ? {} : { jobname: filter.jobName }),
    ...(filter.from === undefined && filter.to === undefined
      ? {}
      : { daterange: `${seconds(filter.from)}:${seconds(filter.to)}` }),
  }
}
