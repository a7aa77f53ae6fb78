import type { RunSettings } from '../stages/stage.js'
import type { Config } from './config-schema.js'
import type { Broken } from './config-rules.js'

type LoadWith = NonNullable<Config['oss']['loadWith']>

/** As whom LOAD reads: as the config says or, where it does not, as the role that it names. */
export function loadWithOf({ oss }: Config): LoadWith {
  return oss.loadWith ?? (oss.roleArn === undefined ? 'default-role' : 'role')
}

/** What LOAD's statement carries for it: a role, keys, or nothing where the account's default role reads. */
export function loadAuthority(config: Config): Pick<RunSettings, 'roleArn' | 'loadKeys'> {
  const { roleArn, accessKeyId, accessKeySecret } = config.oss
  const loadWith = loadWithOf(config)
  if (loadWith === 'keys') return { loadKeys: { accessKeyId, accessKeySecret } }
  return loadWith === 'role' && roleArn !== undefined ? { roleArn } : {}
}

/** What may stand in an address as it is; keys of Alibaba Cloud are letters and digits. */
const addressable = /^[\w.~-]+$/

export function* loadRules(config: Config): Generator<Broken> {
  const { loadWith, roleArn, accessKeyId, accessKeySecret, securityToken, assumeRole } = config.oss
  if (loadWith === 'role' && roleArn === undefined)
    yield { text: 'oss.loadWith: role needs oss.roleArn', hint: 'name the role, or take default-role' }
  if (loadWith !== 'keys') return
  if (securityToken !== undefined || assumeRole !== undefined) {
    yield {
      text: "oss.loadWith: keys takes lasting keys, and oss has temporary ones: LOAD's address has no place for a token",
      hint: 'take loadWith: role, or lasting keys without securityToken and assumeRole',
    }
  }
  if (!addressable.test(accessKeyId) || !addressable.test(accessKeySecret))
    yield {
      text: 'oss.loadWith: keys cannot stand in an address where they have other than letters, digits, and . _ ~ -',
    }
}
