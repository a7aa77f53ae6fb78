import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OssStore, S3Store, staticCredentials } from '../../src/index.js'
import { maxComputeClient, runSql } from './maxcompute-session.js'
import { emulate, migrate, type Emulated } from './rehearsal.js'

const call = () => ({
  signal: new AbortController().signal,
  deadlineAt: Date.now() + 60_000,
  note: () => undefined,
})
const chosen = ['tpch.region', 'tpch.nation', 'tpch.customer']

let emulated: Emulated
let s3: S3Store
let oss: OssStore
let run = ''

beforeAll(async () => {
  emulated = await emulate({ seed: 'tpch' })
  const { clouds } = emulated
  s3 = new S3Store({
    ...clouds.s3,
    pathStyle: true,
    socketCountMax: 4,
    credentials: staticCredentials({ accessKeyId: clouds.s3.accessKeyId, accessKeySecret: clouds.s3.secretAccessKey }),
  })
  oss = new OssStore({
    ...clouds.oss,
    pathStyle: true,
    socketCountMax: 4,
    credentials: staticCredentials({
      accessKeyId: clouds.oss.accessKeyId,
      accessKeySecret: clouds.oss.accessKeySecret,
    }),
  })
  expect((await step('run', '--select', 'tpch.region')).code).toBe(0)
  await runSql(clouds, "INSERT INTO TABLE `region` SELECT 77, 'OLD', 'old'")
  const known = await readdir(join(emulated.dir, 'runs'))
  expect((await step('plan')).code).toBe(0)
  run = (await readdir(join(emulated.dir, 'runs'))).find((id) => !known.includes(id)) ?? ''
  for (const args of [['ddl', '--apply', '--replace'], ['unload'], ['transfer'], ['load', '--replace']])
    expect((await step(...args, '--run', run, '--select', ...chosen)).code).toBe(0)
})

afterAll(async () => {
  s3.close()
  oss.close()
  await emulated[Symbol.asyncDispose]()
})

function step(...args: string[]): ReturnType<typeof migrate> {
  return migrate([...args, '--config', emulated.clouds.config, '--json'])
}

async function keysOf(side: 's3' | 'oss'): Promise<string[]> {
  const { bucket, prefix } = emulated.clouds[side]
  const keys: string[] = []
  for await (const { location } of (side === 's3' ? s3 : oss).list({ store: side, bucket, key: prefix }, call()))
    keys.push(location.key)
  return keys
}

async function uploads(): Promise<string[]> {
  const found: string[] = []
  for await (const { location } of oss.listUploads(
    { store: 'oss', bucket: emulated.clouds.oss.bucket, key: emulated.clouds.oss.prefix },
    call(),
  ))
    found.push(location.key)
  return found.sort()
}

async function tables(): Promise<string[]> {
  const found: string[] = []
  for await (const { name } of maxComputeClient(emulated.clouds).listTables()) found.push(name)
  return found.sort()
}

async function rowsOf(table: string): Promise<string> {
  const text = await runSql(emulated.clouds, `SELECT COUNT(*) AS n FROM \`${table}\``)
  return text.replaceAll('"', '').trim().split('\n').at(-1) ?? ''
}

/** What somebody else keeps right beside ours, and among it. */
async function plant(): Promise<{ readonly s3: string[]; readonly oss: string[]; readonly uploads: string[] }> {
  const ours = (await keysOf('s3')).find((key) => key.includes(run) && key.includes('tpch_region')) ?? ''
  const prefix = ours.slice(0, ours.lastIndexOf('/1/') + 3)
  const planted = {
    s3: [`${prefix}notes.txt`, `${prefix.slice(0, -1)}0/0000_part_00.parquet`, `${prefix.slice(0, -2)}manifest`],
    oss: [`${prefix}0000_part_00.parquet.bak`, `${prefix.slice(0, -1)}0/0000_part_00.parquet`],
    uploads: [`${prefix.slice(0, -1)}0/0001_part_00.parquet`],
  }
  const meta = { run: 'another', source: 's3://elsewhere/x', sourceEtag: '1' }
  const store = async (side: 's3' | 'oss', key: string): Promise<unknown> =>
    (side === 's3' ? s3 : oss).write(
      { store: side, bucket: emulated.clouds[side].bucket, key },
      Readable.from(['x']),
      1,
      meta,
      call(),
    )
  for (const key of planted.s3) await store('s3', key)
  for (const key of planted.oss) await store('oss', key)
  const place = { store: 'oss' as const, bucket: emulated.clouds.oss.bucket }
  for (const key of planted.uploads) await oss.openUpload({ ...place, key }, meta, call())
  await oss.openUpload({ ...place, key: `${prefix}0009_part_00.parquet` }, { ...meta, run }, call())
  return planted
}

