import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runSql } from './maxcompute-session.js'
import { changeConfig, emulate, migrate, type Ended, type Emulated } from './rehearsal.js'
import { openSource } from './source-session.js'

/** What breaks readers of csv and text: by id; null and the empty text are not the same. */
const hostile: readonly (string | null)[] = [
  'plain',
  '',
  null,
  'say "hi"',
  '"',
  '""',
  'a,b|c;d^e~f\tg',
  'line\nline',
  'line\r\nline\r',
  '\\',
  'C:\\new\\table',
  '\\N',
  '\\\\N',
  'NULL',
  'NULL_STRING__',
  "it's",
  ' blanks before and behind  ',
  'žluťoučký 漢字 🐘𝄞',
  ',',
  '|',
  'x'.repeat(65_535),
]

const shape = `LINESTRING(${Array.from({ length: 3_000 }, (_, n) => `${n} ${n % 7}.25`).join(',')})`

const types = [
  `CREATE TABLE wild.types (id integer, si smallint, b bigint, n numeric(38,18), m numeric(5,5), r real, f double precision,
     yes boolean, d date, ts timestamp, tz timestamptz, t time, c char(7), v varbyte(100000), s super, g geometry, h geography,
     i interval day to second)`,
  `INSERT INTO wild.types SELECT 1, -32768, 9223372036854775807, 99999999999999999999.999999999999999999, 0.00001, 1.1, 0.1,
     true, '0001-01-01', '0001-01-01 00:00:00.000001', '2024-02-29 23:59:59.999999+05', '23:59:59.5', 'ab', CAST(REPEAT('x', 60000) AS VARBYTE(100000)),
     JSON_PARSE('{"a":["\\\\"",1.50,null]}'), ST_GeomFromText('${shape}', 4326), ST_GeogFromText('POINT(1 2)'), INTERVAL '1 02:03:04.5' DAY TO SECOND`,
  `INSERT INTO wild.types SELECT 2, 32767, -9223372036854775807, -99999999999999999999.999999999999999999, -0.99999, -3.4028235e38, 5e-324,
     false, '9999-12-31', '9999-12-31 23:59:59.999999', '0001-01-01 00:00:00+00', '00:00:00', '', CAST('' AS VARBYTE),
     JSON_PARSE('""'), ST_GeomFromText('POINT(0 0)'), ST_GeogFromText('POINT(3 4)'), INTERVAL '-1 00:00:00' DAY TO SECOND`,
  `INSERT INTO wild.types SELECT 3, 0, 0, 0, 0, 16777216.5, 1.7976931348623157e308, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL`,
  `INSERT INTO wild.types (id, f, r) VALUES (4, 0.30000000000000004, 0.3), (5, -2.2250738585072014e-308, 1e-45), (6, NULL, NULL)`,
]

const source = [
  'CREATE SCHEMA wild',
  'CREATE TABLE wild.texts (id integer, v varchar(65535), c varchar(300))',
  ...hostile.map(
    (text, n) => `INSERT INTO wild.texts VALUES (${n}, ${literal(text)}, ${literal(text?.slice(0, 100) ?? null)})`,
  ),
  ...types,
  'CREATE TABLE wild.one (v varchar(10))',
  "INSERT INTO wild.one VALUES (''), (NULL), ('a')",
  'CREATE TABLE wild.empty (id integer, v varchar(10))',
  'CREATE TABLE wild.calm (id integer, note varchar(40), g geometry)',
  "INSERT INTO wild.calm VALUES (1, 'plain words', NULL), (2, '', NULL), (3, NULL, NULL)",
  'CREATE TABLE wild.parted (id integer, day date, word varchar(20))',
  "INSERT INTO wild.parted VALUES (1, '2024-01-31', 'a, \"b\"'), (2, '2024-02-01', NULL), (3, NULL, '')",
]

let emulated: Emulated

async function prepare(switches: Readonly<Record<string, string | boolean>>): Promise<void> {
  emulated = await emulate({ seed: 'none', more: { switches } })
  await write(...source)
  await changeConfig(emulated.clouds.config, (text) => text.replace(/^select:\n( .*\n)*/m, 'select:\n  - wild.*\n'))
}

beforeAll(() => prepare({}), 180_000)

afterAll(async () => {
  await emulated[Symbol.asyncDispose]()
})

