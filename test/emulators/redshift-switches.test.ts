import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parquetMetadata } from 'hyparquet'
import type pg from 'pg'
import { afterEach, describe, expect, it } from 'vitest'
import { defaultSwitches as maxcomputeSwitches } from '../../src/emulators/maxcompute/switches.js'
import { defaultSwitches, readSwitches } from '../../src/emulators/redshift/switches.js'
import { SqlEngine } from '../../src/emulators/sql-engine.js'
import { openStage, type Stage, unloadText } from './redshift-stage.js'
import { startTown, type Town } from './redshift-town.js'

interface Place {
  readonly town: Town
  readonly client: pg.Client
  readonly stage: Stage
}

const open: Place[] = []
afterEach(async () => {
  for (const { town, client, stage } of open.splice(0)) {
    await client.end()
    stage.close()
    await town.close()
  }
})

async function start(switches: Readonly<Record<string, unknown>>): Promise<Place> {
  const town = await startTown({ switches })
  const place = {
    town,
    client: await town.connect(),
    stage: openStage(`http://127.0.0.1:${town.s3.port}`, town.world),
  }
  open.push(place)
  await place.client
    .query(`CREATE TABLE public.t (i2 SMALLINT, i4 INTEGER, i8 BIGINT, d5 NUMERIC(5,2), d20 NUMERIC(20,4), c CHAR(3),
    v VARCHAR(9), tm TIME, tz TIMETZ, b VARBYTE(10))`)
  await place.client.query(
    "INSERT INTO public.t VALUES (1, 2, 9223372036854775807, -0.5, 0.25, 'a', 'b', '12:13:14.5', '12:13:14', NULL)",
  )
  return place
}

const others = {
  decimalText: '.5',
  sumOfBigint: 'bigint',
  parquetSmallint: 'none',
  parquetInteger: 'INT_32',
  parquetDecimalLength: 'eight-or-sixteen',
  manifestNumericKeys: false,
  manifestCharLength: false,
  manifestTotals: false,
  partitionValue: 'plain',
  partitionEmptyText: 'default-partition',
  partitionBoolean: 'true',
  partitionChar: 'padded',
  unloadNoRows: 'empty-files',
  unloadFloatDigits: 'shortest',
  csvEmptyText: 'bare',
  addQuotesNull: 'quoted',
  escapeSuper: false,
  superNullText: 'marker',
  parquetSuperNull: 'null',
  jsonBoolean: 'bare',
  serverlessRowGroupSize: 'refused',
  unloadUpload: 'parts',
  unloadNotice: false,
  timeText: 'full',
  timeCast: 'full',
  typeWording: 'short',
  queryText: 'whole',
}

interface Seen {
  readonly texts: unknown
  readonly sum: unknown
  readonly types: unknown
  readonly integers: unknown
  readonly decimals: unknown
  readonly manifest: Readonly<Record<string, unknown>>
  readonly notices: readonly string[]
  readonly queryTextLength: unknown
}

/** Everything that a switch may change, as clients see it. */
async function look({ client, stage }: Place): Promise<Seen> {
  const notices: string[] = []
  client.on('notice', (notice) => notices.push(notice.message ?? ''))
  const query = unloadText('SELECT i2, i4, d5, d20, c, v FROM public.t', 'p/', 'PARQUET MANIFEST VERBOSE')
  await client.query(`/* ${'x'.repeat(5000)} */ ${query}`)
  const [key = ''] = (await stage.keys('p/')).filter((name) => name.endsWith('.parquet'))
  const { schema } = parquetMetadata(new Uint8Array(await stage.read(key)).buffer)
  const texts = await client.query({
    text: 'SELECT d5::varchar, d20::varchar, CAST(tm AS VARCHAR) AS tc, CAST(tz AS VARCHAR) AS zc, tm FROM public.t',
    rowMode: 'array',
  })
  const sum = await client.query('SELECT SUM(i8) AS s FROM public.t')
  const types = await client.query<{ type: string }>(
    "SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attname IN ('b', 'c') ORDER BY attnum",
  )
  const length = await client.query<{ n: number }>(
    "SELECT MAX(LEN(query_text)) AS n FROM sys_query_history WHERE query_type = 'UNLOAD'",
  )
  return {
    texts: texts.rows[0],
    sum: [sum.rows[0], sum.fields[0]?.dataTypeID],
    types: types.rows.map((row) => row.type),
    integers: schema.slice(1, 3).map((element) => element.converted_type),
    decimals: schema.slice(3, 5).map((element) => element.type_length),
    manifest: JSON.parse((await stage.read('p/manifest')).toString()) as Seen['manifest'],
    notices,
    queryTextLength: length.rows[0]?.n,
  }
}

