import { MigrationError } from '../../model/errors.js'
import type { TableArrangement } from '../target.js'
import { readArrangement } from './arrangement.js'
import { Connection, type Bounds, type ConnectionOptions, type ResourceRequest } from './connection.js'
import { isNoTable } from './errors.js'
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
import { Logview } from './logview.js'
import {
  readProject,
  readTable,
  readTablePage,
  type ProjectInfo,
  type TableInfo,
  type TableListing,
} from './metadata.js'
import { submit, type Submitted } from './submit.js'
import type { Submission } from './submission.js'

/** Pages of one listing; a service that never ends its markers is stopped here. */
export const pageCountMax = 100_000
/** Instances that one look-up reads; more of them cannot all bear one job name. */
export const instanceCountMax = 1_000

export interface MaxComputeClientOptions extends ConnectionOptions {
  readonly project: string
  /** Only where the project uses names of three levels; sent as `curr_schema`. */
  readonly schema?: string
}

/** Where a table is, when not in the client's own project and schema. */
export interface Place {
  readonly project?: string
  readonly schema?: string
}

/**
 * A client of MaxCompute's REST service (maxcompute.md 1–3): signs, sends, reads. The constructor does no I/O.
 * Every method throws MigrationErrors only: `target-unreachable` and `target-failed` (both transient), `target-denied`,
 * `target-missing`, `target-refused`, `target-unresolved` (see `submit`), and `interrupted` when the signal fires.
 * Requests that change nothing are repeated with growing waits; submissions never are.
 */
export class MaxComputeClient {
  readonly project: string
  readonly schema: string | undefined
  readonly #connection: Connection
  readonly #logview: Logview

  constructor(options: MaxComputeClientOptions) {
    this.project = options.project
    this.schema = options.schema
    this.#connection = new Connection(options)
    this.#logview = new Logview(this.#connection, options.project)
  }

  get endpoint(): string {
    return this.#connection.endpoint
  }

  get region(): string | undefined {
    return this.#connection.region
  }

  /** Ends the kept connections. */
  close(): void {
    this.#connection.close()
  }

