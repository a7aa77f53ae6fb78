/** How often and how long to try again what may succeed by waiting. */
export interface RetryLimits {
  /** Tries of one request, the first one included. */
  readonly attemptCountMax: number
  readonly firstDelayMilliseconds: number
  readonly delayMillisecondsMax: number
}

/**
 * Milliseconds to wait after the given failed attempt (1: the first): anything between nothing and a ceiling that doubles.
 * Full jitter, because many requests throttled together must not come back together. `random` is in [0, 1).
 */
export function retryDelay(attemptNumber: number, limits: RetryLimits, random: number): number {
  const ceiling = limits.firstDelayMilliseconds * 2 ** (attemptNumber - 1)
  return Math.floor(random * Math.min(limits.delayMillisecondsMax, ceiling))
}
