import type { AccessKeys, Credentials } from '../model/credentials.js'
import { isSame } from './fresh-keys.js'

/** In the form that the AWS SDK asks for. */
export function awsCredentials(credentials: Credentials) {
  return async () => {
    const keys = await credentials.current()
    return {
      accessKeyId: keys.accessKeyId,
      secretAccessKey: keys.accessKeySecret,
      ...(keys.securityToken !== undefined && { sessionToken: keys.securityToken }),
      // The SDK asks again when this comes near, and without it never: keys that can be renewed before their time are
      // asked for at each request, since it would go on with those that were refused.
      ...(credentials.renew !== undefined && { expiration: new Date() }),
    }
  }
}

interface SdkKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiration?: Date
}

/** The chain of the AWS SDK (environment, profiles, container, instance) as the house asks for keys. */
export function sdkCredentials(provide: (asked?: { forceRefresh?: boolean }) => Promise<SdkKeys>): Credentials {
  const take = async (asked?: { forceRefresh: boolean }): Promise<AccessKeys> => {
    const keys = await provide(asked)
    return {
      accessKeyId: keys.accessKeyId,
      accessKeySecret: keys.secretAccessKey,
      ...(keys.sessionToken !== undefined && { securityToken: keys.sessionToken }),
      ...(keys.expiration !== undefined && { expiresAt: keys.expiration.getTime() }),
    }
  }
  let flight: Promise<AccessKeys> | undefined
  const renew = async (refused: AccessKeys): Promise<AccessKeys> => {
    const known = await take()
    // Who comes later than others with the same refused keys gets what those fetched.
    if (!isSame(known, refused)) return known
    flight ??= take({ forceRefresh: true }).finally(() => (flight = undefined))
    return flight
  }
  return { current: () => take(), renew }
}
