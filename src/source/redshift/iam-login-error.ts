import { MigrationError, type ErrorCode } from '../../model/errors.js'

/** What an error of the SDK carries: the service's answer, or Node's code of a failed connection. */
interface SdkFailure {
  readonly name: string
  readonly message: string
  readonly code?: string
  readonly Code?: string
  readonly $metadata?: { readonly httpStatusCode?: number }
}

interface Meaning {
  readonly code: ErrorCode
  readonly hint?: string
  readonly transient?: boolean
}

/** Characters of a service's own text that go into a message. */
const serviceTextLengthMax = 500

/** The house's error. What is neither an answer nor a failure of the network is a bug and comes back as it is. */
export function iamLoginError(subject: string, action: string, error: unknown): unknown {
  if (error instanceof MigrationError || !(error instanceof Error)) return error
  const failure: SdkFailure = error
  const code = failure.code ?? failure.Code ?? failure.name
  const meaning = meaningOf(code, failure.$metadata?.httpStatusCode, action)
  if (meaning === undefined) return error
  // No cause: after a wrong signature the service repeats all that was signed, the session token among it.
  return new MigrationError(meaning.code, `${subject}: ${action} (${code}): ${serviceText(failure.message)}`, meaning)
}

function meaningOf(code: string, status: number | undefined, action: string): Meaning | undefined {
  const known = meanings(action).find(([pattern]) => pattern.test(code))?.[1]
  if (known !== undefined || status === undefined) return known
  // A status below 400 stands for an answer that the SDK could not read.
  if (status >= 500 || status === 429 || status < 400) return { code: 'source-failed', transient: true }
  if (status === 401 || status === 403) return { code: 'source-denied', hint: deniedHint(action) }
  return { code: 'source-refused' }
}

function meanings(action: string): readonly (readonly [RegExp, Meaning])[] {
  return [
    [/^(AccessDenied|UnauthorizedOperation|NotAuthorized)/, { code: 'source-denied', hint: deniedHint(action) }],
    [/^(ClusterNotFound|ResourceNotFound)/, { code: 'source-refused', hint: missingHint }],
    [/^(Throttl|TooManyRequests|RequestLimitExceeded|SlowDown)/, { code: 'source-failed', transient: true }],
    [/^(ExpiredToken|RequestExpired)/, { code: 'source-denied', hint: 'the temporary AWS keys have expired' }],
    [
      /^Active(Statements|Sessions)Exceeded/,
      {
        code: 'source-failed',
        hint: 'the Data API takes 500 statements and sessions at a time; lower limits.unload',
        transient: true,
      },
    ],
    [/^DatabaseConnection/, { code: 'source-unreachable', hint: 'a paused cluster does not answer', transient: true }],
    [
      /^(InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|InvalidSignature|MissingAuthenticationToken|IncompleteSignature)/,
      { code: 'source-denied', hint: 'the AWS keys are wrong, or the clock of this machine is' },
    ],
    [
      /^(CredentialsProviderError|TokenProviderError)$/,
      { code: 'source-denied', hint: 'no AWS credentials were found; set keys by reference, a profile or a role' },
    ],
    [/^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|EPROTO$)/, { code: 'source-unreachable' }],
    [/^(ENOTFOUND|EAI_AGAIN)$/, { code: 'source-unreachable', hint: 'check redshift.region and redshift.endpoint' }],
    [
      /^(E[A-Z]{3,}|TimeoutError|AbortError|RequestTimeout)/,
      { code: 'source-unreachable', hint: 'check redshift.endpoint and the way to it', transient: true },
    ],
  ]
}

const missingHint = 'check redshift.cluster or redshift.workgroup, and redshift.region'

function deniedHint(action: string): string {
  return `allow ${action} to the AWS identity of this machine; migrate policies prints the statement`
}

function serviceText(text: string): string {
  const oneLine = (text.split(/The Canonical String|\r?\n/)[0] ?? '').trim()
  return oneLine.length > serviceTextLengthMax ? `${oneLine.slice(0, serviceTextLengthMax)}…` : oneLine
}