/** Redshift reads backslashes in literals. */
function literal(text: string | null): string {
  return text === null ? 'NULL' : `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}

async function write(...statements: readonly string[]): Promise<void> {
  const client = await openSource(emulated.clouds)
  for (const statement of statements) await client.query(statement)
  await client.end()
}

/** What the config says of formats from now on; each choice goes into tables of its own. */
async function choose(prefix: string, ...settings: readonly string[]): Promise<void> {
  const chosen = ['#chosen', ...settings, `naming: { table: '${prefix}_{table}' }`, '#end', 'select:'].join('\n')
  await changeConfig(emulated.clouds.config, (text) => text.replace(/^(#chosen\n[^]*?\n#end\n)?select:/m, () => chosen))
}

function command(...args: string[]): Promise<Ended> {
  return migrate([...args, '--config', emulated.clouds.config])
}

/** The rows of a query as cells, read by a plain reader of quoted CSV without line ends in cells. */
async function rowsOf(query: string): Promise<readonly (readonly string[])[]> {
  const lines = (await runSql(emulated.clouds, query)).trim().split('\n').slice(1)
  return lines.map((line) => line.split(',').map((cell) => cell.replace(/^"|"$/g, '')))
}

function hexOf(text: string | null): string {
  return text === null ? '\\N' : Buffer.from(text).toString('hex').toUpperCase()
}

/** The folder of the run that wrote its journal last. */
async function newestRun(): Promise<string> {
  const runs = await readdir(join(emulated.dir, 'runs'))
  const times = runs.map(async (run) => {
    const folder = join(emulated.dir, 'runs', run)
    return { folder, at: (await stat(join(folder, 'journal.jsonl'))).mtimeMs }
  })
  return (await Promise.all(times)).toSorted((one, other) => other.at - one.at)[0]?.folder ?? ''
}

/** What stands in the first part of a relation, unpacked. */
async function firstPart(relation: string): Promise<string> {
  const { endpoint, region, bucket, accessKeyId, secretAccessKey } = emulated.clouds.s3
  const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } })
  const folder = join(await newestRun(), 'manifests', 'source')
  const name = (await readdir(folder)).find((one) => one.startsWith(relation)) ?? ''
  const manifest = JSON.parse(await readFile(join(folder, name), 'utf8')) as { parts: { location: { key: string } }[] }
  const { key = '' } = manifest.parts[0]?.location ?? {}
  expect(key).toMatch(/\.gz$/)
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
  const bytes = await Body?.transformToByteArray()
  client.destroy()
  return gunzipSync(bytes ?? new Uint8Array()).toString('utf8')
}

async function expectTexts(prefix: string): Promise<void> {
  const rows = await rowsOf(`SELECT id, HEX(v), HEX(c) FROM ${prefix}_texts ORDER BY id LIMIT 100`)
  const expected = hostile.map((text, n) => [String(n), hexOf(text), hexOf(text?.slice(0, 100) ?? null)])
  expect(rows).toEqual(expected)
  const ones = await rowsOf(`SELECT HEX(v) FROM ${prefix}_one ORDER BY v LIMIT 10`)
  expect(ones.flat().toSorted()).toEqual(['', '61', '\\N'].toSorted())
}

/** Worked out from the statements above. */
async function expectTypes(prefix: string): Promise<void> {
  const exact = `SELECT id, si, b, CAST(n AS STRING), CAST(CAST(m AS DECIMAL(38,5)) AS STRING), LOWER(CAST(yes AS STRING)), d, CAST(ts AS STRING), CAST(tz AS STRING), t, HEX(c)
    FROM ${prefix}_types WHERE id < 4 ORDER BY id LIMIT 10`
  expect(await rowsOf(exact)).toEqual([
    [
      '1',
      '-32768',
      '9223372036854775807',
      '99999999999999999999.999999999999999999',
      '0.00001',
      'true',
      '0001-01-01',
    ].concat('0001-01-01 00:00:00.000001', '2024-02-29 18:59:59.999999', '23:59:59.5', '6162'),
    [
      '2',
      '32767',
      '-9223372036854775807',
      '-99999999999999999999.999999999999999999',
      '-0.99999',
      'false',
      '9999-12-31',
    ].concat('9999-12-31 23:59:59.999999', '0001-01-01 00:00:00', '00:00:00', ''),
    ['3', '0', '0', '0', '0', ...Array.from({ length: 6 }, () => '\\N')],
  ])
  const floats = await rowsOf(
    `SELECT CAST(f AS STRING), CAST(CAST(r AS DOUBLE) AS STRING) FROM ${prefix}_types ORDER BY id LIMIT 10`,
  )
  const numbers = floats.map((row) => row.map((cell) => (cell === '\\N' ? null : Number(cell))))
  const real = Math.fround
  expect(numbers).toEqual([
    [0.1, real(1.1)],
    [5e-324, real(-3.4028235e38)],
    [1.7976931348623157e308, real(16777216.5)],
    [0.30000000000000004, real(0.3)],
    [-2.2250738585072014e-308, real(1e-45)],
    [null, null],
  ])
  const long = await rowsOf(
    `SELECT MD5(HEX(v)), LENGTH(HEX(v)), s, LENGTH(g), SUBSTR(g, 1, 18), h FROM ${prefix}_types WHERE id < 3 ORDER BY id LIMIT 10`,
  )
  expect(long[0]?.slice(1, 2)).toEqual(['120000'])
  expect(long[1]?.slice(1, 2)).toEqual(['0'])
  expect(long.map((row) => row.at(-2))).toEqual(['0102000020E6100000', '010100000000000000'])
}

const chosen = [
  ['csv', ['format: csv']],
  ['text', ['format: text']],
  ['old', ['format: text', "text: { delimiter: '^', nullAs: NULL_STRING__, addQuotes: true, header: true }"]],
  ['head', ['format: csv', 'text: { header: true }']],
] as const

async function expectCarried(prefix: string, settings: readonly string[]): Promise<void> {
  await choose(prefix, ...settings, 'relations: { wild.parted: { partition: { by: day, unit: month } } }')
  const { code, stdout, stderr } = await command('run', '--new')
  expect({ code, stdout, stderr }).toMatchObject({ code: 0 })
  await expectTexts(prefix)
  await expectTypes(prefix)
  const parted = `SELECT id, day_month, HEX(word) FROM ${prefix}_parted WHERE day_month >= '' ORDER BY id LIMIT 10`
  expect(await rowsOf(parted)).toEqual([
    ['1', '202401', hexOf('a, "b"')],
    ['2', '202402', '\\N'],
    ['3', 'null', ''],
  ])
  expect(await rowsOf(`SELECT COUNT(*) FROM ${prefix}_empty`)).toEqual([['0']])
  const part = await firstPart('wild_texts')
  expect(part).toMatch(/^[ -~\n]*$/)
  expect(part.includes('id')).toBe(prefix === 'old' || prefix === 'head')
}

describe.each(chosen)('%s', (prefix, settings) => {
  it('carries hostile texts and every type, verified', async () => {
    await expectCarried(prefix, settings)
  })
})

describe('auto', () => {
  it('takes csv for what Parquet cannot carry, and Parquet for the rest', async () => {
    await choose('auto')
    const { code, stdout, stderr } = await command('run', '--new')
    expect({ code, stdout, stderr }).toMatchObject({ code: 0 })
    await expectTexts('auto')
    await expectTypes('auto')
    const formats = await plannedFormats()
    expect(formats).toEqual({
      calm: 'csv',
      empty: 'parquet',
      one: 'parquet',
      parted: 'parquet',
      texts: 'parquet',
      types: 'csv',
    })
  })

  it('takes csv where the scan found VARBYTE too long for Parquet', async () => {
    await write(
      'CREATE TABLE wild.bytes (id integer, v varbyte)',
      "INSERT INTO wild.bytes SELECT 1, CAST(REPEAT('y', 40000) AS VARBYTE(64000))",
    )
    await choose('scan', 'scan: true')
    const { code, stdout, stderr } = await command('run', '--new')
    expect({ code, stdout, stderr }).toMatchObject({ code: 0 })
    expect(await plannedFormats()).toMatchObject({ bytes: 'csv', one: 'parquet' })
    const digits = Buffer.from('y'.repeat(40_000)).toString('hex').toUpperCase()
    expect(await rowsOf('SELECT HEX(v) FROM scan_bytes')).toEqual([[digits]])
    await write('DROP TABLE wild.bytes')
  })
})

/** By relation, of the plan that was made last. */
async function plannedFormats(): Promise<Readonly<Record<string, string>>> {
  const lines = (await readFile(join(await newestRun(), 'plan.jsonl'), 'utf8')).trim()
  const [, ...plans] = lines
    .split('\n')
    .map((line) => JSON.parse(line) as { source: { name: string }; format?: string })
  return Object.fromEntries(plans.map((plan) => [plan.source.name, plan.format ?? 'parquet']))
}

describe('columns that travel plain', () => {
  const plain = 'relations: { wild.calm: { plainText: [note] } }'

  it('stand in the parts as they are', async () => {
    await choose('plain', 'format: csv', plain)
    const { code, stdout, stderr } = await command('run', '--new')
    expect({ code, stdout, stderr }).toMatchObject({ code: 0 })
    expect(await firstPart('wild_calm')).toContain(',plain words,')
    const rows = await rowsOf('SELECT id, HEX(note) FROM plain_calm ORDER BY id LIMIT 10')
    expect(rows).toEqual([
      ['1', hexOf('plain words')],
      ['2', ''],
      ['3', '\\N'],
    ])
  })

  it.each([
    ['NULL_STRING__', 'RS0140'],
    ['a,b', 'RS0141'],
    ['C:\\N', 'RS0141'],
  ])('%j blocks the relation (%s), and the others arrive', async (text, code) => {
    await write(`INSERT INTO wild.calm VALUES (4, ${literal(text)}, NULL)`)
    await choose(`p${Buffer.from(text).toString('hex')}`, 'format: csv', 'text: { nullAs: NULL_STRING__ }', plain)
    const ended = await command('run', '--new')
    await write('DELETE FROM wild.calm WHERE id = 4')
    expect(ended).toMatchObject({ code: 10 })
    expect(ended.stderr).toMatch(new RegExp(`wild\\.calm: 1 row breaks the assumption .*\\(${code}\\)`))
    expect(await rowsOf(`SELECT COUNT(*) FROM p${Buffer.from(text).toString('hex')}_texts`)).toEqual([
      [String(hostile.length)],
    ])
  })

  it('are refused where the column is no text', async () => {
    await choose('never', 'format: csv', 'relations: { wild.calm: { plainText: [id] } }')
    const { code, stderr } = await command('plan')
    expect({ code, stderr }).toMatchObject({ code: 3 })
    expect(stderr).toContain('id is no CHAR or VARCHAR')
  })
})

describe('verify', () => {
  it('finds a value that was changed in the table', async () => {
    await choose('changed', 'format: csv')
    expect(await command('run', '--new')).toMatchObject({ code: 0 })
    await runSql(
      emulated.clouds,
      "INSERT OVERWRITE TABLE changed_texts SELECT id, CASE WHEN id = 6 THEN 'other' ELSE v END, c FROM changed_texts",
    )
    const { code, stdout } = await command('verify')
    expect(code).toBe(9)
    expect(stdout).toMatch(/wild\.texts.*byte-length/s)
  })
})

describe('what MaxCompute could not read again', () => {
  it.each([
    ['compression: zstd', 'zstd'],
    ['addQuotes: true, escape: true', 'escape'],
  ])('text: { %s } is refused by the config', async (setting, named) => {
    await choose('refused', `text: { ${setting} }`)
    const { code, stderr } = await command('plan')
    expect({ code, stderr }).toMatchObject({ code: 3 })
    expect(stderr).toContain(named)
  })
})

/** Each the other way round than the emulators' default, where it touches text files. */
const otherwise = {
  csvEmptyText: 'bare',
  unloadNoRows: 'empty-files',
  addQuotesNull: 'quoted',
  superNullText: 'marker',
  escapeSuper: false,
  unloadFloatDigits: 'shortest',
  manifestTotals: false,
  manifestCharLength: false,
  decimalText: '.5',
  timeText: 'full',
  quotedNullIndicator: 'value',
  booleanText: 'upper',
  csvQuoting: 'needed',
  nullOrder: 'largest',
} as const

describe('where the services are otherwise', () => {
  beforeAll(async () => {
    await emulated[Symbol.asyncDispose]()
    await prepare(otherwise)
  }, 180_000)

  it.each(chosen)('%s carries hostile texts and every type, verified', async (prefix, settings) => {
    await expectCarried(prefix, settings)
  })
})
