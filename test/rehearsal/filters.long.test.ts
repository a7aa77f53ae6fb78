import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Manifest } from '../../src/model/manifest.js'
import { runSql } from './maxcompute-session.js'
import { changeConfig, emulate, migrate, type Emulated } from './rehearsal.js'

const where = "o_orderdate >= DATE '1998-01-01' AND o_clerk <> 'it''s; \\\\'"
const columns = ['o_orderkey', 'o_custkey', 'o_totalprice', 'o_orderdate', 'o_clerk']
const settings = [
  'relations:',
  "  'tpch.o*':",
  `    where: ${JSON.stringify(where)}`,
  `    columns: [${columns.toReversed().join(', ')}]`,
  '    parallel: false',
  'limits: { rowGroupMegabytes: 32, partMegabytes: 32 }',
  'select:',
].join('\n')

let emulated: Emulated
let config: string

beforeAll(async () => {
  emulated = await emulate({ seed: 'tpch' })
  config = emulated.clouds.config
  await changeConfig(config, (text) => text.replace('select:', settings))
  await changeConfig(config, (text) => text.replace('pathStyle: true', 'pathStyle: true\n  encryption: auto'))
})

afterAll(async () => {
  await emulated[Symbol.asyncDispose]()
})

async function step(...args: string[]): ReturnType<typeof migrate> {
  return migrate([...args, '--config', config, '--json'])
}

/** Rows of the emulated Redshift, asked by PostgreSQL's own client, as texts. */
async function ask(text: string): Promise<string[][]> {
  const { host, port, database, user, password, caFile } = emulated.clouds.redshift
  const client = new pg.Client({ host, port, database, user, password, ssl: { ca: await readFile(caFile) } })
  await client.connect()
  const { rows } = await client.query<string[]>({ text, rowMode: 'array' })
  await client.end()
  return rows.map((row) => row.map(String))
}

/** Rows of the emulated MaxCompute, without the head. */
async function answer(text: string): Promise<string[]> {
  return (await runSql(emulated.clouds, text)).replaceAll('"', '').trim().split('\n').slice(1)
}

/** Keys, not counts alone: other rows of the same number would be as wrong. */
const keys = 'SELECT o_orderkey FROM'

