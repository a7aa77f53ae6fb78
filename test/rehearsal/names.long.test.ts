import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { maxComputeClient, runSql } from './maxcompute-session.js'
import { changeConfig, emulate, migrate, type Emulated } from './rehearsal.js'
import { openSource } from './source-session.js'

const long = 'l'.repeat(120)
const create = `CREATE TABLE "sales 2024"."order" ("select" int NOT NULL, "2nd price" numeric(8,2), "a b" int, "a-b" int,
  "größe" varchar(20), "名字" varchar(20), "${long}" int, date date)`
const insert = `INSERT INTO "sales 2024"."order" VALUES (1, 2.50, 3, 4, 'groß', '名', 5, '2024-02-29'), (2, NULL, 7, 8, '', 'x', 9, NULL)`

let emulated: Emulated
let config: string

beforeAll(async () => {
  emulated = await emulate({ seed: 'none', more: { world: { maxcompute: { schemaModel: true } } } })
  config = emulated.clouds.config
  const source = await openSource(emulated.clouds)
  for (const text of ['CREATE SCHEMA "sales 2024"', 'CREATE SCHEMA hr', create, insert]) await source.query(text)
  await source.query('CREATE TABLE hr.people (id int, "user" varchar(10))')
  await source.query("INSERT INTO hr.people VALUES (1, 'ann')")
  await source.query('CREATE TABLE hr."order" (id int)')
  await source.query('INSERT INTO hr."order" VALUES (7)')
  await source.end()
  await changeConfig(config, (text) => text.replace(/^select:\n( .*\n)*/m, "select: ['sales 2024.*', 'hr.*']\n"))
})

afterAll(async () => {
  await emulated[Symbol.asyncDispose]()
})

async function step(...args: string[]): ReturnType<typeof migrate> {
  return migrate([...args, '--config', config, '--json'])
}

async function columnsOf(name: string, schema: string): Promise<readonly string[]> {
  const found = await maxComputeClient(emulated.clouds).getTable(name, { schema })
  return (found?.columns ?? []).map((column) => column.name)
}

describe('a project of the three-level model', () => {
  it('has everything in its schema default when nothing is chosen: two relations of one name are told', async () => {
    const { code, lines } = await step('plan')
    expect(code).toBe(10)
    expect(lines.at(-1)).toMatchObject({ concernCounts: { blocking: 1 } })
    const plan = await planText()
    expect(plan).toContain('tpch_target.default.order is already the table of')
  })

  it('takes the schemas of the source, and makes them', async () => {
    await changeConfig(
      config,
      (text) => `${text}\nnaming: { schema: '{schema}', columns: { 'hr.people.user': login } }\n`,
    )
    expect((await step('plan')).code).toBe(0)
    const { code, lines, stderr } = await step('run')
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    expect(lines.at(-2)).toMatchObject({ verified: 3, relations: 3 })
    expect(await columnsOf('people', 'hr')).toEqual(['id', 'login'])
    expect(await columnsOf('order', 'hr')).toEqual(['id'])
  })

  it('has legal and distinct columns, and their values', async () => {
    const columns = await columnsOf('order', 'sales_2024')
    expect(columns.slice(0, 2)).toEqual(['select', 'c_2nd_price'])
    expect(columns.slice(2, 4)).toEqual([
      expect.stringMatching(/^a_b_[0-9a-f]{8}$/) as unknown,
      expect.stringMatching(/^a_b_[0-9a-f]{8}$/) as unknown,
    ])
    expect(columns.slice(4)).toEqual(['gr__e', '名字', long, 'date'])
    const rows =
      await ask(`SELECT \`select\`, c_2nd_price, \`${columns[2] ?? ''}\`, \`${columns[3] ?? ''}\`, gr__e, \`名字\`,
      \`${long}\`, \`date\` FROM sales_2024.\`order\` ORDER BY \`select\` LIMIT 10`)
    expect(rows).toEqual(['1,2.5,3,4,groß,名,5,2024-02-29', '2,\\N,7,8,,x,9,\\N'])
  })

  it('equals its plan, and a second run finds everything done', async () => {
    const { code, lines } = await step('ddl', '--diff')
    expect({ code, last: lines.at(-1) }).toMatchObject({ code: 0, last: { equal: 3 } })
    expect((await step('run')).code).toBe(0)
  })
})

describe('a project without schemas', () => {
  it('refuses a template of schemas by name', async () => {
    await using other = await emulate({ seed: 'none' })
    const source = await openSource(other.clouds)
    await source.query('CREATE TABLE public.t (id int)')
    await source.end()
    await changeConfig(
      other.clouds.config,
      (text) => `${text.replace(/^select:\n( .*\n)*/m, "select: ['public.*']\n")}\nnaming: { schema: '{schema}' }\n`,
    )
    const { code, stderr } = await migrate(['plan', '--config', other.clouds.config])
    expect(code).toBe(3)
    expect(stderr).toContain('naming.schema: "{schema}" needs schemas, and project tpch_target has none')
  })
})

async function planText(): Promise<string> {
  const runs = join(emulated.dir, 'runs')
  const [run = ''] = await readdir(runs)
  return readFile(join(runs, run, 'plan.jsonl'), 'utf8')
}

/** Rows as another user of the project asks for them, without the head. */
async function ask(text: string): Promise<string[]> {
  const answer = await runSql(emulated.clouds, text, { 'odps.namespace.schema': 'true' })
  return answer.replaceAll('"', '').trim().split('\n').slice(1)
}
