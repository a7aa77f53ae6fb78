import type { Ledger } from '../model/ledger.js'
import type { Attempt, Call, Found, Work } from '../model/work.js'
import type { ObjectStore } from '../store/store.js'
import type { Carrier, CarryHandle, CarryOutcome, Checksums, Consignment, TransferProof } from './carrier.js'
import type { Copier } from './copy-job.js'
import { InlineCopier } from './copy-once.js'
import { defaultStreamingCarrierLimits, type Crossing, type Passage } from './crossing.js'
import { BudgetedCopier, type EgressBudget } from './egress-budget.js'
import { readLedger } from './ledger-state.js'
import { makeAddresses, type OnlineSource, type OnlineTarget } from './online-addresses.js'
import { judge, type Judgement } from './online-arrivals.js'
import { keyFilters } from './online-filters.js'
import { hasEnded, OnlineJob, type JobEnd, type JobLimits } from './online-job.js'
import type { OnlineMigrationClient } from './online-migration-client.js'
import { pauseFor } from './online-migration-connection.js'
import type { NewJob } from './online-migration-model.js'
import { earlierToken, namesOf, runPrefix } from './online-names.js'
import {
  crossingsOf,
  isFailed,
  noteArrival,
  noteRejections,
  outcomeOf,
  rejectedOf,
  type Failed,
} from './online-outcome.js'
import { toldOf } from './online-report.js'
import { isRefused, reroutes, unfinished } from './online-rerouting.js'
import { Slots } from './slots.js'
import { together } from './together.js'

export interface OnlineCarrierLimits extends JobLimits {
  /** Longest that the service may take to look at an address. */
  readonly verifyMilliseconds: number
  /** Jobs of this carrier that run at once; the region has a limit for all of the account. */
  readonly runningJobCountMax: number
  /** Parts that are looked at, or read, at once. */
  readonly judgedAtOnce: number
}

export interface OnlineCarrierOptions {
  readonly client: OnlineMigrationClient
  readonly accountId: string
  readonly source: OnlineSource
  readonly target: OnlineTarget
  readonly from: ObjectStore
  /** Must tell the CRC-64 of what it holds, as OSS does. */
  readonly to: ObjectStore
  /** Sends what a job did not carry as it should. */
  readonly streaming: Carrier
  readonly proof: TransferProof
  readonly checksums?: Checksums
  readonly limits: OnlineCarrierLimits
  /** Whether all of a consignment may be streamed when its job cannot be made, or does not come to its end. */
  readonly mayStreamAll?: boolean
  /** Of what is read for checksums; absent: no limit. What jobs carry is the service's to count. */
  readonly egress?: EgressBudget
  /** Absent: as fast as the service goes. */
  readonly qos?: { readonly maxBandWidth?: number; readonly maxImportTaskQps?: number }
  /** Reports of the service are files below the destination prefix. */
  readonly createReport?: boolean
}

/**
 * Lets Alibaba's Data Online Migration carry a consignment: one job from its prefix at S3 to its prefix at OSS. The
 * service promises nothing about what arrives (peers.md, fact 2), so every part is judged in the stores afterwards, and
 * what is missing or wrong is sent again by streaming; only after the job has ended, and never by overwriting.
 */
export class OnlineCarrier implements Carrier {
  readonly #options: OnlineCarrierOptions
  readonly #running: Slots
  readonly #reading: Slots
  readonly #copier: Copier

  constructor(options: OnlineCarrierOptions) {
    this.#options = options
    this.#running = new Slots(options.limits.runningJobCountMax)
    this.#reading = new Slots(options.limits.judgedAtOnce)
    const { egress } = options
    const copier = new InlineCopier(options)
    this.#copier = egress === undefined ? copier : new BudgetedCopier(copier, egress)
  }

  carry(consignment: Consignment, ledger: Ledger): Work<CarryHandle, CarryOutcome> {
    const { client, limits } = this.#options
    return {
      find: (attempt, call) => this.#find(consignment, attempt, call),
      begin: (attempt, call) => this.#begin(consignment, attempt, call),
      settle: (handle, call) => this.#settle(consignment, ledger, handle, call),
      cancel: async ({ token, startedAt = Date.now() }, call) => {
        await new OnlineJob(client, namesOf(token).job, limits, startedAt).close('it was cancelled', call)
      },
    }
  }

