import { MigrationError } from '../model/errors.js'

/** Refusals that come together tell of one and the same crowd. */
const slowedMilliseconds = 1000

interface Waiting {
  readonly weight: number
  readonly enter: () => void
}

/**
 * A limit on what runs at once; who waits is served in order of arrival. A service that asks for a slower pace halves it;
 * work that succeeds lets it grow back, by one for every round.
 */
export class Slots {
  readonly #countMax: number
  #limit: number
  /** Sum of the weights; quarters add up exactly. */
  #busy = 0
  #slowedAt = -Infinity
  readonly #waiting: Waiting[] = []

  constructor(count: number) {
    this.#countMax = count
    this.#limit = count
  }

  /** How many may run at once now. */
  get limit(): number {
    return Math.floor(this.#limit)
  }

  /** `weight`: of the limit, for work that is less than others, 1 at most. */
  async hold<Result>(signal: AbortSignal, work: () => Promise<Result>, weight = 1): Promise<Result> {
    await this.#acquire(signal, weight)
    try {
      const result = await work()
      this.#limit = Math.min(this.#countMax, this.#limit + weight / this.#limit)
      return result
    } catch (error) {
      if (error instanceof MigrationError && error.throttled) this.slow()
      throw error
    } finally {
      this.#release(weight)
    }
  }

  slow(): void {
    const now = performance.now()
    if (now - this.#slowedAt < slowedMilliseconds) return
    this.#slowedAt = now
    this.#limit = Math.max(1, this.#limit / 2)
  }

  #acquire(signal: AbortSignal, weight: number): Promise<void> {
    if (signal.aborted) return Promise.reject(interrupted())
    if (this.#waiting.length === 0 && this.#hasRoom(weight)) {
      this.#busy += weight
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
        reject(interrupted())
        // It may have stood in the way of lighter ones.
        this.#admit()
      }
      const waiting = { weight, enter }
      this.#waiting.push(waiting)
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  #release(weight: number): void {
    this.#busy -= weight
    this.#admit()
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined && this.#hasRoom(next.weight); next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#busy += next.weight
      next.enter()
    }
  }

  #hasRoom(weight: number): boolean {
    return this.#busy + weight <= this.limit
  }
}

function interrupted(): MigrationError {
  return new MigrationError('interrupted', 'transfer: interrupted before it began')
}
