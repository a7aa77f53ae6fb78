import { spawn } from 'node:child_process'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultWorld } from '../../src/emulators/world.js'
import { faultCounts } from './carrying.js'
import { command, emulate, migrate, runIds, type Ended, type Emulated } from './rehearsal.js'

const { aws, alibaba } = defaultWorld()
const long = { accessKeyId: 'ASIAOLD', secretAccessKey: 'old', sessionToken: 'old-token', expiresAt: 1 }
const old = { accessKeyId: 'STS.OLD', accessKeySecret: 'old', securityToken: 'old-token', expiresAt: 1 }
/** Of OSS, for whoever holds keys of the account. */
const copier = {
  name: 'Copier',
  arn: `acs:ram::${alibaba.accountId}:role/Copier`,
  trusts: [`acs:ram::${alibaba.accountId}:root`],
  policies: [],
  buckets: alibaba.buckets.map(({ name }) => name),
}
const more = {
  world: {
    aws: { keys: [...aws.keys, long] },
    alibaba: { keys: [...alibaba.keys, old], roles: [...alibaba.roles, copier] },
  },
}
const select = ['--select', 'tpch.nation', '--select', 'tpch.region']

let emulated: Emulated
let good: string

beforeAll(async () => {
  emulated = await emulate({ seed: 'tpch', more })
  good = await readFile(emulated.clouds.config, 'utf8')
  await mkdir(join(emulated.dir, 'secrets'), { recursive: true })
  await writeFile(join(emulated.dir, 'secrets', 'old'), 'old')
  await writeFile(join(emulated.dir, 'secrets', 'old-token'), 'old-token')
  expect((await run('plan', ...select)).code).toBe(0)
  for (const leg of [['ddl', '--apply'], ['unload']]) expect((await run(...leg)).code).toBe(0)
})

afterAll(async () => {
  await emulated[Symbol.asyncDispose]()
})

function run(...words: readonly string[]): Promise<Ended> {
  return migrate([...words, '--config', emulated.clouds.config, '--json'])
}

/** The config with other lines in one section. */
function changed(section: 's3' | 'oss', values: Readonly<Record<string, string>>): string {
  const begin = good.indexOf(`\n${section}:\n`) + section.length + 3
  const end = begin + (/^\S/m.exec(good.slice(begin))?.index ?? good.length)
  const kept = good
    .slice(begin, end)
    .split('\n')
    .filter((line) => !Object.keys(values).some((name) => line.startsWith(`  ${name}:`)))
  const lines = Object.entries(values).map(([name, value]) => `  ${name}: ${value}\n`)
  return good.slice(0, begin) + lines.join('') + kept.join('\n') + good.slice(end)
}

const expired = {
  sessionToken: '${file:secrets/old-token}',
  accessKeyId: 'ASIAOLD',
  secretAccessKey: '${file:secrets/old}',
}
const expiredSts = {
  securityToken: '${file:secrets/old-token}',
  accessKeyId: 'STS.OLD',
  accessKeySecret: '${file:secrets/old}',
}

describe('a store that refuses ends the transfer with 7 and says why', () => {
  it.each([
    [
      's3',
      'an unknown access key',
      { accessKeyId: 'AKIANOBODY0000000001' },
      /InvalidAccessKeyId.*access key id is unknown/s,
    ],
    [
      's3',
      'a wrong secret',
      { secretAccessKey: '${file:secrets/old}' },
      /SignatureDoesNotMatch.*secret does not belong/s,
    ],
    ['s3', 'an expired token', expired, /ExpiredToken.*temporary keys have expired/s],
    ['s3', 'a wrong region', { region: 'eu-west-1' }, /another region/],
    ['oss', 'an unknown access key', { accessKeyId: 'LTAINobody' }, /InvalidAccessKeyId.*access key id is unknown/s],
    ['oss', 'an expired token', expiredSts, /SecurityTokenExpired.*temporary keys have expired/s],
    ['oss', 'a wrong region', { region: 'cn-beijing' }, /another region/],
  ] as const)('%s: %s', async (section, _, values, says) => {
    await writeFile(emulated.clouds.config, changed(section, values))
    const ended = await run('transfer')
    await writeFile(emulated.clouds.config, good)
    expect({ code: ended.code, stderr: ended.stderr }).toMatchObject({ code: 7 })
    expect(ended.stderr).toMatch(says)
    expect(ended.stderr).not.toMatch(/bug of ours|old-token/)
  })
})

describe('a disk without room for the journal', () => {
  it('ends the transfer with 12', async () => {
    const [id = ''] = await runIds(emulated.clouds.config)
    const { size } = await stat(join(dirname(emulated.clouds.config), 'runs', id, 'journal.jsonl'))
    const ended = await limited(Math.ceil(size / 1024), ['transfer', '--config', emulated.clouds.config])
    expect(ended).toMatchObject({ code: 12 })
    expect(ended.stderr).toMatch(/EFBIG|no space|larger than is allowed/)
    expect(ended.stderr).not.toMatch(/bug of ours/)
  })
})

describe('afterwards', () => {
  it('the same command brings everything across, as a role whose keys expire on the way, too', async () => {
    const expire = { do: 'fail', status: 403, code: 'SecurityTokenExpired' } as const
    const assumed = { service: 'sts', operation: 'AssumeRole', nth: 1e6, action: expire } as const
    await emulated.fault('stores', [{ service: 'oss', operation: 'PutObject', times: 2, action: expire }, assumed])
    await writeFile(emulated.clouds.config, changed('oss', { assumeRole: copier.arn }))
    const ended = await run('transfer')
    await writeFile(emulated.clouds.config, good)
    const counts = await faultCounts(emulated)
    await emulated.clearFaults()
    expect({ code: ended.code, stderr: ended.stderr }).toMatchObject({ code: 0 })
    // The second refusal may be of the keys that the first renewed.
    expect(counts[0]).toMatchObject({ hitCount: 2 })
    expect([2, 3]).toContain(counts[1]?.seenCount)
  })

  it.each([
    ['is refused', { do: 'fail', status: 403, code: 'AccessDenied' }],
    ['is empty', { do: 'truncate', byteCount: 0 }],
    ['ends too soon', { do: 'truncate', byteCount: 700 }],
    ['breaks off', { do: 'cut', when: 'during' }],
  ] as const)('a listing that %s holds the LOAD back', async (_, action) => {
    await emulated.fault('stores', [{ service: 'oss', operation: 'ListObjectsV2', times: 1e6, action }])
    const ended = await run('load')
    await emulated.clearFaults()
    expect({ code: ended.code, stderr: ended.stderr }).toMatchObject({ code: 7 })
    expect(ended.stderr).not.toMatch(/bug of ours/)
  })

  it('and what is loaded is verified', async () => {
    for (const leg of ['load', 'verify']) {
      const ended = await run(leg)
      expect({ leg, code: ended.code, stderr: ended.code === 0 ? '' : ended.stderr }).toEqual({
        leg,
        code: 0,
        stderr: '',
      })
    }
  })
})

/** The command with files limited to so many KiB, as a full disk limits them. */
async function limited(
  kibibytes: number,
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const child = spawn('bash', ['-c', `ulimit -f ${kibibytes}; exec "$@"`, 'bash', process.execPath, command, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const pieces: Buffer[] = []
  child.stderr.on('data', (piece: Buffer) => pieces.push(piece))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, stderr: Buffer.concat(pieces).toString() }
}
