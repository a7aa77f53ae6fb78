import * as zlib from 'node:zlib'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCsv } from './delimited-reader.js'
import { openStage, type Stage, unloadText } from './redshift-stage.js'
import { startTown, type Town } from './redshift-town.js'

interface Place {
  readonly town: Town
  readonly client: pg.Client
  readonly stage: Stage
}

const open: Place[] = []

async function start(switches: Readonly<Record<string, unknown>> = {}): Promise<Place> {
  const town = await startTown({ switches })
  const client = await town.connect()
  const place = { town, client, stage: openStage(`http://127.0.0.1:${town.s3.port}`, town.world) }
  open.push(place)
  await client.query(`CREATE TABLE public.k (id INTEGER, b BOOLEAN, d DATE, ts TIMESTAMP, tz TIMESTAMPTZ, tm TIME, r REAL,
    n NUMERIC(9,3), vb VARBYTE(20), s SUPER, g GEOMETRY, c CHAR(4), v VARCHAR(40), "odd ""name|" SMALLINT)`)
  await client.query(`INSERT INTO public.k VALUES
    (1, true, '2024-01-02', '2024-01-02 03:04:05.6', '2024-01-02 03:04:05+02', '12:13:14.5', 0.5, -0.5, NULL,
      JSON_PARSE('{"a":[1,2.50,true],"b":{"c":"x|y"}}'), NULL, 'ab', 'say "x"', 7),
    (2, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`)
  await client.query(
    "UPDATE public.k SET vb = to_varbyte('00ffab', 'hex'), g = ST_GeomFromText('POINT(1 2)', 4326) WHERE id = 1",
  )
  return place
}

let place: Place

beforeAll(async () => {
  place = await start()
})

afterAll(async () => {
  for (const { town, client, stage } of open) {
    await client.end()
    stage.close()
    await town.close()
  }
})

let prefixes = 0

/** The one file that PARALLEL OFF makes. */
async function written(select: string, options: string, { client, stage }: Place = place): Promise<Buffer> {
  prefixes += 1
  const prefix = `text/${prefixes}/`
  await client.query(unloadText(select, prefix, `${options} PARALLEL OFF`))
  const keys = await stage.keys(prefix)
  expect(keys).toHaveLength(1)
  return stage.read(keys[0] ?? '')
}

const all = 'SELECT * FROM public.k ORDER BY id'
const point = '0101000020E6100000000000000000F03F0000000000000040'

describe('text', () => {
  it('writes each type in its own way', async () => {
    expect((await written(all, '')).toString()).toBe(
      `1|t|2024-01-02|2024-01-02 03:04:05.6|2024-01-02 01:04:05+00|12:13:14.5|0.5|-0.500|00ffab|{"a":[1,2.50,true],"b":{"c":"x|y"}}|${point}|ab  |say "x"|7\n` +
        '2|f||||||||null||||\n',
    )
  })

  it('puts quotes round fields and header with ADDQUOTES, and SUPER ignores NULL AS', async () => {
    const select = 'SELECT id, v, s, "odd ""name|" FROM public.k ORDER BY id'
    expect((await written(select, "ADDQUOTES ESCAPE HEADER NULL AS '-'")).toString()).toBe(
      '"id"|"v"|"s"|"odd \\"name\\|"\n"1"|"say \\"x\\""|"{\\"a\\":[1,2.50,true],\\"b\\":{\\"c\\":\\"x\\|y\\"}}"|"7"\n"2"|-|"null"|-\n',
    )
  })

  it('writes intervals as their types show them', async () => {
    await place.client.query(
      `CREATE TABLE public.spans (m INTERVAL YEAR TO MONTH, s INTERVAL DAY TO SECOND);
       INSERT INTO public.spans VALUES (INTERVAL '1-2' YEAR TO MONTH, INTERVAL '1 2:3:4.5' DAY TO SECOND)`,
    )
    expect((await written('SELECT m, s FROM public.spans', '')).toString()).toBe(
      '1 years 2 mons|1 days 2 hours 3 mins 4.5 secs\n',
    )
    const { rows } = await place.client.query('SELECT m::varchar AS m FROM public.spans')
    expect(rows).toEqual([{ m: '1 years 2 mons' }])
    const refused = place.client.query(unloadText('SELECT m FROM public.spans', 'spans/', 'PARQUET'))
    await expect(refused).rejects.toThrow(/interval to Parquet is not supported by the emulated/)
  })

  it('writes sketches as JSON, shapes and bytes in hex, and an empty VARBYTE apart from NULL', async () => {
    const { client } = place
    await client.query('CREATE TABLE public.odd (id INTEGER, h HLLSKETCH, g GEOMETRY, gg GEOGRAPHY, vb VARBYTE(40000))')
    await client.query('INSERT INTO public.odd (id, h) SELECT 1, HLL_CREATE_SKETCH(id) FROM public.k')
    await client.query("UPDATE public.odd SET g = ST_GeomFromText('LINESTRING(0 0,1 1)'), vb = to_varbyte('', 'hex')")
    await client.query("INSERT INTO public.odd (id, vb) SELECT 2, to_varbyte(REPEAT('0f', 20000), 'hex')")
    const rows = readCsv((await written('SELECT * FROM public.odd ORDER BY id', 'CSV')).toString())
    const [first, second] = rows.map((row) => row.map(({ text, quoted }) => (text === '' && !quoted ? null : text)))
    expect(JSON.parse(first?.[1] ?? '')).toMatchObject({ logm: 15, sparse: { indices: expect.any(Array) as unknown } })
    // Little endian, type 2, two points of two doubles.
    const doubles = ['0000000000000000', '0000000000000000', '000000000000F03F', '000000000000F03F']
    expect(first?.slice(2)).toEqual([`010200000002000000${doubles.join('')}`, null, ''])
    expect(second).toEqual(['2', null, null, null, '0f'.repeat(20_000)])
  })

  it('refuses by name a time zone that it cannot show', async () => {
    await place.client.query("SET timezone TO 'Asia/Shanghai'")
    await expect(written('SELECT tz FROM public.k', '')).rejects.toThrow(
      /TIMESTAMPTZ .* Asia\/Shanghai is not supported/,
    )
    await place.client.query('RESET timezone')
  })

  it('counts the header line in the manifest, and nowhere else', async () => {
    const { client, stage } = place
    await client.query(unloadText(all, 'header/', 'HEADER MANIFEST VERBOSE PARALLEL OFF'))
    const manifest = JSON.parse(
      (await stage.read('header/manifest')).toString().replace('odd "name', 'odd name'),
    ) as object
    expect(manifest).toMatchObject({ entries: [{ meta: { record_count: 3 } }], meta: { record_count: 3 } })
    const history = await client.query(`SELECT unloaded_rows, h.file_format, compression_type, line_count
      FROM sys_unload_history h JOIN sys_unload_detail d ON d.query_id = h.query_id WHERE unloaded_location LIKE '%/header/'`)
    expect(history.rows).toEqual([{ unloaded_rows: '2', file_format: 'Text', compression_type: '', line_count: '2' }])
    expect((await client.query('SELECT pg_last_unload_count() AS n')).rows).toEqual([{ n: '2' }])
  })
})

