import { setTimeout as sleep } from 'node:timers/promises'
import type { Bandwidth } from './paced-bytes.js'

/** Shorter waits cost more than they even out. */
const waitMillisecondsMin = 4

/** One after the other: each taker's bytes take their time, and the next one's begin after them. */
export class SharedBandwidth implements Bandwidth {
  readonly #rate: () => number | undefined
  #freeAt = 0

  /** `rate` in bytes per second, of this moment; undefined: no limit. */
  constructor(rate: () => number | undefined) {
    this.#rate = rate
  }

  async take(byteCount: number): Promise<void> {
    const bytesPerSecond = this.#rate()
    if (bytesPerSecond === undefined) return
    const now = performance.now()
    const startAt = Math.max(now, this.#freeAt)
    this.#freeAt = startAt + (byteCount / bytesPerSecond) * 1000
    if (startAt - now >= waitMillisecondsMin) await sleep(startAt - now)
  }
}
