import { MigrationError } from '../model/errors.js'

/** Refusals that come together tell of one and the same crowd. */
const slowedMilliseconds = 1000

/**
 * A limit on what runs at once; who waits is served in order of arrival. A service that asks for a slower pace halves it;
 * work that succeeds lets it grow back, by one for every round.
 */
export class Slots {
  readonly #countMax: number
  #limit: number
  #busyCount = 0
  #slowedAt = -Infinity
  readonly #waiting: (() => void)[] = []

  constructor(count: number) {
    this.#countMax = count
    this.#limit = count
  }

  /** How many may run at once now. */
  get limit(): number {
    return Math.floor(this.#limit)
  }

  async hold<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    await this.#acquire(signal)
    try {
      const result = await work()
      this.#limit = Math.min(this.#countMax, this.#limit + 1 / this.#limit)
      return result
    } catch (error) {
      if (error instanceof MigrationError && error.throttled) this.slow()
      throw error
    } finally {
      this.#release()
    }
  }

  slow(): void {
    const now = performance.now()
    if (now - this.#slowedAt < slowedMilliseconds) return
    this.#slowedAt = now
    this.#limit = Math.max(1, this.#limit / 2)
  }

  #acquire(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(interrupted())
    if (this.#busyCount < this.limit) {
      this.#busyCount += 1
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1)
        reject(interrupted())
      }
      this.#waiting.push(enter)
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  #release(): void {
    this.#busyCount -= 1
    while (this.#busyCount < this.limit) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      this.#busyCount += 1
      next()
    }
  }
}

function interrupted(): MigrationError {
  return new MigrationError('interrupted', 'transfer: interrupted before it began')
}
