import { MigrationError, type ErrorCode } from '../../model/errors.js'
import type { Call } from '../../model/work.js'

/** Longest delay that a timer takes, in milliseconds. */
const timerMillisecondsMax = 2_147_483_647
/** How long work that was told to end may take to do so. */
const endingMillisecondsMax = 10_000

/**
 * Waits for work until the call is aborted (`interrupted`) or late (`lateCode`); then `end` is to make the work
 * end, which is waited for, and the call's reason is thrown. Without `end` the work is left to run on.
 * Work is not started when the call is over already.
 */
export async function unlessStopped<T>(
  subject: string,
  call: Call,
  start: () => Promise<T>,
  end: (() => Promise<void>) | undefined,
  lateCode: ErrorCode = 'source-failed',
): Promise<T> {
  if (call.signal.aborted) throw interrupted(subject)
  if (Date.now() >= call.deadlineAt) throw late(subject, lateCode)
  const work = start()
  const stop = new Stop(subject, call, lateCode)
  try {
    return await Promise.race([work, stop.reason])
  } catch (error) {
    if (!stop.happened || end === undefined) throw error
    const ended = work.then(nothing, nothing)
    await Promise.race([end().then(() => ended), delay(endingMillisecondsMax)])
    throw error
  } finally {
    stop.release()
  }
}

/** Waits the given time, or until the call stops. */
export async function pause(subject: string, milliseconds: number, call: Call): Promise<void> {
  const timer = new AbortController()
  const end = async (): Promise<void> => timer.abort()
  await unlessStopped(subject, call, () => delay(milliseconds, timer.signal), end, 'source-unresolved')
}

class Stop {
  readonly reason: Promise<never>
  happened = false
  #release: () => void = nothing

  constructor(subject: string, call: Call, lateCode: ErrorCode) {
    this.reason = new Promise((_resolve, reject) => {
      const stop = (error: MigrationError): void => {
        this.happened = true
        reject(error)
      }
      const onAbort = (): void => stop(interrupted(subject))
      const wait = Math.min(call.deadlineAt - Date.now(), timerMillisecondsMax)
      const timer = setTimeout(() => stop(late(subject, lateCode)), wait)
      call.signal.addEventListener('abort', onAbort, { once: true })
      this.#release = () => {
        clearTimeout(timer)
        call.signal.removeEventListener('abort', onAbort)
      }
    })
    this.reason.catch(nothing)
  }

  release(): void {
    this.#release()
  }
}

function delay(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

function interrupted(subject: string): MigrationError {
  return new MigrationError('interrupted', `${subject}: interrupted`)
}

function late(subject: string, code: ErrorCode): MigrationError {
  return new MigrationError(code, `${subject}: no answer before the deadline`)
}

function nothing(): void {
  return undefined
}