describe('a filter and a list of columns', () => {
  it('are printed by the plan, with what they leave behind', async () => {
    const { code, stdout, stderr } = await migrate(['plan', '--config', config])
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`\n  only rows where ${where}\n`)
    expect(stdout).toContain('\n  without o_orderstatus, o_orderpriority, o_shippriority, o_comment\n')
    expect(stdout.match(/only rows where/g)).toHaveLength(1)
  })

  it('carry exactly the rows that another client finds, and verify them', async () => {
    const { code, lines, stderr } = await step('run')
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    expect(lines.at(-2)).toMatchObject({ verified: 8, relations: 8 })
    const expected = (await ask(`${keys} tpch.orders WHERE o_orderdate >= '1998-01-01'`)).flat()
    expect(expected.length).toBeGreaterThan(50)
    expect(expected.length).toBeLessThan(500)
    const found = await answer(`${keys} \`orders\``)
    expect(found.toSorted()).toEqual(expected.toSorted())
    const described = await runSql(emulated.clouds, 'DESC `orders`')
    expect(columns.filter((column) => !described.includes(column))).toEqual([])
    expect(described).not.toMatch(/o_comment|o_orderstatus/)
  })

  it('lie in one part where parts are written one after the other', async () => {
    const [run = ''] = await readdir(join(emulated.dir, 'runs'))
    const manifests = join(emulated.dir, 'runs', run, 'manifests', 'source')
    const names = new Map<string, string[]>()
    for (const file of await readdir(manifests)) {
      const { relation, parts } = JSON.parse(await readFile(join(manifests, file), 'utf8')) as Manifest
      names.set(
        relation.name,
        parts.map(({ location }) => location.key.slice(location.key.lastIndexOf('/') + 1)),
      )
    }
    expect(names.get('orders')).toEqual(['000.parquet'])
    expect(names.get('lineitem')?.every((name) => /^\d{4}_part_\d\d\.parquet$/.test(name))).toBe(true)
  })

  it('stand in the report and in the statement that Redshift ran', async () => {
    const [run = ''] = await readdir(join(emulated.dir, 'runs'))
    const folder = join(emulated.dir, 'runs', run)
    const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as {
      relations: { relation: string; where?: string; leftOut?: string[] }[]
    }
    const orders = report.relations.find((one) => one.relation === 'tpch.orders')
    expect(orders).toMatchObject({
      where,
      leftOut: ['o_orderstatus', 'o_orderpriority', 'o_shippriority', 'o_comment'],
    })
    expect(await readFile(join(folder, 'report.md'), 'utf8')).toContain(
      "only rows where o_orderdate >= DATE '1998-01-01'",
    )
    const [[text = ''] = []] = await ask(
      "SELECT query_text FROM sys_query_history WHERE query_text LIKE '/* redshift-to-maxcompute%relation=tpch.orders %'",
    )
    expect(text).toMatch(/ PARALLEL OFF MAXFILESIZE 32 MB ROWGROUPSIZE 32 MB REGION 'us-east-1' ENCRYPTED AUTO$/)
  })

  it('verify catches a row of the source that the filter left out', async () => {
    const added = "SELECT 999999999L, 1L, 1.00BD, DATE '1997-01-01', 'x'"
    const kept = columns.map((column) => `\`${column}\``).join(', ')
    await runSql(emulated.clouds, `INSERT OVERWRITE TABLE \`orders\` SELECT ${kept} FROM \`orders\` UNION ALL ${added}`)
    const { code, lines } = await step('verify')
    expect(code).toBe(9)
    const found = lines.flatMap((line) => (line['discrepancy'] === undefined ? [] : [line['discrepancy'] as object]))
    expect(found).toContainEqual(expect.objectContaining({ relation: 'tpch.orders', check: 'row-count' }))
    expect(found.filter((one) => (one as { relation: string }).relation !== 'tpch.orders')).toEqual([])
  })
})

describe('refused before anything moves', () => {
  it('another filter in the same run', async () => {
    await changeConfig(config, (text) => text.replace('1998-01-01', '1998-02-01'))
    const { code, stderr } = await step('run')
    await changeConfig(config, (text) => text.replace('1998-02-01', '1998-01-01'))
    expect({ code, stderr }).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/was made for relations/) as unknown,
    })
  })

  it('a column that the relation does not have, by name', async () => {
    await changeConfig(config, (text) => text.replace('o_custkey', 'o_custky'))
    const { code, stderr } = await step('plan')
    await changeConfig(config, (text) => text.replace('o_custky', 'o_custkey'))
    expect(code).toBe(3)
    expect(stderr).toMatch(/relations\.tpch\.o\*\.columns: tpch\.orders has no column o_custky/)
  })

  it('an UNLOAD that a rule forbids: it is not sent', async () => {
    const override = `types: { overrides: [{ match: tpch.region.r_name, type: STRING, expression: '{column} /* x */' }] }`
    await changeConfig(config, (text) => text.replace('relations:', `${override}\nrelations:`))
    expect((await step('plan')).code).toBe(0)
    const { code, stderr } = await step('unload', '--select', 'tpch.region')
    await changeConfig(config, (text) => text.replace(`${override}\n`, ''))
    expect(code).toBe(6)
    expect(stderr).toMatch(/unload tpch\.region: not sent, it breaks inner-comment/)
    const sent = await ask(
      "SELECT query_text FROM sys_query_history WHERE query_text LIKE '/* redshift-to-maxcompute%relation=tpch.region %'",
    )
    expect(sent.filter(([text = '']) => text.includes('/* x */'))).toEqual([])
    expect(sent).toHaveLength(1)
  })

  it('a paired query about a filtered relation', async () => {
    await changeConfig(config, (text) => text.replace("'tpch.o*':", "'tpch.*':").replace(/ {4}columns: .*\n/, ''))
    const { code, stderr } = await step('plan')
    expect(code).toBe(3)
    expect(stderr).toMatch(/query tpch-q01 is not comparable: relations\.tpch\.\*\.where filters tpch\.lineitem/)
  })
})
