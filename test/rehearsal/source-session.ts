import { readFile } from 'node:fs/promises'
import pg from 'pg'
import type { Clouds } from './rehearsal.js'

/** PostgreSQL's own client on the emulated Redshift. */
export async function openSource(clouds: Clouds): Promise<pg.Client> {
  const { host, port, database, user, password, caFile } = clouds.redshift
  const client = new pg.Client({ host, port, database, user, password, ssl: { ca: await readFile(caFile) } })
  await client.connect()
  return client
}
