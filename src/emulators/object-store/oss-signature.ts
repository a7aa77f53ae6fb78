import { createHash, createHmac } from 'node:crypto'
import { encode, encodePath, type StoreRequest } from './store-request.js'

type Signed = Pick<StoreRequest, 'method' | 'query' | 'headers'>

/** What a V4 request says of its signature. */
export interface OssV4Claim {
  readonly accessKeyId: string
  /** YYYYMMDD */
  readonly day: string
  readonly region: string
  readonly product: string
  /** Lower case, sorted. */
  readonly additionalHeaders: readonly string[]
  readonly signature: string
  /** YYYYMMDDTHHMMSSZ */
  readonly timestamp: string
  /** Seconds, for presigned requests. */
  readonly expires?: number
}

/** Query parameters that V1 signs, besides every `x-oss-…` (transfer.md 3.1). */
const signedParameters = new Set(
  (
    'acl uploads location cors logging website referer lifecycle delete append position tagging objectMeta uploadId ' +
    'partNumber security-token img style styleName replication replicationProgress replicationLocation cname bucketInfo ' +
    'comp qos live status vod startTime endTime symlink callback callback-var restore qosInfo policy stat encryption ' +
    'versions versioning versionId requestPayment sequential inventory inventoryId continuation-token asyncFetch worm ' +
    'wormId wormExtend transferAcceleration metaQuery resourceGroup regionList group link objectInfo httpsConfig ' +
    'accessPoint accessPointPolicy publicAccessBlock response-content-type response-content-language response-expires ' +
    'response-cache-control response-content-disposition response-content-encoding'
  ).split(' '),
)

/** `resource` is `/bucket/key`, `/bucket/` or `/`, not encoded; `date` the text in the date's slot. */
export function v1StringToSign(request: Signed, resource: string, date: string, extra: readonly string[] = []): string {
  const headers = ossHeaders(request).map(([name, value]) => `${name}:${value}\n`)
  const parameters = [...request.query]
    .filter(([name]) => signedParameters.has(name) || extra.includes(name) || isSignedPrefix(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
  const query = parameters.length === 0 ? '' : `?${parameters.join('&')}`
  const md5 = request.headers.get('content-md5') ?? ''
  const type = request.headers.get('content-type') ?? ''
  return `${request.method}\n${md5}\n${type}\n${date}\n${headers.join('')}${resource}${query}`
}

export function v1Signature(secret: string, text: string): string {
  return createHmac('sha1', secret).update(text).digest('base64')
}

export function v4CanonicalRequest(
  request: Signed,
  resource: string,
  additionalHeaders: readonly string[],
  payloadHash: string,
): string {
  const query = [...request.query]
    .filter(([name]) => name !== 'x-oss-signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
  const headers = [...request.headers]
    .filter(([name]) => isSignedHeader(name) || additionalHeaders.includes(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value.trim()}\n`)
  const list = additionalHeaders.join(';')
  return [request.method, encodePath(resource), query.join('&'), headers.join(''), list, payloadHash].join('\n')
}

export function v4StringToSign(claim: OssV4Claim, canonical: string): string {
  const hash = createHash('sha256').update(canonical).digest('hex')
  const scope = `${claim.day}/${claim.region}/${claim.product}/aliyun_v4_request`
  return ['OSS4-HMAC-SHA256', claim.timestamp, scope, hash].join('\n')
}

export function v4Signature(secret: string, claim: OssV4Claim, text: string): string {
  const parts = [claim.day, claim.region, claim.product, 'aliyun_v4_request']
  const key = parts.reduce<Buffer>((k, part) => hmac(k, part), Buffer.from(`aliyun_v4${secret}`))
  return hmac(key, text).toString('hex')
}

function ossHeaders(request: Signed): (readonly [string, string])[] {
  return [...request.headers]
    .filter(([name]) => name.startsWith('x-oss-'))
    .map(([name, value]) => [name, value.trim()] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
}

function isSignedHeader(name: string): boolean {
  return name === 'content-type' || name === 'content-md5' || name.startsWith('x-oss-')
}

// Presigned V4 parameters never meet V1; every other x-oss- parameter is signed.
function isSignedPrefix(name: string): boolean {
  return name.startsWith('x-oss-')
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
