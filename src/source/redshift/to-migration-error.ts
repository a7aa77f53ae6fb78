import { MigrationError, type ErrorCode } from '../../model/errors.js'

/** Characters of a server's own text that go into a message; Redshift's boxed details run to pages. */
const serverTextLengthMax = 500

interface Meaning {
  readonly code: ErrorCode
  readonly hint?: string
  readonly transient?: boolean
}

/**
 * What an error of the driver or the server means (redshift.md 1.12). Used at this folder's edge and nowhere else.
 * `subject` starts the message: `unload sales.orders`, `redshift db.example:5439`.
 */
export function toMigrationError(error: unknown, subject: string): MigrationError {
  if (error instanceof MigrationError) return error
  const meaning = meaningOf(error)
  const state = sqlStateOf(error)
  const message = `${subject}: ${serverText(error)}${state === undefined ? '' : ` (${state})`}`
  return new MigrationError(meaning.code, message, { ...meaning, cause: error })
}

/** SQLSTATE of a server's error, also when it is the cause of a MigrationError. */
export function sqlStateOf(error: unknown): string | undefined {
  const vendor = error instanceof MigrationError ? error.cause : error
  const code = property(vendor, 'code')
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && property(vendor, 'severity') !== undefined
    ? code
    : undefined
}

/** True when the view or function is not there or not for us: the caller goes on without it. */
export function isOutOfReach(error: unknown): boolean {
  const state = sqlStateOf(error)
  return state === '42501' || state === '42P01' || state === '42883' || state === '3F000'
}

function meaningOf(error: unknown): Meaning {
  const state = sqlStateOf(error)
  const text = `${property(error, 'message') ?? ''} ${property(error, 'detail') ?? ''}`
  if (state === undefined) return meaningOfConnection(property(error, 'code') ?? '', text)
  return meaningOfText(text) ?? meaningOfState(state)
}

function meaningOfConnection(code: string, text: string): Meaning {
  if (/CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_TLS|ERR_SSL|EPROTO/.test(code)) {
    const hint = 'set caFile to the bundle that signed the server (Amazon publishes one for Redshift)'
    return { code: 'source-unreachable', hint }
  }
  if (/does not support SSL/.test(text)) {
    return { code: 'source-unreachable', hint: 'the server offers no TLS; tls: off sends the password unprotected' }
  }
  if (/authenticationOk message type/.test(text)) {
    const hint =
      "this user's password is stored in a form that PostgreSQL drivers do not speak; give it an MD5 password"
    return { code: 'source-denied', hint }
  }
  if (code === 'ENOTFOUND') {
    return { code: 'source-unreachable', hint: "the host's name is not known; check the endpoint" }
  }
  const hint = 'check endpoint, port and the security group; a paused cluster does not answer'
  return { code: 'source-unreachable', hint, transient: true }
}

/** Storage and role errors all come as XX000: only the text tells them apart. */
const textMeanings: readonly (readonly [RegExp, Meaning])[] = [
  [
    /not authorized to (assume|get credentials of) (iam )?role|role .* is not (attached|associated)/i,
    {
      code: 'source-refused',
      hint: 'the role is not attached to the cluster or namespace, or does not trust Redshift; migrate policies prints what it needs',
    },
  ],
  [
    /does not have ASSUMEROLE permission/i,
    { code: 'source-denied', hint: 'GRANT ASSUMEROLE ON the role TO the user FOR UNLOAD' },
  ],
  [
    /unload destination on S3 is not empty/i,
    {
      code: 'source-refused',
      hint: 'UNLOAD wants a prefix that no object has; remove what lies there or unload again under a new attempt',
    },
  ],
  [
    /different region from this cluster|must be addressed using the specified endpoint|PermanentRedirect|AuthorizationHeaderMalformed/i,
    { code: 'source-refused', hint: 'the bucket is in another region than the cluster; set s3.region to its region' },
  ],
  [
    /SlowDown|ServiceUnavailable|InternalError|RequestTimeout|Status 50[03]/,
    { code: 'source-failed', transient: true },
  ],
  [
    /AccessDenied|S3ServiceException:\s*Access Denied/i,
    { code: 'source-refused', hint: "the cluster's role needs s3:PutObject there; migrate policies prints it" },
  ],
  [
    /NoSuchBucket|bucket does not exist/i,
    { code: 'source-refused', hint: 'the bucket does not exist; check s3.bucket' },
  ],
  [
    /token has expired|ExpiredToken|does not exist in our records|SignatureDoesNotMatch|Invalid credentials/i,
    { code: 'source-refused', hint: "S3 did not accept the statement's credentials; use a role that is attached" },
  ],
  [
    /only supported for TEXT\/CSV/i,
    { code: 'source-refused', hint: 'Parquet has no place for that type; plan again, the plan casts it' },
  ],
  [
    /serializable isolation violation|\b1023\b/i,
    { code: 'source-failed', hint: 'other sessions wrote in between; the same work may succeed', transient: true },
  ],
  [
    /exceeded the query-processing limit of 65535/i,
    { code: 'source-refused', hint: 'the relation is too wide for one statement of Redshift' },
  ],
]

function meaningOfText(text: string): Meaning | undefined {
  return textMeanings.find(([pattern]) => pattern.test(text))?.[1]
}

const stateMeanings: Readonly<Record<string, Meaning>> = {
  '28P01': { code: 'source-denied', hint: 'user or password is wrong' },
  '28000': { code: 'source-denied', hint: 'the server does not let this user in; check user, password and TLS' },
  '42501': { code: 'source-denied', hint: 'grant SELECT on the relation and USAGE on its schema' },
  '57014': {
    code: 'source-refused',
    hint: 'somebody cancelled it: an administrator, a queue rule, or a limit on execution time',
  },
  '57P01': { code: 'source-unreachable', transient: true },
  '57P02': { code: 'source-unreachable', transient: true },
  '57P03': { code: 'source-unreachable', hint: 'the cluster is starting or resuming', transient: true },
  '53300': { code: 'source-refused', hint: 'too many connections; lower limits.unload', transient: true },
  '40001': { code: 'source-failed', hint: 'other sessions wrote in between', transient: true },
  '40P01': { code: 'source-failed', hint: 'a deadlock with another session', transient: true },
  '25P02': { code: 'snapshot-lost', hint: 'an earlier statement failed in this transaction; open a new snapshot' },
  '42P01': { code: 'source-refused', hint: 'the relation went away since the catalog was read; plan again' },
  '3D000': { code: 'source-refused', hint: 'there is no such database' },
}

function meaningOfState(state: string): Meaning {
  const known = stateMeanings[state]
  if (known !== undefined) return known
  if (state.startsWith('08')) return { code: 'source-unreachable', transient: true }
  if (state.startsWith('22')) {
    return { code: 'source-refused', hint: "a value does not fit the plan's expression; look at the column's type" }
  }
  return /^(XX|58|53)/.test(state) ? { code: 'source-failed' } : { code: 'source-refused' }
}

function serverText(error: unknown): string {
  const message = (property(error, 'message') ?? String(error)).replaceAll('\0', '').trim()
  const address = property(error, 'code')
  const text = message === '' && address !== undefined ? address : message
  const oneLine = text.replace(/\s+/g, ' ')
  return oneLine.length > serverTextLengthMax ? `${oneLine.slice(0, serverTextLengthMax)}…` : oneLine
}

function property(value: unknown, name: string): string | undefined {
  const found = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
  return typeof found === 'string' ? found : undefined
}
