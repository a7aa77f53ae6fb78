import { findAlibabaKey, type KeyRefusal } from '../access/token.js'
import type { World } from '../world.js'
import {
  v1Signature,
  v1StringToSign,
  v4CanonicalRequest,
  v4Signature,
  v4StringToSign,
  type OssV4Claim,
} from './oss-signature.js'
import { Refusal } from './refusal.js'
import { sameSignature } from './sigv4.js'
import type { StoreRequest } from './store-request.js'

export interface OssCaller {
  readonly accessKeyId: string
  /** Set for V4, which signs a region. */
  readonly region?: string
  /** Buckets that a role may touch; absent for keys of the account. */
  readonly buckets?: readonly string[]
}

/** What is signed besides headers and query. */
export interface OssResource {
  /** `/bucket/key`, `/bucket/`, `/` or, for the migration service, the path. */
  readonly resource: string
  /** Query parameters that V1 clients may sign too; any of these lists is accepted. */
  readonly v1Variants?: readonly (readonly string[])[]
}

const skewMillisecondsMax = 15 * 60 * 1000
const expirySecondsMax = 7 * 24 * 3600

/** Verifies OSS V1 or V4, header or presigned; throws the refusal that OSS would give (transfer.md 3.2). */
export function authenticateOss(
  world: World,
  request: StoreRequest,
  of: OssResource,
  now: number = Date.now(),
): OssCaller {
  const header = request.headers.get('authorization')
  if (request.query.has('x-oss-signature-version')) return verifyV4(world, request, of, presignedV4(request), now)
  if (header?.startsWith('OSS4-HMAC-SHA256') === true)
    return verifyV4(world, request, of, headerV4(request, header), now)
  if (request.query.has('OSSAccessKeyId')) return verifyPresignedV1(world, request, of, now)
  if (header?.startsWith('OSS ') === true) return verifyV1(world, request, of, header, now)
  if (header === undefined)
    throw new Refusal(403, 'AccessDenied', 'You have no right to access this object because of bucket acl.')
  throw new Refusal(400, 'InvalidArgument', 'Authorization header is invalid.', {
    ArgumentName: 'Authorization',
    ArgumentValue: header.split(' ')[0] ?? '',
  })
}

export function refuseKey(refusal: KeyRefusal, accessKeyId: string): Refusal {
  switch (refusal) {
    case 'unknown-key': {
      const message = 'The OSS Access Key Id you provided does not exist in our records.'
      return new Refusal(403, 'InvalidAccessKeyId', message, { OSSAccessKeyId: accessKeyId })
    }
    case 'invalid-token':
      return new Refusal(403, 'InvalidSecurityToken', 'The security token you provided is invalid.')
    case 'expired-token':
      return new Refusal(403, 'SecurityTokenExpired', 'The security token you provided has expired.')
  }
}

/** The secret of a key and the buckets that its role may touch; refuses unknown keys and bad tokens. */
export function findOssKey(
  world: World,
  accessKeyId: string,
  token: string | undefined,
): { readonly secret: string; readonly buckets?: readonly string[] } {
  const found = findAlibabaKey(world, accessKeyId, token)
  if ('refused' in found) throw refuseKey(found.refused, accessKeyId)
  const secret = found.key.accessKeySecret
  if (found.roleArn === undefined) return { secret }
  return { secret, buckets: world.alibaba.roles.find((role) => role.arn === found.roleArn)?.buckets ?? [] }
}

function verifyV1(world: World, request: StoreRequest, of: OssResource, header: string, now: number): OssCaller {
  const [, accessKeyId = '', given = ''] = /^OSS ([^:]+):(\S+)$/.exec(header) ?? []
  const date = request.headers.get('x-oss-date') ?? request.headers.get('date')
  if (date === undefined) throw noDate()
  checkSkew(Date.parse(date), date, now)
  return finishV1(world, request, of, { accessKeyId, given, date, token: request.headers.get('x-oss-security-token') })
}

function verifyPresignedV1(world: World, request: StoreRequest, of: OssResource, now: number): OssCaller {
  const { query } = request
  const date = query.get('Expires') ?? ''
  if (!/^\d+$/.test(date)) throw new Refusal(403, 'AccessDenied', 'Invalid date (should be seconds since epoch): ')
  if (Number(date) * 1000 < now) throw expired(Number(date) * 1000, now)
  const [accessKeyId, given] = [query.get('OSSAccessKeyId') ?? '', query.get('Signature') ?? '']
  return finishV1(world, request, of, { accessKeyId, given, date, token: query.get('security-token') })
}

function finishV1(
  world: World,
  request: StoreRequest,
  of: OssResource,
  by: {
    readonly accessKeyId: string
    readonly given: string
    readonly date: string
    readonly token: string | undefined
  },
): OssCaller {
  const key = findOssKey(world, by.accessKeyId, by.token)
  const variants = of.v1Variants ?? [[]]
  const texts = variants.map((extra) => v1StringToSign(request, of.resource, by.date, extra))
  const isRight = texts.some((text) => sameSignature(by.given, v1Signature(key.secret, text)))
  if (!isRight) throw mismatch(by.accessKeyId, by.given, texts[0] ?? '')
  return { accessKeyId: by.accessKeyId, ...(key.buckets && { buckets: key.buckets }) }
}