describe('clean', () => {
  it('refuses a run that has not ended, and says how to go on', async () => {
    const { code, stderr } = await step('clean', '--run', run, '--yes')
    expect(code).toBe(2)
    expect(stderr).toContain('has not ended: 3 relations are not verified in place')
    expect(stderr).toContain('--unfinished')
    expect((await keysOf('s3')).filter((key) => key.includes(run)).length).toBeGreaterThan(3)
  })

  it('removes what is ours once it has ended, and nothing else', async () => {
    expect((await step('verify', '--run', run, '--select', ...chosen)).code).toBe(0)
    const planted = await plant()
    const staged = `mig_${run.replaceAll('-', '_')}`
    const backup = (await tables()).filter((name) => name.startsWith(staged))
    expect(backup).toEqual([expect.stringMatching(/_old$/)])
    const relationId = (backup[0] ?? '').slice(staged.length + 1, -4)
    await runSql(emulated.clouds, `CREATE TABLE \`${staged}_${relationId}\` (id BIGINT) COMMENT 'mine'`)
    await runSql(emulated.clouds, `CREATE TABLE \`${staged}_somebody\` (id BIGINT)`)

    const before = {
      s3: await keysOf('s3'),
      oss: await keysOf('oss'),
      uploads: await uploads(),
      tables: await tables(),
    }
    const dry = await step('clean', '--run', run, '--dry-run')
    expect(dry.code).toBe(0)
    expect(dry.lines.find((line) => line['relation'] === 'tpch.region')).toMatchObject({
      tables: [expect.stringContaining('_old') as unknown],
      uploadCount: 1,
    })
    const unasked = await step('clean', '--run', run)
    expect(unasked.code).toBe(2)
    expect(unasked.stderr).toContain('nobody can be asked, so nothing was done')
    expect({
      s3: await keysOf('s3'),
      oss: await keysOf('oss'),
      uploads: await uploads(),
      tables: await tables(),
    }).toEqual(before)

    const { code, lines, stderr } = await step('clean', '--run', run, '--yes')
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    const region = lines.find((line) => line['relation'] === 'tpch.region') as { left: string[] }
    expect(region.left.join('\n')).toMatch(/its comment is not ours[^]*notes\.txt[^]*\.bak/)
    const expected = (keys: readonly string[], kept: readonly string[]): string[] =>
      keys.filter((key) => !key.includes(run) || kept.includes(key))
    expect(await keysOf('s3')).toEqual(expected(before.s3, planted.s3))
    expect(await keysOf('oss')).toEqual(expected(before.oss, planted.oss))
    expect((await keysOf('s3')).filter((key) => !key.includes(run)).length).toBeGreaterThan(0)
    expect(await uploads()).toEqual(planted.uploads)
    expect(await tables()).toEqual(before.tables.filter((name) => name !== backup[0]))
    expect(await rowsOf('region')).toBe('5')
    expect(await rowsOf('customer')).toBe('150')
  })

  it('ends the possibility of a rollback, and finds nothing when asked again', async () => {
    const { code, stderr } = await step('rollback', '--run', run, '--select', 'tpch.region')
    expect(code).toBe(8)
    expect(stderr).toContain('is gone')
    expect(await rowsOf('region')).toBe('5')
    const again = await step('clean', '--run', run, '--yes')
    expect(again.code).toBe(0)
    expect(again.lines.at(-1)).toMatchObject({ objectCount: 0, done: 3 })
  })

  it('gives up an unfinished relation where that is asked for: it begins anew', async () => {
    for (const args of [['unload'], ['transfer']])
      expect((await step(...args, '--run', run, '--select', 'tpch.part')).code).toBe(0)
    const { code } = await step('clean', '--run', run, '--select', 'tpch.part', '--unfinished', '--yes')
    expect(code).toBe(0)
    expect((await keysOf('oss')).filter((key) => key.includes('tpch_part-'))).toEqual([])
    const { code: ended, stderr } = await step('run', '--run', run, '--select', 'tpch.part')
    expect({ ended, stderr: ended === 0 ? '' : stderr }).toEqual({ ended: 0, stderr: '' })
    expect(await rowsOf('part')).toBe('200')
  })
})
