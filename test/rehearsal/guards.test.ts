import OSS from 'ali-oss'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Manifest } from '../../src/model/manifest.js'
import { runSql } from './maxcompute-session.js'
import { emulate, migrate, type Emulated } from './rehearsal.js'

let emulated: Emulated
let store: OSS

beforeAll(async () => {
  emulated = await emulate({ seed: 'tpch' })
  const { endpoint, bucket, region, accessKeyId, accessKeySecret } = emulated.clouds.oss
  const options = { endpoint, bucket, region: `oss-${region}`, accessKeyId, accessKeySecret, authorizationV4: true }
  store = new OSS({ ...options, sldEnable: true } as OSS.Options)
  for (const args of [['plan'], ['ddl', '--apply'], ['unload'], ['transfer']])
    expect((await step(...args)).code).toBe(0)
})

afterAll(async () => {
  await emulated[Symbol.asyncDispose]()
})

function step(...args: string[]): ReturnType<typeof migrate> {
  return migrate([...args, '--config', emulated.clouds.config, '--json'])
}

/** Keys of the parts that the run's manifest names. */
async function partsOf(relation: string): Promise<string[]> {
  const { parts } = JSON.parse(await readFile(await manifestPath(relation), 'utf8')) as Manifest
  return parts.map((part) => part.location.key)
}

async function manifestPath(relation: string): Promise<string> {
  const [run = ''] = await readdir(join(emulated.dir, 'runs'))
  const folder = join(emulated.dir, 'runs', run, 'manifests', 'target')
  return join(folder, (await readdir(folder)).find((one) => one.startsWith(relation)) ?? '')
}

async function rowsOf(table: string): Promise<string> {
  return (
    (await runSql(emulated.clouds, `SELECT COUNT(*) AS n FROM \`${table}\``))
      .replaceAll('"', '')
      .trim()
      .split('\n')
      .at(-1) ?? ''
  )
}

describe('before a LOAD', () => {
  it('an object that is not of the manifest is named, and nothing is loaded', async () => {
    const [part = ''] = await partsOf('tpch_region')
    const stray = part.replace(/[^/]+$/, 'stray_part_00.parquet')
    await store.copy(stray, part)
    const { code, stderr } = await step('load', '--select', 'tpch.region')
    expect({ code, stderr }).toMatchObject({ code: 7 })
    expect(stderr).toContain(stray)
    expect(stderr).toMatch(/not in the manifest/)
    expect(await rowsOf('region')).toBe('0')
    await store.delete(stray)
    expect((await step('load', '--select', 'tpch.region')).code).toBe(0)
    expect(await rowsOf('region')).toBe('5')
  })

  it('a part that is gone is named, and nothing is loaded', async () => {
    const [part = ''] = await partsOf('tpch_nation')
    await store.delete(part)
    const { code, stderr } = await step('load', '--select', 'tpch.nation')
    expect({ code, stderr }).toMatchObject({ code: 7 })
    expect(stderr).toContain(part)
    expect(stderr).toMatch(/missing from the listing/)
    expect(await rowsOf('nation')).toBe('0')
  })

  it('a table whose columns have other names than the parts by now is not loaded', async () => {
    await runSql(emulated.clouds, 'DROP TABLE `orders`')
    await runSql(emulated.clouds, 'CREATE TABLE `orders` (`o_orderkey` BIGINT, `o_custkey_` BIGINT)')
    const { code, stderr } = await step('load', '--select', 'tpch.orders')
    expect({ code, stderr }).toMatchObject({ code: 8 })
    expect(stderr).toMatch(/the table has changed since it was made/)
    expect(await rowsOf('orders')).toBe('0')
  })

  it('rows that somebody wrote meanwhile are not loaded over', async () => {
    await runSql(emulated.clouds, "INSERT INTO TABLE `part` SELECT 1L, 'a', 'b', 'c', 'd', 1, 'e', 1.00BD, 'f'")
    const { code, stderr } = await step('load', '--select', 'tpch.part')
    expect({ code, stderr }).toMatchObject({ code: 8 })
    expect(stderr).toMatch(/holds 1 rows that are not ours/)
    expect(await rowsOf('part')).toBe('1')
  })
})

describe('after a LOAD', () => {
  it('a column that holds other than the source held fails the load', async () => {
    const [run] = await readdir(join(emulated.dir, 'runs'))
    const folder = join(emulated.dir, 'runs', run ?? '', 'measurements', 'source')
    const name = (await readdir(folder)).find((one) => one.startsWith('tpch_supplier'))
    const path = join(folder, name ?? '', '1.json')
    type Told = { measurements: { measure: { kind: string; column?: string }; value: string }[] }
    const document = JSON.parse(await readFile(path, 'utf8')) as Told
    // As if the source had had one value more than LOAD brought.
    const measurements = document.measurements.map((one) =>
      one.measure.kind === 'count' && one.measure.column === 's_phone' ? { ...one, value: '11' } : one,
    )
    await writeFile(path, JSON.stringify({ ...document, measurements }))
    const { code, stderr } = await step('load', '--select', 'tpch.supplier')
    expect({ code, stderr }).toMatchObject({ code: 8 })
    expect(stderr).toMatch(/holds 10 values in s_phone, the source held 11/)
  })

  it('a column that holds other than the parts hold fails the load', async () => {
    const path = await manifestPath('tpch_customer')
    const manifest = JSON.parse(await readFile(path, 'utf8')) as Manifest
    const [first, ...others] = manifest.columns
    expect(first?.nullCount).toBe(0)
    // As if the parts had held one NULL that LOAD made a value of.
    await writeFile(path, JSON.stringify({ ...manifest, columns: [{ ...first, nullCount: 1 }, ...others] }))
    const { code, stderr } = await step('load', '--select', 'tpch.customer')
    expect({ code, stderr }).toMatchObject({ code: 8 })
    expect(stderr).toMatch(/holds 150 values in c_custkey, its parts hold 149/)
  })
})