describe('the switches', () => {
  it('refuse what they do not know, by name', async () => {
    await expect(startTown({ switches: { nothing: 1 } })).rejects.toThrow('there is no switch nothing')
    await expect(startTown({ switches: { decimalText: '5' } })).rejects.toThrow('decimalText is one of 0.5, .5, not 5')
    await expect(startTown({ switches: { historyLagMilliseconds: -1 } })).rejects.toThrow('a whole number up to 60000')
  })

  it('have no name that is one of MaxCompute, and the other settings here differ from the defaults', () => {
    expect(Object.keys(defaultSwitches).filter((name) => name in maxcomputeSwitches)).toEqual([])
    const changed = readSwitches({ ...others, historyLagMilliseconds: 1 })
    for (const [name, value] of Object.entries(changed)) {
      expect([name, value]).not.toEqual([name, defaultSwitches[name as keyof typeof defaultSwitches]])
    }
  })

  it('stand on the likelier side by default', async () => {
    const seen = await look(await start({}))
    expect(seen).toMatchObject({
      texts: ['-0.50', '0.2500', '12:13:14.5', '12:13:14+00', '12:13:14.5'],
      sum: [{ s: '9223372036854775807' }, 1700],
      types: ['character(3)', 'binary varying(10)'],
      integers: ['INT_16', undefined],
      decimals: [3, 9],
      notices: ['UNLOAD completed, 1 record(s) unloaded successfully.'],
      queryTextLength: 4000,
    })
    expect(seen.manifest).toMatchObject({
      meta: { record_count: 1 },
      schema: {
        elements: [
          { type: { base: 'smallint' } },
          { type: { base: 'integer' } },
          { type: { base: 'numeric', precision: 5, scale: 2 } },
          { type: { base: 'numeric', precision: 20, scale: 4 } },
          { type: { base: 'character', max_length: 3 } },
          { type: { base: 'character varying', max_length: 9 } },
        ],
      },
    })
  })

  it('can each be thrown', async () => {
    const seen = await look(await start(others))
    expect(seen).toMatchObject({
      texts: ['-.50', '.2500', '12:13:14.500000', '12:13:14.000000+00', '12:13:14.500000'],
      sum: [{ s: '9223372036854775807' }, 20],
      types: ['character(3)', 'varbyte(10)'],
      integers: [undefined, 'INT_32'],
      decimals: [8, 16],
      notices: [],
    })
    expect(seen.queryTextLength).toBeGreaterThan(5000)
    expect(seen.manifest).not.toHaveProperty('meta')
    const { elements } = seen.manifest['schema'] as { elements: readonly { type: unknown }[] }
    expect(elements.slice(2).map((element) => element.type)).toEqual([
      { base: 'numeric' },
      { base: 'numeric' },
      { base: 'character' },
      { base: 'character varying', max_length: 9 },
    ])
  })

  it('keep the values of decimals, whatever their length in the file', async () => {
    const { client, stage } = await start({ parquetDecimalLength: 'eight-or-sixteen' })
    await client.query(unloadText('SELECT d5, d20 FROM public.t', 'wide/', 'PARQUET'))
    const [key = ''] = await stage.keys('wide/')
    const dir = await mkdtemp(join(tmpdir(), 'wide-'))
    await writeFile(join(dir, 'part.parquet'), await stage.read(key))
    const engine = await SqlEngine.open(':memory:')
    const connection = await engine.connect()
    const { rows } = await connection.query(`SELECT d5::VARCHAR, d20::VARCHAR FROM '${dir}/part.parquet'`)
    connection.close()
    engine.close()
    await rm(dir, { recursive: true })
    expect(rows).toEqual([['-0.50', '0.2500']])
  })

  it('let the history lag', async () => {
    const { client } = await start({ historyLagMilliseconds: 700 })
    await client.query(unloadText('SELECT i4 FROM public.t', 'late/', 'PARQUET MANIFEST'))
    const text = "SELECT status, unloaded_rows FROM sys_unload_history WHERE unloaded_location LIKE '%late/'"
    expect((await client.query(text)).rows).toEqual([])
    await new Promise((resolve) => setTimeout(resolve, 900))
    expect((await client.query(text)).rows).toEqual([{ status: 'completed', unloaded_rows: '1' }])
  })
})
