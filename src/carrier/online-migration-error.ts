import { MigrationError } from '../model/errors.js'
import { leafOf, readXml } from './online-migration-xml.js'

/** What the service said no with; stands as `cause` in the error. */
export class OnlineMigrationRefusal extends Error {
  override readonly name = 'OnlineMigrationRefusal'
  readonly status: number
  /** `JobAlreadyExist`; the status where the answer had none. No list of them is published: compare by substring. */
  readonly code: string
  readonly requestId: string | undefined

  constructor(status: number, code: string, message: string, requestId: string | undefined) {
    super(message)
    this.status = status
    this.code = code
    this.requestId = requestId
  }
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** From an answer of 300 and more: an OSS-style `<Error>`, or nothing but a status (transfer.md 1.4). */
export function refusalOf({ status, headers, body }: Answer): OnlineMigrationRefusal {
  const tree = readXml(body, 'Error')
  const header = headers['x-oss-request-id']
  const requestId = leafOf(tree, 'requestId') ?? (typeof header === 'string' ? header : undefined)
  const code = leafOf(tree, 'code') ?? String(status)
  return new OnlineMigrationRefusal(status, code, leafOf(tree, 'message') ?? 'no message', requestId)
}

export function isMissing({ status, code }: OnlineMigrationRefusal): boolean {
  return status === 404 && !/bucket/i.test(code)
}

/** The name is taken. */
export function isTaken({ status, code }: OnlineMigrationRefusal): boolean {
  return /Already|Duplicate/i.test(code) || (status === 409 && /Exist/i.test(code))
}

export function isQuota({ code, message }: OnlineMigrationRefusal): boolean {
  return /ExceedMax|MaxCount|Quota|LimitExceeded|TooMany/i.test(code) || /exceeds? the (max|limit|quota)/i.test(message)
}

export function isPassing({ status, code }: OnlineMigrationRefusal): boolean {
  return status === 429 || status >= 500 || /Throttl|QpsLimit|SlowDown|ServiceUnavailable|InternalError/i.test(code)
}

export function isExpired({ status, code, message }: OnlineMigrationRefusal): boolean {
  return (status === 401 || status === 403) && /expired/i.test(`${code} ${message}`)
}

/** The house's error; what was sent, which may hold keys of S3, is never in it. */
export function onlineMigrationError(subject: string, refusal: OnlineMigrationRefusal): MigrationError {
  const { status, code, requestId } = refusal
  const text = `${subject}: refused (${code}, HTTP ${status}, request ${requestId ?? 'unknown'}): ${saidBy(refusal)}`
  if (isPassing(refusal)) return new MigrationError('transfer-failed', text, { transient: true, cause: refusal })
  const isDenied = status === 401 || status === 403
  const hint = hintFor(refusal)
  return new MigrationError(isDenied ? 'access-denied' : 'transfer-failed', text, {
    ...(hint === undefined ? {} : { hint }),
    cause: refusal,
  })
}

/** After a wrong signature a gateway repeats what was to be signed, the security token among it. */
function saidBy({ message }: OnlineMigrationRefusal): string {
  return message.replace(/\s*string\s*to\s*sign.*$/is, '')
}

const hints: readonly (readonly [RegExp, string])[] = [
  [/InvalidAccessKeyId/i, 'the access key id is unknown to the service; check onlineMigration.accessKeyId'],
  [/SignatureDoesNotMatch/i, 'the secret does not belong to onlineMigration.accessKeyId'],
  [/RequestTimeTooSkewed/i, "this machine's clock is more than 15 minutes off"],
  [/AccessDenied|NoPermission|Forbidden/i, 'the RAM identity needs the mgw permissions that `migrate policies` prints'],
  [/NoSuchBucket/i, 'create the bucket, or correct its name and region in the config'],
]

function hintFor(refusal: OnlineMigrationRefusal): string | undefined {
  if (isExpired(refusal)) return 'the temporary keys have expired; hand over fresh ones'
  const known = hints.find(([code]) => code.test(refusal.code))?.[1]
  if (known !== undefined || !isQuota(refusal)) return known
  return 'the region has 500 jobs and 1,000 addresses an account: remove finished ones, or ask Alibaba for more'
}
