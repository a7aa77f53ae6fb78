import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runSql } from './maxcompute-session.js'
import { changeConfig, emulate, migrate, type Emulated } from './rehearsal.js'
import { openSource } from './source-session.js'

const shapes = [
  'relations:',
  '  tpch.lineitem: { partition: { by: l_shipdate, unit: month } }',
  '  tpch.shipped: { partition: { by: shipped, unit: month }, where: "id <> 7" }',
  '  tpch.customer: { partition: { by: c_mktsegment } }',
  '  tpch.flown: { partition: { by: flown, unit: month, unloadPartitioned: true } }',
  '  tpch.part: { clustering: { by: [p_partkey], sortedBy: [p_size, p_partkey], buckets: 4 } }',
  '  tpch.orders: { partition: { by: o_orderdate, unit: day } }',
  '  tpch.partsupp: { clustering: auto }',
  '  tpch.supplier: { primaryKey: true }',
  'select:',
].join('\n')

let emulated: Emulated
let config: string

/** lineitem's own dates, NULL in every eleventh row, as a time of day too. */
const shipped = `INSERT INTO tpch.shipped SELECT l_orderkey * 8 + l_linenumber,
  CASE WHEN MOD(l_orderkey, 11) = 0 THEN NULL ELSE CAST(l_shipdate AS TIMESTAMP) END, l_comment FROM tpch.lineitem`

beforeAll(async () => {
  emulated = await emulate({ seed: 'tpch' })
  config = emulated.clouds.config
  await changeConfig(config, (text) => text.replace('select:', shapes))
  await ask('CREATE TABLE tpch.shipped (id int8 NOT NULL, shipped timestamp, note varchar(44))')
  await ask(shipped)
  await ask('CREATE TABLE tpch.flown (id int8 NOT NULL, flown date, note varchar(44))')
  await ask('INSERT INTO tpch.flown SELECT id, CAST(shipped AS DATE), note FROM tpch.shipped')
})

afterAll(async () => {
  await emulated[Symbol.asyncDispose]()
})

async function ask(text: string): Promise<string[][]> {
  const source = await openSource(emulated.clouds)
  const { rows } = await source.query<string[]>({ text, rowMode: 'array' })
  await source.end()
  return rows.map((row) => row.map(String))
}

/** Rows of the emulated MaxCompute, without the head. */
async function answer(text: string): Promise<string[]> {
  return (await runSql(emulated.clouds, text)).replaceAll('"', '').trim().split('\n').slice(1)
}

async function step(...args: string[]): ReturnType<typeof migrate> {
  return migrate([...args, '--config', config, '--json'])
}

describe('tables of optional shape', () => {
  it('are loaded and verified', async () => {
    const { code, lines, stderr } = await step('run')
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    expect(lines.at(-2)).toMatchObject({ verified: 10, relations: 10 })
  })

  it('hold in each partition the rows that the source has of that month, and NULL in one of its own', async () => {
    const months = await ask(`SELECT CASE WHEN shipped IS NULL THEN 'null' ELSE
      LPAD(CAST(EXTRACT(year FROM shipped) * 100 + EXTRACT(month FROM shipped) AS VARCHAR), 6, '0') END AS m, COUNT(*)
      FROM tpch.shipped WHERE id <> 7 GROUP BY 1`)
    expect(months.length).toBeGreaterThan(50)
    const expected = months.map((row) => row.join(',')).sort()
    for (const month of ['null', '199503'])
      expect(
        await answer(
          `SELECT shipped_month, COUNT(*) FROM shipped WHERE shipped_month = '${month}' GROUP BY shipped_month`,
        ),
      ).toEqual(expected.filter((row) => row.startsWith(`${month},`)))
    const names = (await runSql(emulated.clouds, 'SHOW PARTITIONS shipped')).trim().split('\n')
    expect(names).toEqual(expected.map((row) => `shipped_month=${row.split(',')[0] ?? ''}`))
    expect(await answer("SELECT COUNT(*), COUNT(shipped) FROM shipped WHERE shipped_month = 'null'")).toEqual([
      `${expected.find((row) => row.startsWith('null,'))?.slice(5) ?? ''},0`,
    ])
  })

  it('keep the data column, and have the values of another as partitions', async () => {
    const found = await answer(
      "SELECT MIN(l_shipdate), MAX(l_shipdate) FROM lineitem WHERE l_shipdate_month = '199602'",
    )
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(/^1996-02-\d\d,1996-02-\d\d$/)
    expect((await runSql(emulated.clouds, 'SHOW PARTITIONS customer')).trim().split('\n')).toEqual(
      ['AUTOMOBILE', 'BUILDING', 'FURNITURE', 'HOUSEHOLD', 'MACHINERY'].map((one) => `c_mktsegment_value=${one}`),
    )
  })

  it('are unloaded by partition where that was chosen, and loaded without a staging table', async () => {
    const sent = await ask(
      "SELECT query_text FROM sys_query_history WHERE query_text LIKE '%relation=tpch.flown %UNLOAD%'",
    )
    expect(sent.flat().join()).toMatch(/FORMAT AS PARQUET PARTITION BY \("flown_month"\) MANIFEST VERBOSE/)
    const days = await ask(
      "SELECT COUNT(*), CAST(MIN(flown) AS VARCHAR) FROM tpch.flown WHERE flown >= '1995-03-01' AND flown < '1995-04-01'",
    )
    expect(await answer("SELECT COUNT(*), MIN(flown) FROM flown WHERE flown_month = '199503'")).toEqual([
      days[0]?.join(','),
    ])
    expect(await runSql(emulated.clouds, 'SHOW PARTITIONS flown')).toContain('flown_month=null\n')
  })

  it('fill more partitions than one INSERT takes', async () => {
    const [[days = ''] = []] = await ask('SELECT COUNT(DISTINCT o_orderdate) FROM tpch.orders')
    expect(Number(days)).toBeGreaterThan(1024)
    expect((await runSql(emulated.clouds, 'SHOW PARTITIONS orders')).trim().split('\n')).toHaveLength(Number(days))
  })

  it('are refused without a partition predicate, as plain SQL sends them', async () => {
    await expect(runSql(emulated.clouds, 'SELECT COUNT(*) FROM lineitem')).rejects.toThrow(/full scan/)
  })
})

