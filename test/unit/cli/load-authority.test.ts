import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { loadConfig } from '../../../src/cli/config.js'
import type { Config } from '../../../src/cli/config-schema.js'
import { loadAuthority, loadRules, loadWithOf } from '../../../src/cli/load-authority.js'

const example = fileURLToPath(new URL('../../../config/example.yaml', import.meta.url))
const environment = { REDSHIFT_PASSWORD: 'pw-from-env', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secretOf16letters' }
const roleArn = 'acs:ram::1234567890123456:role/MaxComputeLoad'

async function configOf(oss: Partial<Config['oss']>): Promise<Config> {
  const { config } = await loadConfig(example, environment)
  return { ...config, oss: { ...config.oss, ...oss } }
}

it.each([
  [{}, 'default-role', {}],
  [{ roleArn }, 'role', { roleArn }],
  [{ roleArn, loadWith: 'default-role' }, 'default-role', {}],
  [
    { roleArn, loadWith: 'keys' },
    'keys',
    { loadKeys: { accessKeyId: 'LTAI...', accessKeySecret: 'secretOf16letters' } },
  ],
] as const)('%j lets LOAD in as %s', async (oss, loadWith, authority) => {
  const config = await configOf(oss)
  expect(loadWithOf(config)).toBe(loadWith)
  expect(loadAuthority(config)).toEqual(authority)
  expect([...loadRules(config)]).toEqual([])
})

it.each([
  [{ loadWith: 'role' }, /needs oss.roleArn/],
  [{ loadWith: 'keys', securityToken: 'token' }, /no place for a token/],
  [{ loadWith: 'keys', assumeRole: roleArn }, /no place for a token/],
  [{ loadWith: 'keys', accessKeySecret: 'with/slash@and+plus' }, /cannot stand in an address/],
] as const)('%j is refused, without the secret', async (oss, message) => {
  const [broken, ...more] = [...loadRules(await configOf(oss))]
  expect(broken?.text).toMatch(message)
  expect(more).toEqual([])
  expect(JSON.stringify(broken)).not.toContain('with/slash')
})