  /** With all properties, those that the project inherits included. */
  getProject(bounds: Bounds = {}): Promise<ProjectInfo> {
    return this.#read(
      { path: `/projects/${this.project}`, query: { properties: 'all' } },
      (body) => readProject(body, this.project),
      bounds,
    )
  }

  /** Tables and views whose names start with the prefix, page by page. */
  async *listTables(prefix?: string, bounds: Bounds = {}): AsyncGenerator<TableListing, void, undefined> {
    const query = { expectmarker: 'true', ...(prefix === undefined || prefix === '' ? {} : { name: prefix }) }
    let marker: string | undefined
    for (let count = 0; count < pageCountMax; count += 1) {
      const asked = marker === undefined ? query : { ...query, marker }
      const page = await this.#read({ path: `/projects/${this.project}/tables`, query: asked }, readTablePage, bounds)
      yield* page.tables
      if (page.marker === undefined) return
      if (page.marker === marker) break
      marker = page.marker
    }
    throw new MigrationError('target-failed', `tables of ${this.project}: the listing does not end`)
  }

  /** Undefined when there is no such table; a missing project or schema is `target-missing`. */
  getTable(name: string, place: Place = {}, bounds: Bounds = {}): Promise<TableInfo | undefined> {
    return this.#readTable(name, place, {}, readTable, bounds)
  }

  /** Its clustering and key; undefined and errors as of `getTable`. */
  getArrangement(name: string, place: Place = {}, bounds: Bounds = {}): Promise<TableArrangement | undefined> {
    return this.#readTable(name, place, { extended: '' }, readArrangement, bounds)
  }

  async #readTable<T>(
    name: string,
    place: Place,
    query: Readonly<Record<string, string>>,
    parse: (body: string) => T | undefined,
    bounds: Bounds,
  ): Promise<T | undefined> {
    const path = `/projects/${place.project ?? this.project}/tables/${name}`
    const request = this.#request({ path, query }, place.schema)
    const reply = await this.#connection.send(request, bounds)
    if (reply.kind === 'refusal' && isNoTable(reply)) return undefined
    if (reply.kind !== 'answer') return this.#connection.fail(request, reply, bounds)
    return this.#parsed(request, reply.body, parse, bounds)
  }

  /**
   * Starts an SQL task, once. When the reply is lost the instance is looked up by its job name: found, it is returned;
   * certainly not begun is `target-unreachable`; what cannot be told is `target-unresolved`, and must not be repeated.
   */
  submit(submission: Submission, bounds: Bounds = {}): Promise<Submitted> {
    return submit(this, this.#connection, submission, bounds)
  }

  /** `wait`: the service may hold the answer back for some seconds while the instance runs. */
  instanceStatus(id: string, wait = false, bounds: Bounds = {}): Promise<InstanceStatus> {
    const query = wait ? { instancestatus: '' } : {}
    return this.#read({ path: this.#instance(id), query }, readInstanceStatus, bounds)
  }

  taskStatus(id: string, bounds: Bounds = {}): Promise<readonly TaskStatus[]> {
    return this.#read({ path: this.#instance(id), query: { taskstatus: '' } }, readTaskStatuses, bounds)
  }

  /** The text of a failed task's error is its result. */
  result(id: string, bounds: Bounds = {}): Promise<readonly TaskResult[]> {
    return this.#read({ path: this.#instance(id), query: { result: '' } }, readTaskResults, bounds)
  }

  instanceSource(id: string, bounds: Bounds = {}): Promise<InstanceSource> {
    return this.#read({ path: this.#instance(id), query: { source: '' } }, readInstanceSource, bounds)
  }

  /** At most `instanceCountMax`; more is `target-failed`, since a part of a listing proves nothing. */
  async findInstances(filter: InstanceFilter, bounds: Bounds = {}): Promise<readonly InstanceInfo[]> {
    const found: InstanceInfo[] = []
    let marker: string | undefined
    do {
      const query = { ...filterQuery(filter), ...(marker === undefined ? {} : { marker }) }
      const page = await this.#read({ path: `/projects/${this.project}/instances`, query }, readInstancePage, bounds)
      found.push(...page.instances)
      if (found.length > instanceCountMax || (page.marker !== undefined && page.marker === marker)) {
        throw new MigrationError(
          'target-failed',
          `instances of ${this.project}: the listing is longer than ${instanceCountMax}`,
        )
      }
      marker = page.marker
    } while (marker !== undefined)
    return found
  }

  /** Asks the instance to end; quiet when it has ended already. The end itself shows in its status. */
  async cancel(id: string, bounds: Bounds = {}): Promise<void> {
    const body = '<?xml version="1.0" encoding="utf-8"?>\n<Instance><Status>Terminated</Status></Instance>'
    const request = this.#request({ method: 'PUT', path: this.#instance(id), body })
    const reply = await this.#connection.send(request, bounds)
    if (reply.kind === 'answer' || (reply.kind === 'refusal' && reply.code === 'InvalidStateSetting')) return
    this.#connection.fail(request, reply, bounds)
  }

  /** A page for people about the instance. Never fails: without a token the page asks the reader to log in. */
  logview(id: string, bounds: Bounds = {}): Promise<string> {
    return this.#logview.url(id, bounds)
  }

  #instance(id: string): string {
    return `/projects/${this.project}/instances/${id}`
  }

  #request(request: Partial<ResourceRequest> & { readonly path: string }, schema = this.schema): ResourceRequest {
    const current = { curr_project: this.project, ...(schema === undefined ? {} : { curr_schema: schema }) }
    return { method: 'GET', ...request, query: { ...request.query, ...current } }
  }

  async #read<T>(
    request: Partial<ResourceRequest> & { readonly path: string },
    parse: (body: string) => T | undefined,
    bounds: Bounds,
  ): Promise<T> {
    const whole = this.#request(request)
    const answer = await this.#connection.ask(whole, bounds)
    return this.#parsed(whole, answer.body, parse, bounds)
  }

  #parsed<T>(request: ResourceRequest, body: string, parse: (body: string) => T | undefined, bounds: Bounds): T {
    const value = parse(body)
    if (value !== undefined) return value
    const subject = bounds.subject ?? `${request.method} ${request.path}`
    throw new MigrationError(
      'target-failed',
      `${subject}: the answer is not the document of this resource: ${body.slice(0, 200)}`,
      {
        hint: `check that ${this.endpoint} is MaxCompute's own address and no proxy answers`,
      },
    )
  }
}

function filterQuery(filter: InstanceFilter): Record<string, string> {
  const seconds = (at: number | undefined): string => (at === undefined ? '' : String(Math.floor(at / 1_000)))
  return {
    onlyowner: filter.own === true ? 'yes' : 'no',
    ...(filter.jobName === undefined ? {} : { jobname: filter.jobName }),
    ...(filter.from === undefined && filter.to === undefined
      ? {}
      : { daterange: `${seconds(filter.from)}:${seconds(filter.to)}` }),
  }
}
