import { readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runSql } from './maxcompute-session.js'
import { changeConfig, emulate, migrate, type Ended, type Emulated } from './rehearsal.js'

/** What MaxCompute cannot hold, one kind of value a relation, beside rows that it can. */
const planted = [
  'CREATE SCHEMA odd',
  'CREATE TABLE odd.plain (id integer, note varchar(20))',
  "INSERT INTO odd.plain VALUES (1, 'one'), (2, NULL)",
  'CREATE TABLE odd.later (id bigint)',
  'INSERT INTO odd.later VALUES (1), (2)',
  'CREATE TABLE odd.days (id integer, d date NOT NULL, ts timestamp, tz timestamptz)',
  `INSERT INTO odd.days VALUES
     (1, '9999-12-31', '9999-12-31 23:59:59.999999', '9999-12-31 23:59:59.999999+00'),
     (2, '0001-01-01', '0001-01-01 00:00:00', '0001-01-01 00:00:00+00'),
     (3, '10000-01-01', '10000-01-01 00:00:00', NULL),
     (4, '0044-03-15 BC', NULL, '0001-12-31 23:59:59.999999+00 BC')`,
  'CREATE TABLE odd.numbers (id integer, r real, f double precision)',
  `INSERT INTO odd.numbers VALUES (1, 1.5, -2.25), (2, NULL, NULL), (3, 'NaN', 'Infinity'), (4, 1, '-Infinity')`,
  'CREATE TABLE odd.counters (id integer, b bigint)',
  'INSERT INTO odd.counters VALUES (1, -9223372036854775807), (2, 9223372036854775807), (3, NULL), (4, -9223372036854775808)',
  'CREATE TABLE odd.bytes (id integer, v varbyte(64000))',
  "INSERT INTO odd.bytes SELECT 1, CAST(REPEAT('x', 32767) AS VARBYTE(64000))",
  "INSERT INTO odd.bytes SELECT 2, CAST(REPEAT('x', 40000) AS VARBYTE(64000))",
  'CREATE TABLE odd.documents (id integer, s super)',
  `INSERT INTO odd.documents SELECT 1, JSON_PARSE('{"a":1}')`,
  "INSERT INTO odd.documents SELECT 2, JSON_PARSE('[' || REPEAT('1,', 5000000) || '1]')",
  'CREATE TABLE odd.fine (id integer, n numeric(38,20))',
  'INSERT INTO odd.fine VALUES (1, 1.5), (2, 1.12345678901234567850), (3, -99999999999999999.99999999999999999999)',
]

/** Code and number of the rows that violate, by relation; worked out by looking at the rows above. */
const broken: Readonly<Record<string, readonly (readonly [code: string, column: string, rows: string])[]>> = {
  days: [
    ['RS0122', 'd', '2'],
    ['RS0122', 'ts', '1'],
    ['RS0122', 'tz', '1'],
  ],
  numbers: [
    ['RS0123', 'r', '1'],
    ['RS0123', 'f', '2'],
  ],
  counters: [['RS0124', 'b', '1']],
  bytes: [['RS0113', 'v', '1']],
  documents: [['RS0125', 's', '1']],
  fine: [['RS0126', 'n', '2']],
}

let emulated: Emulated

beforeAll(async () => {
  emulated = await emulate({ seed: 'none' })
  await write(...planted)
  await changeConfig(emulated.clouds.config, (text) =>
    text.replace(/^select:\n( .*\n)*/m, 'format: parquet\nselect:\n  - odd.*\n'),
  )
  await choose('{ decimalScale: check }', 'plain')
}, 120_000)

afterAll(async () => {
  await emulated[Symbol.asyncDispose]()
})

/** Statements to the emulated Redshift, by PostgreSQL's own client. */
async function write(...statements: readonly string[]): Promise<void> {
  const { host, port, database, user, password, caFile } = emulated.clouds.redshift
  const client = new pg.Client({ host, port, database, user, password, ssl: { ca: await readFile(caFile) } })
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end()
}

/** What the config says of types from now on; each choice goes into tables of its own. */
async function choose(types: string, prefix: string): Promise<void> {
  const settings = `types: ${types}\nnaming: { table: '${prefix}_{table}' }\nselect:`
  await changeConfig(emulated.clouds.config, (text) => text.replace(/^(types:.*\nnaming:.*\n)?select:/m, settings))
}

function command(...args: string[]): Promise<Ended> {
  return migrate([...args, '--config', emulated.clouds.config])
}

/** Keys below a prefix, listed by Amazon's own client. */
async function keysBelow(prefix: string): Promise<readonly string[]> {
  const { endpoint, region, bucket, accessKeyId, secretAccessKey } = emulated.clouds.s3
  const credentials = { accessKeyId, secretAccessKey }
  const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials })
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }))
  client.destroy()
  return Contents.map(({ Key = '' }) => Key)
}

/** The run that wrote its journal last. */
async function newestRun(): Promise<string> {
  const runs = await readdir(join(emulated.dir, 'runs'))
  const times = runs.map(async (run) => {
    const { mtimeMs } = await stat(join(emulated.dir, 'runs', run, 'journal.jsonl'))
    return { run, mtimeMs }
  })
  return (await Promise.all(times)).toSorted((one, other) => other.mtimeMs - one.mtimeMs)[0]?.run ?? ''
}

