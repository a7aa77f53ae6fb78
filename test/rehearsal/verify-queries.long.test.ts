import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse, stringify } from 'yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { QueryResult } from '../../src/model/query-check.js'
import { runSql } from './maxcompute-session.js'
import { changeConfig, emulate, migrate, runIds, type Emulated, type Ended } from './rehearsal.js'

const folder = fileURLToPath(new URL('../../ddl/tpch/queries', import.meta.url))
const numbers = Array.from({ length: 22 }, (_, n) => String(n + 1).padStart(2, '0'))
/** No order at this scale has 300 of anything: its answer has no rows, whatever the tables hold. */
const withoutAnswer = ['18']

let town: Emulated
let run: Ended

/** The queries whose text names a table, comments left out. */
async function readers(table: string): Promise<readonly string[]> {
  const found = []
  for (const number of numbers) {
    const text = (await readFile(join(folder, `${number}.sql`), 'utf8')).replace(/--.*$/gm, '')
    if (new RegExp(`\\b${table}\\b`).test(text)) found.push(number)
  }
  return found
}

function verdicts({ lines }: Ended): Readonly<Record<string, unknown>> {
  const told = lines.filter(({ query }) => query !== undefined)
  return Object.fromEntries(told.map((one): readonly [string, unknown] => [String(one['query']), one['verdict']]))
}

async function report(): Promise<{ readonly exitCode: number; readonly queries: readonly QueryResult[] }> {
  const [id = ''] = await runIds(town.clouds.config)
  const path = join(dirname(town.clouds.config), 'runs', id, 'report.json')
  return JSON.parse(await readFile(path, 'utf8')) as Awaited<ReturnType<typeof report>>
}

beforeAll(async () => {
  town = await emulate({ seed: 'tpch', scale: 0.01 })
  const { config } = town.clouds
  await changeConfig(config, (text) =>
    stringify({
      ...(parse(text) as object),
      consistency: 'single-transaction',
      verify: { default: 'count', queries: [folder], searchPath: ['tpch'] },
      naming: { table: 'dw_{table}' },
    }),
  )
  run = await migrate(['run', '--config', config, '--json'])
}, 300_000)

afterAll(() => town[Symbol.asyncDispose]())

describe('the queries of TPC-H, asked of both sides by their translations', () => {
  it('have one answer on both sides', async () => {
    expect({ code: run.code, stderr: run.code === 0 ? '' : run.stderr + run.stdout.slice(-3000) }).toEqual({
      code: 0,
      stderr: '',
    })
    expect(verdicts(run)).toEqual(Object.fromEntries(numbers.map((number) => [number, 'equal'])))
    const { exitCode, queries } = await report()
    expect(exitCode).toBe(0)
    expect(queries.map(({ name }) => name)).toEqual(numbers)
    const empty = queries.filter(({ sourceRowCount }) => sourceRowCount === 0).map(({ name }) => name)
    expect(empty).toEqual(withoutAnswer)
    expect(queries.every(({ target }) => target?.includes('`dw_'))).toBe(true)
    const units = queries.flatMap(({ name, columns }) =>
      columns.flatMap(({ compared }, n) => (compared === 'exact' ? [] : [`${name}:${n}`])),
    )
    expect(units).toEqual(['01:6', '01:7', '01:8', '08:1', '14:0', '17:0'])
  })

  it('say the verdict again when the run has ended', async () => {
    const again = await migrate(['run', '--config', town.clouds.config, '--json'])
    expect(again.code).toBe(0)
    expect(again.stdout).toContain('"repeated":true')
  })

  it('find a difference in one table by exactly the queries that read it', async () => {
    const { config } = town.clouds
    const table = '`dw_nation`'
    const columns = '`n_nationkey`, `n_name`, `n_regionkey`, `n_comment`'
    const changed = columns.replace('`n_name`', "CONCAT(`n_name`, '!')")
    await runSql(town.clouds, `CREATE TABLE \`kept\` LIKE ${table}`)
    await runSql(town.clouds, `INSERT OVERWRITE TABLE \`kept\` SELECT ${columns} FROM ${table}`)
    await runSql(town.clouds, `INSERT OVERWRITE TABLE ${table} SELECT ${changed} FROM \`kept\``)
    const expected = await readers('nation')
    expect(expected.length).toBeGreaterThan(5)
    const verified = await migrate(['verify', '--config', config, '--json'])
    expect(verified.code).toBe(9)
    const differing = Object.entries(verdicts(verified))
      .filter(([, verdict]) => verdict !== 'equal')
      .sort()
    expect(differing).toEqual(expected.map((number) => [number, 'differs']))

    const written = await migrate(['report', '--config', config])
    expect(written.code).toBe(0)
    const ten = (await report()).queries.find(({ name }) => name === '10')!
    const [first] = ten.discrepancies.filter(({ column }) => column === 'n_name')
    expect(first?.target).toBe(`${String(first?.source)}!`)
    expect(ten.source).toContain('FROM customer')
    expect(ten.target).toContain('`dw_customer`')
    const [id = ''] = await runIds(config)
    const runFolder = join(dirname(config), 'runs', id)
    const [page, markdown, junit] = await Promise.all(
      ['report.html', 'report.md', 'report.junit.xml'].map((name) => readFile(join(runFolder, name), 'utf8')),
    )
    expect(page).toContain('<b>query 10</b> <span class="verdict differs">differs</span>')
    expect(page).toContain(first!.target!)
    expect(markdown).toMatch(/\| 10 \| differs \|/)
    expect(junit).toContain(`<testsuite name="queries" tests="22" failures="${expected.length}" errors="0" skipped="0"`)

    const now = await migrate(['verify', '--now', '--config', config, '--json'])
    expect(now.code).toBe(9)
    expect(verdicts(now)).toEqual(verdicts(verified))
    await runSql(town.clouds, `INSERT OVERWRITE TABLE ${table} SELECT ${columns} FROM \`kept\``)
    expect((await migrate(['verify', '--config', config, '--json'])).code).toBe(0)
  })
})
