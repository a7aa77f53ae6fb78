import type { AccessKeys } from '../../model/credentials.js'
import { MigrationError } from '../../model/errors.js'
import { retryDelay, type RetryLimits } from '../../model/retry.js'
import type { Call } from '../../model/work.js'
import type { Route } from '../../network/route.js'
import { cachedLogin, type TemporaryLogin } from './iam-login-cache.js'
import { askCluster } from './iam-login-cluster.js'
import { askWorkgroup } from './iam-login-workgroup.js'
import type { LoginProvider } from './login.js'
import { pause } from './stop.js'

export interface IamLoginOptions {
  /** A provisioned cluster; without `dbUser` the caller's own IAM identity is the user. Or a Serverless workgroup. */
  readonly of: { readonly cluster: string; readonly dbUser?: string } | { readonly workgroup: string }
  readonly database: string
  /** When false, the endpoint of the workgroup is asked for as well. A cluster's is always known. */
  readonly hostKnown: boolean
  readonly region: string
  /** Of the API: `https://vpce-….redshift.us-east-1.vpce.amazonaws.com`; absent: the region's own. */
  readonly endpoint?: string
  /** Absent: the default chain of the AWS SDK. */
  readonly keys?: AccessKeys
  /** Proxy and authorities of the API; Redshift's own protocol has no proxy. */
  readonly route?: Route
  /** Hears every temporary password before anybody uses it, so that none is ever written. */
  readonly hush?: (secret: string) => void
}

/** About five seconds in all before a login is given up. */
const retryLimits: RetryLimits = { attemptCountMax: 6, firstDelayMilliseconds: 200, delayMillisecondsMax: 5_000 }

/**
 * Temporary logins for an IAM identity, by Redshift's own API. Nothing is asked, and the SDK is not even loaded,
 * before the first connect. Throws `source-denied`, `source-refused` or `source-unreachable`.
 */
export function iamLogin(options: IamLoginOptions): LoginProvider {
  const { of } = options
  const subject = 'cluster' in of ? `login to cluster ${of.cluster}` : `login to workgroup ${of.workgroup}`
  const ask = (call: Call): Promise<TemporaryLogin> =>
    'cluster' in of ? askCluster(options, of, subject, call) : askWorkgroup(options, of.workgroup, subject, call)
  return cachedLogin(subject, async (call) => {
    const login = await persist(subject, ask, call)
    options.hush?.(login.password)
    return login
  })
}

/** All these questions may be asked twice: they create nothing but one more password. */
async function persist<T>(subject: string, ask: (call: Call) => Promise<T>, call: Call): Promise<T> {
  for (let attemptNumber = 1; ; attemptNumber += 1) {
    try {
      return await ask(call)
    } catch (error) {
      const mayPass = error instanceof MigrationError && error.transient
      const delay = retryDelay(attemptNumber, retryLimits, Math.random())
      if (!mayPass || attemptNumber >= retryLimits.attemptCountMax || Date.now() + delay >= call.deadlineAt) throw error
      await pause(subject, delay, call)
    }
  }
}