/** Rows of a table as lines, in the order of their ids. */
async function rowsOf(columns: string, table: string): Promise<readonly string[]> {
  const text = await runSql(emulated.clouds, `SELECT id, ${columns} FROM ${table} ORDER BY id LIMIT 100`)
  return text.replaceAll('"', '').trim().split('\n').slice(1)
}

describe('without a choice', () => {
  it('the plan says what it assumes, and does not ask', async () => {
    const { code, stdout } = await command('plan')
    expect(code).toBe(0)
    expect(stdout).toContain('\n  assumes RS0122: d lies within the years 1 to 9999; likewise ts, tz\n')
    expect(stdout).toContain('\n  assumes RS0113: v has at most 32767 bytes\n')
    expect(stdout).toContain('\n  assumes RS0126: n has no digits behind the 18th\n')
    expect(stdout).toMatch(/0 blocking/)
  })

  it('a relation that breaks an assumption is blocked, nothing of it is unloaded, and the others arrive', async () => {
    const { code, stdout, stderr } = await command('run')
    expect({ code, stdout, stderr }).toMatchObject({ code: 10 })
    const run = await newestRun()
    for (const [relation, violations] of Object.entries(broken)) {
      const [[first, , count] = ['', '', '']] = violations
      expect(stderr).toMatch(
        new RegExp(`unload odd\\.${relation}: ${count} rows? breaks? the assumption .*\\(${first}\\)`),
      )
    }
    const keys = await keysBelow(emulated.clouds.s3.prefix)
    expect(keys.length).toBeGreaterThan(0)
    expect(keys.filter((key) => !/odd_(plain|later)-/.test(key))).toEqual([])
    expect(await rowsOf('note', 'plain_plain')).toEqual(['1,one', String.raw`2,\N`])
    const report = JSON.parse(await readFile(join(emulated.dir, 'runs', run, 'report.json'), 'utf8')) as {
      relations: { relation: string; verdict: string; failure?: string }[]
    }
    const verdicts = Object.fromEntries(report.relations.map(({ relation, verdict }) => [relation, verdict]))
    const expected = Object.keys(broken).map((relation) => [`odd.${relation}`, 'blocked'])
    expect(verdicts).toEqual({ ...Object.fromEntries(expected), 'odd.plain': 'verified', 'odd.later': 'verified' })
  })

  it('the answer stands beside the measurements', async () => {
    const folder = join(emulated.dir, 'runs', await newestRun(), 'measurements', 'source')
    const answers: Record<string, unknown> = {}
    for (const id of await readdir(folder)) {
      const { assumptions } = JSON.parse(await readFile(join(folder, id, '1.json'), 'utf8')) as {
        assumptions?: { code: string; column: string; violationCount: string }[]
      }
      const name = id.replace(/^odd_|-.*$/g, '')
      if (assumptions !== undefined)
        answers[name] = assumptions.map(({ code, column, violationCount }) => [code, column, violationCount])
    }
    expect(answers).toEqual({ ...broken, later: [['RS0124', 'id', '0']] })
  })
})

