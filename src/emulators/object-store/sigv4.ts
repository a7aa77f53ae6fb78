import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { encode, encodePath, type StoreRequest } from './store-request.js'

/** What a SigV4 request says of its signature, in its header or its query. */
export interface Sigv4Claim {
  readonly accessKeyId: string
  /** YYYYMMDD */
  readonly day: string
  readonly region: string
  readonly service: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
  /** YYYYMMDDTHHMMSSZ */
  readonly timestamp: string
  /** Seconds, for presigned requests. */
  readonly expires?: number
}

/** The canonical request; `payloadHash` as the request names it. */
export function canonicalRequest(
  request: Pick<StoreRequest, 'method' | 'path' | 'query' | 'headers'>,
  signedHeaders: readonly string[],
  payloadHash: string,
): string {
  const query = [...request.query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, av], [b, bv]) => (a < b ? -1 : a > b ? 1 : av < bv ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
  const headers = signedHeaders.map((name) => `${name}:${collapse(request.headers.get(name) ?? '')}\n`)
  return [
    request.method,
    encodePath(request.path),
    query.join('&'),
    headers.join(''),
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n')
}

export function scopeOf(claim: Sigv4Claim): string {
  return `${claim.day}/${claim.region}/${claim.service}/aws4_request`
}

export function stringToSign(claim: Sigv4Claim, canonical: string): string {
  return ['AWS4-HMAC-SHA256', claim.timestamp, scopeOf(claim), sha256(canonical)].join('\n')
}

export function signingKey(secret: string, claim: Sigv4Claim): Buffer {
  const parts = [claim.day, claim.region, claim.service, 'aws4_request']
  return parts.reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`))
}

export function sign(key: Buffer, text: string): string {
  return hmac(key, text).toString('hex')
}

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

export function sameSignature(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function collapse(value: string): string {
  return value.trim().replace(/ +/g, ' ')
}
