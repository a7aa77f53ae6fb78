import { MigrationError } from '../../model/errors.js'
import type { Statement } from '../../model/statement.js'
import type { Attempt, Call, Found, Work } from '../../model/work.js'
import type { InstanceOutcome } from '../target.js'
import type { MaxComputeClient } from './client.js'
import { taskError } from './errors.js'
import { readOutcome, type InstanceEnd } from './instance-end.js'
import { instanceError } from './instance-error.js'
import { lookUpSubmission } from './look-up.js'
import { pause } from './retry.js'

export type InstanceHandle = { readonly instance: string }

export interface Pace {
  /** First and longest pause between two looks at a running instance. */
  readonly firstMilliseconds: number
  readonly longestMilliseconds: number
  /** A submission of a moment ago may not be listed yet: an empty listing is believed when it stays empty this long. */
  readonly listingLagMilliseconds: number
}

export const standardPace: Pace = { firstMilliseconds: 100, longestMilliseconds: 5_000, listingLagMilliseconds: 3_000 }

/** A note for people must not hold up the waiting. */
const progressMillisecondsMax = 2_000
/** Stages that one note tells of. */
const stageCountMax = 8

/** One statement as work: the attempt's token is both job name and guid, so that the service itself knows it. */
export class StatementWork implements Work<InstanceHandle, InstanceOutcome> {
  readonly #client: MaxComputeClient
  readonly #statement: Statement
  readonly #pace: Pace

  constructor(client: MaxComputeClient, statement: Statement, pace: Pace = standardPace) {
    this.#client = client
    this.#statement = statement
    this.#pace = pace
  }

  async find(attempt: Attempt, call: Call): Promise<Found<InstanceHandle>> {
    const bounds = this.#bounds(call)
    const { token: jobName, startedAt } = attempt
    const sought = { jobName, ...(startedAt === undefined ? {} : { startedAt }) }
    let found = await lookUpSubmission(this.#client, sought, bounds)
    if (found.kind === 'none') {
      await pause(this.#pace.listingLagMilliseconds, call.signal)
      found = await lookUpSubmission(this.#client, sought, bounds)
    }
    if (found.kind === 'none') return 'never'
    if (found.kind === 'unclear') return 'unknown'
    return (await this.#isLost(found.instance, call)) ? 'lost' : { begun: { instance: found.instance } }
  }

  /** Ended by a failure that may pass, or by a cancel: it cannot succeed any more, and another attempt can. */
  async #isLost(instance: string, call: Call): Promise<boolean> {
    const bounds = this.#bounds(call)
    if ((await this.#client.instanceStatus(instance, false, bounds)) !== 'Terminated') return false
    const end = await readOutcome(this.#client, instance, bounds)
    if (end?.status === 'cancelled') return true
    return end?.status === 'failed' && taskError(this.#statement.purpose, end, instance).transient
  }

  async begin(attempt: Attempt, call: Call): Promise<InstanceHandle> {
    const { text, settings } = this.#statement
    const { token } = attempt
    const { instance } = await this.#client.submit({ text, settings, jobName: token, guid: token }, this.#bounds(call))
    return { instance }
  }

  async settle(handle: InstanceHandle, call: Call): Promise<InstanceOutcome> {
    const { text, completeness } = await this.end(handle, call)
    const logview = await this.#client.logview(handle.instance, this.#bounds(call))
    if (completeness === 'truncated') throw this.#cut(handle.instance, logview)
    return { instance: handle.instance, logview, result: text }
  }

  /** What the instance said when it succeeded; throws as `settle` does. */
  async end(handle: InstanceHandle, call: Call): Promise<InstanceEnd> {
    const end = await this.#wait(handle.instance, call)
    if (end.status === 'success') return end
    const logview = await this.#client.logview(handle.instance, this.#bounds(call))
    throw taskError(this.#statement.purpose, end, `instance ${handle.instance}, ${logview}`)
  }

  cancel(handle: InstanceHandle, call: Call): Promise<void> {
    return this.#client.cancel(handle.instance, this.#bounds(call))
  }

  /** How the instance ended and what it said; waits with growing pauses, and bears failures that may pass until the deadline. */
  async #wait(instance: string, call: Call): Promise<InstanceEnd> {
    let wait = this.#pace.firstMilliseconds
    let last = 'not asked yet'
    for (let first = true; ; first = false) {
      try {
        const status = await this.#client.instanceStatus(instance, !first, this.#bounds(call))
        last = status.toLowerCase()
        call.note({ text: `instance ${instance}: ${last}${first ? '' : await this.#progress(instance, status, call)}` })
        const end = status === 'Terminated' ? await readOutcome(this.#client, instance, this.#bounds(call)) : undefined
        if (end !== undefined) return end
      } catch (error) {
        if (!(error instanceof MigrationError) || !error.transient)
          throw await instanceError(error, this.#client, instance)
        last = error.message
      }
      if (Date.now() + wait >= call.deadlineAt) throw await this.#stillRunning(instance, last)
      await pause(wait, call.signal)
      if (call.signal.aborted) throw new MigrationError('interrupted', `${this.#statement.purpose}: interrupted`)
      wait = Math.min(this.#pace.longestMilliseconds, wait * 1.5)
    }
  }

  /** How far it is, in words; nothing where the service does not say. */
  async #progress(instance: string, status: string, call: Call): Promise<string> {
    if (status !== 'Running') return ''
    const brief = { ...this.#bounds(call), deadlineAt: Math.min(call.deadlineAt, Date.now() + progressMillisecondsMax) }
    const stages = await this.#client.progress(instance, undefined, brief).catch(() => [])
    const text = stages.map(({ stage, percent }) => `${stage} ${percent} %`).slice(0, stageCountMax)
    return text.length === 0 ? '' : ` (${text.join(', ')}${stages.length > stageCountMax ? ' …' : ''})`
  }

  /** Transient, since waiting longer for the same instance may well succeed. */
  async #stillRunning(instance: string, last: string): Promise<MigrationError> {
    const logview = await this.#client.plainLogview(instance)
    return new MigrationError(
      'target-failed',
      `${this.#statement.purpose}: instance ${instance} has not ended at the deadline (${last}; ${logview})`,
      { transient: true, hint: 'it goes on in MaxCompute; the same command waits for it again' },
    )
  }

  #cut(instance: string, logview: string): MigrationError {
    return new MigrationError(
      'target-refused',
      `${this.#statement.purpose}: the result of instance ${instance} is cut (${logview})`,
      {
        hint: 'ask for fewer rows: aggregate, or add a LIMIT below the limit of the project',
      },
    )
  }

  #bounds(call: Call): { readonly signal: AbortSignal; readonly deadlineAt: number; readonly subject: string } {
    return { signal: call.signal, deadlineAt: call.deadlineAt, subject: this.#statement.purpose }
  }
}
