import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultAction } from '../faults.js'
import { Refusal } from '../object-store/refusal.js'
import { runningJobsMax, type Environment } from './environment.js'
import type { Commit } from './history.js'
import { isInventory } from './inventory.js'
import type { Job, JobStatus } from './job.js'
import type { Registry } from './registry.js'
import { newReport, pushReport } from './report.js'
import { Round, type Route } from './round.js'
import { listSource, sourceStore } from './source-store.js'
import { targetStore } from './target-store.js'

const suspendable: readonly JobStatus[] = ['IMPORT_JOB_LAUNCHING', 'IMPORT_JOB_PREPARING', 'IMPORT_JOB_DOING']
const launchable: readonly JobStatus[] = [
  'IMPORT_JOB_BEGIN',
  'IMPORT_JOB_SUSPEND',
  'IMPORT_JOB_INTERRUPTED',
  'IMPORT_JOB_FINISHED',
]
const closable: readonly JobStatus[] = [...suspendable, 'IMPORT_JOB_SUSPEND', 'IMPORT_JOB_INTERRUPTED']

/** Rows whose statistic the service keeps (transfer.md 1.6). */
const counted = /_(DOING|SUSPEND|CLOSING|FINISHED|INTERRUPTED)$/

/** Takes jobs through their states, in the background, until it is closed (transfer.md 1.6). */
export class JobRun {
  readonly #environment: Environment
  readonly #registry: Registry
  readonly #drives = new Map<string, { readonly abort: AbortController; readonly done: Promise<void> }>()

  constructor(environment: Environment, registry: Registry) {
    this.#environment = environment
    this.#registry = registry
  }

