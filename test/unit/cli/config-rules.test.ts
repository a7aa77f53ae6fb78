import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse, stringify } from 'yaml'
import { expect, it } from 'vitest'
import { loadConfig } from '../../../src/cli/config.js'
import { setupOf } from '../../../src/cli/setup.js'

const example = fileURLToPath(new URL('../../../config/example.yaml', import.meta.url))
const environment = {
  REDSHIFT_PASSWORD: 'pw-from-env',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'alibaba-secret',
  AWS_SECRET_ACCESS_KEY: 'aws-secret',
}
const secretAccessKey = '${env:AWS_SECRET_ACCESS_KEY}'

type Settings = Readonly<Record<string, unknown>>

/** The example with another `redshift`; undefined takes a setting away. */
async function configWith(change: Settings, more: Settings = {}): Promise<string> {
  const config = parse(await readFile(example, 'utf8')) as { redshift: Settings }
  const path = join(await mkdtemp(join(tmpdir(), 'config-rules-')), 'migrate.yaml')
  await writeFile(path, stringify({ ...config, ...more, redshift: { ...config.redshift, ...change } }))
  return path
}

const iam = { login: 'iam', user: undefined, password: undefined }
const cluster = { ...iam, cluster: 'dwh' }
const dataApi = { reach: 'data-api', cluster: 'dwh', host: undefined, user: undefined, password: undefined }
const workgroup = { ...iam, workgroup: 'analytics', host: undefined }

it.each([
  ['a cluster', cluster],
  ['a cluster and its user', { ...cluster, dbUser: 'migrator' }],
  ['a workgroup, which knows its host', workgroup],
  ['a workgroup behind another name', { ...workgroup, host: 'redshift.internal' }],
  ['keys by reference', { ...cluster, accessKeyId: 'AKIA', secretAccessKey }],
])('an IAM login to %s is enough', async (_, change) => {
  const { config } = await loadConfig(await configWith(change), environment)
  expect(config.redshift.login).toBe('iam')
  expect(setupOf(config)['redshift.host']).toBe(config.redshift.host ?? 'analytics')
})

it.each([
  ['redshift.tls: off is not possible with redshift.login iam', { ...cluster, tls: 'off' }],
  ['redshift.login: iam needs either redshift.cluster or redshift.workgroup', iam],
  ['redshift.login: iam needs either redshift.cluster or redshift.workgroup', { ...cluster, workgroup: 'analytics' }],
  ['redshift.host: is needed with redshift.cluster', { ...cluster, host: undefined }],
  ['redshift.dbUser: only for a cluster', { ...workgroup, dbUser: 'migrator' }],
  ['redshift.user: only for redshift.login password', { ...cluster, user: 'migrator' }],
  ['redshift.password: only for redshift.login password', { ...cluster, password: '${env:REDSHIFT_PASSWORD}' }],
  ['redshift.accessKeyId: goes with redshift.secretAccessKey, both or neither', { ...cluster, accessKeyId: 'AKIA' }],
  ['redshift.accessKeyId: goes with redshift.secretAccessKey, both or neither', { ...cluster, secretAccessKey }],
  [
    'redshift.sessionToken: needs redshift.accessKeyId and redshift.secretAccessKey',
    { ...cluster, sessionToken: secretAccessKey },
  ],
  ['redshift.cluster: only for redshift.login iam', { cluster: 'dwh' }],
  ['redshift.endpoint: only for redshift.login iam', { endpoint: 'https://example.com' }],
  ['redshift.host: is needed with redshift.login password', { host: undefined }],
  ['redshift.user: is needed with redshift.login password', { user: undefined }],
  ['redshift.password: is needed with redshift.login password', { password: undefined }],
  ['redshift.secretArn: only for redshift.reach data-api', { secretArn: 'arn:aws:secretsmanager:…' }],
  ['redshift.reach: data-api needs either redshift.cluster or redshift.workgroup', { ...dataApi, cluster: undefined }],
  ['redshift.host: only for redshift.reach direct', { ...dataApi, host: 'redshift.internal' }],
  ['redshift.password: only for redshift.reach direct', { ...dataApi, password: '${env:REDSHIFT_PASSWORD}' }],
  [
    'redshift.dbUser: only for a cluster, and not with redshift.secretArn',
    { ...dataApi, dbUser: 'migrator', secretArn: 'arn:aws:secretsmanager:…' },
  ],
  ['redshift.iamRole: is needed with redshift.unloadWith role', { iamRole: undefined }],
  ['redshift.iamRole: does not go with redshift.unloadWith keys (one-authorization)', { unloadWith: 'keys' }],
])('refuses in one line: %s', async (text, change) => {
  const path = await configWith(change)
  const loading = loadConfig(path, environment)
  await expect(loading).rejects.toMatchObject({ code: 'config', message: `${path}: ${text}` })
})

it.each([
  ['by a cluster', dataApi, 'dwh'],
  ['by a workgroup', { ...dataApi, cluster: undefined, workgroup: 'analytics' }, 'analytics'],
])('the Data API is enough %s', async (_, change, name) => {
  const { config } = await loadConfig(await configWith(change), environment)
  expect(setupOf(config)['redshift.host']).toBe(name)
})

it.each([
  ['aws-cn', 'arn:aws-cn:iam::111122223333:role/RedshiftUnload'],
  ['aws-us-gov', 'arn:aws-us-gov:iam::111122223333:role/RedshiftUnload'],
  ['a chain', 'arn:aws-cn:iam::111122223333:role/A,arn:aws-cn:iam::444455556666:role/B'],
])('takes roles of %s', async (_, iamRole) => {
  expect((await loadConfig(await configWith({ iamRole }), environment)).config.redshift.iamRole).toBe(iamRole)
})

it.each([
  [{ compression: 'zstd' }, 'text.compression: zstd is not possible'],
  [{ compression: 'bzip2' }, 'text.compression: bzip2 is not possible'],
  [{ compression: 'none' }, 'text.compression: none is not possible'],
  [{ addQuotes: true, escape: true }, 'text.addQuotes: not with text.escape'],
  [{ delimiter: '||' }, 'text.delimiter: "||"'],
  [{ delimiter: '-' }, 'text.delimiter: "-"'],
  [{ delimiter: '"' }, 'text.delimiter: '],
  [{ nullAs: '' }, 'text.nullAs: ""'],
  [{ nullAs: '2e00' }, 'text.nullAs: "2e00" may be a number'],
  [{ nullAs: 'true' }, 'text.nullAs: "true" may be a number, date or truth value'],
  [{ nullAs: 'a|b' }, 'text.nullAs: "a|b" holds'],
  [{ nullAs: 'NULL "' }, 'text.nullAs: '],
])('%j of csv and text is refused: %s', async (text, message) => {
  await expect(loadConfig(await configWith({}, { text }), environment)).rejects.toThrow(message)
})

it.each([
  {},
  { delimiter: '\t', nullAs: 'NULL', header: true, addQuotes: true },
  { delimiter: '^', nullAs: 'NULL_STRING__', escape: true },
])('%j of csv and text is taken', async (text) => {
  const { config } = await loadConfig(await configWith({}, { text }), environment)
  expect(config.text).toMatchObject({ compression: 'gzip', ...text })
  expect(setupOf(config)['text']).toEqual(config.text)
})