describe('CSV', () => {
  it('writes each type in its own way, quoted where it must be', async () => {
    expect((await written(all, 'CSV HEADER')).toString()).toBe(
      `id,b,d,ts,tz,tm,r,n,vb,s,g,c,v,"odd ""name|"\n` +
        `1,t,2024-01-02,2024-01-02 03:04:05.6,2024-01-02 01:04:05+00,12:13:14.5,0.5,-0.500,00ffab,"{""a"":[1,2.50,true],""b"":{""c"":""x|y""}}",${point},ab  ,"say ""x""",7\n` +
        '2,f,,,,,,,,null,,,,\n',
    )
  })

  it('is compressed with GZIP, and told so', async () => {
    const { client, stage } = place
    await client.query(unloadText('SELECT id FROM public.k ORDER BY id', 'gzip/', 'CSV GZIP'))
    const keys = await stage.keys('gzip/')
    const parts = await Promise.all(keys.map(async (key) => zlib.gunzipSync(await stage.read(key)).toString()))
    expect(parts.join('')).toBe('1\n2\n')
    for (const key of keys) expect(key).toMatch(/^gzip\/\d{4}_part_00\.gz$/)
    const told = await client.query(
      "SELECT file_format, compression_type FROM sys_unload_history WHERE unloaded_location LIKE '%/gzip/'",
    )
    expect(told.rows).toEqual([{ file_format: 'CSV', compression_type: 'GZIP' }])
  })

  it('is compressed with ZSTD where Node can, and refused by name where not', async () => {
    const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (bytes: Uint8Array) => Buffer }
    const outcome = written('SELECT id FROM public.k ORDER BY id', 'CSV ZSTD')
    if (zstdDecompressSync === undefined)
      await expect(outcome).rejects.toThrow(/ZSTD .* is not supported by the emulated/)
    else expect(zstdDecompressSync(await outcome).toString()).toBe('1\n2\n')
  })
})

