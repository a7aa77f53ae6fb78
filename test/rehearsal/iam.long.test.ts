import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mintPassword } from '../../src/emulators/redshift-api/temporary-password.js'
import { emulate, migrate, type Emulated } from './rehearsal.js'

/** The line's field that only this rehearsal reads. */
interface Api {
  readonly redshiftApi: Readonly<Record<'endpoint' | 'region', string>> & {
    readonly cluster?: string
    readonly workgroup?: string
  }
}

type Settings = Readonly<Record<string, unknown>>

/** The emulators' own config with an IAM login in place of user and password; gives its path. */
async function iamConfig(emulated: Emulated, change: Settings): Promise<string> {
  const { config, redshiftApi } = emulated.clouds as Emulated['clouds'] & Api
  const written = parse(await readFile(config, 'utf8')) as Readonly<Record<'redshift' | 's3', Settings>>
  const { user: _user, password: _password, ...place } = written.redshift
  const { accessKeyId, secretAccessKey } = written.s3
  const redshift = { ...place, login: 'iam', ...redshiftApi, accessKeyId, secretAccessKey, ...change }
  const path = join(emulated.dir, 'iam.yaml')
  await writeFile(path, stringify({ ...written, redshift }))
  return path
}

/** How the emulated service writes a password. */
const issuedPassword = /[0-9a-z]{8}\.[\w+/]{43}=/

it('would know a password where it saw one', () => {
  expect(issuedPassword.test(`"${mintPassword('IAM:migrator', Date.now())}"`)).toBe(true)
})

async function textsBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'utf8')))
}

describe.each([
  ['a cluster', false, { dbUser: 'migrator' }],
  ['a workgroup that tells its endpoint', true, { host: undefined, port: undefined }],
] as const)('a migration with an IAM login to %s', (_, serverless, change) => {
  let emulated: Emulated
  beforeAll(async () => {
    emulated = await emulate({ seed: 'tpch', more: { world: { redshift: { serverless } } } })
  })
  afterAll(async () => emulated[Symbol.asyncDispose]())

  it('ends well, and writes no password anywhere', async () => {
    const path = await iamConfig(emulated, change)
    const ended = await migrate(['run', '--config', path, '--json', '-v'])
    expect({ code: ended.code, stderr: ended.stderr }).toMatchObject({ code: 0 })
    const written = await textsBelow(join(emulated.dir, 'runs'))
    expect(written.some((text) => text.includes('"succeeded"'))).toBe(true)
    for (const text of [...written, ended.stdout, ended.stderr]) expect(issuedPassword.test(text)).toBe(false)
    const doctor = await migrate(['doctor', '--config', path])
    expect({ code: doctor.code, stdout: doctor.stdout }).toMatchObject({ code: 0 })
  })

  it('prints the statement that it needs', async () => {
    const path = await iamConfig(emulated, change)
    const { code, lines } = await migrate(['policies', '--json', '--config', path])
    expect(code).toBe(0)
    const login = lines.find((line) => String(line['for']).includes('logs in to Redshift'))
    const [Action, Resource] = serverless
      ? [
          ['redshift-serverless:GetCredentials', 'redshift-serverless:GetWorkgroup'],
          'arn:aws:redshift-serverless:us-east-1:*:workgroup/*',
        ]
      : [
          ['redshift:GetClusterCredentials'],
          ['dbuser:examplecluster/migrator', 'dbname:examplecluster/dev'].map(
            (rest) => `arn:aws:redshift:us-east-1:*:${rest}`,
          ),
        ]
    expect(login?.['document']).toEqual({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action, Resource }],
    })
  })

  it('says in one line what is wrong with it', async () => {
    await writeFile(join(emulated.dir, 'secrets', 'wrong'), 'not-the-secret')
    const wrongKey = await iamConfig(emulated, { ...change, secretAccessKey: '${file:secrets/wrong}' })
    const refused = await migrate(['run', '--new', '--select', 'tpch.region', '--config', wrongKey])
    expect(refused.code).toBe(6)
    expect(refused.stderr).toMatch(/SignatureDoesNotMatch|InvalidSignatureException/)
    expect(refused.stderr).toMatch(/^hint: the AWS keys are wrong/m)
    expect(refused.stderr).not.toMatch(/not-the-secret|^ +at /m)
    const open = await migrate(['plan', '--config', await iamConfig(emulated, { ...change, tls: 'off' })])
    expect(open.code).toBe(3)
    expect(open.stderr).toMatch(/redshift\.tls: off is not possible with redshift\.login iam/)
  })
})
