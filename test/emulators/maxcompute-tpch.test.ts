import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SqlEngine } from '../../src/emulators/sql-engine.js'
import { rows, tpchTables, writeRows } from '../../src/emulators/tpch/generate.js'
import { startEmulated, type Client, type Emulated } from './maxcompute-client.js'

const ddl = fileURLToPath(new URL('../../ddl/tpch/', import.meta.url))
/** By PostgreSQL 15 from the same rows: judges/postgres/tpch-answers.py. */
const answers = fileURLToPath(new URL('../golden/tpch/', import.meta.url))
const scale = 0.01

let dir: string
let service: Emulated
let client: Client
let engine: SqlEngine

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'maxcompute-'))
  engine = await SqlEngine.open(':memory:')
  service = await startEmulated(dir, { engine })
  client = service.client
  const connection = await engine.connect()
  for (const table of tpchTables) {
    await client.run((await readFile(join(ddl, 'maxcompute', `${table}.sql`), 'utf8')).replace(/;\s*$/, ''))
    const file = join(dir, `${table}.tbl`)
    await writeRows(rows(table, scale), file)
    // Straight into the engine's table, the newest one: how rows get there is not what is asked here.
    const newest = `SELECT table_name, column_count FROM duckdb_tables() WHERE schema_name = 'maxcompute_data' ORDER BY table_oid DESC LIMIT 1`
    const [name, columnCount] = (await connection.query(newest)).rows[0] ?? []
    const columns = Array.from({ length: Number(columnCount) }, (_, i) => `'c${i}': 'VARCHAR'`)
    const source = `read_csv('${file}', delim = '|', header = false, quote = '', columns = {${columns.join(', ')}, 'end': 'VARCHAR'})`
    await connection.run(`INSERT INTO maxcompute_data.${name as string} SELECT * EXCLUDE ("end") FROM ${source}`)
  }
  connection.close()
}, 60_000)

afterAll(async () => {
  await service.close()
  await rm(dir, { recursive: true })
})

const settings = {
  'odps.sql.timezone': 'UTC',
  'odps.sql.validate.orderby.limit': 'false',
  'odps.sql.allow.cartesian': 'true',
  'odps.sql.decimal.tostring.trimzero': 'false',
}

/** The benchmark's query as the service's documentation writes it: DATEADD(moment, number, 'unit'). */
function inMaxCompute(query: string): string {
  const units: Readonly<Record<string, string>> = { day: 'dd', month: 'mm', year: 'yyyy' }
  return query
    .replace(/^--.*\n/gm, '')
    .replace(
      /DATEADD\((day|month|year), (-?\d+), (DATE '[^']+')\)/gi,
      (_, unit: string, count: string, moment: string) => {
        return `DATEADD(${moment}, ${count}, '${units[unit.toLowerCase()] ?? ''}')`
      },
    )
}

/** Columns that are averages and quotients: their scale is the service's own. */
const inexact: Readonly<Record<string, readonly number[]>> = { '01': [6, 7, 8], '08': [1], '14': [0], '17': [0] }

async function expectedRows(number: string): Promise<string[][]> {
  const lines = (await readFile(join(answers, `${number}.tsv`), 'utf8')).split('\n').slice(0, -1)
  return lines.map((line) => line.split('\t'))
}

/** Numbers without the zeros behind their fraction; those of no certain scale to four digits of it. */
function comparable(cells: readonly string[], cut: readonly number[]): string[] {
  return cells.map((cell, i) => {
    if (!/^-?\d+(\.\d+)?$/.test(cell)) return cell.trimEnd()
    return cut.includes(i) ? Number(cell).toFixed(4) : cell.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')
  })
}

describe('TPC-H', async () => {
  const numbers = (await readdir(join(ddl, 'queries'))).map((name) => name.replace('.sql', '')).sort()

  it.each(numbers)('query %s is answered as PostgreSQL does', async (number) => {
    const sql = inMaxCompute(await readFile(join(ddl, 'queries', `${number}.sql`), 'utf8'))
    const cut = inexact[number] ?? []
    const found = (await client.run(sql, settings)).map((row) => comparable(row, cut))
    expect(found).toEqual((await expectedRows(number)).map((row) => comparable(row, cut)))
  })
})
