import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runSql } from './maxcompute-session.js'
import { emulate, killedAfter, migrate, type Emulated } from './rehearsal.js'

let emulated: Emulated
let run = ''
let known: readonly string[] = []

beforeAll(async () => {
  emulated = await emulate({ seed: 'tpch' })
  // Tables of another run, with a row more than the source has.
  expect((await step('run', '--select', 'tpch.region', 'tpch.nation')).code).toBe(0)
  await runSql(emulated.clouds, "INSERT INTO TABLE `region` SELECT 77, 'OLD', 'old'")
  await runSql(emulated.clouds, "INSERT INTO TABLE `nation` SELECT 77, 'OLD', 1, 'old'")
  known = await readdir(join(emulated.dir, 'runs'))
  expect((await step('plan')).code).toBe(0)
  run = (await readdir(join(emulated.dir, 'runs'))).find((id) => !known.includes(id)) ?? ''
  for (const args of [['ddl', '--apply', '--replace'], ['unload'], ['transfer'], ['load', '--replace']]) {
    const { code, stderr } = await step(...args, '--run', run, '--select', 'tpch.region', 'tpch.nation')
    expect({ code, stderr }).toMatchObject({ code: 0 })
  }
})

afterAll(async () => {
  await emulated[Symbol.asyncDispose]()
})

function step(...args: string[]): ReturnType<typeof migrate> {
  return migrate([...args, '--config', emulated.clouds.config, '--json'])
}

async function rowsOf(table: string): Promise<string> {
  const text = await runSql(emulated.clouds, `SELECT COUNT(*) AS n FROM \`${table}\``)
  return text.replaceAll('"', '').trim().split('\n').at(-1) ?? ''
}

async function journal(): Promise<string> {
  return readFile(join(emulated.dir, 'runs', run, 'journal.jsonl'), 'utf8')
}

/** The table that keeps the rows of before, as the journal names it. */
async function backupOf(relation: string): Promise<string> {
  const found = new RegExp(`"step":"publish/${relation}[^\\n]*"backup":"([^"]+)"`).exec(await journal())
  return found?.[1]?.split('.').at(-1) ?? ''
}

describe('a table that stands with rows', () => {
  it('keeps them while the new ones are loaded', async () => {
    expect(await rowsOf('region')).toBe('6')
    expect(await rowsOf('nation')).toBe('26')
  })

  it('keeps them when the new ones differ from the source, and changes them once they do not', async () => {
    const folder = join(emulated.dir, 'runs', run, 'measurements', 'source')
    const name = (await readdir(folder)).find((one) => one.startsWith('tpch_region')) ?? ''
    const path = join(folder, name, '1.json')
    const told = await readFile(path, 'utf8')
    type Told = { measurements: { measure: { kind: string }; value: string }[] }
    const document = JSON.parse(told) as Told
    const measurements = document.measurements.map((one) =>
      one.measure.kind === 'row-count' ? { ...one, value: '4' } : one,
    )
    await writeFile(path, JSON.stringify({ ...document, measurements }))
    expect((await step('verify', '--run', run, '--select', 'tpch.region')).code).toBe(9)
    expect(await rowsOf('region')).toBe('6')
    await writeFile(path, told)
    const { code, stderr } = await step('verify', '--run', run, '--select', 'tpch.region')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(await rowsOf('region')).toBe('5')
    expect(await rowsOf(await backupOf('tpch_region'))).toBe('6')
  })

  it('is published by the same command again when it died between the two renames', async () => {
    const killed = await killedAfter(emulated, known, '"step":"aside/tpch_nation', [
      ...['verify', '--run', run, '--select', 'tpch.nation'],
    ])
    expect(killed.signal).toBe('SIGKILL')
    expect(await journal()).not.toContain('"step":"publish/tpch_nation')
    const { code, stderr } = await step('run', '--run', run, '--select', 'tpch.nation')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(await rowsOf('nation')).toBe('25')
    expect(await rowsOf(await backupOf('tpch_nation'))).toBe('26')
  })
})

describe('rollback', () => {
  it('puts the tables of before back, also when it died in between, and keeps what was loaded', async () => {
    const of = ['--run', run, '--select', 'tpch.region', 'tpch.nation']
    const killed = await killedAfter(emulated, known, '"step":"withdraw/tpch_nation', ['rollback', ...of])
    expect(killed.signal).toBe('SIGKILL')
    const { code, stderr, lines } = await step('rollback', ...of)
    expect({ code, stderr }).toMatchObject({ code: 0 })
    const withdrawn = lines.flatMap((line) => (line['relation'] === 'tpch.nation' ? [String(line['withdrawn'])] : []))
    expect(await rowsOf('region')).toBe('6')
    expect(await rowsOf('nation')).toBe('26')
    expect(await rowsOf(withdrawn[0]?.split('.').at(-1) ?? '')).toBe('25')
  })

  it('is told by the run, and has nothing to do again', async () => {
    const again = await step('rollback', '--run', run, '--select', 'tpch.region', 'tpch.nation')
    expect(again.code).toBe(2)
    expect(again.stderr).toContain('swapped none of the selected tables')
    const { code, lines } = await step('run', '--run', run, '--select', 'tpch.region', 'tpch.nation')
    expect(code).toBe(11)
    expect(lines.map((line) => line['rolledBack'])).toEqual(expect.arrayContaining(['tpch.region', 'tpch.nation']))
    expect(await rowsOf('region')).toBe('6')
  })

  it('leaves verify to look at what was loaded, and publishes nothing', async () => {
    const { code, stderr } = await step('verify', '--run', run, '--select', 'tpch.region')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(await rowsOf('region')).toBe('6')
  })

  it('ends where a relation is taken up again: it is loaded beside and published', async () => {
    const { code, stderr } = await step('run', '--run', run, '--select', 'tpch.region', '--redo', 'tpch.region')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(await rowsOf('region')).toBe('5')
    expect(await rowsOf(await backupOf('tpch_region'))).toBe('6')
  })

  it('refuses, and changes nothing, when the table of before is gone', async () => {
    await runSql(emulated.clouds, `DROP TABLE \`${await backupOf('tpch_region')}\``)
    const { code, stderr } = await step('rollback', '--run', run, '--select', 'tpch.region')
    expect(code).toBe(8)
    expect(stderr).toContain('which kept the rows of before, is gone')
    expect(await rowsOf('region')).toBe('5')
  })
})
