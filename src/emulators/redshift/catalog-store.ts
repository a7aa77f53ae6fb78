import type { EngineConnection, EngineRow } from '../sql-engine.js'
import { relationKey } from './bind-context.js'
import { quoteName, quoteText, type Relation } from './binding.js'
import { catalogRelations } from './catalog-views.js'
import { refuseExternal } from './external-guard.js'
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

/** The relations that a statement names, which `permit` may refuse, and those that its views name. */
export async function loadRelations(
  connection: EngineConnection,
  tree: unknown,
  scope: NameScope,
  permit: (relation: Relation, key: string) => Promise<void>,
  depth = 0,
): Promise<Map<string, Relation>> {
  if (depth > viewDepthMax) throw new RedshiftFault('54001', `views nested deeper than ${viewDepthMax}`)
  const found = new Map<string, Relation>()
  for (const names of namesIn(tree)) {
    const relation = catalogRelation(names, scope) ?? (await userRelation(connection, names, scope))
    if (relation === undefined && names.length > 1)
      await refuseExternal(connection, names[names.length - 2] ?? '', names[names.length - 1] ?? '')
    if (relation === undefined) continue
    await permit(relation, relationKey(names))
    found.set(relationKey(names), relation)
    if (relation.query === undefined) continue
    // What a view names is its owner's affair.
    const inner = await loadRelations(connection, relation.query, scope, () => Promise.resolve(), depth + 1)
    for (const [key, value] of inner) found.set(key, value)
  }
  return found
}

/** Every table name in a syntax tree. CTE names are among them; they find nothing, and the binder knows them. */
export function namesIn(tree: unknown, found = new Map<string, readonly string[]>()): Iterable<readonly string[]> {
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
  const full = schema === 'information_schema' ? `information_schema.${name}` : name
  const view = catalogRelations.get(full)
  const system = schema === 'pg_catalog' || schema === 'information_schema'
  if (!system || (view === undefined && schema === 'pg_catalog' && !systemName.test(name))) return undefined
  if (view === undefined) throw unsupported(`relation ${full}`)
  if (scope.serverless && /^(stl|stv)_/.test(name)) {
    throw new RedshiftFault('42501', `permission denied for relation ${name}`)
  }
  return { schema, name, kind: 'catalog', columns: view.columns, engineName: `(${view.sql})`, node: view.node }
}

export type UserRelation = Relation & { readonly oid: number }

export async function userRelation(
  connection: EngineConnection,
  names: readonly string[],
  scope: NameScope,
): Promise<UserRelation | undefined> {
  const { schema, name } = localName(names, scope.database)
  const path = schema === undefined ? scope.searchPath : [schema]
  const candidates = path.map(quoteText).join(', ')
  if (candidates === '') return undefined
  const { rows } =
    await connection.query(`SELECT r.oid, r.relkind, r.query, r.case_sensitive, r.relowner, n.oid, n.nspname
    FROM rs.relation r JOIN rs.namespace n ON n.oid = r.relnamespace
    WHERE n.nspname IN (${candidates}) AND r.relname = ${quoteText(name)}
    ORDER BY list_position([${candidates}], n.nspname) LIMIT 1`)
  return rows[0] === undefined ? undefined : readRelation(connection, name, rows[0])
}

async function readRelation(connection: EngineConnection, name: string, row: EngineRow): Promise<UserRelation> {
  const [oid, kind, query, caseSensitive, owner, namespace, schemaName] = row
  const { rows } = await connection.query(
    `SELECT attname, type FROM rs.attribute WHERE attrelid = ${Number(oid)} AND NOT attisdropped ORDER BY attnum`,
  )
  const columns = rows.map(([column, type]) => ({ name: cellText(column), type: readType(cellText(type)) }))
  const schema = cellText(schemaName)
  const place = { schema, name, oid: Number(oid), owner: Number(owner), namespace: Number(namespace) }
  const common = { ...place, columns, node: 'compute' as const }
  if (kind !== 'v') return { ...common, kind: 'table', engineName: engineTable(schema, name) }
  const view = {
    ...common,
    kind: 'view' as const,
    query: readQuery(cellText(query), caseSensitive === true),
    node: 'either' as const,
  }
  const materialized = await readMaterialized(connection, Number(oid))
  return materialized === undefined ? view : { ...view, materialized }
}

async function readMaterialized(connection: EngineConnection, oid: number): Promise<Relation['materialized']> {
  const { rows } = await connection.query(`SELECT query, case_sensitive FROM rs.materialized WHERE oid = ${oid}`)
  const [row] = rows
  return row === undefined ? undefined : { query: cellText(row[0]), caseSensitive: row[1] === true }
}

export function readType(text: string): RsType {
  return parseType(openCursor(tokenize(text)))
}

export function readQuery(text: string, caseSensitive: boolean): Query {
  return openCursor(tokenize(text), caseSensitive).query()
}

/** User schemas carry a prefix in the engine, so that none meets the engine's own. */
export function engineSchema(schema: string): string {
  return quoteName(`u_${schema}`)
}

export function engineTable(schema: string, name: string): string {
  return `${engineSchema(schema)}.${quoteName(name)}`
}
