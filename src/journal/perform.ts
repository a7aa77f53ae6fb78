import { setTimeout } from 'node:timers/promises'
import { MigrationError } from '../model/errors.js'
import type { Attempt, Call, Found, Json, Work } from '../model/work.js'
import type { Journal, StepFailure, StepName, StepStatus } from './journal.js'

/** A step: work that is done once, however often the process dies. */
export interface Step<Handle extends Json, Outcome extends Json, Kept extends Json> {
  readonly name: StepName
  /** The token of an attempt; equal input gives an equal token. */
  token(number: number): string
  /** The work of an attempt that starts now. */
  fresh(attempt: Attempt): Promise<Work<Handle, Outcome>>
  /** The work of an attempt that another process started. */
  earlier(attempt: Attempt): Promise<Work<Handle, Outcome>>
  /** Writes the documents that the outcome makes (the same ones each time) and returns what the journal keeps of it. */
  keep(outcome: Outcome, attempt: Attempt): Promise<Kept>
  /** Most attempts that one process makes when attempts get lost or fail with a transient error. */
  readonly attemptCountMax: number
  /** The error when nobody can tell what became of an attempt. */
  unresolved(attempt: Attempt): MigrationError
}

/**
 * Brings a step to its outcome: returns at once what an earlier process journaled, picks up what it left running,
 * and otherwise attempts it. The token is durable before anything outside happens.
 */
export async function perform<H extends Json, O extends Json, K extends Json>(
  journal: Journal,
  step: Step<H, O, K>,
  call: Call,
): Promise<K> {
  for (let round = 1; ; round += 1) {
    const status = journal.status(step.name)
    if (status.state === 'succeeded') return status.outcome as K
    call.signal.throwIfAborted()
    try {
      if (status.state === 'pending' || status.state === 'failed') return await attempt(journal, step, status, call)
      const picked = await pickUp(journal, step, status, call)
      if (picked !== 'again') return picked.kept
    } catch (error) {
      const again = error instanceof MigrationError && error.transient && round < step.attemptCountMax
      if (!again) throw error
      await pause(round, call)
    }
  }
}

const pauseMillisecondsMax = 30_000

/** Full jitter round a doubling wait, so that many relations do not come back at once. */
async function pause(round: number, call: Call): Promise<void> {
  const most = Math.min(pauseMillisecondsMax, 500 * 2 ** round, Math.max(0, call.deadlineAt - Date.now()))
  await setTimeout(Math.random() * most, undefined, { signal: call.signal })
}

async function attempt<H extends Json, O extends Json, K extends Json>(
  journal: Journal,
  step: Step<H, O, K>,
  status: StepStatus,
  call: Call,
): Promise<K> {
  const number = status.number + 1
  const startedAt = Date.now()
  const attempt: Attempt = { token: step.token(number), number, startedAt }
  const work = await step.fresh(attempt)
  await journal.append({ event: 'attempted', step: step.name, token: attempt.token, number, startedAt })
  let handle: H
  try {
    handle = await work.begin(attempt, call)
  } catch (error) {
    await noteError(journal, step.name, error)
    throw error
  }
  await journal.append({ event: 'begun', step: step.name, handle })
  return settle(journal, step, work, handle, attempt, call)
}

/** An error of `begin` that is not final leaves the step attempted: the next look finds out what became of it. */
async function noteError(journal: Journal, step: StepName, error: unknown): Promise<void> {
  if (!(error instanceof MigrationError)) return
  const failure = failureOf(error)
  if (error.code.endsWith('-unresolved')) await journal.append({ event: 'unresolved', step, failure })
  else if (isFinal(error)) await journal.append({ event: 'failed', step, failure })
}

async function settle<H extends Json, O extends Json, K extends Json>(
  journal: Journal,
  step: Step<H, O, K>,
  work: Work<H, O>,
  handle: H,
  attempt: Attempt,
  call: Call,
): Promise<K> {
  try {
    const outcome = await work.settle(handle, call)
    const kept = await step.keep(outcome, attempt)
    await journal.append({ event: 'succeeded', step: step.name, outcome: kept })
    return kept
  } catch (error) {
    await noteError(journal, step.name, error)
    throw error
  }
}

/** A final error says that this attempt is over; a transient one, an interruption or a full disk says nothing about it. */
function isFinal(error: MigrationError): boolean {
  return !error.transient && error.code !== 'interrupted' && error.code !== 'disk'
}

async function pickUp<H extends Json, O extends Json, K extends Json>(
  journal: Journal,
  step: Step<H, O, K>,
  status: StepStatus & { state: 'attempted' | 'begun' | 'unresolved' },
  call: Call,
): Promise<{ readonly kept: K } | 'again'> {
  const { token, number, startedAt } = status
  const attempt: Attempt = { token, number, ...(startedAt === undefined ? {} : { startedAt }) }
  const work = await step.earlier(attempt)
  const found = await work.find(attempt, call)
  // A handle that was journaled is settled as it is, unless its attempt is certainly over: never a second start.
  const handle = status.state === 'begun' && found !== 'lost' ? (status.handle as H) : handleOf(found)
  if (handle !== undefined) {
    if (status.state !== 'begun') await journal.append({ event: 'begun', step: step.name, handle })
    return { kept: await settle(journal, step, work, handle, attempt, call) }
  }
  if (found !== 'lost' && found !== 'never') {
    const error = step.unresolved(attempt)
    await noteError(journal, step.name, error)
    throw error
  }
  await journal.append({ event: 'lost', step: step.name, reason: found })
  return 'again'
}

function handleOf<H>(found: Found<H>): H | undefined {
  return typeof found === 'object' ? found.begun : undefined
}

export function failureOf(error: unknown): StepFailure {
  if (!(error instanceof MigrationError)) return { code: 'bug', message: String(error) }
  const failure = { code: error.code, message: error.message }
  return error.hint === undefined ? failure : { ...failure, hint: error.hint }
}
