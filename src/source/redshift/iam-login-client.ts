import type { Call } from '../../model/work.js'
import { openAgents } from '../../network/agents.js'
import type { IamLoginOptions } from './iam-login.js'
import { iamLoginError } from './iam-login-error.js'

/** Seconds that a password is asked for: the least there is, since only connecting needs it (redshift.md 6.2). */
export const passwordSeconds = 900

const connectMilliseconds = 5_000
const requestMilliseconds = 30_000

/** What the clients of the SDK are made with; they retry nothing. */
export function clientSettings({
  region,
  endpoint,
  keys,
  route,
}: Pick<IamLoginOptions, 'region' | 'endpoint' | 'keys' | 'route'>) {
  const agents = route === undefined ? undefined : openAgents(route, { keepAlive: true })
  return {
    region,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: connectMilliseconds,
      requestTimeout: requestMilliseconds,
      throwOnRequestTimeout: true,
      ...(agents === undefined ? {} : { httpAgent: agents.http, httpsAgent: agents.https }),
    },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(keys === undefined ? {} : { credentials: sdkKeys(keys) }),
  }
}

function sdkKeys({ accessKeyId, accessKeySecret, securityToken }: NonNullable<IamLoginOptions['keys']>) {
  return {
    accessKeyId,
    secretAccessKey: accessKeySecret,
    ...(securityToken === undefined ? {} : { sessionToken: securityToken }),
  }
}

/** One request under the caller's signal and deadline. `action` is the permission that it needs. */
export async function askApi<Answer>(
  of: { readonly subject: string; readonly action: string },
  call: Call,
  send: (options: { readonly abortSignal: AbortSignal }) => Promise<Answer>,
): Promise<Answer> {
  const milliseconds = Math.max(1, Math.min(requestMilliseconds, call.deadlineAt - Date.now()))
  const abortSignal = AbortSignal.any([call.signal, AbortSignal.timeout(milliseconds)])
  try {
    return await send({ abortSignal })
  } catch (error) {
    throw iamLoginError(of.subject, of.action, error)
  }
}

/**
 * When the password ends by this machine's clock: not later than asked for, or a slow clock would keep it too long.
 * `askedAt` and the result are milliseconds since 1970.
 */
export function endOf(expiration: Date, askedAt: number): number {
  return Math.min(expiration.getTime(), askedAt + passwordSeconds * 1000)
}
