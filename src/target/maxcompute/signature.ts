import { createHmac } from 'node:crypto'
import type { AccessKeys } from '../../model/credentials.js'

/** What a signature covers: everything but the body. */
export interface SignedRequest {
  readonly method: string
  /** Below the endpoint (`/projects/p1/tables`), not percent-encoded. */
  readonly path: string
  /** Not percent-encoded; a flag has the empty value. */
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
}

export type SignatureScheme = { readonly version: 'v2' } | { readonly version: 'v4'; readonly region: string }

const signedByName = new Set(['content-md5', 'content-type', 'date'])
const signedPrefix = 'x-odps-'

/** The path and the sorted parameters, decoded; a parameter without a value is its bare name (maxcompute.md 1.4). */
export function canonicalResource(path: string, query: Readonly<Record<string, string>>): string {
  const parameters = Object.entries(query)
    .sort(byName)
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
  return parameters.length === 0 ? path : `${path}?${parameters.join('&')}`
}

/** The text that both schemes sign: lines joined by `\n`, no newline at the end (maxcompute.md 1.4). */
export function canonicalString(request: SignedRequest): string {
  const resource = canonicalResource(request.path, request.query)
  return [request.method.toUpperCase(), ...signedLines(request), resource].join('\n')
}

/** One name order for all lines puts content-md5, content-type and date before every `x-odps-`. */
function signedLines(request: SignedRequest): string[] {
  const values = new Map<string, string>([
    ['content-md5', ''],
    ['content-type', ''],
  ])
  for (const [name, value] of [...Object.entries(request.headers), ...Object.entries(request.query)]) {
    const lower = name.toLowerCase()
    if (lower.startsWith(signedPrefix)) values.set(lower, value)
  }
  for (const [name, value] of Object.entries(request.headers)) {
    if (signedByName.has(name.toLowerCase())) values.set(name.toLowerCase(), value)
  }
  return [...values].sort(byName).map(([name, value]) => (name.startsWith(signedPrefix) ? `${name}:${value}` : value))
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Base64 HMAC-SHA1 of the canonical string under the secret itself. */
export function signV2(canonical: string, secret: string): string {
  return createHmac('sha1', secret).update(canonical, 'utf8').digest('base64')
}

/** Keys are derived with SHA-256, yet the signature itself is SHA-1 (maxcompute.md 1.4). `date`: `yyyyMMdd` in UTC. */
export function signV4(canonical: string, secret: string, date: string, region: string): string {
  return createHmac('sha1', signingKeyV4(secret, date, region))
    .update(canonical, 'utf8')
    .digest('base64')
}

export function signingKeyV4(secret: string, date: string, region: string): Buffer {
  let key: Buffer = Buffer.from(`aliyun_v4${secret}`, 'utf8')
  for (const part of [date, region, 'odps', 'aliyun_v4_request']) key = createHmac('sha256', key).update(part).digest()
  return key
}

/** The value of `Authorization`. The day of the V4 scope is taken from the signed `Date`, so that both always agree. */
export function authorization(request: SignedRequest, keys: AccessKeys, scheme: SignatureScheme): string {
  const canonical = canonicalString(request)
  if (scheme.version === 'v2') return `ODPS ${keys.accessKeyId}:${signV2(canonical, keys.accessKeySecret)}`
  const date = scopeDate(request.headers)
  const signature = signV4(canonical, keys.accessKeySecret, date, scheme.region)
  return `ODPS ${keys.accessKeyId}/${date}/${scheme.region}/odps/aliyun_v4_request:${signature}`
}

function scopeDate(headers: Readonly<Record<string, string>>): string {
  const entry = Object.entries(headers).find(([name]) => name.toLowerCase() === 'date')
  if (entry === undefined) throw new TypeError('a signed request needs a Date header')
  return new Date(entry[1]).toISOString().slice(0, 10).replaceAll('-', '')
}

/** The request's headers with its signature; temporary keys add the token, which is not signed (maxcompute.md 1.6). */
export function signedHeaders(
  request: SignedRequest,
  keys: AccessKeys,
  scheme: SignatureScheme,
): Readonly<Record<string, string>> {
  const token = keys.securityToken === undefined ? {} : { 'authorization-sts-token': keys.securityToken }
  return { ...request.headers, Authorization: authorization(request, keys, scheme), ...token }
}
