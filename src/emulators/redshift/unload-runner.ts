import { unsupported } from './fault.js'
import type { QueryRecord } from './history.js'
import type { SqlSession } from './sql-session.js'
import type { ServerParts } from './server-parts.js'

export async function runUnload(
  _text: string,
  _record: QueryRecord,
  _session: SqlSession,
  _server: ServerParts,
  _isCancelled: () => boolean,
): Promise<number> {
  throw unsupported('UNLOAD')
}
