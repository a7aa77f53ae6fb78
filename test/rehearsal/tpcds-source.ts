import { readFile, readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { CatalogEntry } from '../../src/model/catalog.js'
import { parseDdlFiles } from '../../src/translate/ddl/parse-ddl.js'
import { quoted } from './kitchen-sink-rows.js'
import type { Clouds } from './rehearsal.js'
import { openSource } from './source-session.js'
import { tpcdsRows } from './tpcds-rows.js'

export const tpcdsDdl = (side: string): string => fileURLToPath(new URL(`../../ddl/tpcds/${side}/`, import.meta.url))

/** Makes the schema `tpcds` and inserts its rows; gives the tables as their files tell them. */
export async function fillTpcds(clouds: Clouds): Promise<readonly CatalogEntry[]> {
  const names = (await readdir(tpcdsDdl('redshift'))).toSorted()
  const files = await Promise.all(
    names.map(async (file) => ({ file, text: await readFile(tpcdsDdl('redshift') + file, 'utf8') })),
  )
  const tables = parseDdlFiles(files).entries
  const client = await openSource(clouds)
  await client.query('CREATE SCHEMA tpcds')
  for (const { text } of files) await client.query(text)
  for (const table of tables) await client.query(insertOf(table))
  await client.end()
  return tables
}

function insertOf(table: CatalogEntry): string {
  const rows = [...tpcdsRows(table)].map((row) => `(${row.map(literal).join(', ')})`)
  return `INSERT INTO tpcds.${table.name} VALUES ${rows.join(', ')}`
}

/** Numbers and dates are taken from text as the column's type. */
function literal(value: string | null): string {
  return value === null ? 'NULL' : quoted(value)
}
