import { MigrationError } from '../model/errors.js'
import type { ErrorCode, ErrorDetail } from '../model/errors.js'

/** What a service or the network said no with, taken out of a vendor's error. */
export interface Refusal {
  readonly service: 'S3' | 'OSS'
  /** The service's own code: `NoSuchBucket`. */
  readonly code?: string | undefined
  readonly status?: number | undefined
  readonly message: string
  readonly cause: unknown
  readonly throttled?: boolean
  readonly retryAfterMilliseconds?: number
}

interface Verdict extends ErrorDetail {
  readonly code: ErrorCode
}

const deniedHints: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: 'the access key id is unknown to the service; check the configured credentials',
  SignatureDoesNotMatch: 'the secret does not belong to the access key id; check the configured credentials',
  AccessDenied: 'the keys need the permissions that `migrate policies` prints',
  SecurityTokenExpired: 'the temporary keys have expired; hand over fresh ones, or a role to assume',
  ExpiredToken: 'the temporary keys have expired; hand over fresh ones, or a role to assume',
  InvalidToken: 'the security token does not belong to the keys',
  InvalidSecurityToken: 'the security token does not belong to the keys',
  RequestTimeTooSkewed: "this machine's clock is more than 15 minutes off",
  CredentialsProviderError:
    'no credentials were found; configure them by reference, or log in with the cloud’s own tool',
}

const missingHints: Readonly<Record<string, string>> = {
  NoSuchBucket: 'create the bucket, or correct its name and region in the config',
}

const transientCodes = new Set([
  'SlowDown',
  'Throttling',
  'QpsLimitExceeded',
  'ServiceUnavailable',
  'RequestTimeout',
  'RequestTimeoutException',
  'InternalError',
  'IncompleteBody',
  'BadDigest',
  'InvalidDigest',
  'TimeoutError',
])

const unreachableCodes = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ETIMEDOUT',
  'EPIPE',
])

/** Of Node's parser, and of ours: what came is not HTTP, or does not keep to its own lengths. */
const unreadableCode = /^HPE_/
const certificateCode = /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|EPROTO$)/
const wrongRegionCodes = new Set([
  'PermanentRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
])
const wrongRegionHint = 'the bucket lives in another region; correct region and endpoint in the config'

/** The house's error for a refusal. What is neither an answer nor a failure of the network is a bug and comes back as it is. */
export function storeError(subject: string, refusal: Refusal): unknown {
  if (refusal.cause instanceof MigrationError) return refusal.cause
  const judged = judge(refusal)
  const { throttled, retryAfterMilliseconds } = refusal
  const pace = {
    ...(throttled && { throttled }),
    ...(retryAfterMilliseconds !== undefined && { retryAfterMilliseconds }),
  }
  const verdict = judged && { ...judged, ...pace }
  if (verdict === undefined) return refusal.cause
  const told = [refusal.code, refusal.status].filter((part) => part !== undefined).join(', ')
  const message = `${subject}: ${refusal.service} ${verb(verdict.code)} (${told}): ${refusal.message}`
  return new MigrationError(verdict.code, message, { ...verdict, cause: refusal.cause })
}

function judge(refusal: Refusal): Verdict | undefined {
  const code = refusal.code ?? ''
  if (unreadableCode.test(code)) return { code: 'store-failed', transient: true }
  if (unreachableCodes.has(code)) return { code: 'store-unreachable', transient: true, hint: unreachableHint(code) }
  if (certificateCode.test(code)) return { code: 'store-unreachable', hint: 'the TLS certificate was not accepted' }
  if (/must be addressed using/.test(refusal.message)) return { code: 'store-refused', hint: wrongRegionHint }
  if (wrongRegionCodes.has(code)) return { code: 'store-refused', hint: wrongRegionHint }
  if (code in deniedHints) return { code: 'store-denied', ...hint(deniedHints[code]) }
  if (transientCodes.has(code)) return { code: 'store-failed', transient: true }
  return refusal.status === undefined ? undefined : judgeStatus(refusal.status, code)
}

function judgeStatus(status: number, code: string): Verdict {
  if (status === 401 || status === 403) return { code: 'store-denied', ...hint(deniedHints['AccessDenied']) }
  if (status === 404) return { code: 'store-missing', ...hint(missingHints[code]) }
  if (status >= 500 || status === 408 || status === 429) return { code: 'store-failed', transient: true }
  if (status === 301 || status === 307) return { code: 'store-refused', hint: wrongRegionHint }
  return { code: 'store-refused' }
}

function unreachableHint(code: string): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the host name does not resolve; check region and endpoint'
  return 'check the endpoint and the way to it'
}

function hint(text: string | undefined): { hint?: string } {
  return text === undefined ? {} : { hint: text }
}

function verb(code: ErrorCode): string {
  if (code === 'store-unreachable') return 'cannot be reached'
  if (code === 'store-missing') return 'does not have it'
  return code === 'store-failed' ? 'failed' : 'refused'
}
