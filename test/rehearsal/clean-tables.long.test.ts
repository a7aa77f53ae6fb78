import { dirname, join } from 'node:path'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RelationPlan } from '../../src/model/plan.js'
import { dice } from './mutations.js'
import { measuredOf } from './recompute.js'
import { emulate, migrate, runIds, type Emulated } from './rehearsal.js'
import { openSource } from './source-session.js'

/** Redshift types and how a value of each is drawn. */
const kinds: Readonly<Record<string, (throwOf: (sides: number) => number) => string>> = {
  smallint: (throwOf) => String(throwOf(65_535) - 32_767),
  integer: (throwOf) => String(throwOf(2_000_000_000) - 1_000_000_000),
  bigint: (throwOf) => `${throwOf(2_000_000_000)}${throwOf(1_000_000_000)}`.slice(0, 18),
  'numeric(9,4)': (throwOf) => `-${throwOf(99_999)}.${throwOf(9_999)}`,
  'numeric(38,18)': (throwOf) => `${throwOf(1_000_000_000)}.0000${throwOf(1_000_000_000)}`,
  real: (throwOf) => `${throwOf(1_000_000)}.5`,
  'double precision': (throwOf) => `-${throwOf(1_000_000)}.${throwOf(1_000_000)}e${throwOf(200)}`,
  boolean: (throwOf) => String(throwOf(2) === 0),
  'char(7)': (throwOf) => `'${'ab c '.slice(throwOf(4))}'`,
  'varchar(30)': (throwOf) => `'${['', ' ', 'é', '日本 ', "x''y", '|,:N'][throwOf(6)] ?? ''}${throwOf(100)}'`,
  date: (throwOf) => `'${String(throwOf(9998) + 1).padStart(4, '0')}-0${throwOf(9) + 1}-1${throwOf(10)}'`,
  timestamp: (throwOf) =>
    `'${String(throwOf(9000) + 1).padStart(4, '0')}-0${throwOf(9) + 1}-11 0${throwOf(10)}:00:59.${throwOf(1_000_000)}'`,
  timestamptz: (throwOf) => `'19${throwOf(90) + 10}-12-31 23:59:59.${throwOf(1_000_000)}+0${throwOf(10)}'`,
  time: (throwOf) => `'0${throwOf(10)}:00:59.${throwOf(1_000_000)}'`,
  'varbyte(20)': (throwOf) => `TO_VARBYTE('${String(throwOf(90) + 10)}ff', 'hex')`,
  super: (throwOf) => `JSON_PARSE('{"n": ${throwOf(1000)}}')`,
}

/** `CLEAN_TABLES=1000` for the full figure; `CLEAN_SEED` for other tables. */
const tableCount = Number(process.env.CLEAN_TABLES ?? 60)
const seed = Number(process.env.CLEAN_SEED ?? 1)
let emulated: Emulated

beforeAll(async () => {
  emulated = await emulate({ seed: 'none' })
})

afterAll(async () => {
  await emulated[Symbol.asyncDispose]()
})

/** Some of the types, some rows, some NULLs; a table may be empty. */
function tableSql(name: string, throwOf: (sides: number) => number): readonly string[] {
  const types = Object.keys(kinds).filter((_, n) => n === 0 || throwOf(3) > 0)
  const columns = types.map((type, n) => `c${n} ${type}`)
  const rows = Array.from({ length: throwOf(30) }, () =>
    types.map((type) => (throwOf(6) === 0 ? 'NULL' : kinds[type]?.(throwOf))),
  )
  const values = rows.map((row) => `(${row.join(', ')})`)
  return [
    `CREATE TABLE clean.${name} (${columns.join(', ')})`,
    ...(values.length === 0
      ? []
      : [`INSERT INTO clean.${name} VALUES ${[...values, ...values.slice(0, 2)].join(', ')}`]),
  ]
}

describe('clean tables of all types', () => {
  it('raise no alarm', { timeout: 3_600_000 }, async () => {
    const throwOf = dice(seed)
    const session = await openSource(emulated.clouds)
    await session.query('CREATE SCHEMA clean')
    for (let n = 0; n < tableCount; n += 1) {
      for (const statement of tableSql(`t${n}`, throwOf)) await session.query(statement)
    }
    await session.end()
    const { config } = emulated.clouds
    const ran = await migrate(['run', '--config', config, '--json'])
    expect(ran.lines.filter((line) => line['discrepancy'] !== undefined)).toEqual([])
    expect({ code: ran.code, stderr: ran.stderr.slice(-2000) }).toMatchObject({ code: 0 })
    const [id = ''] = await runIds(config)
    const folder = join(dirname(config), 'runs', id)
    const plans = (await readFile(join(folder, 'plan.jsonl'), 'utf8')).trimEnd().split('\n').slice(1)
    expect(plans).toHaveLength(tableCount)
    let rowCount = 0n
    for (const line of plans) {
      const { fingerprint } = await measuredOf(folder, JSON.parse(line) as RelationPlan)
      for (const bucket of fingerprint.buckets) rowCount += BigInt(bucket.rowCount)
    }
    process.stdout.write(`${JSON.stringify({ seed, tableCount, rowCount: rowCount.toString(), alarms: 0 })}\n`)
    expect(rowCount).toBeGreaterThan(BigInt(tableCount * 10))
  })
})
