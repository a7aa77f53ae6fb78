import fc from 'fast-check'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCsv, readEscaped } from './delimited-reader.js'
import { openStage, type Stage, unloadText } from './redshift-stage.js'
import { startTown, type Town } from './redshift-town.js'

let town: Town
let client: pg.Client
let stage: Stage

beforeAll(async () => {
  town = await startTown()
  client = await town.connect()
  stage = openStage(`http://127.0.0.1:${town.s3.port}`, town.world)
})

afterAll(async () => {
  await client.end()
  stage.close()
  await town.close()
})

const literal = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`

async function unloaded(select: string, prefix: string, options: string): Promise<Buffer> {
  await client.query(unloadText(select, prefix, `${options} PARALLEL OFF`))
  const [key = ''] = await stage.keys(prefix)
  return stage.read(key)
}

/** Rows as the file has them: a decimal as its bytes, a moment as nanoseconds, JSON as its text. */
async function readRaw(bytes: Buffer): Promise<Record<string, unknown>[]> {
  const file = new Uint8Array(bytes).buffer
  const metadata = parquetMetadata(file)
  for (const element of metadata.schema) {
    if (element.converted_type === 'DECIMAL' || element.converted_type === 'DATE') delete element.converted_type
    delete element.logical_type
  }
  const parsers = {
    timestampFromNanoseconds: (nanos: bigint) => nanos,
    jsonFromBytes: (json?: Uint8Array) => json && Buffer.from(json).toString(),
  } as unknown as NonNullable<Parameters<typeof parquetReadObjects>[0]['parsers']>
  return parquetReadObjects({ file, metadata, parsers, utf8: false })
}

const texts = [
  '',
  ' ',
  'trailing  ',
  '\\',
  '\\N',
  'a\\nb',
  '"',
  '""',
  "it's",
  'a,b',
  'a|b',
  'tab\there',
  'CR\rLF\nboth\r\n',
  '\n',
  'null',
  'NULL',
  '@NULL@',
  'é',
  '𝄞🙂中文',
  'x'.repeat(500),
]

describe('texts that were unloaded', () => {
  beforeAll(async () => {
    await client.query('CREATE TABLE public.texts (id INTEGER, t VARCHAR(2000), u VARCHAR(2000))')
    const alphabet = fc.constantFrom(...'ab ,|"\'\\\r\n\t;é𝄞@N')
    const random = fc.sample(
      fc.array(alphabet, { maxLength: 12 }).map((chars) => chars.join('')),
      {
        numRuns: 4000,
        seed: 20260101,
      },
    )
    texts.push(...random)
    for (let from = 0; from < texts.length; from += 500) {
      const rows = texts
        .slice(from, from + 500)
        .map((text, i) => `(${from + i}, ${literal(text)}, ${(from + i) % 3 === 0 ? 'NULL' : literal(text)})`)
      await client.query(`INSERT INTO public.texts VALUES ${rows.join(', ')}`)
    }
  })

  const expected = (): unknown[] => texts.map((text, id) => [String(id), text, id % 3 === 0 ? null : text])
  const select = 'SELECT id, t, u FROM public.texts ORDER BY id'

  it('are read by RFC 4180 from CSV, NULL apart from the empty text', async () => {
    const rows = readCsv((await unloaded(select, 'csv/', 'CSV')).toString())
    const values = rows.map((row) => row.map(({ text, quoted }) => (text === '' && !quoted ? null : text)))
    expect(values).toEqual(expected())
  })

  it('are read from CSV with a marker that no value is', async () => {
    const bytes = await unloaded(select, 'marker/', "CSV NULL AS '~null~' HEADER DELIMITER ';'")
    const [header, ...rows] = readCsv(bytes.toString(), ';').map((row) => row.map(({ text }) => text))
    expect(header).toEqual(['id', 't', 'u'])
    expect(rows.map((row) => row.map((text) => (text === '~null~' ? null : text)))).toEqual(expected())
  })

  it('are read from text with ESCAPE', async () => {
    const rows = readEscaped((await unloaded(select, 'escape/', "ESCAPE NULL AS '~null~'")).toString())
    expect(rows.map((row) => row.map((text) => (text === '~null~' ? null : text)))).toEqual(expected())
  })

  it('are read from JSON', async () => {
    const lines = (await unloaded(select, 'json/', 'JSON')).toString().trimEnd().split('\n')
    const rows = lines.map((line) => JSON.parse(line) as { id: number; t: string; u: string | null })
    expect(rows.map(({ id, t, u }) => [String(id), t, u])).toEqual(expected())
  })

  it('are read from Parquet', async () => {
    const rows = await readRaw(await unloaded(select, 'parquet/', 'PARQUET'))
    expect(rows.map(({ id, t, u }) => [String(id), t, u ?? null])).toEqual(expected())
  })
})

describe('decimals of every precision', () => {
  const precisions = Array.from({ length: 38 }, (_, i) => i + 1)
  /** DECIMAL(19) has eight bytes on disk (redshift.md 4.1). */
  const most = (precision: number): bigint => (precision === 19 ? 9223372036854775807n : 10n ** BigInt(precision) - 1n)
  const shown = (unscaled: bigint, scale: number): string => {
    const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
    const point = digits.length - scale
    const fraction = scale === 0 ? '' : `.${digits.slice(point)}`
    return `${unscaled < 0n ? '-' : ''}${digits.slice(0, point)}${fraction}`
  }
  const scale = (precision: number): number => Math.floor(precision / 2)

  beforeAll(async () => {
    const columns = precisions.map((p) => `d${p} DECIMAL(${p},${scale(p)})`)
    await client.query(`CREATE TABLE public.decimals (id INTEGER, ${columns.join(', ')})`)
    for (const [id, sign] of [1n, -1n, 0n].entries()) {
      const values = precisions.map((p) => shown(sign * most(p), scale(p)))
      await client.query(`INSERT INTO public.decimals VALUES (${id}, ${values.join(', ')})`)
    }
  })

  it('have as few bytes as hold them, big-endian two complements', async () => {
    const bytes = await unloaded('SELECT * FROM public.decimals ORDER BY id', 'decimals/', 'PARQUET')
    const lengths = parquetMetadata(new Uint8Array(bytes).buffer)
      .schema.slice(2)
      .map((element) => element.type_length)
    expect(lengths).toEqual([
      1, 1, 2, 2, 3, 3, 4, 4, 4, 5, 5, 6, 6, 6, 7, 7, 8, 8, 9, 9, 9, 10, 10, 11, 11, 11, 12, 12, 13, 13, 13, 14, 14, 15,
      15, 16, 16, 16,
    ])
    const rows = await readRaw(bytes)
    for (const [id, sign] of [1n, -1n, 0n].entries()) {
      for (const p of precisions) {
        const raw = Buffer.from(rows[id]?.[`d${p}`] as Uint8Array)
        const value = BigInt.asIntN(raw.length * 8, BigInt(`0x${raw.toString('hex')}`))
        expect([p, value]).toEqual([p, sign * most(p)])
      }
    }
  })

  it('keep all digits as text', async () => {
    const rows = readCsv(
      (await unloaded('SELECT * FROM public.decimals ORDER BY id', 'decimals-csv/', 'CSV')).toString(),
    )
    for (const [id, sign] of [1n, -1n, 0n].entries()) {
      expect(rows[id]?.slice(1).map(({ text }) => text)).toEqual(precisions.map((p) => shown(sign * most(p), scale(p))))
    }
  })
})

describe('moments', () => {
  const rows = [
    ['0001-01-01', '0001-01-01 00:00:00', '0001-01-01 00:00:00+00', '0001-01-01 00:00:00.000001'],
    ['9999-12-31', '9999-12-31 23:59:59.999999', '9999-12-31 23:59:59.999999+00', '1970-01-01 00:00:00'],
    ['1969-12-31', '1969-12-31 23:59:59.999999', '2020-06-01 12:00:00+02', '1582-10-15 00:00:00'],
    ['2000-02-29', '1677-09-21 00:12:43.145224', '2262-04-11 23:47:16.854776+00', '1582-10-04 12:00:00.5'],
  ] as const

  beforeAll(async () => {
    await client.query('CREATE TABLE public.moments (id INTEGER, d DATE, ts TIMESTAMP, tz TIMESTAMPTZ, u TIMESTAMP)')
    for (const [id, row] of rows.entries()) {
      await client.query(`INSERT INTO public.moments VALUES (${id}, ${row.map(literal).join(', ')})`)
    }
  })

  /** Worked out by JavaScript's calendar, which is proleptic Gregorian too, with the fraction beside it. */
  const nanos = (text: string): bigint => {
    const [, whole = '', fraction = '', zone = '+00'] = /^([^.+]+)(?:\.(\d+))?([+-]\d\d)?$/.exec(text) ?? []
    const millis = Date.parse(`${whole.replace(' ', 'T')}Z`) - Number(zone) * 3_600_000
    return BigInt(millis) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
  }

  it('are INT96 and days in Parquet', async () => {
    const read = await readRaw(await unloaded('SELECT * FROM public.moments ORDER BY id', 'moments/', 'PARQUET'))
    expect(read.map(({ d, ts, tz, u }) => [d, ts, tz, u])).toEqual(
      rows.map(([d, ts, tz, u]) => [Date.parse(`${d}T00:00:00Z`) / 86_400_000, nanos(ts), nanos(tz), nanos(u)]),
    )
  })

  it('are texts in CSV, with time zone in UTC', async () => {
    const read = readCsv((await unloaded('SELECT * FROM public.moments ORDER BY id', 'moments-csv/', 'CSV')).toString())
    const shown = rows.map((row) => row.map((text) => text.replace('2020-06-01 12:00:00+02', '2020-06-01 10:00:00+00')))
    expect(read.map((row) => row.slice(1).map(({ text }) => text))).toEqual(shown)
  })
})

describe('floats', () => {
  const doubles = [
    '4.9e-324',
    '-2.2250738585072011e-308',
    '1.7976931348623157e308',
    '0.1',
    '-0.0',
    '123456789012345678',
  ]
  const singles = ['1.4e-45', '1.17549421e-38', '3.4028235e38', '0.1', '-0.0', '16777217']

  beforeAll(async () => {
    await client.query('CREATE TABLE public.floats (id INTEGER, f FLOAT8, r REAL)')
    const rows = [
      ...doubles.map((f, i) => `(${i}, '${f}', '${singles[i] ?? ''}')`),
      "(6, 'NaN', 'NaN')",
      "(7, 'Infinity', 'Infinity')",
      "(8, '-Infinity', '-Infinity')",
    ]
    await client.query(`INSERT INTO public.floats VALUES ${rows.join(', ')}`)
  })

  const select = 'SELECT id, f, r FROM public.floats ORDER BY id'

  it('keep every bit in Parquet', async () => {
    const read = await readRaw(await unloaded(select, 'floats/', 'PARQUET'))
    const special = [NaN, Infinity, -Infinity]
    expect(read.map(({ f }) => f)).toEqual([...doubles.map(Number), ...special])
    expect(read.map(({ r }) => r)).toEqual([...singles.map((text) => Math.fround(Number(text))), ...special])
  })

  it('are rounded to 15 and 6 digits in text, and to 17 and 8 with extra_float_digits', async () => {
    const fields = async (prefix: string): Promise<string[][]> =>
      readCsv((await unloaded(select, prefix, 'CSV')).toString()).map((row) => row.slice(1).map(({ text }) => text))
    expect(await fields('floats-few/')).toEqual([
      // C's "%.15g" and "%.6g".
      ['4.94065645841247e-324', '1.4013e-45'],
      ['-2.2250738585072e-308', '1.17549e-38'],
      ['1.79769313486232e+308', '3.40282e+38'],
      ['0.1', '0.1'],
      ['-0', '-0'],
      ['1.23456789012346e+17', '1.67772e+07'],
      ['NaN', 'NaN'],
      ['Infinity', 'Infinity'],
      ['-Infinity', '-Infinity'],
    ])
    await client.query('SET extra_float_digits TO 2')
    const many = await fields('floats-many/')
    await client.query('RESET extra_float_digits')
    expect(many.slice(0, 6).map(([f]) => Number(f))).toEqual(doubles.map(Number))
    expect(many.slice(0, 6).map(([, r]) => r)).toEqual([
      '1.4012985e-45',
      '1.1754942e-38',
      '3.4028235e+38',
      '0.1',
      '-0',
      '16777216',
    ])
  })
})
