import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { configJsonSchema } from '../../../src/cli/config-json-schema.js'
import { loadConfig } from '../../../src/cli/config.js'

const example = fileURLToPath(new URL('../../../config/example.yaml', import.meta.url))
const environment = { REDSHIFT_PASSWORD: 'pw-from-env', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'alibaba-secret' }

async function exampleWith(change: (text: string) => string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'config-')), 'migrate.yaml')
  await writeFile(path, change(await readFile(example, 'utf8')))
  return path
}

describe('the config file', () => {
  it('the example is valid and says every default as it is', async () => {
    const { config } = await loadConfig(example, environment)
    const bare = await exampleWith((text) => text.replace(/^types:[\s\S]*/m, ''))
    const defaults = (await loadConfig(bare, environment)).config
    expect({ ...config, select: defaults.select }).toEqual(defaults)
  })

  it('the example names every setting that there is', async () => {
    const text = await readFile(example, 'utf8')
    const names: string[] = []
    JSON.stringify(configJsonSchema(), (key, value: unknown) => {
      if (key === 'properties') names.push(...Object.keys(value as object))
      return value
    })
    expect(names.length).toBeGreaterThan(50)
    // `expression` belongs to an entry of types.overrides, which the example leaves empty.
    expect(names.filter((name) => !new RegExp(`\\b${name}:`).test(text) && name !== 'expression')).toEqual([])
  })

  it('the published JSON Schema is the schema', async () => {
    const path = fileURLToPath(new URL('../../../config/migrate.schema.json', import.meta.url))
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(JSON.parse(JSON.stringify(configJsonSchema())))
  })

  it('resolves references and hands the secrets to the redactor', async () => {
    const { config, secrets } = await loadConfig(example, environment)
    expect(config.redshift.password).toBe('pw-from-env')
    expect(secrets).toContain('pw-from-env')
    expect(secrets).toContain('alibaba-secret')
  })

  const wrong: readonly (readonly [string, (text: string) => string, RegExp, RegExp | undefined])[] = [
    [
      'a mistyped setting',
      (text) => text.replace('prefix: migrate/', 'prefx: migrate/'),
      /s3\.prefx: there is no such setting/,
      /did you mean prefix/,
    ],
    [
      'a mistyped section',
      (text) => text.replace('limits:', 'limit:'),
      /limit: there is no such setting/,
      /did you mean limits/,
    ],
    [
      'a secret in the file',
      (text) => text.replace('${env:REDSHIFT_PASSWORD}', 'hunter22'),
      /redshift\.password: a secret stands in the file/,
      /\$\{env/,
    ],
    [
      'a missing variable',
      (text) => text.replace('REDSHIFT_PASSWORD', 'NOT_SET_AT_ALL'),
      /the environment has no NOT_SET_AT_ALL/,
      undefined,
    ],
    [
      'a missing file',
      (text) => text.replace('${env:REDSHIFT_PASSWORD}', '${file:nowhere}'),
      /nowhere cannot be read \(ENOENT\)/,
      undefined,
    ],
    ['a wrong type', (text) => text.replace('port: 5439', 'port: high'), /redshift\.port: /, undefined],
    [
      'a prefix without its slash',
      (text) => text.replace('prefix: migrate/', 'prefix: migrate'),
      /s3\.prefix: migrate must end/,
      undefined,
    ],
    [
      'a chain of roles with a blank',
      (text) => text.replace('role/RedshiftUnload', 'role/RedshiftUnload, arn:aws:iam::444455556666:role/Write'),
      /redshift\.iamRole: a chain of roles is joined by commas without blanks \(role-chain\)/,
      /ARNs joined by commas/,
    ],
    [
      'a role that is none',
      (text) => text.replace('role/RedshiftUnload', 'role/RedshiftUnload,arn:aws:iam::4444:user/x'),
      /redshift\.iamRole: "arn:aws:iam::4444:user\/x" is no ARN of a role/,
      undefined,
    ],
    [
      'two ways of encryption',
      (text) => text.replace('pathStyle: false', 'pathStyle: false\n  kmsKeyId: k-1\n  encryption: auto'),
      /s3\.encryption: auto does not go with s3\.kmsKeyId \(auto-with-kms\)/,
      /keep one/,
    ],
    [
      'row groups that Redshift does not write',
      (text) => text.replace('partMegabytes: 256', 'rowGroupMegabytes: 129'),
      /limits\.rowGroupMegabytes: /,
      undefined,
    ],
    [
      'row groups larger than a part',
      (text) => text.replace('partMegabytes: 256', 'partMegabytes: 32\n  rowGroupMegabytes: 64'),
      /limits\.rowGroupMegabytes: 64 is more than limits\.partMegabytes 32/,
      undefined,
    ],
    [
      'a filter that is more than a condition',
      (text) => text.replace('relations: {}', "relations: { 'sales.*': { where: 'a = 1; DROP TABLE b' } }"),
      /relations\.sales\.\*\.where: it has a semicolon/,
      /one condition/,
    ],
    [
      'an empty list of columns',
      (text) => text.replace('relations: {}', 'relations: { sales.orders: { columns: [] } }'),
      /relations\.sales\.orders\.columns: /,
      undefined,
    ],
    ['broken YAML', (text) => text.replace('version: 1', 'version: [1'), /migrate\.yaml:\d+:\d+: not YAML/, undefined],
    ['another version', (text) => text.replace('version: 1', 'version: 2'), /version: /, undefined],
  ]
  for (const [what, change, message, hint] of wrong) {
    it(`refuses ${what} in one line`, async () => {
      const path = await exampleWith(change)
      const error = await loadConfig(path, environment).then(
        () => undefined,
        (thrown: Error & { code?: string; hint?: string }) => thrown,
      )
      expect(error?.code).toBe('config')
      expect(error?.message).toMatch(message)
      expect(error?.message).not.toContain('hunter22')
      expect(error?.message.split('\n')).toHaveLength(1)
      if (hint !== undefined) expect(error?.hint).toMatch(hint)
    })
  }
})
