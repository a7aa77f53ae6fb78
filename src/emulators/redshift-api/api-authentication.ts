import {
  canonicalRequest,
  sameSignature,
  sha256,
  sign,
  signingKey,
  stringToSign,
  type Sigv4Claim,
} from '../object-store/sigv4.js'
import type { StoreRequest } from '../object-store/store-request.js'
import type { AwsKey, World } from '../world.js'
import { ApiRefusal } from './api-refusal.js'

const skewMillisecondsMax = 5 * 60 * 1000

/** Verifies the SigV4 header as AWS's own APIs do, the body's hash always part of it; gives the key that signed. */
export function authenticateAws(
  world: World,
  request: StoreRequest,
  body: Buffer,
  service: string,
  now: number = Date.now(),
): AwsKey {
  const claim = claimOf(request)
  checkScope(claim, { region: world.aws.region, service })
  checkSignedHeaders(request, claim)
  const key = world.aws.keys.find((one) => one.accessKeyId === claim.accessKeyId)
  if (key === undefined || key.sessionToken !== request.headers.get('x-amz-security-token')) {
    throw new ApiRefusal('unknownKey', 'The security token included in the request is invalid.')
  }
  const canonical = canonicalRequest(request, claim.signedHeaders, sha256(body))
  const text = stringToSign(claim, canonical)
  if (!sameSignature(claim.signature, sign(signingKey(key.secretAccessKey, claim), text))) {
    throw new ApiRefusal('signature', mismatch(canonical, text))
  }
  checkTime(claim, now)
  return key
}

function claimOf(request: StoreRequest): Sigv4Claim {
  const header = request.headers.get('authorization')
  if (header === undefined) throw new ApiRefusal('unsigned', 'Request is missing Authentication Token')
  const scheme = 'AWS4-HMAC-SHA256 '
  if (!header.startsWith(scheme)) throw new ApiRefusal('incomplete', 'Unsupported Authorization scheme.')
  const fields = new Map<string, string>()
  for (const field of header.slice(scheme.length).split(',')) {
    const mark = field.indexOf('=')
    fields.set(field.slice(0, mark).trim(), field.slice(mark + 1).trim())
  }
  const parts = (fields.get('Credential') ?? '').split('/')
  const [accessKeyId = '', day = '', region = '', service = '', terminator] = parts
  const signature = fields.get('Signature') ?? ''
  const timestamp = request.headers.get('x-amz-date') ?? ''
  if (terminator !== 'aws4_request' || parts.length !== 5 || signature === '' || !/^\d{8}T\d{6}Z$/.test(timestamp)) {
    throw new ApiRefusal('incomplete', 'Authorization header requires Credential, Signature, SignedHeaders and a date.')
  }
  const signedHeaders = (fields.get('SignedHeaders') ?? '').split(';')
  return { accessKeyId, day, region, service, timestamp, signature, signedHeaders }
}

function checkScope(claim: Sigv4Claim, wanted: { readonly region: string; readonly service: string }): void {
  if (claim.region !== wanted.region) {
    throw new ApiRefusal('signature', `Credential should be scoped to a valid region, not '${claim.region}'.`)
  }
  if (claim.service !== wanted.service) {
    throw new ApiRefusal('signature', `Credential should be scoped to correct service: '${wanted.service}'.`)
  }
  if (!claim.timestamp.startsWith(claim.day)) {
    throw new ApiRefusal('signature', `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date.`)
  }
}

function checkSignedHeaders(request: StoreRequest, claim: Sigv4Claim): void {
  const needed = [...request.headers.keys()].filter((name) => name === 'host' || name.startsWith('x-amz-'))
  const missing = needed.find((name) => !claim.signedHeaders.includes(name))
  if (missing === undefined) return
  throw new ApiRefusal('incomplete', `'${missing}' must be a 'SignedHeader' in the AWS Authorization.`)
}

function checkTime({ timestamp }: Sigv4Claim, now: number): void {
  const [year, month, day, hour, minute, second] = timestamp.match(/\d\d\d\d(?=\d{4}T)|\d\d/g) ?? []
  const at = Date.parse(`${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour ?? ''}:${minute ?? ''}:${second ?? ''}Z`)
  if (Math.abs(now - at) <= skewMillisecondsMax) return
  const word = at < now ? 'expired' : 'not yet current'
  throw new ApiRefusal('signature', `Signature ${word}: ${timestamp} is too far from ${new Date(now).toISOString()}`)
}

/** The real services say all that was to be signed, secrets of the headers among it. */
function mismatch(canonical: string, text: string): string {
  const advice =
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'
  return `${advice}\n\nThe Canonical String for this request should have been\n'${canonical}'\n\nThe String-to-Sign should have been\n'${text}'\n`
}
