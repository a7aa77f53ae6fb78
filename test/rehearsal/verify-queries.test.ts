import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parse, stringify } from 'yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { QueryChecks } from '../../src/model/query-check.js'
import { changeConfig, emulate, migrate, runIds, type Emulated, type Ended } from './rehearsal.js'
import { runSql } from './maxcompute-session.js'

let town: Emulated

const files = {
  'a-flags.sql': 'SELECT c_mktsegment FROM customer',
  'b-several.sql': `-- two in one file
SELECT COUNT(*) AS n FROM tpch.region; SELECT r_name,
  r_comment ~ 'x' FROM region;`,
  'c-some.sql': 'SELECT o_orderkey FROM orders LIMIT 3',
  'd-average.sql': 'SELECT c_nationkey, AVG(c_acctbal) AS a FROM customer GROUP BY c_nationkey ORDER BY 1',
}

async function setVerify(change: Readonly<Record<string, unknown>>, more: object = {}): Promise<void> {
  await changeConfig(town.clouds.config, (text) => {
    const config = parse(text) as { verify: object }
    return stringify({ ...config, ...more, verify: { ...config.verify, ...change } })
  })
}

function told({ lines }: Ended): Readonly<Record<string, unknown>> {
  const told = lines.filter(({ query }) => query !== undefined)
  return Object.fromEntries(told.map((one): readonly [string, unknown] => [String(one['query']), one['verdict']]))
}

beforeAll(async () => {
  town = await emulate({ seed: 'tpch' })
  const folder = join(dirname(town.clouds.config), 'queries')
  await mkdir(folder)
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
})

afterAll(() => town[Symbol.asyncDispose]())

describe("the user's queries", () => {
  it('are not compared where relations are of different moments, and the run does not end with 0', async () => {
    await setVerify({ default: 'count', queries: ['queries'], searchPath: ['tpch'] })
    const ended = await migrate(['run', '--config', town.clouds.config, '--json', '--select', 'tpch.nation'])
    expect(ended.code).toBe(11)
    const open = { 'a-flags': 'not-comparable', 'b-several#1': 'not-comparable', 'b-several#2': 'manual' }
    expect(told(ended)).toEqual({ ...open, 'c-some': 'not-comparable', 'd-average': 'not-comparable' })
    expect(ended.stdout).toContain('with consistency each-relation the relations are of different moments')
  })

  it('are compared between the fences; what has no translation is listed by the construct', async () => {
    await setVerify({}, { consistency: 'frozen' })
    const ended = await migrate(['run', '--new', '--config', town.clouds.config, '--json', '--replace'])
    expect({ code: ended.code, stderr: ended.code === 0 ? '' : ended.stderr }).toEqual({ code: 0, stderr: '' })
    expect(told(ended)).toEqual({
      'a-flags': 'equal',
      'b-several#1': 'equal',
      'b-several#2': 'manual',
      'c-some': 'equal',
      'd-average': 'equal',
    })
    const manual = ended.lines.find(({ query }) => query === 'b-several#2')
    expect(manual?.['reason']).toMatch(/^REGEXP LIKE \(3:3\) is not on the list/)
    expect(ended.lines.find(({ queries }) => queries !== undefined)?.['queries']).toMatchObject({ equal: 4, manual: 1 })
  })

  it('fail the command by one without a translation, where the config says so', async () => {
    await setVerify({ manualQueries: 'fail' })
    const verified = await migrate(['verify', '--config', town.clouds.config, '--json'])
    expect(verified.code).toBe(10)
    await setVerify({ manualQueries: 'list' })
  })

  it('find a row that is there twice, and say of one that leaves its answer open that it does', async () => {
    const columns = (await runSql(town.clouds, 'SELECT * FROM `customer` LIMIT 1')).split('\n')[0]!.split(',')
    const list = columns.map((name) => `\`${name.replaceAll('"', '')}\``).join(', ')
    await runSql(town.clouds, `INSERT INTO TABLE \`customer\` SELECT ${list} FROM \`customer\` WHERE \`c_custkey\` = 1`)
    await runSql(town.clouds, 'INSERT OVERWRITE TABLE `orders` SELECT * FROM `orders` WHERE `o_orderkey` > 100')
    const verified = await migrate(['verify', '--config', town.clouds.config, '--json'])
    expect(verified.code).toBe(9)
    expect(told(verified)).toMatchObject({
      'a-flags': 'differs',
      'b-several#1': 'equal',
      'c-some': 'not-comparable',
      'd-average': 'differs',
    })
    const some = verified.lines.find(({ query }) => query === 'c-some')
    expect(some?.['reason']).toBe('the answers differ, and may: LIMIT without ORDER BY')
    const ids = await runIds(town.clouds.config)
    const documents = ids.map(async (id) => {
      const path = join(dirname(town.clouds.config), 'runs', id, 'checks', 'queries.json')
      return JSON.parse(await readFile(path, 'utf8')) as QueryChecks
    })
    const { results } = (await Promise.all(documents)).find(({ consistency }) => consistency === 'frozen')!
    const flags = results.find(({ name }) => name === 'a-flags')!
    expect(flags.discrepancies).toHaveLength(1)
    expect(flags.discrepancies[0]?.message).toMatch(/^query a-flags: only the target has the row c_mktsegment=/)
    expect(flags.targetRowCount).toBe((flags.sourceRowCount ?? 0) + 1)
  })
})
