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
    return use(await otherKeys(credentials, keys, error))
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
    await otherKeys(credentials, keys, error)
    const { code, message } = error as MigrationError
    throw new MigrationError(code, message, { transient: true, cause: error })
  }
}

/** Throws the error where it tells of something else, and where there are no others: the same ones would be refused again. */
async function otherKeys(credentials: Credentials, refused: AccessKeys, error: unknown): Promise<AccessKeys> {
  const others = isExpired(error) ? await credentials.renew?.(refused) : undefined
  if (others === undefined || isSame(others, refused)) throw error
  return others
}

export function isSame(one: AccessKeys, other: AccessKeys): boolean {
  return one.accessKeyId === other.accessKeyId && one.securityToken === other.securityToken
}
