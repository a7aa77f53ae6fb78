import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Manifest } from '../../src/model/manifest.js'
import type { RelationPlan } from '../../src/model/plan.js'
import { runSql } from './maxcompute-session.js'
import { readPart, StageBucket } from './parts.js'
import { differencesOf, measuredOf, recomputed, recomputedBuckets } from './recompute.js'
import { emulate, migrate, runIds, type Emulated } from './rehearsal.js'

/** TPC-H's cardinalities at scale 0.001, from the specification; lineitem's is the generator's. */
const rowCounts = { region: 5, nation: 25, supplier: 10, customer: 150, part: 200, partsupp: 800, orders: 1500 }

let emulated: Emulated
let config: string

beforeAll(async () => {
  emulated = await emulate({ seed: 'tpch' })
  config = emulated.clouds.config
})

afterAll(async () => {
  await emulated[Symbol.asyncDispose]()
})

async function step(...args: string[]): ReturnType<typeof migrate> {
  return migrate([...args, '--config', config, '--json'])
}

describe('the stages, one after the other', () => {
  it('refuses a stage before the one that it needs', async () => {
    const early = await step('unload')
    expect(early.code).toBe(4)
    expect(early.stderr).toMatch(/hint: run migrate plan first/)
  })

  it('doctor finds every system', async () => {
    const { code, lines } = await step('doctor')
    expect(lines.filter((line) => line['ok'] !== true)).toEqual([])
    expect(lines.length).toBeGreaterThanOrEqual(7)
    expect(code).toBe(0)
  })

  it('plan, ddl --apply, unload, transfer, load and verify each end with 0', { timeout: 120_000 }, async () => {
    const planned = await step('plan')
    expect(planned.stderr).not.toMatch(/bug/)
    expect(planned.lines[0]).toMatchObject({ relationCount: 8 })
    expect(planned.code).toBe(0)
    for (const args of [['ddl', '--apply'], ['unload'], ['transfer'], ['load'], ['verify']]) {
      const { code, lines, stderr } = await step(...args)
      expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' })
      expect(lines.at(-1)).toMatchObject({ stage: args[0], relations: 8, done: 8 })
    }
  })

  it('brought every row', async () => {
    for (const [table, rowCount] of Object.entries(rowCounts)) {
      const result = await runSql(emulated.clouds, `SELECT COUNT(*) AS n FROM \`${table}\``)
      expect(result.replaceAll('"', '').trim().split('\n').at(-1)).toBe(String(rowCount))
    }
  })

  it('measured what the parts hold, as it is worked out again from their bytes', async () => {
    using bucket = new StageBucket(emulated.clouds)
    const [id = ''] = await runIds(config)
    const run = join(emulated.dir, 'runs', id)
    const lines = (await readFile(join(run, 'plan.jsonl'), 'utf8')).trimEnd().split('\n')
    const plans = lines.slice(1).map((line) => JSON.parse(line) as RelationPlan)
    expect(plans).toHaveLength(8)
    for (const plan of plans) {
      const path = join(run, 'manifests', 'source', `${plan.relationId}.json`)
      const { parts } = JSON.parse(await readFile(path, 'utf8')) as Manifest
      const rows = (
        await Promise.all(parts.map(async ({ location }) => readPart(await bucket.read(location.key))))
      ).flat()
      const { measurements, fingerprint } = await measuredOf(run, plan)
      const wrong = measurements.filter(({ measure, value }) => value !== recomputed(plan, rows, measure))
      expect({ relation: plan.source.name, wrong }).toEqual({ relation: plan.source.name, wrong: [] })
      expect(differencesOf(fingerprint, recomputedBuckets(plan, rows, fingerprint))).toEqual([])
      if (plan.source.name === 'lineitem') expect(fingerprint.buckets).toHaveLength(256)
    }
  })

  it('wrote the DDL of each relation beside the config', async () => {
    const folder = join(emulated.dir, 'ddl', 'maxcompute', 'tpch')
    expect((await readdir(folder)).sort()).toEqual(
      ['customer', 'lineitem', 'nation', 'orders', 'part', 'partsupp', 'region', 'supplier'].map(
        (name) => `${name}.sql`,
      ),
    )
    expect(await readFile(join(folder, 'lineitem.sql'), 'utf8')).toMatch(/`l_extendedprice` DECIMAL\(12,2\) NOT NULL/)
  })

  it('repeats no finished step', async () => {
    const before = await runSql(emulated.clouds, 'SHOW TABLES')
    const again = await step('load')
    expect(again.code).toBe(0)
    expect(await runSql(emulated.clouds, 'SHOW TABLES')).toBe(before)
  })
})

