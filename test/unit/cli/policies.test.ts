import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { policies } from '../../../src/cli/commands/policies.js'
import { loadConfig } from '../../../src/cli/config.js'
import type { Config } from '../../../src/cli/config-schema.js'
import type { Context } from '../../../src/cli/context.js'

const example = fileURLToPath(new URL('../../../config/example.yaml', import.meta.url))
const environment = { REDSHIFT_PASSWORD: 'pw-from-env', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'alibaba-secret' }

/** What `migrate policies --json` prints for the example, changed. */
async function printed(redshift: Partial<Config['redshift']>, s3: Partial<Config['s3']>): Promise<readonly string[]> {
  const { config } = await loadConfig(example, environment)
  const changed = { ...config, redshift: { ...config.redshift, ...redshift }, s3: { ...config.s3, ...s3 } }
  const lines: string[] = []
  const talk = { data: (document: unknown) => lines.push(JSON.stringify(document)) }
  await policies({ config: async () => ({ config: changed }), talk } as unknown as Context)
  return lines
}

const arns = (lines: readonly string[]): readonly string[] => lines.join('\n').match(/arn:aws[^"]*/g) ?? []

it('names the partition of China in every ARN there', async () => {
  const iamRole = 'arn:aws-cn:iam::111122223333:role/RedshiftUnload'
  for (const change of [
    { login: 'iam', cluster: 'dwh' },
    { login: 'iam', workgroup: 'analytics' },
    { reach: 'data-api', cluster: 'dwh' },
  ] as const) {
    const found = arns(await printed({ ...change, iamRole }, { region: 'cn-northwest-1' }))
    expect(found.length).toBeGreaterThan(4)
    expect(found.filter((arn) => !arn.startsWith('arn:aws-cn:'))).toEqual([])
  }
})

it.each([
  ['us-east-1', 'aws'],
  ['us-gov-west-1', 'aws-us-gov'],
])('names the partition of %s as well', async (region, partition) => {
  const iamRole = `arn:${partition}:iam::111122223333:role/RedshiftUnload`
  const found = arns(await printed({ iamRole }, { region }))
  expect(found.filter((arn) => !arn.startsWith(`arn:${partition}:`))).toEqual([])
})

it('gives keys what a role would need, when UNLOAD writes with them', async () => {
  const { config } = await loadConfig(example, environment)
  const { iamRole: _iamRole, ...redshift } = config.redshift
  const lines: string[] = []
  const talk = { data: (document: unknown) => lines.push(JSON.stringify(document)) }
  const loaded = { config: { ...config, redshift: { ...redshift, unloadWith: 'keys' } } }
  await policies({ config: async () => loaded, talk } as unknown as Context)
  const of = lines.find((line) => line.includes('keys that UNLOAD writes with')) ?? ''
  expect(of).toContain('s3:PutObject')
  expect(of).not.toContain('undefined')
})

it('names what clean, swaps and rollbacks need, and schemas only where there are some', async () => {
  const { config } = await loadConfig(example, environment)
  const of = async (change: Partial<Config>): Promise<string> => {
    const lines: string[] = []
    const talk = { data: (document: unknown) => lines.push(JSON.stringify(document)) }
    await policies({ config: async () => ({ config: { ...config, ...change } }), talk } as unknown as Context)
    return lines.join('\n')
  }
  const plain = await of({})
  for (const action of ['s3:DeleteObject', 's3:ListBucketMultipartUploads', 'oss:DeleteObject'])
    expect(plain).toContain(action)
  expect(plain).toMatch(/GRANT List, CreateTable, CreateInstance ON PROJECT [^ ]+ TO USER/)
  expect(plain).toMatch(/GRANT Describe, Select, Alter, Update, Drop ON TABLE/)
  expect(plain).not.toContain('CreateSchema')
  expect(await of({ naming: { ...config.naming, schema: '{schema}' } })).toContain('CreateSchema')
  expect(plain).toContain('trust policy')
  expect(await of({ oss: { ...config.oss, loadWith: 'keys' } })).not.toContain('odps.aliyuncs.com')
})
