import { MigrationError } from '../model/errors.js'
import type { Call } from '../model/work.js'
import { OnlineMigrationConnection, type OnlineMigrationConnectionOptions } from './online-migration-connection.js'
import { isMissing, isTaken, OnlineMigrationRefusal } from './online-migration-error.js'
import type {
  AddressVerdict,
  ImportAddress,
  ImportJob,
  ImportQos,
  ImportThing,
  JobHistory,
  JobOrder,
  JobReport,
  JobResult,
  NewAddress,
  NewJob,
} from './online-migration-model.js'
import { readAddress, readHistory, readJob, readReport, readResult, readVerdict } from './online-migration-reading.js'
import type { MigrationRequest } from './online-migration-signer.js'
import { childrenOf, leafOf, leavesOf, readXml, writeXml, type XmlTree } from './online-migration-xml.js'

export type OnlineMigrationClientOptions = OnlineMigrationConnectionOptions

/** `taken`: something has that name already; whoever derives names from tokens knows it as its own. */
export type Made = 'made' | 'taken'

/** Entries a page, the most that the service gives. */
const pageCountMax = 1000

/** Data Online Migration, API of 2024-06-26: XML both ways under OSS signatures (transfer.md 1). */
export class OnlineMigrationClient {
  readonly #connection: OnlineMigrationConnection

  constructor(options: OnlineMigrationClientOptions) {
    this.#connection = new OnlineMigrationConnection(options)
  }

  close(): void {
    this.#connection.close()
  }

  async createAddress(address: NewAddress, call: Call): Promise<Made> {
    return this.#make(`CreateAddress ${address.name}`, '/address', 'ImportAddress', address, call)
  }

  async updateAddress(name: string, agentList: string, call: Call): Promise<void> {
    const body = writeXml('ImportAddress', { agentList })
    await this.#connection.ask(`UpdateAddress ${name}`, { method: 'PUT', path: `/address/${name}`, body }, call)
  }

  async getAddress(name: string, call: Call): Promise<ImportAddress | undefined> {
    const tree = await this.#find(`GetAddress ${name}`, `/address/${name}`, {}, 'ImportAddress', call)
    return tree === undefined ? undefined : readAddress(tree)
  }

