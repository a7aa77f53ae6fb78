import type { EngineConnection, EngineRow } from '../sql-engine.js'
import { relationKey } from './bind-context.js'
import { quoteName, quoteText, type Relation } from './binding.js'
import { catalogRelations } from './catalog-views.js'
import { RedshiftFault, unsupported } from './fault.js'
import { openCursor } from './grammar.js'
import type { Query } from './syntax-tree.js'
import { tokenize } from './tokenizer.js'
import { parseType } from './type-parser.js'
import type { RsType } from './types.js'
import { cellText } from './cell-text.js'

/** Where names are looked up. */
export interface NameScope {
  readonly database: string
  readonly searchPath: readonly string[]
  readonly serverless: boolean
}

/** Views may name views; deeper nesting than this is refused. */
const viewDepthMax = 32

/** The relations that a statement names, and those that its views name. */
export async function loadRelations(
  connection: EngineConnection,
  tree: unknown,
  scope: NameScope,
  depth = 0,
): Promise<Map<string, Relation>> {
  if (depth > viewDepthMax) throw new RedshiftFault('54001', `views nested deeper than ${viewDepthMax}`)
  const found = new Map<string, Relation>()
  for (const names of namesIn(tree)) {
    const relation = catalogRelation(names, scope) ?? (await userRelation(connection, names, scope))
    if (relation === undefined) continue
    found.set(relationKey(names), relation)
    if (relation.query === undefined) continue
    const inner = await loadRelations(connection, relation.query, scope, depth + 1)
    for (const [key, value] of inner) found.set(key, value)
  }
  return found
}

/** Every table name in a syntax tree. CTE names are among them; they find nothing, and the binder knows them. */
function namesIn(tree: unknown, found = new Map<string, readonly string[]>()): Iterable<readonly string[]> {
  if (Array.isArray(tree)) for (const item of tree as readonly unknown[]) namesIn(item, found)
  else if (typeof tree === 'object' && tree !== null) {
    const node = tree as { readonly kind?: unknown; readonly names?: readonly string[] }
    if (node.kind === 'table' && node.names !== undefined) found.set(relationKey(node.names), node.names)
    for (const value of Object.values(node)) namesIn(value, found)
  }
  return found.values()
}

/** Schema (when given) and name, the database checked away. */
export function localName(names: readonly string[], database: string): { schema?: string; name: string } {
  const name = names[names.length - 1] ?? ''
  const schema = names[names.length - 2]
  const other = names[names.length - 3]
  if (other !== undefined && other !== database) throw unsupported(`a reference to another database ("${other}")`)
  return schema === undefined ? { name } : { schema, name }
}

const systemName = /^(pg|svv|svl|svcs|stl|stv|sys)_/

function catalogRelation(names: readonly string[], scope: NameScope): Relation | undefined {
  const { schema = 'pg_catalog', name } = localName(names, scope.database)
  const view = catalogRelations.get(schema === 'information_schema' ? `information_schema.${name}` : name)
  const system = schema === 'pg_catalog' || schema === 'information_schema'
  if (!system || (view === undefined && !systemName.test(name))) return undefined
  if (view === undefined) throw unsupported(`relation ${name}`)
  if (scope.serverless && /^(stl|stv)_/.test(name)) {
    throw new RedshiftFault('42501', `permission denied for relation ${name}`)
  }
  return { schema, name, kind: 'catalog', columns: view.columns, engineName: `(${view.sql})`, node: view.node }
}

export async function userRelation(
  connection: EngineConnection,
  names: readonly string[],
  scope: NameScope,
): Promise<(Relation & { readonly oid: number }) | undefined> {
  const { schema, name } = localName(names, scope.database)
  for (const candidate of schema === undefined ? scope.searchPath : [schema]) {
    const { rows } = await connection.query(`SELECT r.oid, r.relkind, r.query, r.late_binding FROM rs.relation r
      JOIN rs.namespace n ON n.oid = r.relnamespace
      WHERE n.nspname = ${quoteText(candidate)} AND r.relname = ${quoteText(name)}`)
    if (rows[0] !== undefined) return readRelation(connection, candidate, name, rows[0])
  }
  return undefined
}

async function readRelation(
  connection: EngineConnection,
  schema: string,
  name: string,
  [oid, kind, query]: EngineRow,
): Promise<Relation & { readonly oid: number }> {
  const { rows } = await connection.query(
    `SELECT attname, type FROM rs.attribute WHERE attrelid = ${Number(oid)} AND NOT attisdropped ORDER BY attnum`,
  )
  const columns = rows.map(([column, type]) => ({ name: cellText(column), type: readType(cellText(type)) }))
  const common = { schema, name, columns, oid: Number(oid), node: 'compute' as const }
  if (kind === 'v') return { ...common, kind: 'view', query: readQuery(cellText(query)), node: 'either' }
  return { ...common, kind: 'table', engineName: engineTable(schema, name) }
}

export function readType(text: string): RsType {
  return parseType(openCursor(tokenize(text)))
}

function readQuery(text: string): Query {
  return openCursor(tokenize(text)).query()
}

/** User schemas carry a prefix in the engine, so that none meets the engine's own. */
export function engineSchema(schema: string): string {
  return quoteName(`u_${schema}`)
}

export function engineTable(schema: string, name: string): string {
  return `${engineSchema(schema)}.${quoteName(name)}`
}
