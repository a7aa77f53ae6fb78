import { MigrationError } from '../model/errors.js'
import type { JobCounts } from '../model/manifest.js'
import type { Call } from '../model/work.js'
import type { OnlineMigrationClient } from './online-migration-client.js'
import { pauseFor } from './online-migration-connection.js'
import { isQuota, OnlineMigrationRefusal } from './online-migration-error.js'
import type { ImportJob, JobHistory, JobOrder } from './online-migration-model.js'

export interface JobLimits {
  /** Milliseconds between two looks. */
  readonly pollMilliseconds: number
  /** From its start to its end; one that takes longer is closed. */
  readonly jobMilliseconds: number
  /** Without any progress; then it is closed as well. */
  readonly stallMilliseconds: number
  /** Longest that it waits for a place among the region's running jobs; then it is closed as well. */
  readonly placeMilliseconds: number
  /** Longest that the service may take to close a job. */
  readonly closeMilliseconds: number
}

/** How a job came to its end; what it carried is found out in the stores. */
export interface JobEnd {
  /** `finished` by itself, `closed` by us, `gone`: somebody removed it. */
  readonly how: 'finished' | 'closed' | 'gone'
  /** Why it was closed. */
  readonly reason?: string
  readonly counts?: JobHistory
  /** What the service says of it in the end. */
  readonly told?: JobCounts
}

/** Grace for the last word to a job when its process is interrupted. */
const farewellMilliseconds = 15_000
const relaunchCountMax = 2

/** One job on its way: launched where it stands still, watched until it ends, closed when it is stuck. */
export class OnlineJob {
  readonly #client: OnlineMigrationClient
  readonly #name: string
  readonly #limits: JobLimits
  readonly #giveUpAt: number
  #launchCount = 0
  #seen = ''
  #movedAt = Date.now()
  #row: JobHistory | undefined
  #waitsFor = ''
  #waitingSince: number | undefined

  /** `startedAt`: milliseconds since 1970. */
  constructor(client: OnlineMigrationClient, name: string, limits: JobLimits, startedAt: number) {
    this.#client = client
    this.#name = name
    this.#limits = limits
    this.#giveUpAt = startedAt + limits.jobMilliseconds
  }

  /** An interruption suspends the job; the next process launches it again. */
  async toEnd(call: Call): Promise<JobEnd> {
    try {
      return await this.#watch(call)
    } catch (error) {
      if (call.signal.aborted) await this.#suspend()
      throw error
    }
  }

