import { RedshiftFault, unsupported } from './fault.js'
import { openCursor } from './grammar.js'
import type { ResultColumn } from './result-columns.js'
import type { SqlSession } from './sql-session.js'
import type { Query } from './syntax-tree.js'
import { tokenize } from './tokenizer.js'
import { typeText } from './type-facts.js'
import type { UnloadRequest } from './unload-request.js'

/** The argument is decoded once as a string; now it is read as SQL, with quotes and backslashes of its own. */
export function parseSelect(text: string, session: SqlSession): Query {
  const caseSensitive = session.settings.is('enable_case_sensitive_identifier')
  const cursor = openCursor(tokenize(text), caseSensitive)
  if (!cursor.startsQuery()) throw cursor.syntaxError()
  const query = cursor.query()
  cursor.acceptOperator(';')
  cursor.expectEnd()
  if (query.limit !== undefined) {
    throw new RedshiftFault('42601', 'Limit clause is not supported', {
      hint: 'Wrap the query: SELECT * FROM (SELECT … LIMIT n)',
    })
  }
  return query
}

const textOnlyTypes = ['time', 'timetz', 'varbyte', 'geometry', 'geography', 'hllsketch']

/** redshift.md 1.9 */
export function checkColumns(columns: readonly ResultColumn[], request: UnloadRequest): void {
  if (request.format !== 'PARQUET') return
  const seen = new Set<string>()
  for (const { name, type } of columns) {
    if (textOnlyTypes.includes(type.name)) {
      const spelled = type.name === 'varbyte' ? 'varbyte' : typeText({ name: type.name })
      throw new RedshiftFault('0A000', `UNLOAD ${spelled} column "${name}" is only supported for TEXT/CSV.`)
    }
    // Their physical type is not known, so no file of the emulator may suggest one.
    if (type.name.startsWith('interval')) throw unsupported('UNLOAD of an interval to Parquet')
    if (seen.has(name)) throw unsupported(`UNLOAD of two columns named "${name}" to Parquet`)
    seen.add(name)
  }
}

/** A text of TIMESTAMPTZ is in the session's zone (redshift.md 4.1), and the texts here are all in UTC. */
export function refuseTimeZone(columns: readonly ResultColumn[], { format }: UnloadRequest, zone: string): void {
  if (format === 'PARQUET' || ['UTC', 'ETC/UTC', 'GMT'].includes(zone.toUpperCase())) return
  if (!columns.some(({ type }) => type.name === 'timestamptz')) return
  throw unsupported(`UNLOAD of TIMESTAMPTZ to ${format} in time zone ${zone}`)
}
