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
export function assumedRoleCredentials(access: Access, roleArn: string, options: AssumedRoleOptions = {}): Credentials {
  return new AssumedRole(access, roleArn, options)
}

export interface AssumedRoleOptions {
  /** New keys are fetched this long before the old ones expire. */
  readonly refreshMilliseconds?: number
  /** Told of all keys before anyone uses them: to keep them out of logs. */
  readonly onKeys?: (keys: AccessKeys) => void
}

class AssumedRole implements Credentials {
  readonly #access: Access
  readonly #roleArn: string
  readonly #options: AssumedRoleOptions
  #keys: AccessKeys | undefined
  #flight: Promise<AccessKeys> | undefined

  constructor(access: Access, roleArn: string, options: AssumedRoleOptions) {
    this.#access = access
    this.#roleArn = roleArn
    this.#options = options
  }

  async current(): Promise<AccessKeys> {
    const early = this.#options.refreshMilliseconds ?? refreshMilliseconds
    if (this.#keys !== undefined && remaining(this.#keys) > early) return this.#keys
    return this.#join()
  }

  /** Who comes later than others with the same refused keys gets what those fetched. */
  async renew(refused: AccessKeys): Promise<AccessKeys> {
    if (this.#keys?.accessKeyId === refused.accessKeyId) this.#keys = undefined
    return this.current()
  }

  #join(): Promise<AccessKeys> {
    this.#flight ??= this.#fetch()
    return this.#flight
  }

  async #fetch(): Promise<AccessKeys> {
    try {
      const keys = await this.#access.assume(this.#roleArn, ownCall())
      this.#options.onKeys?.(keys)
      return (this.#keys = keys)
    } catch (error) {
      // Keys that still hold are better than a failure; the next request asks again.
      if (this.#keys !== undefined && remaining(this.#keys) > assumeMilliseconds) return this.#keys
      throw error
    } finally {
      this.#flight = undefined
    }
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
