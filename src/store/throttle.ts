import type { IncomingHttpHeaders } from 'node:http'

export interface Throttle {
  /** The service asks for fewer requests. */
  readonly throttled?: boolean
  /** How long it wants to be left alone. */
  readonly retryAfterMilliseconds?: number
}

const throttleCodes = new Set(['SlowDown', 'Throttling', 'QpsLimitExceeded', 'RequestLimitExceeded', 'TooManyRequests'])
/** Nobody is kept waiting longer than this because of a header. */
const retryAfterMillisecondsMax = 5 * 60 * 1000

/** What an answer says about our pace. `Retry-After` counts seconds or names a moment (RFC 9110 10.2.3). */
export function throttleOf(status: number, code: string | undefined, headers: IncomingHttpHeaders): Throttle {
  const throttled = status === 503 || status === 429 || (code !== undefined && throttleCodes.has(code))
  const retryAfterMilliseconds = retryAfter(headers['retry-after'])
  return {
    ...(throttled && { throttled }),
    ...(throttled && retryAfterMilliseconds !== undefined && { retryAfterMilliseconds }),
  }
}

function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  const milliseconds = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  if (Number.isNaN(milliseconds)) return undefined
  return Math.min(Math.max(0, milliseconds), retryAfterMillisecondsMax)
}

/** Milliseconds for which OSS held a request back, because an account or bucket is at its limit; 0: it did not. */
export function qosDelayOf(headers: IncomingHttpHeaders): number {
  const told = Number(headers['x-oss-qos-delay-time'] ?? 0)
  return Number.isFinite(told) && told > 0 ? told : 0
}
