import type { EngineConnection } from '../sql-engine.js'
import { quoteText } from './binding.js'
import { unsupported } from './fault.js'

/** A table of Spectrum is out of pg_class; reading it would need the files behind it. */
export async function refuseExternal(connection: EngineConnection, schema: string, name: string): Promise<void> {
  const { rows } = await connection.query(`SELECT 1 FROM rs.external_table WHERE schemaname = ${quoteText(schema)}
    AND tablename = ${quoteText(name)}`)
  if (rows.length > 0) throw unsupported(`reading or changing the external table ${schema}.${name}`)
}
