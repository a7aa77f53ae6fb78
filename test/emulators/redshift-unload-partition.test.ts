import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStage, type Stage, unloadText } from './redshift-stage.js'
import { startTown, type Town } from './redshift-town.js'

interface Place {
  readonly town: Town
  readonly client: pg.Client
  readonly stage: Stage
}

const table = `CREATE TABLE public.sales (id INTEGER, region VARCHAR(30), day DATE, at TIMESTAMP, big BIGINT, small SMALLINT,
  price DECIMAL(8,2), ratio REAL, wide FLOAT8, is_open BOOLEAN, code CHAR(4), tz TIMESTAMPTZ, tm TIME, s SUPER, b VARBYTE(9))`
const rows = `INSERT INTO public.sales (id, region, day, at, big, small, price, ratio, is_open, code) VALUES
  (1, 'north/east', '2024-01-02', '2024-01-02 03:04:05', 9223372036854775807, -1, -0.50, 0.5, true, 'ab'),
  (2, 'a=b c%é', '2024-01-02', '2024-01-02 03:04:05.5', 1, 2, 10.00, 1e20, false, 'abcd'),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (4, '', '0001-01-01', '2024-01-02 03:04:05', 1, 2, 10.00, 1e20, false, 'abcd'),
  (5, 'north/east', '9999-12-31', '2024-01-02 03:04:05', 1, 2, 10.00, 1e20, false, 'abcd')`

async function open(switches: Readonly<Record<string, unknown>> = {}): Promise<Place> {
  const town = await startTown({ switches })
  const client = await town.connect()
  await client.query(`${table}; ${rows}`)
  return { town, client, stage: openStage(`http://127.0.0.1:${town.s3.port}`, town.world) }
}

async function close({ town, client, stage }: Place): Promise<void> {
  await client.end()
  stage.close()
  await town.close()
}

let place: Place

beforeAll(async () => {
  place = await open()
})

afterAll(async () => {
  await close(place)
})

const everything = 'SELECT id, region, day, at, big, small, price, ratio, is_open, code FROM public.sales ORDER BY id'

/** The folders below the prefix, each with the rows that its files hold. */
async function folders(
  { client, stage }: Place,
  by: string,
  prefix: string,
  options = 'CSV PARALLEL OFF',
  select = everything,
): Promise<Record<string, string>> {
  await client.query(unloadText(select, prefix, `${options} PARTITION BY (${by})`))
  const root = prefix.endsWith('/') ? prefix : `${prefix}/`
  const found: Record<string, string> = {}
  for (const key of await stage.keys(root)) {
    const folder = key.slice(root.length, key.lastIndexOf('/') + 1)
    if (folder !== '') found[folder] = (found[folder] ?? '') + (await stage.read(key)).toString()
  }
  return found
}

