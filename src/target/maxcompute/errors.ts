import { MigrationError, type ErrorCode } from '../../model/errors.js'
import type { Silence } from './exchange.js'
import { odpsCodeOf, type Refusal } from './refusal.js'

// Which refusals mean what (maxcompute.md 1.5).
const deniedNames = new Set([
  'AccessDenied',
  'AuthenticationRequestExpired',
  'AuthorizationRequired',
  'InvalidAccessKey',
  'InvalidAccessKeyId',
  'NoPermission',
  'RequestTimeTooSkewd',
  'RequestTimeTooSkewed',
  'SignatureNotMatch',
  'Unauthorized',
])
const deniedCodes = new Set(['0130013', '0410031', '0410051', '0420095'])
const missingNames = new Set(['NoSuchObject', 'NoSuchPartition', 'NoSuchProject', 'NoSuchSchema', 'NoSuchTable'])
const missingCodes = new Set(['0130131', '0420111', '0422155'])
const passingNames = new Set([
  'FlowExceeded',
  'InternalServerError',
  'QPSExceeded',
  'ReadMetaError',
  'RequestQuotaExceeded',
  'ServiceUnavailable',
  'SlotExceeded',
])
/** Failures that waiting may heal: concurrent metadata change, internal errors, lost internal connections. */
const passingCodes = new Set(['0010000', '0110061', '0140178', '0420153', '0430055'])

const hints: Readonly<Record<string, string>> = {
  '0110061': 'another statement changed the same metadata; the same statement may succeed when repeated',
  '0110999': 'the commit met another writer; look at the table before the statement is repeated',
  '0121145': 'a value or a sum does not fit the type; widen the column or the CAST (DECIMAL holds 38 digits)',
  '0123131':
    'a reader of the files failed: compare the Parquet types with the columns, and check that the RAM role may list and read the location',
  '0130013': 'grant the caller that privilege in the project; migrate policies prints what is needed',
  '0130071':
    'where a type is not enabled, set odps.sql.type.system.odps2 and odps.sql.decimal.odps2 to true in the project or the statement',
  '0130131': 'create the table first; a table made a moment ago may take some seconds to be seen',
}

/** Some projects find the reader only in Hive mode (maxcompute.md 4.3). */
const hiveHint = 'this project needs odps.sql.hive.compatible for LOAD: set maxcompute.hiveCompatibleLoad to true'

/** The service tells an expired token by the code of an expired request; its words differ (emulated after 1.5, not confirmed). */
export function isExpiredToken(refusal: Refusal): boolean {
  if (refusal.status !== 401 && refusal.status !== 403) return false
  return /SecurityTokenExpired|token[^.]{0,40}expired|expired[^.]{0,40}token/i.test(
    `${refusal.code} ${refusal.message}`,
  )
}

export function isSkew(refusal: Refusal): boolean {
  if (isExpiredToken(refusal)) return false
  return refusal.code.startsWith('RequestTimeTooSkew') || refusal.odpsCode === '0410031'
}

export function isMissing(refusal: Refusal): boolean {
  return missingNames.has(refusal.code) || missingCodes.has(refusal.odpsCode ?? '') || refusal.status === 404
}

/** The table itself is missing: not its project or schema, and no page of a proxy. */
export function isNoTable(refusal: Refusal): boolean {
  if (refusal.status !== 404 || !refusal.fromService || /project not found/i.test(refusal.message)) return false
  if (refusal.code === 'NoSuchObject' || refusal.code === 'NoSuchTable') return true
  return refusal.code === 'ODPS-0130131' || refusal.code === 'ODPS-0420111'
}

/** The table is there, and the partition is not. */
export function isNoPartition(refusal: Refusal): boolean {
  if (refusal.status !== 404 || !refusal.fromService) return false
  return refusal.code === 'NoSuchPartition' || /partition not found/i.test(refusal.message)
}

/** Whether the same request may succeed by waiting. */
export function isPassing(refusal: Refusal): boolean {
  if (refusal.status === 429 || passingNames.has(refusal.code)) return true
  return refusal.status >= 500 || passingCodes.has(refusal.odpsCode ?? '')
}

function codeOf(refusal: Refusal): ErrorCode {
  if (refusal.status === 401 || refusal.status === 403) return 'target-denied'
  if (deniedNames.has(refusal.code) || deniedCodes.has(refusal.odpsCode ?? '')) return 'target-denied'
  if (isMissing(refusal)) return 'target-missing'
  return isPassing(refusal) ? 'target-failed' : 'target-refused'
}

/** The error for an answer that said no; always with the request id, by which Alibaba's support finds it. */
export function refusalError(subject: string, refusal: Refusal): MigrationError {
  const code = codeOf(refusal)
  const words = `HTTP ${refusal.status} ${refusal.code}; request ${refusal.requestId ?? 'id unknown'}`
  const message = `${subject}: MaxCompute answered ${refusal.message === '' ? 'nothing more' : refusal.message} (${words})`
  const hint = refusalHint(refusal, code)
  return new MigrationError(code, message, {
    transient: code === 'target-failed',
    ...(hint === undefined ? {} : { hint }),
  })
}

function refusalHint(refusal: Refusal, code: ErrorCode): string | undefined {
  if (isExpiredToken(refusal)) return 'give fresh temporary keys, or let assumeRole in the config fetch them as needed'
  if (isSkew(refusal))
    return `this machine's clock says ${new Date().toISOString()}; the service allows 15 minutes: set the clock (NTP)`
  if (refusal.code === 'NoSuchProject' || /Project not found/i.test(refusal.message)) {
    return 'check the project name, and that the endpoint is of its region'
  }
  const known = hints[refusal.odpsCode ?? '']
  if (known !== undefined) return known
  return code === 'target-denied'
    ? 'check the access key, its secret (and token), and its privileges in the project'
    : undefined
}

/** The error where no answer came, for a request that may be repeated or was never sent. */
export function silenceError(subject: string, silence: Silence, endpoint: string): MigrationError {
  if (silence.how === 'aborted')
    return new MigrationError('interrupted', `${subject}: interrupted`, { cause: silence.cause })
  return new MigrationError('target-unreachable', `${subject}: no answer from ${endpoint}: ${silence.reason}`, {
    hint: 'check maxcompute.endpoint and the way to it; migrate doctor tests both',
    transient: true,
    cause: silence.cause,
  })
}

/** The error for an instance that ended without success. Only `target-failed` may be tried again. */
export function taskError(
  subject: string,
  task: { readonly status: string; readonly text: string },
  where: string,
): MigrationError {
  const odpsCode = odpsCodeOf(task.text)
  const said = task.text.trim() === '' ? 'without a word' : `with ${task.text.trim()}`
  const transient = odpsCode !== undefined && passingCodes.has(odpsCode)
  const hint = /HiveStorageHandlerWrapper/.test(task.text) ? hiveHint : hints[odpsCode ?? '']
  return new MigrationError(
    transient ? 'target-failed' : 'target-refused',
    `${subject}: ended ${task.status} ${said} (${where})`,
    {
      transient,
      ...(hint === undefined ? {} : { hint }),
    },
  )
}

/** The error where a statement may or may not have begun, or its end is not known: it must not be repeated blindly. */
export function unresolvedError(subject: string, what: string, cause?: unknown): MigrationError {
  return new MigrationError('target-unresolved', `${subject}: ${what}`, {
    hint: 'run the same command again: it looks the instance up before anything is repeated',
    cause,
  })
}
