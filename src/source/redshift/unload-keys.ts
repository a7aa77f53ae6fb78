import type { AccessKeys } from '../../model/credentials.js'
import { MigrationError } from '../../model/errors.js'
import { relationText } from '../../model/names.js'
import type { RelationPlan } from '../../model/plan.js'
import type { Call } from '../../model/work.js'
import type { Route } from '../../network/route.js'
import { askApi, clientSettings } from './iam-login-client.js'

/** Where the keys that stand in an UNLOAD come from. */
export interface UnloadKeys {
  /** Throws `source-refused` where they may end before the UNLOAD of this relation does. */
  current(plan: Pick<RelationPlan, 'source' | 'byteEstimate'>, call: Call): Promise<AccessKeys>
}

export interface UnloadKeysOptions {
  readonly region: string
  /** Absent: the default chain of the AWS SDK. */
  readonly keys?: AccessKeys
  /** Proxy and authorities of what the chain asks; absent: none but the system's. */
  readonly route?: Route
  /** What one UNLOAD moves; from the config. */
  readonly megabytesPerSecond: number
  /** Hears every secret before anybody uses it, so that none is ever written. */
  readonly hush?: (secret: string) => void
}

/** Even an UNLOAD of nothing queues and starts, in seconds. */
const unloadSecondsMin = 60

/** Redshift does not renew keys as it renews a role: those that end under way roll the statement back (redshift.md 1.8). */
export function unloadKeys(options: UnloadKeysOptions): UnloadKeys {
  return {
    current: async (plan, call) => {
      const subject = `unload ${relationText(plan.source)}`
      const keys = options.keys ?? (await chainKeys(options, subject, call))
      for (const secret of [keys.accessKeyId, keys.accessKeySecret, keys.securityToken]) {
        if (secret !== undefined) options.hush?.(secret)
      }
      refuseShortLife(keys, unloadSeconds(plan.byteEstimate ?? 0, options.megabytesPerSecond), subject)
      return keys
    },
  }
}

/** How long an UNLOAD is expected to take. */
export function unloadSeconds(byteCount: number, megabytesPerSecond: number): number {
  return Math.max(unloadSecondsMin, Math.ceil(byteCount / (megabytesPerSecond * 1024 * 1024)))
}

/** Twice the estimate: it is one, and queues are not in it. */
export function refuseShortLife(keys: AccessKeys, seconds: number, subject: string, now: number = Date.now()): void {
  if (keys.expiresAt === undefined) return
  const remaining = Math.floor((keys.expiresAt - now) / 1000)
  if (remaining >= 2 * seconds) return
  throw new MigrationError(
    'source-refused',
    `${subject}: the AWS keys hold for ${remaining} s more, less than twice the ${seconds} s that it may take`,
    { hint: 'set redshift.iamRole and unloadWith role: Redshift renews a role itself; or take keys that last longer' },
  )
}

/** As the SDK resolves them for its own requests: environment, profile, container, instance. Renewed before they end. */
async function chainKeys({ region, route }: UnloadKeysOptions, subject: string, call: Call): Promise<AccessKeys> {
  const { RedshiftClient } = await import('@aws-sdk/client-redshift')
  const client = new RedshiftClient(clientSettings({ region, ...(route === undefined ? {} : { route }) }))
  try {
    const found = await askApi({ subject, action: 'AWS credentials' }, call, () => client.config.credentials())
    return {
      accessKeyId: found.accessKeyId,
      accessKeySecret: found.secretAccessKey,
      ...(found.sessionToken === undefined ? {} : { securityToken: found.sessionToken }),
      ...(found.expiration === undefined ? {} : { expiresAt: found.expiration.getTime() }),
    }
  } finally {
    client.destroy()
  }
}