  /** The service looks when it has time: ask until the verdict is not `pending`. */
  async verifyAddress(name: string, call: Call): Promise<AddressVerdict> {
    const subject = `VerifyAddress ${name}`
    return readVerdict(await this.#get(subject, `/address/${name}`, { verify: '' }, 'VerifyAddressResponse', call))
  }

  async *listAddresses(call: Call): AsyncGenerator<ImportAddress> {
    for await (const page of this.#pages('ListAddress', '/addresslist', {}, 'ImportAddressList', call))
      for (const tree of childrenOf(page, 'importAddress')) yield readAddress(tree)
  }

  /** Quiet when there is none. The service refuses while a job uses it. */
  async deleteAddress(name: string, call: Call): Promise<void> {
    await this.#delete(`DeleteAddress ${name}`, `/address/${name}`, {}, call)
  }

  /** It stands still until it is launched. */
  async createJob(job: NewJob, call: Call): Promise<Made> {
    return this.#make(`CreateJob ${job.name}`, '/job', 'ImportJob', job, call)
  }

  /** Either a status or a limit: the service takes one at a time. */
  async updateJob(name: string, change: { status: JobOrder } | { importQos: ImportQos }, call: Call): Promise<void> {
    const body = writeXml('ImportJob', change)
    await this.#connection.ask(`UpdateJob ${name}`, { method: 'PUT', path: `/job/${name}`, body }, call)
  }

  /** `byVersion`: the name is a job's version. */
  async getJob(name: string, call: Call, byVersion = false): Promise<ImportJob | undefined> {
    const query: Record<string, string> = byVersion ? { byVersion: 'true' } : {}
    const tree = await this.#find(`GetJob ${name}`, `/job/${name}`, query, 'ImportJob', call)
    return tree === undefined ? undefined : readJob(tree)
  }

  async *listJobs(call: Call, of: { readonly parentName?: string } = {}): AsyncGenerator<ImportJob> {
    const query = of.parentName === undefined ? {} : { parentName: of.parentName }
    for await (const page of this.#pages('ListJob', '/joblist', query, 'ImportJobList', call))
      for (const tree of childrenOf(page, 'importJob')) yield readJob(tree)
  }

  /** Quiet when there is none; the service removes it in its own time. `force`: also with sub-tasks. */
  async deleteJob(name: string, call: Call, force = false): Promise<void> {
    await this.#delete(`DeleteJob ${name}`, `/job/${name}`, force ? { forceDelete: 'true' } : {}, call)
  }

  /** The newest change first. */
  async *listJobHistory(name: string, call: Call, runtimeId?: number): AsyncGenerator<JobHistory> {
    const query = runtimeId === undefined ? {} : { runtimeId: String(runtimeId) }
    const pages = this.#pages(`ListJobHistory ${name}`, `/jobhistory/${name}`, query, 'JobHistoryList', call)
    for await (const page of pages) for (const tree of childrenOf(page, 'jobHistory')) yield readHistory(tree)
  }

  /** The newest row alone: how far the job is. */
  async newestHistory(name: string, call: Call): Promise<JobHistory | undefined> {
    const subject = `ListJobHistory ${name}`
    const tree = await this.#find(subject, `/jobhistory/${name}`, { count: '1' }, 'JobHistoryList', call)
    const row = childrenOf(tree, 'jobHistory')[0]
    return row === undefined ? undefined : readHistory(row)
  }

  async getJobResult(name: string, runtimeId: number, call: Call): Promise<JobResult> {
    const query = { jobResult: '', runtimeId: String(runtimeId) }
    return readResult(await this.#get(`GetJobResult ${name}`, `/job/${name}`, query, 'ImportJobResult', call))
  }

  /** Only for a job that was made with `createReport` off. */
  async createReport(of: { jobName: string; runtimeId: number; version: string }, call: Call): Promise<void> {
    const body = writeXml('CreateReport', of)
    await this.#connection.ask(`CreateReport ${of.jobName}`, { method: 'POST', path: '/report', body }, call)
  }

  async getReport(version: string, call: Call, runtimeId?: number): Promise<JobReport> {
    const query = { version, ...(runtimeId === undefined ? {} : { runtimeId: String(runtimeId) }) }
    return readReport(await this.#get(`GetReport ${version}`, '/report', query, 'GetReportResponse', call))
  }

  /** For migrations over dedicated lines only. */
  async createAgent(agent: ImportThing & { readonly name: string }, call: Call): Promise<Made> {
    return this.#make(`CreateAgent ${agent.name}`, '/agent', 'ImportAgent', agent, call)
  }

  async getAgent(name: string, call: Call): Promise<ImportThing | undefined> {
    const tree = await this.#find(`GetAgent ${name}`, `/agent/${name}`, {}, 'ImportAgent', call)
    return tree === undefined ? undefined : leavesOf(tree)
  }

  async getAgentStatus(name: string, call: Call): Promise<ImportThing> {
    const subject = `GetAgentStatus ${name}`
    return leavesOf(await this.#get(subject, `/agent/${name}`, { status: '' }, 'ImportAgentStatus', call))
  }

  async *listAgents(call: Call): AsyncGenerator<ImportThing> {
    for await (const page of this.#pages('ListAgent', '/agentlist', {}, 'ImportAgentList', call))
      for (const tree of childrenOf(page, 'importAgent')) yield leavesOf(tree)
  }

  async deleteAgent(name: string, call: Call): Promise<void> {
    await this.#delete(`DeleteAgent ${name}`, `/agent/${name}`, {}, call)
  }

  /** Nameless, so a lost reply is not asked again: look at the list first. */
  async createTunnel(tunnel: ImportThing, call: Call): Promise<void> {
    const body = writeXml('ImportTunnel', tunnel)
    await this.#connection.ask('CreateTunnel', { method: 'POST', path: '/tunnel', body }, call, false)
  }

  async updateTunnel(id: string, tunnel: ImportThing, call: Call): Promise<void> {
    const body = writeXml('ImportTunnel', tunnel)
    await this.#connection.ask(`UpdateTunnel ${id}`, { method: 'PUT', path: `/tunnel/${id}`, body }, call)
  }

  async getTunnel(id: string, call: Call): Promise<ImportThing | undefined> {
    const tree = await this.#find(`GetTunnel ${id}`, `/tunnel/${id}`, {}, 'ImportTunnel', call)
    return tree === undefined ? undefined : leavesOf(tree)
  }

  async *listTunnels(call: Call): AsyncGenerator<ImportThing> {
    for await (const page of this.#pages('ListTunnel', '/tunnellist', {}, 'ImportTunnelList', call))
      for (const tree of childrenOf(page, 'importTunnel')) yield leavesOf(tree)
  }

  async deleteTunnel(id: string, call: Call): Promise<void> {
    await this.#delete(`DeleteTunnel ${id}`, `/tunnel/${id}`, {}, call)
  }

  async #make(subject: string, path: string, root: string, content: object, call: Call): Promise<Made> {
    const request: MigrationRequest = { method: 'POST', path, body: writeXml(root, content) }
    const asked = this.#connection.ask(subject, request, call).then(() => 'made' as const)
    return asked.catch((error: unknown) => orElse(error, isTaken, 'taken' as const))
  }

  async #delete(subject: string, path: string, query: Record<string, string>, call: Call): Promise<void> {
    const asked = this.#connection.ask(subject, { method: 'DELETE', path, query }, call)
    await asked.catch((error: unknown) => orElse(error, isMissing, undefined))
  }

  async #find(
    subject: string,
    path: string,
    query: Record<string, string>,
    root: string,
    call: Call,
  ): Promise<XmlTree | undefined> {
    return this.#get(subject, path, query, root, call).catch((error: unknown) => orElse(error, isMissing, undefined))
  }

  async #get(subject: string, path: string, query: Record<string, string>, root: string, call: Call): Promise<XmlTree> {
    const body = await this.#connection.ask(subject, { method: 'GET', path, query }, call)
    const tree = readXml(body, root)
    if (tree !== undefined) return tree
    throw new MigrationError('transfer-failed', `${subject}: the answer is no ${root}`, {
      hint: 'something between here and the service answers in its place; check onlineMigration.endpoint',
    })
  }

  async *#pages(
    subject: string,
    path: string,
    query: Readonly<Record<string, string>>,
    root: string,
    call: Call,
  ): AsyncGenerator<XmlTree> {
    for (let marker: string | undefined = ''; marker !== undefined;) {
      const asked: Record<string, string> = {
        ...query,
        count: String(pageCountMax),
        ...(marker === '' ? {} : { marker }),
      }
      const page: XmlTree = await this.#get(subject, path, asked, root, call)
      yield page
      const next: string | undefined = leafOf(page, 'nextMarker')
      // A marker that does not move would list the same page for ever.
      const isMore: boolean = /^true$/i.test(leafOf(page, 'truncated') ?? '') && next !== marker
      marker = isMore ? next : undefined
    }
  }
}

function orElse<Result>(error: unknown, when: (refusal: OnlineMigrationRefusal) => boolean, result: Result): Result {
  const refusal = error instanceof MigrationError ? error.cause : undefined
  if (refusal instanceof OnlineMigrationRefusal && when(refusal)) return result
  throw error
}
