/** Every way in which a migration can fail for a named reason. Anything else that escapes is a bug and shows its stack. */
export type ErrorCode =
  | 'arguments'
  | 'config'
  | 'setup-differs'
  | 'plan-drifted'
  | 'snapshot-lost'
  | 'run-locked'
  | 'source-unreachable'
  | 'source-denied'
  | 'source-refused'
  | 'source-failed'
  | 'source-unresolved'
  | 'store-unreachable'
  | 'store-denied'
  | 'store-missing'
  | 'store-refused'
  | 'store-failed'
  | 'transfer-corrupt'
  | 'transfer-failed'
  | 'transfer-unresolved'
  | 'access-unreachable'
  | 'access-denied'
  | 'access-refused'
  | 'target-unreachable'
  | 'target-denied'
  | 'target-missing'
  | 'target-refused'
  | 'target-failed'
  | 'target-unresolved'
  | 'discrepancies'
  | 'blocked'
  | 'unverified'
  | 'disk'
  | 'interrupted'

/** The exit code of the command that ends with this error; documented in README, frozen. */
export const exitCodes: Readonly<Record<ErrorCode, number>> = {
  arguments: 2,
  config: 3,
  'setup-differs': 4,
  'plan-drifted': 4,
  'snapshot-lost': 4,
  'run-locked': 5,
  'source-unreachable': 6,
  'source-denied': 6,
  'source-refused': 6,
  'source-failed': 6,
  'source-unresolved': 6,
  'store-unreachable': 7,
  'store-denied': 7,
  'store-missing': 7,
  'store-refused': 7,
  'store-failed': 7,
  'transfer-corrupt': 7,
  'transfer-failed': 7,
  'transfer-unresolved': 7,
  'access-unreachable': 7,
  'access-denied': 7,
  'access-refused': 7,
  'target-unreachable': 8,
  'target-denied': 8,
  'target-missing': 8,
  'target-refused': 8,
  'target-failed': 8,
  'target-unresolved': 8,
  discrepancies: 9,
  blocked: 10,
  unverified: 11,
  disk: 12,
  interrupted: 130,
}

/** When several failed at once, the first of these is the exit code. */
export const exitPrecedence: readonly number[] = [1, 12, 130, 5, 4, 9, 8, 7, 6, 10, 11]

export interface ErrorDetail {
  /** What the user can do about it, one line. */
  readonly hint?: string
  /** True when the same request may succeed by waiting (throttled, reset, 5xx). The caller decides whether to try again. */
  readonly transient?: boolean
  /** A service asks for a slower pace. */
  readonly throttled?: boolean
  /** It wants to be left alone for so long. */
  readonly retryAfterMilliseconds?: number
  readonly cause?: unknown
}

/**
 * The one error class. Adapters make it from vendors' errors at their edge and nowhere else.
 * `message` reads "subject: what happened, with values", e.g.
 * `unload sales.orders: S3 refused the write to s3://stage/r7/ (AccessDenied)`; never a secret in it.
 */
export class MigrationError extends Error {
  override readonly name = 'MigrationError'
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly transient: boolean
  readonly throttled: boolean
  readonly retryAfterMilliseconds: number | undefined

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause })
    this.code = code
    this.hint = detail.hint
    this.transient = detail.transient ?? false
    this.throttled = detail.throttled ?? false
    this.retryAfterMilliseconds = detail.retryAfterMilliseconds
  }
}
