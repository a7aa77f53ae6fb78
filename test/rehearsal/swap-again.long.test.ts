import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { maxComputeClient, runSql } from './maxcompute-session.js'
import { changeConfig, emulate, killedAfter, migrate, runIds, type Emulated } from './rehearsal.js'
import { openSource } from './source-session.js'

const relations = ['tpch.region', 'tpch.nation', 'tpch.supplier']

let emulated: Emulated
let config: string
let known: readonly string[] = []
let run = ''
let backups: Readonly<Record<string, string>> = {}

beforeAll(async () => {
  emulated = await emulate({ seed: 'tpch' })
  config = emulated.clouds.config
  await changeConfig(config, (text) => `${text}\nlifecycleDays: 30\n`)
  expect((await step('run', '--select', ...relations)).code).toBe(0)
  // The tables of before: a row more than the source has, and a lifecycle that the plan does not have.
  await runSql(emulated.clouds, "INSERT INTO TABLE region SELECT 77, 'OLD', 'old'")
  await runSql(emulated.clouds, "INSERT INTO TABLE nation SELECT 77, 'OLD', 1, 'old'")
  await runSql(emulated.clouds, 'INSERT INTO TABLE supplier SELECT * FROM supplier')
  for (const table of ['region', 'nation', 'supplier'])
    await runSql(emulated.clouds, `ALTER TABLE ${table} SET LIFECYCLE 11`)
  known = await runIds(config)
  const { code, stderr } = await step('run', '--new', '--replace', '--select', ...relations)
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  run = (await runIds(config)).find((id) => !known.includes(id)) ?? ''
  const published = [...(await journal()).matchAll(/"step":"publish\/tpch_([a-z]+)[^\n]*"backup":"[^"]*\.([^".]+)"/g)]
  backups = Object.fromEntries(published.map(([, name = '', table = '']) => [name, table]))
}, 180_000)

afterAll(async () => {
  await emulated[Symbol.asyncDispose]()
})

function step(...args: string[]): ReturnType<typeof migrate> {
  return migrate([...args, '--config', config, '--json'])
}

function redo(relation: string): ReturnType<typeof migrate> {
  return step('run', '--run', run, '--select', ...relations, '--redo', relation)
}

async function journal(): Promise<string> {
  return readFile(join(emulated.dir, 'runs', run, 'journal.jsonl'), 'utf8')
}

async function rowsOf(table: string): Promise<number> {
  const text = await runSql(emulated.clouds, `SELECT COUNT(*) AS n FROM \`${table}\``)
  return Number(text.replaceAll('"', '').trim().split('\n').at(-1))
}

async function ask(text: string): Promise<void> {
  const source = await openSource(emulated.clouds)
  await source.query(text)
  await source.end()
}

/** What the run has beside the tables, by the end of their names. */
async function beside(name: string): Promise<readonly string[]> {
  const found: string[] = []
  for await (const table of maxComputeClient(emulated.clouds).listTables('mig_')) {
    const end = new RegExp(`_tpch_${name}_[0-9a-f]{8}_?(.*)$`).exec(table.name)?.[1]
    if (end !== undefined) found.push(end)
  }
  return found.sort()
}

async function lifecycleOf(name: string): Promise<number | undefined> {
  const client = maxComputeClient(emulated.clouds)
  return (await client.getTable(name, { project: emulated.clouds.maxcompute.project }))?.lifecycleDays
}

/** Dies as soon as the step is done. */
function killedAt(words: string, ...args: string[]): ReturnType<typeof migrate> {
  return killedAfter(emulated, known, words, args)
}

describe('the lifecycle', () => {
  it('of what is published is the one of the plan, and what it replaced keeps its own', async () => {
    for (const name of ['region', 'nation', 'supplier']) {
      expect(await lifecycleOf(name)).toBe(30)
      expect(await lifecycleOf(backups[name] ?? '')).toBe(11)
    }
  })
})

describe('a relation that was published and is taken up again', () => {
  it('is loaded beside and swapped again; the rows of before the run stay kept', async () => {
    await ask("INSERT INTO tpch.region VALUES (100, 'MU', 'x'), (101, 'ATLANTIS', 'y')")
    // Dies when it is in place, and what it replaced is still there, or just goes.
    const all = ['run', '--run', run, '--select', ...relations]
    expect((await killedAt('"step":"republish/tpch_region', ...all, '--redo', 'tpch.region')).signal).toBe('SIGKILL')
    expect(await rowsOf('region')).toBe(7)
    const { code, stderr, lines } = await step(...all)
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    expect(await rowsOf('region')).toBe(7)
    expect(await rowsOf(backups['region'] ?? '')).toBe(6)
    expect(await beside('region')).toEqual(['old'])
    expect(lines.filter((line) => line['kept'] !== undefined)).toHaveLength(3)
    expect(await lifecycleOf('region')).toBe(30)
    expect(await journal()).toMatch(/"step":"republish\/tpch_region[^\n]*"replaced":"[^"]*_past"/)
  })

  it('that died while it was loaded again can be rolled back, and taken up again and again', async () => {
    const killed = await killedAt(
      '"step":"reswap/tpch_supplier',
      ...['run', '--run', run, '--select', ...relations],
      '--redo',
      'tpch.supplier',
    )
    expect(killed.signal).toBe('SIGKILL')
    expect(await rowsOf('supplier')).toBe(10)
    expect(await beside('supplier')).toEqual(['new', 'old'])
    expect((await step('clean', '--run', run, '--yes', '--select', 'tpch.supplier')).code).toBe(2)
    const { code, stderr } = await step('rollback', '--run', run, '--select', 'tpch.supplier')
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    expect(await rowsOf('supplier')).toBe(20)
    expect(await beside('supplier')).toEqual(['new', 'past'])
    for (const round of [1, 2, 3]) {
      const again = await redo('tpch.supplier')
      expect({ round, code: again.code, stderr: again.code === 0 ? '' : again.stderr }).toEqual({
        round,
        code: 0,
        stderr: '',
      })
      expect(await rowsOf('supplier')).toBe(10)
      expect(await rowsOf(backups['supplier'] ?? '')).toBe(20)
    }
    expect(await beside('supplier')).toEqual(['old'])
  })

  it('is published by the same command again when it died between the two renames', async () => {
    await ask("INSERT INTO tpch.nation VALUES (100, 'LEMURIA', 1, 'x')")
    const all = ['run', '--run', run, '--select', ...relations]
    const killed = await killedAt('"step":"past/tpch_nation', ...all, '--redo', 'tpch.nation')
    expect(killed.signal).toBe('SIGKILL')
    expect(await journal()).not.toContain('"step":"republish/tpch_nation')
    const { code, stderr } = await step(...all)
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    expect(await rowsOf('nation')).toBe(26)
    expect(await beside('nation')).toEqual(['old'])
    expect(await rowsOf(backups['nation'] ?? '')).toBe(26)
    expect(await oldRowsOf(backups['nation'] ?? '')).toBe(1)
    expect(await oldRowsOf('nation')).toBe(0)
  })

  it('is rolled back to the rows of before the run, and clean leaves nothing', async () => {
    const { code, stderr } = await step('rollback', '--run', run, '--select', ...relations)
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    expect([await rowsOf('region'), await oldRowsOf('nation'), await rowsOf('supplier')]).toEqual([6, 1, 20])
    expect(await lifecycleOf('region')).toBe(11)
    expect((await step('clean', '--run', run, '--yes', '--select', ...relations)).code).toBe(0)
    for (const name of ['region', 'nation', 'supplier']) expect(await beside(name)).toEqual([])
    expect(await rowsOf('region')).toBe(6)
  })
})

describe('a relation behind a staging table, in a plan without a lifecycle', () => {
  it('has one on the staging table alone, which bears our mark, and none once it is published', async () => {
    await ask('CREATE TABLE tpch.moments (id int NOT NULL, at timestamp)')
    await ask("INSERT INTO tpch.moments VALUES (1, '2024-02-29 23:59:59.123456')")
    const of = ['--select', 'tpch.moments']
    expect((await step('run', '--new', ...of)).code).toBe(0)
    expect(await lifecycleOf('moments')).toBe(30)
    await changeConfig(config, (text) => text.replace('\nlifecycleDays: 30\n', '\n'))
    const before = await runIds(config)
    for (const stage of ['plan', 'ddl --apply --replace', 'unload', 'transfer', 'load --replace']) {
      const { code, stderr } = await step(...stage.split(' '), ...of)
      expect({ stage, code, stderr: code === 0 ? '' : stderr }).toEqual({ stage, code: 0, stderr: '' })
    }
    const last = (await runIds(config)).find((id) => !before.includes(id)) ?? ''
    const client = maxComputeClient(emulated.clouds)
    const found = []
    for await (const { name } of client.listTables('mig_')) {
      const table = await client.getTable(name, { project: emulated.clouds.maxcompute.project })
      found.push([name.endsWith('_new'), table?.lifecycleDays, table?.comment])
    }
    expect(found.sort()).toEqual([
      [false, 7, `Staging of tpch.moments for run ${last}`],
      [true, undefined, undefined],
    ])
    expect((await step('verify', ...of)).code).toBe(0)
    expect(await lifecycleOf('moments')).toBeUndefined()
    expect(await beside('moments')).toEqual(['old'])
  })
})

async function oldRowsOf(table: string): Promise<number> {
  const text = await runSql(emulated.clouds, `SELECT COUNT(*) AS n FROM \`${table}\` WHERE n_nationkey = 77`)
  return Number(text.replaceAll('"', '').trim().split('\n').at(-1))
}
