import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parse, stringify } from 'yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { QueryResult } from '../../src/model/query-check.js'
import type { ViewFate } from '../../src/model/view-fate.js'
import { readCsv } from '../emulators/maxcompute-client.js'
import { runSql } from './maxcompute-session.js'
import { changeConfig, emulate, migrate, runIds, type Emulated, type Ended } from './rehearsal.js'
import { openSource } from './source-session.js'

let town: Emulated
let run: Ended

/** Each reads the next, save the last: they must be made in the other order. */
const views = [
  'CREATE VIEW tpch.a_top AS SELECT region, SUM(customers) AS customers FROM tpch.b_middle GROUP BY region',
  'CREATE VIEW tpch.b_middle AS SELECT r_name AS region, n_name AS nation, COUNT(*) AS customers FROM tpch.customer JOIN tpch.nation ON c_nationkey = n_nationkey JOIN tpch.region ON n_regionkey = r_regionkey WHERE c_acctbal > 0 GROUP BY r_name, n_name',
  "CREATE VIEW tpch.c_odd AS SELECT n_name FROM tpch.nation WHERE n_name ~ '^A'",
]

beforeAll(async () => {
  town = await emulate({ seed: 'tpch' })
  const source = await openSource(town.clouds)
  for (const view of [views[1]!, views[0]!, views[2]!]) await source.query(view)
  await source.end()
  const { config } = town.clouds
  const folder = join(dirname(config), 'queries')
  await mkdir(folder)
  await writeFile(join(folder, 'q.sql'), 'SELECT region, customers FROM tpch.a_top ORDER BY customers DESC')
  await changeConfig(config, (text) =>
    stringify({
      ...(parse(text) as object),
      consistency: 'frozen',
      views: 'create',
      verify: { default: 'count', queries: ['queries'] },
      naming: { table: 'dw_{table}' },
    }),
  )
  run = await migrate(['run', '--config', config, '--json'])
}, 120_000)

afterAll(() => town[Symbol.asyncDispose]())

describe('views', () => {
  it('whose translation is certain are made in the order of what they read, and verified; others are named', async () => {
    expect({ code: run.code, stderr: run.code === 11 ? '' : run.stderr }).toEqual({ code: 11, stderr: '' })
    const told = run.lines.flatMap(({ view }) => (view === undefined ? [] : [view as ViewFate]))
    expect(told.map(({ view, fate }) => `${view} ${fate}`)).toEqual([
      'tpch.b_middle created',
      'tpch.a_top created',
      'tpch.c_odd manual',
    ])
    expect(told[2]?.reason).toMatch(/^REGEXP LIKE/)
    const left = run.lines.flatMap(({ manual }) => (manual === undefined ? [] : [(manual as { name: string }).name]))
    expect(left).toEqual(['c_odd'])
    const queries = run.lines.filter(({ query }) => query !== undefined)
    expect(queries.map(({ query, verdict }) => `${String(query)}: ${String(verdict)}`)).toEqual([
      'q: equal',
      'rows of view tpch.b_middle: equal',
      'rows of view tpch.a_top: equal',
    ])
  })

  it('give the rows that the source gives', async () => {
    const source = await openSource(town.clouds)
    const { rows } = await source.query<{ region: string; customers: string }>(
      'SELECT * FROM tpch.a_top ORDER BY region',
    )
    await source.end()
    const target = await runSql(town.clouds, 'SELECT region, customers FROM dw_a_top ORDER BY region LIMIT 100')
    expect(rows.length).toBeGreaterThan(2)
    expect(readCsv(target).slice(1)).toEqual(rows.map(({ region, customers }) => [region.trimEnd(), String(customers)]))
  })

  it("stand in the report with both statements, and are no longer anybody's work", async () => {
    const [id = ''] = await runIds(town.clouds.config)
    const folder = join(dirname(town.clouds.config), 'runs', id)
    const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as {
      readonly manual: readonly { readonly name: string }[]
      readonly coverage: readonly {
        readonly kind: string
        readonly migratedCount: number
        readonly manualCount: number
      }[]
      readonly queries: readonly QueryResult[]
    }
    expect(report.manual.map(({ name }) => name)).toContain('c_odd')
    expect(report.manual.map(({ name }) => name)).not.toContain('a_top')
    expect(report.coverage.find(({ kind }) => kind === 'view')).toMatchObject({ migratedCount: 2, manualCount: 1 })
    expect(report.queries[0]).toMatchObject({ relations: ['tpch.a_top'], orderedBy: ['customers'] })
    expect(await readFile(join(folder, 'report.html'), 'utf8')).toContain('CREATE OR REPLACE VIEW')
  })

  it('are found to differ when their tables do', async () => {
    await runSql(town.clouds, 'INSERT OVERWRITE TABLE `dw_customer` SELECT * FROM `dw_customer` WHERE `c_custkey` > 30')
    const verified = await migrate(['verify', '--config', town.clouds.config, '--json'])
    expect(verified.code).toBe(9)
    expect(verified.lines.find(({ query }) => query === 'q')?.['verdict']).toBe('differs')
  })

  it('of somebody else are not replaced', async () => {
    await changeConfig(town.clouds.config, (text) => text.replace('dw_{table}', 'other_{table}'))
    await runSql(town.clouds, 'CREATE VIEW `other_a_top` AS SELECT 1 AS a')
    const other = await migrate(['run', '--new', '--config', town.clouds.config, '--json'])
    expect(other.code).toBe(8)
    const told = other.lines.flatMap(({ view }) => (view === undefined ? [] : [view as ViewFate]))
    expect(told.find(({ view }) => view === 'tpch.a_top')).toMatchObject({ fate: 'failed' })
    expect(other.lines.find(({ query }) => query === 'q')).toMatchObject({
      verdict: 'waiting',
      reason: 'view tpch.a_top was not made',
    })
    expect(readCsv(await runSql(town.clouds, 'SELECT * FROM `other_a_top`'))).toEqual([['a'], ['1']])
  })
})
