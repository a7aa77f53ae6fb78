import type { AccessKeys, Credentials } from '../model/credentials.js'
import { MigrationError } from '../model/errors.js'

const expiredCode = /\((SecurityTokenExpired|ExpiredToken|TokenRefreshRequired)\b/

/** A service refused temporary keys because their time is over. */
export function isExpired(error: unknown): boolean {
  return error instanceof MigrationError && error.code === 'store-denied' && expiredCode.test(error.message)
}

/** Does it with the keys of the moment and, where they turn out to have expired and there are others, once more. */
export async function withFreshKeys<Result>(
  credentials: Credentials,
  use: (keys: AccessKeys) => Promise<Result>,
): Promise<Result> {
  const keys = await credentials.current()
  try {
    return await use(keys)
  } catch (error) {
    if (!isExpired(error) || credentials.renew === undefined) throw error
    return use(await credentials.renew(keys))
  }
}

/** The same for a body that can be read only once: when there are other keys now, the error says that trying again helps. */
export async function withKeysOnce<Result>(
  credentials: Credentials,
  use: (keys: AccessKeys) => Promise<Result>,
): Promise<Result> {
  const keys = await credentials.current()
  try {
    return await use(keys)
  } catch (error) {
    if (!isExpired(error) || credentials.renew === undefined) throw error
    await credentials.renew(keys)
    const { code, message } = error as MigrationError
    throw new MigrationError(code, message, { transient: true, cause: error })
  }
}