  /** Stops it for good; quiet when it is over or gone. */
  async close(reason: string, call: Call): Promise<JobEnd> {
    const giveUpAt = Math.min(call.deadlineAt, Date.now() + this.#limits.closeMilliseconds)
    for (;;) {
      const job = await this.#client.getJob(this.#name, call)
      if (job === undefined) return { how: 'gone', reason }
      if (hasEnded(job) || this.#isUnborn(job)) return this.#ended('closed', reason, call)
      if (job.status !== 'IMPORT_JOB_CLOSING') await this.#order('IMPORT_JOB_CLOSING', call)
      if (Date.now() + this.#limits.pollMilliseconds >= giveUpAt) throw this.#notClosed(job, reason)
      await this.#pause(call)
    }
  }

  /** Nothing starts a job that nobody launched, and some services close only what was. */
  #isUnborn({ status }: ImportJob): boolean {
    return status === 'IMPORT_JOB_BEGIN' && this.#launchCount === 0
  }

  async #watch(call: Call): Promise<JobEnd> {
    for (;;) {
      const job = await this.#client.getJob(this.#name, call)
      if (job === undefined) return { how: 'gone' }
      if (hasEnded(job)) return this.#ended('finished', undefined, call)
      const stop = await this.#goOn(job, call)
      if (stop !== undefined) return this.close(stop, call)
      await this.#pause(call)
    }
  }

  /** What speaks for closing it; undefined while it is on its way. */
  async #goOn(job: ImportJob, call: Call): Promise<string | undefined> {
    this.#row = await this.#client.newestHistory(this.#name, call)
    const isStanding = ['IMPORT_JOB_BEGIN', 'IMPORT_JOB_SUSPEND', 'IMPORT_JOB_INTERRUPTED'].includes(job.status)
    this.#look(job, call)
    if (isStanding) {
      if (job.status === 'IMPORT_JOB_INTERRUPTED' && this.#launchCount > relaunchCountMax) {
        return `the service interrupted it: ${this.#row?.message ?? 'no message'}`
      }
      // One that somebody else suspends while we watch is left alone, as long as the deadline allows.
      if (job.status !== 'IMPORT_JOB_SUSPEND' || this.#launchCount === 0) await this.#launch(call)
    }
    if (Date.now() >= this.#giveUpAt) return `it did not end within ${this.#limits.jobMilliseconds / 60_000} minutes`
    if (Date.now() - (this.#waitingSince ?? Date.now()) >= this.#limits.placeMilliseconds) {
      return `no place for it within ${this.#limits.placeMilliseconds / 60_000} minutes (${this.#waitsFor})`
    }
    if (Date.now() - this.#movedAt >= this.#limits.stallMilliseconds) {
      return `it did not move for ${this.#limits.stallMilliseconds / 60_000} minutes (${job.status})`
    }
    return undefined
  }

  #look({ status }: ImportJob, call: Call): void {
    const { copiedCount = 0, totalCount = 0, copiedSize = 0, failedCount = 0, listStatus = '' } = this.#row ?? {}
    const seen = [status, copiedCount, totalCount, copiedSize, failedCount, listStatus].join(' ')
    if (seen === this.#seen) return
    this.#seen = seen
    this.#movedAt = Date.now()
    const word = status.replace('IMPORT_JOB_', '').toLowerCase()
    call.note({ byteCount: copiedSize, text: `job ${this.#name} ${word}, ${copiedCount} of ${totalCount} objects` })
  }

  /** All places of the region may be taken, also by other people's jobs: then it stands still until the next look. */
  async #launch(call: Call): Promise<void> {
    try {
      await this.#order('IMPORT_JOB_LAUNCHING', call)
      this.#launchCount += 1
      this.#waitingSince = undefined
    } catch (error) {
      const refusal = error instanceof MigrationError ? error.cause : undefined
      if (!(refusal instanceof OnlineMigrationRefusal) || !isQuota(refusal)) throw error
      this.#waitsFor = refusal.message
      this.#waitingSince ??= Date.now()
      this.#movedAt = Date.now()
      call.note({ text: `job ${this.#name} waits: ${refusal.message}` })
    }
  }

  /** A refusal because the job has another status than a moment ago is no failure: the next look shows it. */
  async #order(status: JobOrder, call: Call): Promise<void> {
    try {
      await this.#client.updateJob(this.#name, { status }, call)
    } catch (error) {
      const refusal = error instanceof MigrationError ? error.cause : undefined
      const isLate = refusal instanceof OnlineMigrationRefusal && /Status/i.test(refusal.code)
      if (!isLate) throw error
    }
  }

  async #suspend(): Promise<void> {
    const controller = new AbortController()
    const call = { signal: controller.signal, deadlineAt: Date.now() + farewellMilliseconds, note: () => undefined }
    // The error that is on its way says more than one from here.
    await this.#order('IMPORT_JOB_SUSPEND', call).catch(() => undefined)
  }

  async #ended(how: JobEnd['how'], reason: string | undefined, call: Call): Promise<JobEnd> {
    const counts = await this.#client.newestHistory(this.#name, call)
    return { how, ...(reason === undefined ? {} : { reason }), ...(counts === undefined ? {} : { counts }) }
  }

  async #pause(call: Call): Promise<void> {
    await pauseFor(`job ${this.#name}`, this.#limits.pollMilliseconds, call.signal)
  }

  #notClosed({ status }: ImportJob, reason: string): MigrationError {
    const message = `job ${this.#name}: ${reason}; it was told to close and is ${status} still`
    return new MigrationError('transfer-failed', message, {
      hint: 'nothing is carried to that prefix while the job may write there; close it in the console, then run the same command again',
    })
  }
}

export function hasEnded({ status }: ImportJob): boolean {
  return status === 'IMPORT_JOB_FINISHED' || status === 'IMPORT_JOB_CONFIRMED'
}
