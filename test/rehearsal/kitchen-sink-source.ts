import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { kitchenRows, type KitchenRows } from './kitchen-sink-rows.js'
import type { Clouds } from './rehearsal.js'
import { openSource } from './source-session.js'

export const kitchenDdl = fileURLToPath(new URL('../../ddl/kitchen-sink/redshift/', import.meta.url))

/** The engine under the emulated Redshift folds names, so that it refuses what differs in case alone. */
export const beyondTheEmulator = ['09-cases.sql']

const spans = ["interval '3 years 2 months'", "interval '1 day 02:03:04.5'"]

/** Makes the schema `kitchen` and inserts its rows. */
export async function fillKitchen(clouds: Clouds): Promise<void> {
  const client = await openSource(clouds)
  for (const name of (await readdir(kitchenDdl)).toSorted()) {
    if (!beyondTheEmulator.includes(name)) await client.query(await readFile(join(kitchenDdl, name), 'utf8'))
  }
  for (const filled of kitchenRows) await client.query(insertOf(filled))
  await client.query("INSERT INTO kitchen.identities (v) VALUES ('first'), ('second')")
  await client.query("INSERT INTO kitchen.default_identities (v) VALUES ('first'), ('second')")
  await client.query(`INSERT INTO kitchen.spans VALUES (1, ${spans.join(', ')}), (2, NULL, NULL)`)
  await client.end()
}

/** An `id` is the number of its row, where the relation has one. */
function insertOf({ relation, columns, rows }: KitchenRows): string {
  const values = rows.map((row, n) => `(${[...(hasId(relation) ? [n] : []), ...row.map(([sql]) => sql)].join(', ')})`)
  const names = [...(hasId(relation) ? ['id'] : []), ...columns]
  return `INSERT INTO kitchen.${relation} (${names.join(', ')}) VALUES ${values.join(', ')}`
}

function hasId(relation: string): boolean {
  return !relation.startsWith('"') && relation !== 'wide'
}
