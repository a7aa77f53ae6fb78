import { Refusal } from './refusal.js'
import { canonicalRequest, sameSignature, scopeOf, sign, signingKey, stringToSign, type Sigv4Claim } from './sigv4.js'
import type { StoreRequest } from './store-request.js'

export interface S3Key {
  readonly secret: string
  /** Buckets that the key may touch; absent: all. */
  readonly buckets?: readonly string[]
  /** ARNs of the KMS keys that it may use; absent: all. */
  readonly kmsKeys?: readonly string[]
}

/** Finds the secret of a key, or refuses the key or its token. */
export type FindS3Key = (accessKeyId: string, securityToken: string | undefined) => S3Key

/** Everything that later checks (region, body) need of a verified signature. */
export interface S3Caller {
  readonly key: S3Key
  readonly claim: Sigv4Claim
  readonly scope: string
  readonly signingKey: Buffer
  /** As the request names it: a hash, UNSIGNED-PAYLOAD or STREAMING-… */
  readonly payloadHash: string
}

const skewMillisecondsMax = 15 * 60 * 1000
const expirySecondsMax = 7 * 24 * 3600

/** Verifies a SigV4 header or presigned query; throws the refusal that S3 would give. */
export function authenticate(request: StoreRequest, findKey: FindS3Key, now: number = Date.now()): S3Caller {
  const presigned = request.query.has('X-Amz-Signature') || request.query.has('X-Amz-Algorithm')
  const claim = presigned ? queryClaim(request) : headerClaim(request)
  checkTime(claim, now)
  checkSignedHeaders(request, claim)
  const token = presigned ? request.query.get('X-Amz-Security-Token') : request.headers.get('x-amz-security-token')
  const key = findKey(claim.accessKeyId, token)
  const payloadHash = request.headers.get('x-amz-content-sha256') ?? (presigned ? 'UNSIGNED-PAYLOAD' : undefined)
  if (payloadHash === undefined) {
    throw new Refusal(400, 'InvalidRequest', 'Missing required header for this request: x-amz-content-sha256')
  }
  const canonical = canonicalRequest(request, claim.signedHeaders, payloadHash)
  const text = stringToSign(claim, canonical)
  const secretKey = signingKey(key.secret, claim)
  if (!sameSignature(claim.signature, sign(secretKey, text))) throw mismatch(claim, text, canonical)
  return { key, claim, scope: scopeOf(claim), signingKey: secretKey, payloadHash }
}

function headerClaim(request: StoreRequest): Sigv4Claim {
  const header = request.headers.get('authorization')
  // Version 2, in its header or its query, is not served for buckets made since 2020.
  const isVersion2 = request.query.has('AWSAccessKeyId')
  if (header === undefined && !isVersion2) throw new Refusal(403, 'AccessDenied', 'Access Denied')
  if (header?.startsWith('AWS4-HMAC-SHA256') !== true) {
    const message = 'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.'
    throw new Refusal(400, 'InvalidRequest', message)
  }
  const fields = new Map<string, string>()
  for (const field of header.slice('AWS4-HMAC-SHA256'.length).split(',')) {
    const mark = field.indexOf('=')
    fields.set(field.slice(0, mark).trim(), field.slice(mark + 1).trim())
  }
  return claimOf(
    fields.get('Credential'),
    fields.get('SignedHeaders'),
    fields.get('Signature'),
    request.headers.get('x-amz-date') ?? compactDate(request.headers.get('date')),
  )
}

function queryClaim(request: StoreRequest): Sigv4Claim {
  const { query } = request
  const [credential, headers] = [query.get('X-Amz-Credential'), query.get('X-Amz-SignedHeaders')]
  const claim = claimOf(credential, headers, query.get('X-Amz-Signature'), query.get('X-Amz-Date'))
  const expires = Number(query.get('X-Amz-Expires') ?? NaN)
  if (query.get('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256' || !Number.isInteger(expires) || expires < 0) {
    throw new Refusal(
      400,
      'AuthorizationQueryParametersError',
      'Query-string authentication parameters are incomplete.',
    )
  }
  if (expires > expirySecondsMax) {
    const message =
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds'
    throw new Refusal(400, 'AuthorizationQueryParametersError', message)
  }
  return { ...claim, expires }
}

function claimOf(credential = '', headers = '', signature = '', timestamp = ''): Sigv4Claim {
  // Access key ids hold no slash; the scope's four parts follow.
  const [accessKeyId = '', day = '', region = '', service = '', terminator, ...more] = credential.split('/')
  if (terminator !== 'aws4_request' || more.length > 0 || headers === '' || signature === '') {
    throw new Refusal(400, 'AuthorizationHeaderMalformed', 'The authorization header is malformed.')
  }
  if (timestamp === '') {
    throw new Refusal(403, 'AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header')
  }
  if (service !== 's3' || !timestamp.startsWith(day)) {
    const message = `The authorization header is malformed; incorrect service "${service}" or date "${day}".`
    throw new Refusal(400, 'AuthorizationHeaderMalformed', message)
  }
  return { accessKeyId, day, region, service, timestamp, signature, signedHeaders: headers.split(';') }
}

function checkTime(claim: Sigv4Claim, now: number): void {
  const at = parseTimestamp(claim.timestamp)
  const server = new Date(now).toISOString()
  if (claim.expires !== undefined && now <= at + claim.expires * 1000 && at <= now + skewMillisecondsMax) return
  if (claim.expires !== undefined) {
    const expiresAt = new Date(at + claim.expires * 1000).toISOString()
    throw new Refusal(403, 'AccessDenied', 'Request has expired', { Expires: expiresAt, ServerTime: server })
  }
  if (Math.abs(now - at) <= skewMillisecondsMax) return
  throw new Refusal(
    403,
    'RequestTimeTooSkewed',
    'The difference between the request time and the current time is too large.',
    { RequestTime: claim.timestamp, ServerTime: server, MaxAllowedSkewMilliseconds: String(skewMillisecondsMax) },
  )
}

function checkSignedHeaders(request: StoreRequest, claim: Sigv4Claim): void {
  const needed = [...request.headers.keys()].filter((name) => name === 'host' || name.startsWith('x-amz-'))
  const missing = needed.filter((name) => !claim.signedHeaders.includes(name))
  if (missing.length === 0) return
  const message = 'There were headers present in the request which were not signed'
  throw new Refusal(403, 'AccessDenied', message, { HeadersNotSigned: missing.join(', ') })
}

function parseTimestamp(text: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (match === null) {
    throw new Refusal(403, 'AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header')
  }
  const [, year, month, day, hour, minute, second] = match
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}

function compactDate(date: string | undefined): string {
  const at = Date.parse(date ?? '')
  return Number.isNaN(at) ? '' : new Date(at).toISOString().replace(/[-:]|\.\d+/g, '')
}

function mismatch(claim: Sigv4Claim, text: string, canonical: string): Refusal {
  const message =
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.'
  return new Refusal(403, 'SignatureDoesNotMatch', message, {
    AWSAccessKeyId: claim.accessKeyId,
    StringToSign: text,
    SignatureProvided: claim.signature,
    CanonicalRequest: canonical,
  })
}