describe('what somebody changes behind our back', () => {
  it('UPDATE on a plain table is refused by the service', async () => {
    await expect(runSql(emulated.clouds, "UPDATE `region` SET `r_name` = 'X' WHERE `r_regionkey` = 1")).rejects.toThrow(
      /ODPS-/,
    )
  })

  it('one changed value: verify ends with 9 and names relation, column and both values', async () => {
    const columns = '`o_orderkey`, `o_custkey`, `o_orderstatus`'
    const rest = '`o_orderdate`, `o_orderpriority`, `o_clerk`, `o_shippriority`, `o_comment`'
    const price = 'CASE WHEN `o_orderkey` = 1 THEN `o_totalprice` + 0.01BD ELSE `o_totalprice` END'
    await runSql(
      emulated.clouds,
      `INSERT OVERWRITE TABLE \`orders\` SELECT ${columns}, ${price}, ${rest} FROM \`orders\``,
    )
    const { code, lines } = await step('verify')
    expect(code).toBe(9)
    const found = lines.flatMap((line) =>
      line['discrepancy'] === undefined ? [] : [line['discrepancy'] as Record<string, string>],
    )
    expect(found.map((one) => [one['relation'], one['column']])).toContainEqual(['tpch.orders', 'o_totalprice'])
    const sum = found.find((one) => one['column'] === 'o_totalprice')
    const cents = (text = ''): bigint => {
      const [whole = '', fraction = ''] = text.split('.')
      return BigInt(whole + fraction.padEnd(2, '0'))
    }
    expect(cents(sum?.['target']) - cents(sum?.['source'])).toBe(1n)
  })

  it('one lost row: verify ends with 9', async () => {
    await runSql(emulated.clouds, 'INSERT OVERWRITE TABLE `nation` SELECT * FROM `nation` WHERE `n_nationkey` <> 7')
    const { code, lines } = await step('verify', '--select', 'tpch.nation')
    expect(code).toBe(9)
    const found = lines.flatMap((line) =>
      line['discrepancy'] === undefined ? [] : [line['discrepancy'] as Record<string, string>],
    )
    expect(found).toContainEqual(expect.objectContaining({ relation: 'tpch.nation', source: '25', target: '24' }))
  })

  it('loading the relation again repairs it', async () => {
    const redone = await migrate(['run', '--config', config, '--json', '--redo', 'tpch.nation', 'tpch.orders'])
    expect(redone.stderr).not.toMatch(/bug/)
    expect(redone.code).toBe(0)
  })
})

describe('what is left on the disk', () => {
  it('holds no secret, in no form', async () => {
    const { redshift, s3, oss, maxcompute } = emulated.clouds
    const secrets = [redshift.password, s3.secretAccessKey, oss.accessKeySecret, maxcompute.accessKey]
    const forms = secrets.flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64'),
    ])
    const runs = join(emulated.dir, 'runs')
    const names = await readdir(runs, { recursive: true })
    let fileCount = 0
    for (const name of names) {
      const text = await readFile(join(runs, name), 'utf8').catch(() => undefined)
      if (text === undefined) continue
      fileCount += 1
      expect(forms.filter((form) => text.includes(form)).map(() => name)).toEqual([])
    }
    expect(fileCount).toBeGreaterThan(40)
  })

  it('status and report work without a lock', async () => {
    const status = await step('status')
    expect(status.code).toBe(0)
    expect(status.lines.at(-1)).toMatchObject({ relations: 8, done: { unload: 8, transfer: 8, load: 8, verify: 8 } })
    const report = await step('report')
    expect(report.code).toBe(0)
  })
})

describe('a run of a part', () => {
  it('says nothing of the rest: the whole run afterwards brings it', async () => {
    await using fresh = await emulate({ seed: 'tpch' })
    const args = ['run', '--config', fresh.clouds.config, '--json']
    const part = await migrate([...args, '--select', 'tpch.region'])
    expect(part.code).toBe(0)
    const whole = await migrate(args)
    expect(whole.code).toBe(0)
    expect(whole.lines.at(-2)).toMatchObject({ verified: 8, relations: 8 })
    const again = await migrate(args)
    expect(again.code).toBe(0)
    expect(again.lines[0]).toMatchObject({ repeated: true, verdict: 0 })
  })

  it('that selects a view ends with 11 and names it', async () => {
    await using fresh = await emulate({ seed: 'tpch' })
    const { host, port, database, user, password, caFile } = fresh.clouds.redshift
    const client = new pg.Client({ host, port, database, user, password, ssl: { ca: await readFile(caFile) } })
    await client.connect()
    await client.query('CREATE VIEW tpch.nations AS SELECT n_name FROM tpch.nation')
    await client.end()
    const args = ['run', '--config', fresh.clouds.config, '--json', '--select', 'tpch.nation*']
    const ended = await migrate(args)
    expect({ code: ended.code, stderr: ended.stderr }).toMatchObject({ code: 11 })
    expect(ended.lines).toContainEqual({
      manual: expect.objectContaining({ schema: 'tpch', name: 'nations' }) as unknown,
    })
    expect((await migrate(args)).code).toBe(11)
  })
})
