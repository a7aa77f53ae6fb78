import { Refusal } from './refusal.js'
import type { StoreRequest } from './store-request.js'

/** First and last byte, both inclusive. */
export interface Span {
  readonly first: number
  readonly last: number
}

/**
 * What `Range` asks of an object: a span as written (its last may lie beyond the end), `unsatisfiable`,
 * or undefined when there is none that the stores understand (they serve single ranges and ignore the rest).
 */
export function parseRange(header: string | undefined, byteCount: number): Span | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec((header ?? '').trim())
  if (match === null) return undefined
  const [, from = '', to = ''] = match
  if (from === '' && to === '') return undefined
  if (from === '') {
    const wanted = Math.min(Number(to), byteCount)
    return wanted === 0 ? 'unsatisfiable' : { first: byteCount - wanted, last: byteCount - 1 }
  }
  const [first, last] = [Number(from), to === '' ? byteCount - 1 : Number(to)]
  if (to !== '' && last < first) return undefined
  return first >= byteCount ? 'unsatisfiable' : { first, last }
}

/** The conditions of a read or of a copy's source (`prefix` in front of the headers' names), in HTTP's order. */
export function checkConditions(request: StoreRequest, etag: string, modifiedAt: number, prefix = ''): void {
  const header = (name: string): string | undefined => request.headers.get(prefix + name)
  const [match, none] = [header('if-match'), header('if-none-match')]
  const [since, until] = [header('if-modified-since'), header('if-unmodified-since')]
  const seconds = Math.floor(modifiedAt / 1000) * 1000
  if (match !== undefined && !namesEtag(match, etag)) throw preconditionFailed('If-Match')
  if (match === undefined && until !== undefined && seconds > Date.parse(until)) {
    throw preconditionFailed('If-Unmodified-Since')
  }
  const unchanged = none !== undefined ? namesEtag(none, etag) : since !== undefined && Date.parse(since) >= seconds
  if (!unchanged) return
  if (prefix !== '') throw preconditionFailed('If-None-Match')
  throw new Refusal(304, 'NotModified', 'Not Modified', {}, { etag: `"${etag}"` })
}

export function preconditionFailed(condition: string): Refusal {
  const message = 'At least one of the pre-conditions you specified did not hold'
  return new Refusal(412, 'PreconditionFailed', message, { Condition: condition })
}

function namesEtag(header: string, etag: string): boolean {
  return header.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^"|"$/g, '') === etag)
}
