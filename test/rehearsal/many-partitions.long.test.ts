import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runSql } from './maxcompute-session.js'
import { changeConfig, emulate, migrate, runIds, type Emulated } from './rehearsal.js'
import { openSource } from './source-session.js'

/** Far below the number of partitions of either table. */
const resultRowCountMax = 40
const shapes = `relations:
  tpch.written: { partition: { by: id, unit: value, unloadPartitioned: true } }
  tpch.spread: { partition: { by: id, unit: value } }
select: ['tpch.written', 'tpch.spread']
`

let emulated: Emulated
let config: string

beforeAll(async () => {
  emulated = await emulate({ seed: 'tpch', more: { world: { maxcompute: { resultRowCountMax } } } })
  config = emulated.clouds.config
  const source = await openSource(emulated.clouds)
  for (const [table, count] of [
    ['written', 411],
    ['spread', 600],
  ] as const) {
    await source.query(`CREATE TABLE tpch.${table} (id int NOT NULL, note varchar(20))`)
    const rows = Array.from({ length: count }, (_, n) => `(${n + 1}, 'n${n % 7}')`)
    await source.query(`INSERT INTO tpch.${table} VALUES ${rows.join(', ')}`)
  }
  await source.end()
  await changeConfig(config, (text) => text.replace(/^select:\n( .*\n)*/m, shapes))
})

afterAll(async () => {
  await emulated[Symbol.asyncDispose]()
})

function step(...args: string[]): ReturnType<typeof migrate> {
  return migrate([...args, '--config', config])
}

const near = 'id makes 411 partitions, of at most 512'

describe('more partitions than a result of the project has rows', () => {
  it('are loaded and verified all the same', async () => {
    const { code, stderr } = await step('run')
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    const names = (await runSql(emulated.clouds, 'SHOW PARTITIONS spread')).trim().split('\n')
    expect(names.toSorted()).toEqual(Array.from({ length: 600 }, (_, n) => `id_value=${n + 1}`).toSorted())
  })

  it('and near the limit of a statement the report says how many the snapshot held', async () => {
    const [run = ''] = await runIds(config)
    const report = JSON.parse(await readFile(join(emulated.dir, 'runs', run, 'report.json'), 'utf8')) as {
      readonly relations: readonly {
        relation: string
        verdict: string
        concerns: { code: string; message: string }[]
      }[]
    }
    const told = report.relations.map(({ relation, verdict, concerns }) => {
      return [relation, verdict, concerns.flatMap(({ code, message }) => (code === 'RS0240' ? [message] : []))]
    })
    expect(told.toSorted()).toEqual([
      ['tpch.spread', 'verified', []],
      ['tpch.written', 'verified', [near]],
    ])
  })

  it('are compared to the last one, though a result alone would be cut', async () => {
    const list = runSql(emulated.clouds, 'SELECT id_value, COUNT(*) AS n FROM spread GROUP BY id_value', {
      'odps.sql.allow.fullscan': 'true',
    })
    await expect(list).rejects.toThrow(/cut/)
    const moved = "SELECT id, note FROM spread WHERE id_value = '599'"
    await runSql(emulated.clouds, `INSERT INTO TABLE spread PARTITION (id_value='998') ${moved}`)
    await runSql(emulated.clouds, "ALTER TABLE spread DROP PARTITION (id_value='599')")
    const { code, lines } = await step('verify', '--json')
    expect(code).toBe(9)
    const told = lines.flatMap((line) => (line['discrepancy'] === undefined ? [] : [line['discrepancy']]))
    const rows = ['row ["599"] is only on the source', 'row ["998"] is only on the target']
    expect(told).toMatchObject(rows.map((row) => ({ message: `tpch.spread: query partitions by id_value: ${row}` })))
  })

  it('a scan tells of it before anything is unloaded', async () => {
    const { code, stdout } = await step('plan', '--scan')
    expect(code).toBe(0)
    expect(stdout).toContain(`note RS0240: ${near}`)
    expect(stdout).not.toContain('RS0231: 4')
    expect(stdout.match(/RS0240/g)).toHaveLength(1)
  })
})