describe('PARTITION BY', () => {
  it('makes Hive folders, without the column in the files', async () => {
    const found = await folders(
      place,
      'region',
      'region',
      'CSV PARALLEL OFF',
      'SELECT id, region, day FROM public.sales ORDER BY id',
    )
    expect(found).toEqual({
      'region=north%2Feast/': '1,2024-01-02\n5,9999-12-31\n',
      'region=a%3Db%20c%25%C3%A9/': '2,2024-01-02\n',
      'region=__HIVE_DEFAULT_PARTITION__/': '3,\n',
      'region=/': '4,0001-01-01\n',
    })
  })

  it('nests them in the order of the list, and keeps the columns with INCLUDE', async () => {
    await place.client.query(
      unloadText(
        'SELECT id, small, day FROM public.sales WHERE id < 3 ORDER BY id',
        'nested/',
        'PARALLEL OFF PARTITION BY (day, small) INCLUDE',
      ),
    )
    const keys = await place.stage.keys('nested/')
    expect(keys).toEqual(['nested/day=2024-01-02/small=-1/000', 'nested/day=2024-01-02/small=2/000'])
    expect((await place.stage.read(keys[0] ?? '')).toString()).toBe('1|-1|2024-01-02\n')
  })

  it.each([
    ['at', ['2024-01-02%2003%3A04%3A05', '2024-01-02%2003%3A04%3A05.5']],
    ['big', ['1', '9223372036854775807']],
    ['price', ['-0.50', '10.00']],
    ['ratio', ['0.5', '1e%2B20']],
    ['is_open', ['f', 't']],
    ['code', ['ab', 'abcd']],
    ['day', ['0001-01-01', '2024-01-02', '9999-12-31']],
  ])('takes keys of type %s', async (name, values) => {
    const found = Object.keys(await folders(place, name, `types/${name}/`)).sort()
    expect(found).toEqual([...values, '__HIVE_DEFAULT_PARTITION__'].map((value) => `${name}=${value}/`).sort())
  })

  it('writes parts of several slices, and one manifest at the root that still tells all columns', async () => {
    const { client, stage } = place
    const select = 'SELECT a.id AS x, b.id AS y, c.small AS k FROM public.sales a, public.sales b, public.sales c'
    await client.query(unloadText(select, 'many', 'PARQUET MANIFEST VERBOSE PARTITION BY (k)'))
    const keys = await stage.keys('many')
    const parts = keys.filter((key) => key.endsWith('.parquet'))
    expect(parts.length).toBeGreaterThan(3)
    for (const key of parts) {
      expect(key).toMatch(/^many\/k=(-1|2|__HIVE_DEFAULT_PARTITION__)\/\d{4}_part_00\.parquet$/)
    }
    expect(keys.filter((key) => !key.endsWith('.parquet'))).toEqual(['many/manifest'])
    const manifest = JSON.parse((await stage.read('many/manifest')).toString()) as Manifest
    expect(manifest.schema.elements.map(({ name }) => name)).toEqual(['x', 'y', 'k'])
    expect(manifest.entries.map(({ url }) => url).sort()).toEqual(parts.map((key) => `s3://redshift-stage/${key}`))
    let rowCount = 0
    for (const { url, meta } of manifest.entries) {
      const file = new Uint8Array(await stage.read(url.replace('s3://redshift-stage/', ''))).buffer
      expect(
        parquetMetadata(file)
          .schema.slice(1)
          .map(({ name }) => name),
      ).toEqual(['x', 'y'])
      expect(await parquetReadObjects({ file })).toHaveLength(meta.record_count)
      rowCount += meta.record_count
    }
    expect([rowCount, manifest.meta.record_count]).toEqual([125, 125])
    expect((await client.query('SELECT pg_last_unload_count() AS n')).rows).toEqual([{ n: '125' }])
  })

  it('empties with CLEANPATH only the folders that receive files', async () => {
    const { client, stage } = place
    await stage.write('clean/small=2/0099_part_00', 'stale')
    await stage.write('clean/small=77/000', 'kept')
    await client.query(
      unloadText(
        'SELECT id, small FROM public.sales WHERE small = 2 ORDER BY id',
        'clean/',
        'CLEANPATH PARALLEL OFF PARTITION BY (small)',
      ),
    )
    expect(await stage.keys('clean/')).toEqual(['clean/small=2/000', 'clean/small=77/000'])
    expect((await stage.read('clean/small=2/000')).toString()).toBe('2\n4\n5\n')
  })

  it('fails on a prefix that is not empty', async () => {
    await place.stage.write('full/other', 'x')
    await expect(folders(place, 'small', 'full')).rejects.toThrow(/^Specified unload destination on S3 is not empty/)
  })

  it.each([
    ["('north')", /syntax error/, '42601'],
    ['(nothing)', /column "nothing" is not in the select list/, '42703'],
    ['(id, region)', /at least one column that is not a partition column/, '0A000'],
    ['(region, region)', /more than once/, '42701'],
  ])('refuses %s', async (list, message, code) => {
    const query = unloadText('SELECT id, region FROM public.sales', 'refused/', `PARTITION BY ${list}`)
    await expect(place.client.query(query)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as unknown,
    })
    expect(await place.stage.keys('refused/')).toEqual([])
  })

  it.each(['wide', 'tz', 'tm', 's', 'b'])('refuses a key of the type of %s', async (name) => {
    const query = unloadText(`SELECT id, ${name} FROM public.sales`, 'refused/', `PARTITION BY (${name})`)
    await expect(place.client.query(query)).rejects.toThrow(
      /^UNLOAD PARTITION BY column .* of type .* is not supported$/,
    )
  })

  it('stays below its memory with more folders than fit', async () => {
    const { client, stage } = place
    await client.query(`CREATE TABLE public.spread (k INTEGER, t VARCHAR(1700))`)
    const source = 'public.sales a, public.sales b, public.sales c, public.sales d, public.sales e, public.sales f'
    await client.query(
      `INSERT INTO public.spread SELECT (row_number() OVER ()) % 50, rpad('x', 1700, 'y') FROM ${source}, public.sales g`,
    )

    await client.query(unloadText('SELECT k, t FROM public.spread', 'spread/', 'MANIFEST VERBOSE PARTITION BY (k)'))
    const manifest = JSON.parse((await stage.read('spread/manifest')).toString()) as Manifest
    expect(manifest.meta.record_count).toBe(78_125)
    expect(manifest.entries.some(({ url }) => url.endsWith('_part_01'))).toBe(true)
    expect(new Set(manifest.entries.map(({ url }) => url)).size).toBe(manifest.entries.length)
  }, 30_000)
})

interface Manifest {
  readonly entries: readonly { readonly url: string; readonly meta: { readonly record_count: number } }[]
  readonly schema: { readonly elements: readonly { readonly name: string }[] }
  readonly meta: { readonly record_count: number }
}

describe('the switches of PARTITION BY', () => {
  it('change how values are written', async () => {
    const hive = await open({
      partitionValue: 'hive',
      partitionEmptyText: 'default-partition',
      partitionChar: 'padded',
      partitionBoolean: 'true',
    })
    expect(Object.keys(await folders(hive, 'region', 'a/')).sort()).toEqual([
      'region=__HIVE_DEFAULT_PARTITION__/',
      'region=a%3Db c%25é/',
      'region=north%2Feast/',
    ])
    expect(Object.keys(await folders(hive, 'is_open, code', 'b/')).sort()).toEqual([
      'is_open=__HIVE_DEFAULT_PARTITION__/code=__HIVE_DEFAULT_PARTITION__/',
      'is_open=false/code=abcd/',
      'is_open=true/code=ab  /',
    ])
    await close(hive)
    const plain = await open({ partitionValue: 'plain' })
    expect(Object.keys(await folders(plain, 'region', 'a/')).sort()).toContain('region=a=b c%é/')
    await close(plain)
  })
})