describe('ddl --diff', () => {
  it('finds partitions, clustering and keys as they were planned', async () => {
    const { code, lines } = await step('ddl', '--diff')
    expect(lines.filter((line) => line['state'] === 'different')).toEqual([])
    expect({ code, counts: lines.at(-1) }).toMatchObject({ code: 0, counts: { equal: 10 } })
  })
})

describe('what somebody changes behind our back', () => {
  it('a lost partition and a row in a wrong one: verify ends with 9 and names the partitions', async () => {
    await runSql(emulated.clouds, "ALTER TABLE lineitem DROP PARTITION (l_shipdate_month='199503')")
    const moved = "SELECT id, shipped, note FROM shipped WHERE shipped_month = 'null'"
    await runSql(emulated.clouds, `INSERT INTO TABLE shipped PARTITION (shipped_month='199503') ${moved}`)
    await runSql(emulated.clouds, "ALTER TABLE shipped DROP PARTITION (shipped_month='null')")
    const { code, lines } = await step('verify')
    expect(code).toBe(9)
    const found = lines.flatMap((line) => (line['discrepancy'] === undefined ? [] : [line['discrepancy']]))
    expect(found).toContainEqual(expect.objectContaining({ relation: 'tpch.lineitem', check: 'row-count' }))
    const message = expect.stringMatching(/row \["null"\] is only on the source/) as unknown
    expect(found).toContainEqual(
      expect.objectContaining({ relation: 'tpch.shipped', check: 'query:partitions by shipped_month', message }),
    )
    expect(found).not.toContainEqual(expect.objectContaining({ relation: 'tpch.shipped', check: 'row-count' }))
  })

  it('loading again repairs it, and takes away a partition that the source does not have', async () => {
    const rows = "SELECT id, shipped, note FROM shipped WHERE shipped_month = '199504'"
    await runSql(emulated.clouds, `INSERT INTO TABLE shipped PARTITION (shipped_month='209901') ${rows}`)
    const { code, stderr } = await step('run', '--redo', 'tpch.lineitem', 'tpch.shipped')
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    expect(await runSql(emulated.clouds, 'SHOW PARTITIONS shipped')).not.toContain('209901')
  })
})

describe('another choice', () => {
  it('differs from the tables that stand', async () => {
    const shape = { 'buckets: 4': 'buckets: 8', 'l_shipdate, unit: month': 'l_shipdate, unit: year' }
    for (const [from, to] of Object.entries(shape)) await changeConfig(config, (text) => text.replace(from, to))
    await step('plan')
    const { code, lines } = await step('ddl', '--diff')
    const years = 'partitioned by l_shipdate_month STRING, planned partitioned by l_shipdate_year STRING'
    expect(code).toBe(13)
    expect(lines.filter((line) => line['state'] === 'different')).toMatchObject([
      { relation: 'tpch.lineitem', differences: [{ what: years }] },
      {
        relation: 'tpch.part',
        differences: [{ what: expect.stringMatching(/4 buckets, planned .* 8 buckets/) as unknown }],
      },
    ])
    const applied = await step('ddl', '--apply', '--select', 'tpch.lineitem')
    expect(applied.code).toBe(8)
    expect(applied.stderr).toMatch(/another shape: partitioned by l_shipdate_month STRING, planned/)
  })
})

describe('data that break what was taken for granted', () => {
  it('a key that is not unique, and a value that names no partition: nothing is unloaded', async () => {
    await ask('INSERT INTO tpch.supplier SELECT * FROM tpch.supplier WHERE s_suppkey <= 2')
    await ask(
      "INSERT INTO tpch.customer SELECT 999999, c_name, c_address, c_nationkey, c_phone, c_acctbal, '/etc', c_comment FROM tpch.customer LIMIT 1",
    )
    const { code, stderr } = await step('unload', '--select', 'tpch.supplier', 'tpch.customer')
    expect(code).toBe(10)
    expect(stderr).toContain('4 rows break the assumption that s_suppkey is unique, as the primary key says (RS0237)')
    expect(stderr).toContain('1 row breaks the assumption that c_mktsegment can name partitions (RS0232)')
  })

  it('a scan tells of them before anything is unloaded', async () => {
    const { code } = await step('plan', '--scan')
    expect(code).toBe(10)
    const { stdout } = await migrate(['plan', '--scan', '--config', config])
    expect(stdout).toContain('blocking RS0237: 4 rows break the assumption that s_suppkey is unique')
    expect(stdout).toContain('blocking RS0232: 1 row breaks the assumption that c_mktsegment can name partitions')
  })
})
