import type { HttpAnswer, Silence } from './exchange.js'
import type { Refusal } from './refusal.js'

export type Reply = HttpAnswer | Refusal | Silence

/** How often a request may be repeated, and how long to wait between. */
export interface RetryPolicy {
  readonly tryCountMax: number
  readonly firstMilliseconds: number
  readonly longestMilliseconds: number
}

/** About 15 seconds in all before a request is given up (maxcompute.md 1.5). */
export const standardRetry: RetryPolicy = { tryCountMax: 8, firstMilliseconds: 200, longestMilliseconds: 20_000 }

/** A service that asks for more is told as failed; whoever called decides about so long a wait. */
export const retryAfterMillisecondsMax = 300_000

const passingStatuses = new Set([429, 502, 503, 504])

/**
 * Whether the reply allows the same request again. `repeatable`: the request changes nothing when sent twice.
 * One that is not may go again only where it is certain that nothing was sent.
 */
export function mayRepeat(reply: Reply, repeatable: boolean): boolean {
  if (reply.kind === 'answer') return false
  if (reply.kind === 'silence') return reply.how !== 'aborted' && reply.tooLong !== true && (repeatable || !reply.sent)
  return repeatable && passingStatuses.has(reply.status)
}

/** Milliseconds before try number `triedCount + 1`: doubling, and half of it by chance. */
export function backoff(triedCount: number, policy: RetryPolicy, chance = Math.random()): number {
  const ceiling = Math.min(policy.longestMilliseconds, policy.firstMilliseconds * 2 ** (triedCount - 1))
  return ceiling / 2 + (ceiling / 2) * chance
}

/** At least as long as the service asks for; undefined when that is too long to wait. */
export function waitBefore(triedCount: number, reply: Reply, policy: RetryPolicy): number | undefined {
  const asked = reply.kind === 'refusal' ? (reply.retryAfterMilliseconds ?? 0) : 0
  return asked > retryAfterMillisecondsMax ? undefined : Math.max(asked, backoff(triedCount, policy))
}

/** Resolves after the time or, early and without an error, on abort. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve()
    const done = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    signal?.addEventListener('abort', done, { once: true })
  })
}