  async clean(run: string, call: Call): Promise<readonly string[]> {
    const { client } = this.#options
    const prefix = runPrefix(run)
    const removed: string[] = []
    for await (const { name } of client.listJobs(call)) {
      if (!name.startsWith(prefix)) continue
      await client.deleteJob(name, call, true)
      removed.push(`job ${name}`)
    }
    await this.#untilGone(removed, call)
    for await (const { name } of client.listAddresses(call)) {
      if (!name.startsWith(prefix)) continue
      await client.deleteAddress(name, call)
      removed.push(`address ${name}`)
    }
    return removed
  }

  /** Jobs are removed in the service's own time, and an address only after the jobs that use it. */
  async #untilGone(removed: readonly string[], call: Call): Promise<void> {
    const { client, limits } = this.#options
    const names = new Set(removed.map((one) => one.replace('job ', '')))
    const giveUpAt = Math.min(call.deadlineAt, Date.now() + limits.closeMilliseconds)
    for (let left = names.size; left > 0;) {
      left = 0
      for await (const { name } of client.listJobs(call)) if (names.has(name)) left += 1
      if (left === 0 || Date.now() + limits.pollMilliseconds >= giveUpAt) return
      await pauseFor('clean', limits.pollMilliseconds, call.signal)
    }
  }

  async #find(consignment: Consignment, attempt: Attempt, call: Call): Promise<Found<CarryHandle>> {
    const { client, mayStreamAll = false } = this.#options
    const job = await client.getJob(namesOf(attempt.token).job, call).catch((error: unknown) => {
      // What was begun without a job goes on without the service.
      if (mayStreamAll && isRefused(error)) return 'refused' as const
      throw error
    })
    if (job === 'refused') return 'unknown'
    // Without a job nothing can be under way; addresses alone move no byte.
    return job === undefined ? 'never' : { begun: handleOf(consignment, attempt) }
  }

  async #begin(consignment: Consignment, attempt: Attempt, call: Call): Promise<CarryHandle> {
    await this.#endEarlier(attempt, call)
    const handle = handleOf(consignment, attempt)
    if (partCountOf(consignment) === 0) return handle
    try {
      await this.#makeJob(consignment, attempt, call)
      return handle
    } catch (error) {
      const { mayStreamAll = false } = this.#options
      if (!mayStreamAll || call.signal.aborted || !reroutes(error)) throw error
      // The job may be there, by a lost reply; but nothing starts one that was not launched.
      call.note({ text: `${consignment.id} is streamed: ${error.message}` })
      return { ...handle, streamed: error.message }
    }
  }

  async #makeJob(consignment: Consignment, { token }: Attempt, call: Call): Promise<void> {
    const { client, limits } = this.#options
    const names = namesOf(token)
    const job = await this.#job(consignment, names, call)
    const places = { ...this.#options, ...limits, pollMilliseconds: Math.min(3000, limits.pollMilliseconds) }
    await makeAddresses(places, names, consignment, call)
    await client.createJob(job, call)
  }

  /** Two jobs must never write to one prefix: one of an attempt that was given up is closed first. */
  async #endEarlier({ token, number }: Attempt, call: Call): Promise<void> {
    const { client, limits } = this.#options
    for (let earlier = 1; earlier < number; earlier += 1) {
      const name = namesOf(earlierToken(token, earlier)).job
      const job = await client.getJob(name, call)
      if (job === undefined || hasEnded(job)) continue
      await new OnlineJob(client, name, limits, Date.now()).close('a later attempt takes its place', call)
    }
  }

  async #job(consignment: Consignment, names: ReturnType<typeof namesOf>, call: Call): Promise<NewJob> {
    const { qos, createReport = false, from } = this.#options
    return {
      name: names.job,
      srcAddress: names.source,
      destAddress: names.target,
      overwriteMode: 'always',
      transferMode: 'all',
      createReport,
      audit: { logMode: 'off' },
      filterRule: { keyFilters: await keyFilters(from, consignment, call) },
      ...(qos === undefined || Object.keys(qos).length === 0 ? {} : { importQos: qos }),
    }
  }

  async #settle(consignment: Consignment, ledger: Ledger, handle: CarryHandle, call: Call): Promise<CarryOutcome> {
    if (partCountOf(consignment) === 0) return { parts: [], byteCount: 0, sentByteCount: 0 }
    if (handle.streamed !== undefined) return this.#settleWithout(consignment, ledger, handle, call)
    const { job } = namesOf(handle.token)
    const end = await this.#running.hold(call.signal, () => this.#toEnd(job, handle, call))
    const judged = await this.#judgeAll(consignment, ledger, call)
    const failed = judged.filter(isFailed)
    if (failed.length > 0 && end.how !== 'finished' && this.#options.mayStreamAll !== true) {
      throw unfinished(job, end, failed.length, judged.length)
    }
    if (failed.length > 0) call.note({ text: `job ${job}: ${failed.length} of ${judged.length} parts are sent again` })
    await noteRejections(ledger, failed)
    const again = failed.length === 0 ? undefined : await this.#sendAgain(consignment, ledger, handle, failed, call)
    return outcomeOf(judged, again, await rejectedOf(ledger), { name: job, end })
  }

  /** Nothing set out by job; what an earlier attempt's job may have left is judged all the same. */
  async #settleWithout(
    consignment: Consignment,
    ledger: Ledger,
    handle: CarryHandle,
    call: Call,
  ): Promise<CarryOutcome> {
    const judged = await this.#judgeAll(consignment, ledger, call)
    const failed = judged.filter(isFailed)
    await noteRejections(
      ledger,
      failed.filter(({ stale }) => stale),
    )
    const again = failed.length === 0 ? undefined : await this.#sendAgain(consignment, ledger, handle, failed, call)
    const outcome = outcomeOf(judged, again, await rejectedOf(ledger))
    return { ...outcome, rerouted: handle.streamed ?? '' }
  }

  /** One that the service refuses to go on with is over only when it certainly writes no more. */
  async #toEnd(name: string, { startedAt = Date.now() }: CarryHandle, call: Call): Promise<JobEnd> {
    const { client, limits, createReport = false, mayStreamAll = false } = this.#options
    const job = new OnlineJob(client, name, limits, startedAt)
    const end = await job.toEnd(call).catch((error: unknown) => {
      if (!mayStreamAll || call.signal.aborted || !isRefused(error)) throw error
      return job.close(error.message, call)
    })
    if (end.counts === undefined) return end
    const how = { row: end.counts, hasReport: createReport, pollMilliseconds: limits.pollMilliseconds }
    return { ...end, told: await toldOf(client, name, how, call) }
  }

  async #judgeAll(consignment: Consignment, ledger: Ledger, call: Call): Promise<readonly Judgement[]> {
    const { from, to, proof, checksums, limits } = this.#options
    const state = await readLedger(ledger)
    const passage: Passage = {
      ...{ from, to, ledger, slots: this.#reading, copier: this.#copier },
      ...{ limits: defaultStreamingCarrierLimits, etagsAreMd5: true, sentByteCount: 0 },
    }
    const crossings = crossingsOf(consignment, state)
    const judged = new Map<Crossing, Judgement>()
    const of = { proof, ...(checksums === undefined ? {} : { checksums }) }
    await together(crossings, limits.judgedAtOnce, call, async (crossing, inner) => {
      const judgement = await judge(passage, crossing, of, inner)
      if (!isFailed(judgement)) await noteArrival(ledger, judgement)
      judged.set(crossing, judgement)
    })
    call.signal.throwIfAborted()
    return crossings.flatMap((crossing) => judged.get(crossing) ?? [])
  }

  /** Exactly the failed keys, and only what stands in their place below our own prefix is taken away for it. */
  async #sendAgain(
    consignment: Consignment,
    ledger: Ledger,
    { token }: CarryHandle,
    failed: readonly Failed[],
    call: Call,
  ): Promise<CarryOutcome> {
    for (const { crossing, stale } of failed) if (stale) await this.#options.to.remove(crossing.target, call)
    const keys = new Set(failed.map(({ crossing }) => crossing.part.location.key))
    const manifests = consignment.manifests
      .map((manifest) => ({ ...manifest, parts: manifest.parts.filter(({ location }) => keys.has(location.key)) }))
      .filter(({ parts }) => parts.length > 0)
    const work = this.#options.streaming.carry({ ...consignment, manifests }, ledger)
    return work.settle({ consignment: consignment.id, token }, call)
  }
}

function handleOf(consignment: Consignment, { token, startedAt }: Attempt): CarryHandle {
  return { consignment: consignment.id, token, startedAt: startedAt ?? Date.now() }
}

function partCountOf({ manifests }: Consignment): number {
  return manifests.reduce((count, { parts }) => count + parts.length, 0)
}
