import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultWorld } from '../../src/emulators/world.js'
import type { Manifest } from '../../src/model/manifest.js'
import { StageBucket } from './parts.js'
import { changeConfig, emulate, migrate, runIds, type Emulated, type Ended } from './rehearsal.js'

/** Neither the least nor the greatest name: no statistics of the file hold it, the page of values does, uncut by Snappy. */
const victim = 'EUROPE'
const one = ['--select', 'tpch.region']
let emulated: Emulated
let folder: string

beforeAll(async () => {
  // S3 of before it added checksums by itself, and KMS, under which an ETag is no MD5: nothing tells the bytes.
  emulated = await emulate({ seed: 'tpch', more: { world: { aws: { addsChecksum: false } } } })
  const kmsKey = defaultWorld().aws.kmsKeys?.[0] ?? ''
  await changeConfig(emulated.clouds.config, (text) => text.replace(/^s3:\n/m, `s3:\n  kmsKeyId: ${kmsKey}\n`))
})

afterAll(async () => {
  await emulated[Symbol.asyncDispose]()
})

async function step(...args: string[]): Promise<Ended> {
  return migrate([...args, '--config', emulated.clouds.config, '--json'])
}

/** The part that holds the victim, and where in its bytes. */
async function placeOfVictim(): Promise<{ readonly key: string; readonly at: number }> {
  const sources = join(folder, 'manifests', 'source')
  const [name = ''] = await readdir(sources)
  const { parts } = JSON.parse(await readFile(join(sources, name), 'utf8')) as Manifest
  using bucket = new StageBucket(emulated.clouds)
  for (const { location } of parts) {
    const at = Buffer.from(await bucket.read(location.key)).indexOf(victim)
    if (at >= 0) return { key: location.key, at }
  }
  throw new Error(`no part holds ${victim} as it is written`)
}

describe('a part that nothing at the source vouches for, corrupted on the way', { timeout: 180_000 }, () => {
  it('arrives as target-only, in the ledger and in every report, and the rows that differ are found', async () => {
    for (const args of [['plan'], ['ddl', '--apply'], ['unload', ...one]]) {
      const { code, stderr } = await step(...args)
      expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' })
    }
    const [id = ''] = await runIds(emulated.clouds.config)
    folder = join(dirname(emulated.clouds.config), 'runs', id)
    const { key, at } = await placeOfVictim()
    const action = { do: 'corrupt', at: at + 1 } as const
    await emulated.fault('stores', [
      { service: 's3', operation: 'GetObject', contains: key, nth: 1, times: 1000, action },
    ])
    const carried = await step('transfer', ...one)
    await emulated.clearFaults()
    expect({ code: carried.code, stderr: carried.code === 0 ? '' : carried.stderr }).toEqual({ code: 0, stderr: '' })
    const loaded = await step('load', ...one)
    expect({ code: loaded.code, stderr: loaded.code === 0 ? '' : loaded.stderr }).toEqual({ code: 0, stderr: '' })

    const [ledger = ''] = await readdir(join(folder, 'ledger'))
    const lines = (await readFile(join(folder, 'ledger', ledger), 'utf8')).trimEnd().split('\n')
    const objects = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ kind }) => kind === 'object')
    expect(objects.map((line) => [line['key'] === key, line['proof']])).toContainEqual([true, 'target-only'])

    const verified = await step('verify', ...one)
    expect(verified.code).toBe(9)
    const rows = verified.lines.flatMap(({ row }) => (row === undefined ? [] : [row]))
    const target = expect.stringMatching(/^E[^U]ROPE$/) as unknown
    expect(rows).toEqual([
      expect.objectContaining({ sign: '~', changes: [{ column: 'r_name', source: victim, target }] }),
    ])
  })

  it('is told so by report.json, report.html and report.md', async () => {
    expect((await step('report')).code).toBe(0)
    const report = async (name: string): Promise<string> => readFile(join(folder, name), 'utf8')
    const { relations } = JSON.parse(await report('report.json')) as {
      relations: {
        relation: string
        verdict: string
        partCount: number
        crossing: { proofs: Record<string, number> }
      }[]
    }
    const relation = relations.find((told) => told.relation === 'tpch.region')
    expect(relation).toMatchObject({ verdict: 'differs', crossing: { proofs: { 'target-only': relation?.partCount } } })
    for (const name of ['report.html', 'report.md']) {
      expect(await report(name)).toContain(`parts: ${relation?.partCount} target-only (stored as they were read`)
    }
  })
})
