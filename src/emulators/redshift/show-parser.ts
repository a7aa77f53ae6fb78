import { quoteText } from './binding.js'
import { openCursor } from './grammar.js'
import type { Statement } from './statements.js'
import type { TokenCursor } from './token-cursor.js'
import { tokenize } from './tokenizer.js'

/** SHOW of catalogs is a question to the SVV_ views, in the columns of redshift.md 3.6; undefined for other SHOWs. */
export function parseShowCatalog(cursor: TokenCursor): Statement | undefined {
  if (cursor.acceptWord('databases')) {
    const columns = 'database_name, database_owner, database_type, database_acl, database_isolation_level'
    return ask(columns, 'svv_redshift_databases', [], 'database_name', cursor)
  }
  if (cursor.acceptWord('schemas', 'from', 'database')) {
    const columns = 'database_name, schema_name, schema_owner, schema_type, schema_acl, source_database, schema_option'
    return ask(columns, 'svv_all_schemas', [['database_name', cursor.identifier()]], 'schema_name', cursor)
  }
  if (!cursor.acceptWord('tables', 'from', 'schema')) return undefined
  const [schema = '', database] = cursor.qualifiedName().reverse()
  const where: [string, string][] = [['schema_name', schema]]
  if (database !== undefined) where.push(['database_name', database])
  const columns = 'database_name, schema_name, table_name, table_type, table_acl, remarks'
  return ask(columns, 'svv_all_tables', where, 'table_name', cursor)
}

function ask(
  columns: string,
  view: string,
  equal: readonly (readonly [string, string])[],
  name: string,
  cursor: TokenCursor,
): Statement {
  const conditions = equal.map(([column, value]) => `${column} = ${literal(value)}`)
  if (cursor.acceptWord('like')) conditions.push(`${name} LIKE ${literal(cursor.string())}`)
  const limit = cursor.acceptWord('limit') ? ` LIMIT ${cursor.integer()}` : ''
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  const sql = `SELECT ${columns} FROM pg_catalog.${view}${where} ORDER BY ${name}${limit}`
  return { kind: 'select', query: openCursor(tokenize(sql)).query() }
}

/** In Redshift's own literals a backslash escapes. */
function literal(text: string): string {
  return quoteText(text.replaceAll('\\', '\\\\'))
}
