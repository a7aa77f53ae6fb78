import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runSql } from './maxcompute-session.js'
import { changeConfig, emulate, migrate, runIds, type Emulated } from './rehearsal.js'
import { openSource } from './source-session.js'

/** One that LOAD fills directly, one behind a staging table, one of csv, and one without rows. */
const tables = ['region', 'moments', 'nation', 'nothing'] as const
const shapes = `relations:
  tpch.region: { partition: { name: ds, value: '20260101' } }
  tpch.moments: { partition: { name: ds, value: 'a b:c_1' } }
  tpch.nation: { partition: { name: ds, value: '20260101' }, format: csv, where: "n_nationkey <> 3" }
  tpch.nothing: { partition: { name: ds, value: '20260101' } }
select: ['tpch.region', 'tpch.moments', 'tpch.nation', 'tpch.nothing']
`
const expected = [
  ['region', '20260101', '5'],
  ['moments', 'a b:c_1', '2'],
  ['nation', '20260101', '24'],
]

let emulated: Emulated
let config: string
let first = ''

beforeAll(async () => {
  emulated = await emulate({ seed: 'tpch' })
  config = emulated.clouds.config
  const source = await openSource(emulated.clouds)
  await source.query('CREATE TABLE tpch.moments (id int NOT NULL, at timestamp)')
  await source.query("INSERT INTO tpch.moments VALUES (1, '2024-02-29 23:59:59.123456'), (2, NULL)")
  await source.query('CREATE TABLE tpch.nothing (id int NOT NULL)')
  await source.end()
  await changeConfig(config, (text) => text.replace(/^select:\n( .*\n)*/m, shapes))
})

afterAll(async () => {
  await emulated[Symbol.asyncDispose]()
})

function step(...args: string[]): ReturnType<typeof migrate> {
  return migrate([...args, '--config', config, '--json'])
}

async function answer(text: string): Promise<readonly string[][]> {
  const found = await runSql(emulated.clouds, text, { 'odps.sql.allow.fullscan': 'true' })
  const lines = found.replaceAll('"', '').trim().split('\n').slice(1)
  return lines.map((line) => line.split(','))
}

async function partitionsOf(table: string): Promise<string> {
  return (await runSql(emulated.clouds, `SHOW PARTITIONS ${table}`)).trim()
}

async function found(): Promise<readonly string[][]> {
  const rows = []
  for (const table of tables)
    for (const row of await answer(`SELECT '${table}', ds, COUNT(*) AS n FROM ${table} GROUP BY ds`)) rows.push(row)
  return rows
}

describe('a fixed partition', () => {
  it('takes all rows, directly where LOAD can, and is verified', async () => {
    const { code, stderr, lines } = await step('run')
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    expect(lines.at(-2)).toMatchObject({ verified: 4, relations: 4 })
    first = (await runIds(config))[0] ?? ''
    expect(await found()).toEqual(expected)
    expect(await partitionsOf('region')).toBe('ds=20260101')
    expect(await answer("SELECT id, CAST(at AS STRING) FROM moments WHERE ds = 'a b:c_1' ORDER BY id LIMIT 9")).toEqual(
      [
        ['1', '2024-02-29 23:59:59.123456'],
        ['2', '\\N'],
      ],
    )
    const plan = await migrate(['plan', '--config', config])
    expect(plan.stdout).toContain('all rows go to the partition ds=20260101')
  })

  it('is known to ddl --diff, also where another column was planned', async () => {
    expect((await step('ddl', '--diff')).lines.at(-1)).toMatchObject({ equal: 4 })
    await changeConfig(config, (text) => text.replace("name: ds, value: 'a b:c_1'", "name: hh, value: 'a b:c_1'"))
    await step('plan')
    const { code, lines } = await step('ddl', '--diff')
    await changeConfig(config, (text) => text.replace("name: hh, value: 'a b:c_1'", "name: ds, value: 'a b:c_1'"))
    expect(code).toBe(13)
    expect(lines.filter((line) => line['state'] === 'different')).toMatchObject([
      {
        relation: 'tpch.moments',
        differences: [{ what: 'partitioned by ds STRING, planned partitioned by hh STRING' }],
      },
    ])
  })

  it('that others wrote beside, or moved rows from, is told by verify, and loading again puts it right', async () => {
    await runSql(emulated.clouds, "INSERT INTO TABLE region PARTITION (ds='20259999') SELECT 9, 'X', 'x'")
    const moved = "SELECT n_nationkey, n_name, n_regionkey, n_comment FROM nation WHERE ds = '20260101'"
    await runSql(emulated.clouds, `INSERT INTO TABLE nation PARTITION (ds='20270101') ${moved}`)
    await runSql(emulated.clouds, "ALTER TABLE nation DROP PARTITION (ds='20260101')")
    const verified = await step('verify', '--run', first)
    expect(verified.code).toBe(9)
    const told = verified.lines.flatMap((line) => (line['discrepancy'] === undefined ? [] : [line['discrepancy']]))
    for (const [relation, name] of [
      ['tpch.region', '20259999'],
      ['tpch.nation', '20270101'],
    ]) {
      const message = expect.stringContaining(`row ["${name}"] is only on the target`) as unknown
      expect(told).toContainEqual(expect.objectContaining({ relation, check: 'query:partitions by ds', message }))
    }
    expect((await step('plan')).code).toBe(0)
    const refused = await step('ddl', '--apply')
    expect(refused.stderr).toMatch(/region: the table exists and holds 6 rows/)
    expect((await step('run', '--new', '--replace')).code).toBe(0)
    expect(await found()).toEqual(expected)
  })

  it('is swapped and rolled back with its table', async () => {
    const { code, stderr } = await step('rollback')
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    expect(await partitionsOf('region')).toBe('ds=20259999\nds=20260101')
    expect(await partitionsOf('nation')).toBe('ds=20270101')
    const wrong = await step('verify', '--select', 'tpch.nation')
    expect(wrong.code).toBe(0)
    const redone = await step('run', '--redo', 'tpch.*')
    expect({ code: redone.code, stderr: redone.code === 0 ? '' : redone.stderr }).toEqual({ code: 0, stderr: '' })
    expect(await found()).toEqual(expected)
  })
})
