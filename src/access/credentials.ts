import type { AccessKeys, Credentials } from '../model/credentials.js'
import type { Call } from '../model/work.js'
import type { Access } from './access.js'

/** New keys are fetched this long before the old ones expire. */
const refreshMilliseconds = 5 * 60 * 1000
const assumeMilliseconds = 30_000

/** Long-term keys, or temporary ones that somebody else looks after. */
export function staticCredentials(keys: AccessKeys): Credentials {
  return { current: async () => keys }
}

/** Keys of a role: fetched when first asked for and again before they expire, once for all who ask meanwhile. */
export function assumedRoleCredentials(access: Access, roleArn: string): Credentials {
  let keys: AccessKeys | undefined
  let flight: Promise<AccessKeys> | undefined
  const fetch = async (): Promise<AccessKeys> => {
    try {
      return (keys = await access.assume(roleArn, ownCall()))
    } catch (error) {
      // Keys that still hold are better than a failure; the next request asks again.
      if (keys !== undefined && remaining(keys) > assumeMilliseconds) return keys
      throw error
    } finally {
      flight = undefined
    }
  }
  return {
    current: async () => {
      if (keys !== undefined && remaining(keys) > refreshMilliseconds) return keys
      flight ??= fetch()
      return flight
    },
  }
}

function remaining(keys: AccessKeys): number {
  return (keys.expiresAt ?? Number.POSITIVE_INFINITY) - Date.now()
}

/** Belongs to nobody's request: others wait for the same keys. */
function ownCall(): Call {
  return {
    signal: new AbortController().signal,
    deadlineAt: Date.now() + assumeMilliseconds,
    note: () => undefined,
  }
}