  launch(job: Job): void {
    this.#need(job, launchable, 'launched')
    const hasRoom = this.#registry.hasRoom()
    const { migrationOverLimit } = this.#environment.switches
    if (!hasRoom && migrationOverLimit === 'refused') {
      const countMax = runningJobsMax(this.#environment)
      throw new Refusal(400, 'JobCountExceedMaxCount', `There are ${countMax} running jobs already.`)
    }
    const isNewRound = job.status === 'IMPORT_JOB_BEGIN' || job.status === 'IMPORT_JOB_FINISHED'
    if (isNewRound) job.rounds.push(new Round(job.rounds.length + 1, Date.now()))
    job.waits = !hasRoom
    this.#enter(job, 'IMPORT_JOB_LAUNCHING', 'user')
    this.#start(job, (signal) => this.#drive(job, signal))
  }

  suspend(job: Job): void {
    this.#need(job, suspendable, 'suspended')
    this.#stop(job)
    this.#enter(job, 'IMPORT_JOB_SUSPEND', 'user')
  }

  close(job: Job): void {
    this.#need(job, closable, 'closed')
    this.#stop(job)
    this.#enter(job, 'IMPORT_JOB_CLOSING', 'user')
    this.#start(job, async (signal) => {
      await this.#pass(signal)
      this.#end(job)
    })
  }

  delete(job: Job): void {
    if (job.status === 'IMPORT_JOB_DELETING') return
    this.#stop(job)
    this.#enter(job, 'IMPORT_JOB_DELETING', 'user')
    this.#start(job, async (signal) => {
      await this.#pass(signal)
      this.#registry.jobs.delete(job.spec.name)
    })
  }

  /** Stops every job where it stands. */
  async stopAll(): Promise<void> {
    const drives = [...this.#drives.values()]
    for (const { abort } of drives) abort.abort()
    await Promise.all(drives.map(({ done }) => done))
  }

  #need({ status }: Job, allowed: readonly JobStatus[], what: string): void {
    if (allowed.includes(status)) return
    const message = `A job in status ${status} cannot be ${what}.`
    throw new Refusal(409, 'InvalidJobStatusForCurrentOperation', message)
  }

  #stop(job: Job): void {
    this.#drives.get(job.spec.name)?.abort.abort()
    job.waits = false
  }

  /** What was begun before ends first: a suspended round finishes the objects that it has in hand. */
  #start(job: Job, drive: (signal: AbortSignal) => Promise<void>): void {
    const before = this.#drives.get(job.spec.name)?.done
    const abort = new AbortController()
    const run = async (): Promise<void> => {
      await before
      try {
        await drive(abort.signal)
      } catch (error) {
        if (abort.signal.aborted) return
        this.#enter(job, 'IMPORT_JOB_INTERRUPTED', 'system', error instanceof Error ? error.message : String(error))
      }
    }
    this.#drives.set(job.spec.name, { abort, done: run() })
  }

  async #drive(job: Job, signal: AbortSignal): Promise<void> {
    while (job.waits) {
      await this.#pass(signal)
      job.waits = !this.#registry.hasRoom()
    }
    await this.#pass(signal)
    this.#enter(job, 'IMPORT_JOB_PREPARING', 'system')
    await this.#pass(signal)
    const fault = this.#environment.faults.hit('online-migration', 'RunJob', job.spec.name)
    this.#enter(job, 'IMPORT_JOB_DOING', 'system')
    await meetBefore(fault, signal)
    const round = currentRound(job)
    const route = this.#route(job)
    await round.run(job.spec, route, this.#environment, signal)
    await meetAfter(fault, signal)
    await this.#pass(signal)
    if (job.spec.createReport) await this.#report(job, round, route)
    signal.throwIfAborted()
    this.#end(job)
  }

  async #report(job: Job, round: Round, { target }: Route): Promise<void> {
    const owner = this.#environment.world.alibaba.accountId
    const { version } = job
    const report = newReport({ owner, version, round })
    this.#registry.reports.set(`${version}/${round.runtimeId}`, report)
    await pushReport(report, `${owner}@${version}@${round.runtimeId}`, round, target)
  }

  #end(job: Job): void {
    currentRound(job).endedAt = Date.now()
    this.#enter(job, 'IMPORT_JOB_FINISHED', 'system')
  }

  #route(job: Job): Route {
    const source = this.#registry.address(job.spec.sourceName)
    const target = targetStore(this.#registry.address(job.spec.targetName), this.#environment)
    const store = sourceStore(source, this.#environment)
    const objects = isInventory(source) ? given(this.#registry.inventories.open(source)) : listSource(store)
    return { source: store, objects, target }
  }

  /** A state that a job only passes through. */
  async #pass(signal: AbortSignal): Promise<void> {
    await sleep(this.#environment.switches.migrationStageMilliseconds, undefined, { signal })
  }

  #enter(job: Job, status: JobStatus, operator: Commit['operator'], message = ''): void {
    const now = Date.now()
    const before = job.commits.at(-1)
    if (before !== undefined && before.endedAt === undefined) {
      before.endedAt = now
      before.tally = before.tally && { ...before.tally }
    }
    job.status = status
    job.modifiedAt = now
    const round = job.rounds.at(-1)
    if (round === undefined) return
    const tally = counted.test(status) ? round.tally : undefined
    const of = { runtimeId: round.runtimeId, id: job.commits.length + 1, status, startedAt: now, operator, message }
    job.commits.push({ ...of, tally, endedAt: status === 'IMPORT_JOB_FINISHED' ? now : undefined })
  }
}

async function* given<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items
}

function currentRound(job: Job): Round {
  const round = job.rounds.at(-1)
  if (round === undefined) throw new Error(`job ${job.spec.name} has no round`)
  return round
}

/** `fail` interrupts the job, `cut before` and `cut during` leave it in DOING for ever with nothing copied. */
async function meetBefore(fault: FaultAction | undefined, signal: AbortSignal): Promise<void> {
  if (fault?.do === 'fail') throw new Error(fault.message ?? 'The address cannot be reached any more.')
  if (fault?.do === 'die') process.exit(1)
  if (fault?.do === 'cut' && fault.when !== 'after') await endless(signal)
}

/** `delay` keeps a job in DOING after all is copied, `cut after` for ever. */
async function meetAfter(fault: FaultAction | undefined, signal: AbortSignal): Promise<void> {
  if (fault?.do === 'delay') await sleep(fault.milliseconds, undefined, { signal })
  if (fault?.do === 'cut' && fault.when === 'after') await endless(signal)
}

async function endless(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await sleep(60_000, undefined, { signal, ref: false })
}