describe('a scan', () => {
  it('blocks in the plan what the unload would have', async () => {
    const { code, stdout } = await command('plan', '--scan')
    expect(code).toBe(10)
    for (const [, violations] of Object.entries(broken)) {
      for (const [violated, column, count] of violations) {
        const rows = count === '1' ? '1 row breaks' : `${count} rows break`
        expect(stdout).toMatch(new RegExp(`blocking ${violated}: ${rows} the assumption that ${column} .*Set types\\.`))
      }
    }
    expect(stdout).toMatch(/9 blocking/)
    const facts = await readFile(join(emulated.dir, 'runs', await newestRun(), 'facts.jsonl'), 'utf8')
    const lines = facts
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { fact: string; violationCount?: string })
    expect(lines[0]?.fact).toBe('target')
    expect(lines.filter(({ fact }) => fact === 'scan').map((one) => one.violationCount)).toHaveLength(10)
  })

  it('does not spare the unload its question: what changed since is blocked, and goes once it is repaired', async () => {
    const planned = await command('plan', '--scan', '--json')
    const [{ run = '' } = {}] = planned.lines as { run?: string }[]
    await write('INSERT INTO odd.later VALUES (-9223372036854775808)')
    const blocked = await command('run', '--run', run, '--select', 'odd.later', '--replace')
    expect(blocked.code).toBe(10)
    expect(blocked.stderr).toMatch(/unload odd\.later: 1 row breaks the assumption .*\(RS0124\)/)
    expect(await keysBelow(`${emulated.clouds.s3.prefix}`)).not.toContainEqual(expect.stringContaining(run))
    await write('DELETE FROM odd.later WHERE id < 0')
    const repaired = await command('run', '--run', run, '--select', 'odd.later', '--replace')
    expect({ code: repaired.code, stderr: repaired.code === 0 ? '' : repaired.stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('keeps run from unloading what the plan blocked', async () => {
    const { code, stderr } = await command('run', '--new', '--scan', '--select', 'odd.counters')
    expect({ code, stderr }).toMatchObject({ code: 10, stderr: expect.stringMatching(/RS0124/) as unknown })
    const run = await newestRun()
    expect(await keysBelow(emulated.clouds.s3.prefix)).not.toContainEqual(expect.stringContaining(run))
  })
})

const choices: readonly {
  readonly types: string
  readonly prefix: string
  readonly rows: readonly (readonly [columns: string, table: string, rows: readonly string[]])[]
  /** Lossy concerns that the plan counts. */
  readonly lossyCount: number
}[] = [
  {
    types:
      '{ dates: "null", floats: "null", smallestBigint: "null", longVarbyte: "null", largeSuper: "null", decimalScale: round }',
    prefix: 'nulls',
    // Three dates, two floats, two BIGINTs, one each of the others, and SUPER as JSON text.
    lossyCount: 11,
    rows: [
      [
        'd, CAST(ts AS STRING), CAST(tz AS STRING)',
        'days',
        [
          '1,9999-12-31,9999-12-31 23:59:59.999999,9999-12-31 23:59:59.999999',
          '2,0001-01-01,0001-01-01 00:00:00,0001-01-01 00:00:00',
          String.raw`3,\N,\N,\N`,
          String.raw`4,\N,\N,\N`,
        ],
      ],
      ['r, f', 'numbers', ['1,1.5,-2.25', String.raw`2,\N,\N`, String.raw`3,\N,\N`, String.raw`4,1.0,\N`]],
      ['b', 'counters', ['1,-9223372036854775807', '2,9223372036854775807', String.raw`3,\N`, String.raw`4,\N`]],
      ['LENGTH(v)', 'bytes', ['1,32767', String.raw`2,\N`]],
      ['LENGTH(s)', 'documents', ['1,7', String.raw`2,\N`]],
      ['CAST(n AS STRING)', 'fine', ['1,1.5', '2,1.123456789012345679', '3,-100000000000000000']],
    ],
  },
  {
    types:
      '{ dates: clamp, floats: keep, smallestBigint: decimal, longVarbyte: "null", largeSuper: "null", decimalScale: extended }',
    prefix: 'other',
    lossyCount: 6,
    rows: [
      [
        'd, CAST(ts AS STRING), CAST(tz AS STRING)',
        'days',
        [
          '1,9999-12-31,9999-12-31 23:59:59.999999,9999-12-31 23:59:59.999999',
          '2,0001-01-01,0001-01-01 00:00:00,0001-01-01 00:00:00',
          String.raw`3,9999-12-31,9999-12-31 23:59:59.999999,\N`,
          String.raw`4,0001-01-01,\N,0001-01-01 00:00:00`,
        ],
      ],
      ['r, f', 'numbers', ['1,1.5,-2.25', String.raw`2,\N,\N`, '3,NaN,Infinity', '4,1.0,-Infinity']],
      [
        'b',
        'counters',
        ['1,-9223372036854775807', '2,9223372036854775807', String.raw`3,\N`, '4,-9223372036854775808'],
      ],
      ['n', 'fine', ['1,1.5', '2,1.1234567890123456785', '3,-99999999999999999.99999999999999999999']],
    ],
  },
  {
    types:
      '{ dates: text, floats: "null", smallestBigint: keep, longVarbyte: "null", largeSuper: "null", decimalScale: text }',
    prefix: 'texts',
    lossyCount: 5,
    rows: [
      [
        'd, ts, tz',
        'days',
        [
          '1,9999-12-31,9999-12-31 23:59:59.999999,9999-12-31 23:59:59.999999',
          '2,0001-01-01,0001-01-01 00:00:00.000000,0001-01-01 00:00:00.000000',
          String.raw`3,10000-01-01,10000-01-01 00:00:00.000000,\N`,
          String.raw`4,0044-03-15 BC,\N,0001-12-31 23:59:59.999999 BC`,
        ],
      ],
      [
        'b',
        'counters',
        ['1,-9223372036854775807', '2,9223372036854775807', String.raw`3,\N`, '4,-9223372036854775808'],
      ],
      [
        'n',
        'fine',
        ['1,1.50000000000000000000', '2,1.12345678901234567850', '3,-99999999999999999.99999999999999999999'],
      ],
    ],
  },
]

describe.each(choices)('with types $types', ({ types, prefix, rows, lossyCount }) => {
  it('everything arrives as chosen, and both sides agree', async () => {
    await choose(types, prefix)
    const planned = await command('plan')
    expect(planned.code).toBe(0)
    expect(planned.stdout).toContain(` ${lossyCount} lossy, 0 blocking`)
    const { code, stdout, stderr } = await command('run', '--new')
    expect({ code, stdout, stderr: code === 0 ? '' : stderr }).toMatchObject({ code: 0, stderr: '' })
    for (const [columns, table, expected] of rows) {
      expect([table, await rowsOf(columns, `${prefix}_${table}`)]).toEqual([table, expected])
    }
  })
})
