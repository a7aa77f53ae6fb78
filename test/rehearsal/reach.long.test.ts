import type { ChildProcess } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultWorld } from '../../src/emulators/world.js'
import { emulate, migrate, type Emulated } from './rehearsal.js'

type Settings = Readonly<Record<string, unknown>>
type Written = Readonly<Record<'redshift' | 's3', Settings>>
type Change = Readonly<Record<string, unknown>>

/** The line's field that only this rehearsal reads. */
interface Api {
  readonly redshiftApi: { readonly endpoint: string; readonly region: string; readonly cluster: string }
}

/** The emulators' own config, changed; gives its path. */
async function configWith(emulated: Emulated, change: (written: Written) => Change): Promise<string> {
  const written = parse(await readFile(emulated.clouds.config, 'utf8')) as Written
  const path = join(emulated.dir, `changed-${Date.now().toString(36)}.yaml`)
  await writeFile(path, stringify({ ...written, ...change(written) }))
  return path
}

async function textsBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'utf8')))
}

const temporary = {
  accessKeyId: 'ASIAEMULATEDKEY00002',
  secretAccessKey: 'emulated/temporary/secret/0000002',
  sessionToken: 'emulated+session/token==0000002',
}
const world = defaultWorld()
const plain = world.aws.keys[0] as { readonly accessKeyId: string; readonly secretAccessKey: string }