function verifyV4(world: World, request: StoreRequest, of: OssResource, claim: OssV4Claim, now: number): OssCaller {
  const presigned = claim.expires !== undefined
  const at = parseTimestamp(claim.timestamp)
  if (claim.expires === undefined) checkSkew(at, claim.timestamp, now)
  else if (now > at + claim.expires * 1000) throw expired(at + claim.expires * 1000, now)
  const token = presigned ? request.query.get('x-oss-security-token') : request.headers.get('x-oss-security-token')
  const payloadHash = request.headers.get('x-oss-content-sha256') ?? (presigned ? 'UNSIGNED-PAYLOAD' : '')
  if (payloadHash !== 'UNSIGNED-PAYLOAD') {
    const fields = { ArgumentName: 'x-oss-content-sha256', ArgumentValue: payloadHash }
    throw new Refusal(400, 'InvalidArgument', 'The x-oss-content-sha256 header must be UNSIGNED-PAYLOAD.', fields)
  }
  const key = findOssKey(world, claim.accessKeyId, token)
  const canonical = v4CanonicalRequest(request, of.resource, claim.additionalHeaders, payloadHash)
  const text = v4StringToSign(claim, canonical)
  if (!sameSignature(claim.signature, v4Signature(key.secret, claim, text))) {
    throw mismatch(claim.accessKeyId, claim.signature, text, { CanonicalRequest: canonical })
  }
  return { accessKeyId: claim.accessKeyId, region: claim.region, ...(key.buckets && { buckets: key.buckets }) }
}

function headerV4(request: StoreRequest, header: string): OssV4Claim {
  const field = (name: string): string => new RegExp(`[ ,]${name}=([^, ]+)`).exec(header)?.[1] ?? ''
  const timestamp = request.headers.get('x-oss-date') ?? compactDate(request.headers.get('date'))
  if (timestamp === '') throw noDate()
  return claimOf(field('Credential'), field('AdditionalHeaders'), field('Signature'), timestamp)
}

function presignedV4(request: StoreRequest): OssV4Claim {
  const { query } = request
  const parameter = (name: string): string => query.get(`x-oss-${name}`) ?? ''
  const expires = Number(query.get('x-oss-expires') ?? NaN)
  if (!Number.isInteger(expires) || expires < 1 || expires > expirySecondsMax) {
    const fields = { ArgumentName: 'x-oss-expires', ArgumentValue: parameter('expires') }
    throw new Refusal(400, 'InvalidArgument', 'Invalid x-oss-expires: between 1 and 604800 seconds.', fields)
  }
  const claim = claimOf(
    parameter('credential'),
    parameter('additional-headers'),
    parameter('signature'),
    parameter('date'),
  )
  return { ...claim, expires }
}

function claimOf(credential: string, additional: string, signature: string, timestamp: string): OssV4Claim {
  const [accessKeyId = '', day = '', region = '', product = '', terminator, ...more] = credential.split('/')
  const isWhole = terminator === 'aliyun_v4_request' && more.length === 0 && timestamp.startsWith(day) && day !== ''
  if (!isWhole || signature === '' || !product.startsWith('oss')) {
    throw new Refusal(400, 'InvalidArgument', 'The Credential in the Authorization header is malformed.')
  }
  const additionalHeaders = additional === '' ? [] : additional.toLowerCase().split(';').sort()
  return { accessKeyId, day, region, product, additionalHeaders, signature, timestamp }
}

function checkSkew(at: number, text: string, now: number): void {
  if (Number.isNaN(at)) throw noDate()
  if (Math.abs(now - at) <= skewMillisecondsMax) return
  throw new Refusal(
    403,
    'RequestTimeTooSkewed',
    'The difference between the request time and the current time is too large.',
    {
      MaxAllowedSkewMilliseconds: String(skewMillisecondsMax),
      RequestTime: text,
      ServerTime: new Date(now).toISOString(),
    },
  )
}

function parseTimestamp(text: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (match === null) throw noDate()
  const [, year, month, day, hour, minute, second] = match
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}

function compactDate(date: string | undefined): string {
  const at = Date.parse(date ?? '')
  return Number.isNaN(at) ? '' : new Date(at).toISOString().replace(/[-:]|\.\d+/g, '')
}

function noDate(): Refusal {
  return new Refusal(403, 'AccessDenied', 'OSS authentication requires a valid Date.')
}

function expired(at: number, now: number): Refusal {
  const fields = { Expires: new Date(at).toISOString(), ServerTime: new Date(now).toISOString() }
  return new Refusal(403, 'AccessDenied', 'Request has expired.', fields)
}

function mismatch(accessKeyId: string, given: string, text: string, more: Record<string, string> = {}): Refusal {
  const message =
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.'
  return new Refusal(403, 'SignatureDoesNotMatch', message, {
    OSSAccessKeyId: accessKeyId,
    SignatureProvided: given,
    StringToSign: text,
    StringToSignBytes: Buffer.from(text)
      .toString('hex')
      .replace(/(..)(?=.)/g, '$1 ')
      .toUpperCase(),
    ...more,
  })
}
