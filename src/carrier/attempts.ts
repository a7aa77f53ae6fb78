import { setTimeout as sleep } from 'node:timers/promises'
import { MigrationError } from '../model/errors.js'
import type { ErrorCode } from '../model/errors.js'
import { retryDelay } from '../model/retry.js'
import type { Call } from '../model/work.js'
import { retryPauses } from './crossing.js'

/** Refusals for the pace that one piece of work meets before they count as failures. */
const throttledCountMax = 12
/** Tries of one piece of work that broke off: a network may be away for longer than bytes stay wrong. */
const brokenCountMax = 6

/**
 * Tries until it works, a failure is not transient (or not of the given codes), or the attempts are used up, of which
 * wrong bytes have fewer; with growing, jittered pauses between.
 */
export async function persist<Result>(
  attemptCountMax: number,
  call: Call,
  attempt: () => Promise<Result>,
  codes?: readonly ErrorCode[],
): Promise<Result> {
  let throttledCount = 0
  for (let attemptNumber = 1; ; attemptNumber += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof MigrationError) || !error.transient) throw error
      if (codes !== undefined && !codes.includes(error.code)) throw error
      if (error.throttled && throttledCount < throttledCountMax) {
        // Nothing was wrong but the pace, which slows down meanwhile.
        attemptNumber -= 1
        throttledCount += 1
        await pause(throttledCount, attemptCountMax, call, error)
        continue
      }
      const isWrong = error.code === 'transfer-corrupt'
      if (attemptNumber >= (isWrong ? attemptCountMax : Math.max(attemptCountMax, brokenCountMax))) {
        throw settled(error, attemptNumber)
      }
      await pause(attemptNumber, attemptCountMax, call, error)
    }
  }
}

/** Bytes that came out wrong every time do not come out right by waiting. */
function settled(error: MigrationError, attemptCount: number): MigrationError {
  if (error.code !== 'transfer-corrupt') return error
  const message = `${error.message}; tried ${attemptCount} times`
  return new MigrationError(error.code, message, { ...(error.hint && { hint: error.hint }), cause: error.cause })
}

async function pause(attemptNumber: number, attemptCountMax: number, call: Call, error: MigrationError): Promise<void> {
  const jittered = retryDelay(attemptNumber, { ...retryPauses, attemptCountMax }, Math.random())
  const delay = jittered + (error.retryAfterMilliseconds ?? 0)
  if (Date.now() + delay >= call.deadlineAt) throw error
  await sleep(delay, undefined, { signal: call.signal }).catch(() => {
    throw new MigrationError('interrupted', `${error.message} (interrupted while waiting to try again)`)
  })
}
