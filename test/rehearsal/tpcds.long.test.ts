import { readFile, readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CatalogEntry } from '../../src/model/catalog.js'
import { runSql } from './maxcompute-session.js'
import { emulate, migrate, type Emulated } from './rehearsal.js'
import { tpcdsRows } from './tpcds-rows.js'
import { fillTpcds, tpcdsDdl as ddl } from './tpcds-source.js'

let emulated: Emulated
let tables: readonly CatalogEntry[]

beforeAll(async () => {
  emulated = await emulate({ seed: 'none' })
  tables = await fillTpcds(emulated.clouds)
})

afterAll(async () => {
  await emulated[Symbol.asyncDispose]()
})

/** Decimal texts of one scale, added exactly; NULL counts for nothing. */
function sumOf(table: CatalogEntry, column: string): string {
  const place = table.columns.findIndex(({ name }) => name === column)
  let sum = 0n
  for (const row of tpcdsRows(table)) sum += BigInt((row[place] ?? '0.00').replace('.', ''))
  const digits = (sum < 0n ? -sum : sum).toString().padStart(3, '0')
  return `${sum < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

function rowCountOf(table: CatalogEntry): string {
  return String([...tpcdsRows(table)].length)
}

function tableOf(name: string): CatalogEntry {
  const found = tables.find((table) => table.name === name)
  if (found === undefined) throw new Error(`no table ${name}`)
  return found
}

async function answer(sql: string): Promise<string[]> {
  const [, line = ''] = (await runSql(emulated.clouds, sql)).replaceAll('"', '').trim().split('\n')
  return line.split(',')
}

describe('the 24 tables of TPC-DS', () => {
  it('have the 425 columns of the specification', () => {
    expect(tables).toHaveLength(24)
    expect(tables.reduce((sum, { columns }) => sum + columns.length, 0)).toBe(425)
  })

  it('migrate and are verified', async () => {
    const { code, stdout, stderr } = await migrate(['run', '--config', emulated.clouds.config])
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/24 of 24 relations migrated and verified/)
  })

  it.each([
    ['store_sales', 'ss_net_profit'],
    ['catalog_sales', 'cs_ext_list_price'],
    ['web_returns', 'wr_net_loss'],
    ['promotion', 'p_cost'],
    ['customer_address', 'ca_gmt_offset'],
  ])('%s has arrived: its rows, and the sum of %s to the cent', async (name, column) => {
    const table = tableOf(name)
    const found = await answer(`SELECT COUNT(*), SUM(\`${column}\`) FROM \`${name}\``)
    expect(found).toEqual([rowCountOf(table), sumOf(table, column)])
  })

  it('have the DDL for MaxCompute that lies beside theirs', async () => {
    const args = ['--from', ddl('redshift'), '--project', 'tpcds_target', '--out', `${emulated.dir}/out`]
    const { code, stderr } = await migrate(['ddl', '--config', `${emulated.dir}/none.yaml`, ...args])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const names = await readdir(ddl('maxcompute'))
    expect(names.toSorted()).toEqual(tables.map(({ name }) => `${name}.sql`).toSorted())
    for (const name of names) {
      const expected = await readFile(ddl('maxcompute') + name, 'utf8')
      expect(await readFile(`${emulated.dir}/out/tpcds/${name}`, 'utf8')).toBe(expected)
    }
  })
})
