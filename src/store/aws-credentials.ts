import type { Credentials } from '../model/credentials.js'

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