describe('JSON', () => {
  it('has an object a line, SUPER nested and booleans as t and f', async () => {
    const select = 'SELECT id, b, d, ts, tz, tm, r, n, s, c, v FROM public.k ORDER BY id'
    const text = (await written(select, 'FORMAT AS JSON')).toString()
    expect(text.split('\n')[0]).toContain('"n":-0.500,"s":{"a":[1,2.50,true]')
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)
    const nulls = { d: null, ts: null, tz: null, tm: null, r: null, n: null, s: null, c: null, v: null }
    expect(rows).toEqual([
      {
        ...{
          id: 1,
          b: 't',
          d: '2024-01-02',
          ts: '2024-01-02 03:04:05.6',
          tz: '2024-01-02 01:04:05+00',
          tm: '12:13:14.5',
        },
        ...{ r: 0.5, n: -0.5, s: { a: [1, 2.5, true], b: { c: 'x|y' } }, c: 'ab  ', v: 'say "x"' },
      },
      { id: 2, b: 'f', ...nulls },
    ])
  })

  it.each([
    ['SELECT id, id FROM public.k', /unique column names: "id" is repeated/],
    ['SELECT vb FROM public.k', /^UNLOAD varbyte column "vb" is only supported for TEXT\/CSV\.$/],
    ['SELECT g FROM public.k', /^UNLOAD geometry column "g" is only supported for TEXT\/CSV\.$/],
    ["SELECT 'NaN'::float8 AS x FROM public.k", /UNLOAD of NaN to JSON is not supported by the emulated/],
  ])('refuses %s', async (select, message) => {
    await expect(written(select, 'JSON')).rejects.toThrow(message)
  })

  it('leaves nothing for no rows', async () => {
    await place.client.query(unloadText('SELECT id FROM public.k WHERE id < 0', 'json-none/', 'JSON MANIFEST'))
    expect(await place.stage.keys('json-none/')).toEqual([])
  })
})

describe('FIXEDWIDTH', () => {
  it('fills columns with blanks, NULL too', async () => {
    const select = 'SELECT id, b, v, c FROM public.k ORDER BY id'
    expect((await written(select, "FIXEDWIDTH 'id:3,b:1,v:8,c:4'")).toString()).toBe(
      '1  tsay "x" ab  \n2  f            \n',
    )
    const widths = "FIXEDWIDTH AS '0:3,1:4,2:8,3:4' NULL AS '<>'"
    expect((await written('SELECT id, d AS x, v, c FROM public.k WHERE id = 2', widths)).toString()).toBe(
      '2  <>  <>      <>  \n',
    )
  })

  it('empties a field that its NULL does not fit into, and fails for characters', async () => {
    expect(
      (await written('SELECT d, id FROM public.k WHERE id = 2', "FIXEDWIDTH 'd:2,i:1' NULL AS 'null'")).toString(),
    ).toBe('  2\n')
    await expect(written('SELECT v FROM public.k WHERE id = 2', "FIXEDWIDTH 'v:2' NULL AS 'null'")).rejects.toThrow(
      /wider than FIXEDWIDTH column "v"/,
    )
  })

  it('cuts nothing', async () => {
    await expect(written('SELECT v FROM public.k', "FIXEDWIDTH 'v:2'")).rejects.toThrow(
      /wider than column "v" is not supported by the emulated/,
    )
  })
})

describe('the switches of text', () => {
  it('can each be thrown', async () => {
    const other = await start({
      unloadFloatDigits: 'shortest',
      csvEmptyText: 'bare',
      addQuotesNull: 'quoted',
      escapeSuper: false,
      superNullText: 'marker',
      jsonBoolean: 'bare',
      parquetSuperNull: 'null',
    })
    const numbers = "SELECT 0.1::float8 + 0.2::float8 AS f, '' AS e, b FROM public.k WHERE id = 1"
    expect((await written(numbers, 'CSV', other)).toString()).toBe('0.30000000000000004,,t\n')
    expect((await written(numbers, 'CSV')).toString()).toBe('0.3,"",t\n')
    expect((await written(numbers, 'JSON', other)).toString()).toBe('{"f":0.30000000000000004,"e":"","b":t}\n')
    const supers = 'SELECT s, v FROM public.k ORDER BY id'
    expect((await written(supers, "ADDQUOTES ESCAPE NULL AS '-'", other)).toString()).toBe(
      '"{"a":[1,2.50,true],"b":{"c":"x|y"}}"|"say \\"x\\""\n"-"|"-"\n',
    )
  })

  it('leave files for no rows, with header and manifest', async () => {
    const { client, stage } = await start({ unloadNoRows: 'empty-files' })
    const none = 'SELECT id, v FROM public.k WHERE id < 0'
    await client.query(unloadText(none, 'none/', 'CSV HEADER MANIFEST VERBOSE'))
    const keys = await stage.keys('none/')
    expect(keys.filter((key) => /^none\/\d{4}_part_00$/.test(key))).toHaveLength(4)
    for (const key of keys.slice(0, 4)) expect((await stage.read(key)).toString()).toBe('id,v\n')
    expect(JSON.parse((await stage.read('none/manifest')).toString())).toMatchObject({ meta: { record_count: 4 } })
    await client.query(unloadText(none, 'off/', 'GZIP PARALLEL OFF'))
    expect(await stage.keys('off/')).toEqual(['off/000.gz'])
    expect(zlib.gunzipSync(await stage.read('off/000.gz')).toString()).toBe('')
    await client.query(unloadText(none, 'parquet/', 'PARQUET MANIFEST'))
    expect(await stage.keys('parquet/')).toEqual([])
    expect((await client.query('SELECT pg_last_unload_count() AS n')).rows).toEqual([{ n: '0' }])
  })
})
