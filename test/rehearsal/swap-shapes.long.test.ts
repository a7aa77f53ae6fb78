import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { maxComputeClient, runSql } from './maxcompute-session.js'
import { changeConfig, emulate, migrate, type Emulated } from './rehearsal.js'
import { openSource } from './source-session.js'

const schema = { 'odps.namespace.schema': 'true', 'odps.sql.allow.fullscan': 'true' }
const shapes = [
  'relations:',
  '  tpch.orders: { partition: { by: o_orderdate, unit: year } }',
  '  tpch.part: { clustering: { by: [p_partkey], sortedBy: [p_size, p_partkey], buckets: 4 } }',
  '  tpch.supplier: { primaryKey: true }',
  "select: ['tpch.orders', 'tpch.part', 'tpch.supplier', 'tpch.moments']",
].join('\n')

let emulated: Emulated
let config: string

beforeAll(async () => {
  emulated = await emulate({ seed: 'tpch', more: { world: { maxcompute: { schemaModel: true } } } })
  config = emulated.clouds.config
  const source = await openSource(emulated.clouds)
  await source.query('CREATE TABLE tpch.moments (id int NOT NULL, at timestamp)')
  await source.query("INSERT INTO tpch.moments VALUES (1, '2024-02-29 23:59:59.123456'), (2, NULL)")
  await source.end()
  await changeConfig(
    config,
    (text) => `${text.replace(/^select:\n( .*\n)*/m, `${shapes}\n`)}\nnaming: { schema: '{schema}' }\n`,
  )
  expect((await step('run')).code).toBe(0)
})

afterAll(async () => {
  await emulated[Symbol.asyncDispose]()
})

function step(...args: string[]): ReturnType<typeof migrate> {
  return migrate([...args, '--config', config, '--json'])
}

async function rowsOf(table: string): Promise<number> {
  const text = await runSql(emulated.clouds, `SELECT COUNT(*) AS n FROM tpch.\`${table}\``, schema)
  return Number(text.replaceAll('"', '').trim().split('\n').at(-1))
}

/** Rows that the source does not have, so that the table of before can be told from the new one. */
async function spoil(): Promise<void> {
  await runSql(emulated.clouds, "ALTER TABLE tpch.orders DROP PARTITION (o_orderdate_year='1995')", schema)
  await runSql(emulated.clouds, 'DELETE FROM tpch.supplier', schema)
  await runSql(emulated.clouds, 'TRUNCATE TABLE tpch.part', schema)
  await runSql(emulated.clouds, 'TRUNCATE TABLE tpch.moments', schema)
}

const names = ['orders', 'part', 'supplier', 'moments'] as const

async function counts(): Promise<readonly number[]> {
  const found = []
  for (const name of names) found.push(await rowsOf(name))
  return found
}

describe('a swap, in schemas', () => {
  it('keeps partitions, clustering and key, and every statement has the settings of three levels', async () => {
    const whole = await counts()
    await spoil()
    const spoilt = await counts()
    expect(spoilt.every((count, place) => count < (whole[place] ?? 0))).toBe(true)
    const { code, stderr, lines } = await step('run', '--new', '--replace')
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    expect(lines.flatMap((line) => (line['kept'] === undefined ? [] : ['kept']))).toHaveLength(4)
    expect(await counts()).toEqual(whole)
    const diff = await step('ddl', '--diff')
    expect(diff.lines.at(-1)).toMatchObject({ equal: 4 })
    const back = await step('rollback')
    expect({ code: back.code, stderr: back.code === 0 ? '' : back.stderr }).toEqual({ code: 0, stderr: '' })
    expect(await counts()).toEqual(spoilt)
    expect((await step('ddl', '--diff')).lines.at(-1)).toMatchObject({ equal: 4 })
    const renames = await statements('RENAME TO')
    expect(renames).toHaveLength(16)
    for (const { settings } of renames)
      expect(settings).toMatchObject({ 'odps.namespace.schema': 'true', 'odps.default.schema': 'tpch' })
  })

  it('leaves no staging table behind', async () => {
    const left = []
    for await (const { name } of maxComputeClient(emulated.clouds).listTables('mig_', {}, { schema: 'tpch' }))
      left.push(name)
    expect(left.filter((name) => !name.endsWith('_new'))).toEqual([])
  })

  it('is not done where the config says direct: the rows go over those that stand', async () => {
    await changeConfig(config, (text) => `${text}\npublish: direct\n`)
    const { code, stderr, lines } = await step('run', '--new', '--replace', '--select', 'tpch.supplier')
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    expect(lines.some((line) => line['kept'] !== undefined)).toBe(false)
    expect((await step('rollback', '--select', 'tpch.supplier')).code).toBe(2)
  })
})

interface Sent {
  readonly event: string
  readonly text: string
  readonly settings: Readonly<Record<string, string>>
}

/** What the newest run sent with these words in it. */
async function statements(words: string): Promise<readonly Sent[]> {
  const runs = join(emulated.dir, 'runs')
  const found: Sent[] = []
  for (const run of await readdir(runs)) {
    const text = await readFile(join(runs, run, 'journal.jsonl'), 'utf8')
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Sent)
    found.push(...lines.filter((line) => line.event === 'statement' && line.text.includes(words)))
  }
  return found
}