describe('ways to Redshift, and of UNLOAD to S3', () => {
  let emulated: Emulated
  beforeAll(async () => {
    emulated = await emulate({ seed: 'tpch', more: { world: { aws: { keys: [plain, temporary] } } } })
  })
  afterAll(async () => emulated[Symbol.asyncDispose]())

  const dataApi = (written: Written): Change => {
    const { redshiftApi } = emulated.clouds as Emulated['clouds'] & Api
    const { database, iamRole } = written.redshift
    const { accessKeyId, secretAccessKey } = written.s3
    const { endpoint, region, cluster } = redshiftApi
    const place = { endpoint, region, cluster, dbUser: 'migrator', database, accessKeyId, secretAccessKey }
    return { redshift: { reach: 'data-api', ...place, iamRole } }
  }

  it('a migration by the Data API ends well, and so does one in a single transaction', async () => {
    const path = await configWith(emulated, dataApi)
    const ended = await migrate(['run', '--config', path, '--json'])
    expect({ code: ended.code, stderr: ended.stderr }).toMatchObject({ code: 0 })
    const single = await configWith(emulated, (written) => ({ ...dataApi(written), consistency: 'single-transaction' }))
    const few = ['--select', 'tpch.n*', '--select', 'tpch.region']
    const again = await migrate(['run', '--new', '--replace', ...few, '--config', single, '--json'])
    expect({ code: again.code, stderr: again.stderr }).toMatchObject({ code: 0 })
  })

  it('prints what the Data API must be allowed', async () => {
    const { code, lines } = await migrate(['policies', '--json', '--config', await configWith(emulated, dataApi)])
    expect(code).toBe(0)
    const policy = lines.find((line) => String(line['for']).includes('Data API'))
    expect(policy?.['document']).toMatchObject({
      Statement: [
        {
          Action: ['redshift-data:ExecuteStatement'],
          Resource: 'arn:aws:redshift:us-east-1:*:cluster:examplecluster',
        },
        { Action: expect.arrayContaining(['redshift-data:GetStatementResult']) as string[], Resource: '*' },
        { Action: ['redshift:GetClusterCredentials'] },
      ],
    })
  })

  it.each([
    ['lasting keys of the config', plain, {}],
    ['temporary keys of the environment', temporary, temporary],
  ])('UNLOAD writes with %s, and no secret is written anywhere', async (_, key, environment) => {
    const path = await configWith(emulated, ({ redshift, s3 }) => {
      const { iamRole: _iamRole, ...rest } = redshift
      const { accessKeyId: _id, secretAccessKey: _secret, ...chain } = s3
      const fromChain = 'sessionToken' in environment
      return { redshift: { ...rest, unloadWith: 'keys' }, s3: fromChain ? chain : s3 }
    })
    const env = {
      AWS_ACCESS_KEY_ID: key.accessKeyId,
      AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
      ...('sessionToken' in environment ? { AWS_SESSION_TOKEN: environment.sessionToken } : {}),
    }
    const args = ['run', '--new', '--replace', '--select', 'tpch.n*', '--config', path, '--json', '-v']
    const ended = await migrate(args, { env: 'sessionToken' in environment ? env : {} })
    expect({ code: ended.code, stderr: ended.stderr }).toMatchObject({ code: 0 })
    const texts = [...(await textsBelow(join(emulated.dir, 'runs'))), ended.stdout, ended.stderr]
    expect(texts.some((text) => text.includes('"succeeded"'))).toBe(true)
    for (const secret of [key.secretAccessKey, temporary.sessionToken]) {
      expect(texts.filter((text) => text.includes(secret))).toEqual([])
    }
  })

  it('a refusal of keys shows none of them', async () => {
    await writeFile(join(emulated.dir, 'secrets', 'wrong'), 'a/wrong/secret/of/aws/000001')
    const path = await configWith(emulated, ({ redshift }) => {
      const { iamRole: _iamRole, ...rest } = redshift
      return { redshift: { ...rest, unloadWith: 'keys' } }
    })
    const env = { AWS_ACCESS_KEY_ID: plain.accessKeyId, AWS_SECRET_ACCESS_KEY: 'a/wrong/secret/of/aws/000001' }
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.replaceAll('secrets/s3-secret', 'secrets/wrong'))
    const ended = await migrate(['run', '--new', '--replace', '--select', 'tpch.region', '--config', path], { env })
    expect(ended.code).toBe(6)
    expect(ended.stderr).toMatch(/unload tpch\.region.*signature/)
    const texts = [...(await textsBelow(join(emulated.dir, 'runs'))), ended.stdout, ended.stderr]
    expect(texts.filter((one) => one.includes(env.AWS_SECRET_ACCESS_KEY))).toEqual([])
  })

  it('a stage waits for its window, tells so, and an interrupt ends the wait', async () => {
    const hours = (from: number): string => String((new Date().getUTCHours() + from) % 24).padStart(2, '0')
    const windows = { unload: `${hours(2)}:00-${hours(3)}:00`, zone: 'UTC' }
    const path = await configWith(emulated, (written) => ({ ...written, windows }))
    const kill = (child: ChildProcess): void => {
      child.stderr?.on('data', (text: Buffer) => {
        if (text.includes('waits for its window')) child.kill('SIGINT')
      })
    }
    const ended = await migrate(['run', '--new', '--replace', '--select', 'tpch.n*', '--config', path], { kill })
    expect({ code: ended.code, signal: ended.signal }).toEqual({ code: 130, signal: null })
    expect(ended.stderr.match(/unload: waits for its window \d\d:00-\d\d:00 UTC/g)).toHaveLength(1)
  })

  it('a transaction that Redshift would end is refused by plan and run, with the figures', async () => {
    const path = await configWith(emulated, ({ redshift }) => ({
      redshift: { ...redshift, unloadMegabytesPerSecond: 0.005 },
      consistency: 'single-transaction',
    }))
    const planned = await migrate(['plan', '--config', path])
    expect(planned.code).toBe(10)
    expect(planned.stdout).toMatch(/^note RS0220: one transaction holds all relations for about \d+ hours/m)
    expect(planned.stdout).toMatch(/^blocking RS0221: \d+ MB take \d+ s at 0\.005 MB\/s .* after 21600 s/m)
    const ended = await migrate(['run', '--config', path])
    expect(ended.code).toBe(10)
    expect(ended.stderr).toMatch(/^single-transaction: \d+ MB take \d+ s .* \(RS0221\)$/m)
  })
})
