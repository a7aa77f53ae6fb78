import { setMaxListeners } from 'node:events'
import { MigrationError } from '../model/errors.js'
import type { Call } from '../model/work.js'

/** What a request may take before its first byte counts. */
const baseMilliseconds = 60_000
/** A transfer that is slower than this is as good as dead. */
const bytesPerSecondMin = 32 * 1024
/** Node's timers hold no more. */
const timerMillisecondsMax = 2 ** 31 - 1

/**
 * One request under way: aborted by the caller's signal, by the caller's deadline, by its own time limit (which covers
 * the body and grows with it), or by a failing body. The reason of the signal is the error to report.
 */
export class OpenRequest {
  /** For messages: `read s3://bucket/key`. */
  readonly subject: string
  /** How long a service may be silent, where that is longer than others may. */
  readonly patienceMilliseconds: number | undefined
  readonly #call: Call
  readonly #controller = new AbortController()
  readonly #timer: NodeJS.Timeout
  readonly #onAbort = (): void => this.abort(interrupted(this.subject))

  constructor(subject: string, call: Call, byteCount: number, patienceMilliseconds?: number) {
    this.subject = subject
    this.patienceMilliseconds = patienceMilliseconds
    this.#call = call
    const milliseconds = timeLimit(call, patienceMilliseconds ?? baseMilliseconds, byteCount)
    this.#timer = setTimeout(() => this.abort(timedOut(subject, milliseconds)), milliseconds)
    this.#timer.unref()
    // Many requests hang on one signal by design; Node warns of the eleventh.
    setMaxListeners(0, call.signal)
    if (call.signal.aborted) this.#onAbort()
    else call.signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  abort(reason: Error): void {
    this.#controller.abort(reason)
  }

  /** The reason of the abort where there was one: what the client reports then is only its echo. */
  reasonOr(error: unknown): unknown {
    return this.signal.aborted ? this.signal.reason : error
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#call.signal.removeEventListener('abort', this.#onAbort)
  }
}

function timeLimit(call: Call, patienceMilliseconds: number, byteCount: number): number {
  const own = patienceMilliseconds + (byteCount / bytesPerSecondMin) * 1000
  return Math.ceil(Math.max(0, Math.min(own, call.deadlineAt - Date.now(), timerMillisecondsMax)))
}

function interrupted(subject: string): MigrationError {
  return new MigrationError('interrupted', `${subject}: interrupted`)
}

function timedOut(subject: string, milliseconds: number): MigrationError {
  return new MigrationError('store-failed', `${subject}: no complete answer within ${milliseconds} ms`, {
    transient: true,
  })
}
