import type { AccessKeys, Credentials } from '../model/credentials.js'

/** In the form that the AWS SDK asks for. */
export function awsCredentials(credentials: Credentials) {
  return async () => {
    const keys = await credentials.current()
    return {
      accessKeyId: keys.accessKeyId,
      secretAccessKey: keys.accessKeySecret,
      ...(keys.securityToken !== undefined && { sessionToken: keys.securityToken }),
      // The SDK asks again when this comes near; without it, it never does.
      ...(keys.expiresAt !== undefined && { expiration: new Date(keys.expiresAt) }),
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
  return { current: () => take(), renew: () => take({ forceRefresh: true }) }
}
