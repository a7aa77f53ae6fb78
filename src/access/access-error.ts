import { MigrationError } from '../model/errors.js'

/** What an error of the RPC client carries: the service's answer, or Node's code of a failed connection. */
interface RpcFailure {
  readonly name: string
  readonly message: string
  readonly code?: string
  readonly data?: { readonly Message?: string }
}

const denied =
  /^(InvalidAccessKeyId|SignatureDoesNotMatch|IncompleteSignature|InvalidSecurityToken|SecurityTokenExpired|Forbidden|NoPermission|AccessDenied|InvalidTimeStamp)/
const busy = /^(Throttling|ServiceUnavailable|InternalError|SystemBusy)/
const unreachable = /^(E[A-Z_]+|RequestTimeout.*|ReadTimeout.*|ConnectTimeout.*)$/

/** The house's error. The cause is left out for answers of the service: it carries the whole exchange. */
export function accessError(subject: string, error: unknown): unknown {
  if (error instanceof MigrationError || !(error instanceof Error)) return error
  const failure: RpcFailure = error
  if (failure.data !== undefined) return refusal(subject, String(failure.code), failure.data.Message ?? '')
  const code = failure.code ?? failure.name.replace(/Error$/, '')
  if (unreachable.test(code) || error instanceof SyntaxError) {
    return new MigrationError('access-unreachable', `${subject}: no answer (${code}): ${failure.message}`, {
      hint: 'check the endpoint and the way to it',
      transient: true,
      cause: error,
    })
  }
  return error
}

function refusal(subject: string, code: string, message: string): MigrationError {
  // After a wrong signature the service repeats all that was to be signed, the security token among it.
  const said = message.replace(/\s*(server )?string to sign.*$/is, '')
  const text = `${subject}: refused (${code}): ${said}`
  if (busy.test(code)) return new MigrationError('access-unreachable', text, { transient: true })
  if (denied.test(code)) return new MigrationError('access-denied', text, { hint: deniedHint(code) })
  return new MigrationError('access-refused', text, {
    hint: 'check the name of the role in the config; `migrate policies` prints what it needs',
  })
}

function deniedHint(code: string): string {
  if (code.startsWith('InvalidTimeStamp')) return "this machine's clock is more than 15 minutes off"
  if (/^(Forbidden|NoPermission|AccessDenied)/.test(code))
    return 'the keys need the permissions that `migrate policies` prints'
  return 'check the configured Alibaba Cloud credentials'
}
