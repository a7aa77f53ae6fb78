import type { EngineConnection } from '../sql-engine.js'
import { quoteText } from './binding.js'
import { localName, type NameScope } from './catalog-store.js'
import { RedshiftFault } from './fault.js'
import type { Privileges } from './privileges.js'

/** Where a new relation or routine goes, and the oid that it gets. */
export interface Place {
  readonly schema: string
  readonly namespace: number
  readonly name: string
  readonly oid: number
  /** A relation of that name stands there. */
  readonly taken: boolean
}

/** The first schema of the search path that is there; `$user` names one that need not be. */
export async function findPlace(
  connection: EngineConnection,
  names: readonly string[],
  scope: NameScope,
  privileges: Privileges,
): Promise<Place> {
  const { schema: given, name } = localName(names, scope.database)
  const path = given === undefined ? scope.searchPath : [given]
  const found = await lookUp(connection, path, name)
  const schema = path.find((candidate) => found.schemas.has(candidate))
  if (schema === undefined) {
    const text = given === undefined ? 'no schema has been selected to create in' : `schema "${given}" does not exist`
    throw new RedshiftFault('3F000', text)
  }
  const namespace = found.schemas.get(schema) ?? 0
  if (found.external.has(namespace)) {
    throw new RedshiftFault('0A000', 'Operations on local objects in external schema are not enabled.')
  }
  const place = { schema, namespace, name, oid: found.oid, taken: found.taken.has(namespace) }
  await privileges.requireSchema({ oid: place.namespace, name: place.schema }, 'CREATE')
  return place
}

interface LookedUp {
  readonly schemas: ReadonlyMap<string, number>
  /** Namespaces that hold a relation of the name. */
  readonly taken: ReadonlySet<number>
  readonly external: ReadonlySet<number>
  readonly oid: number
}

/** One question for all: thousands of tables may come at once. */
async function lookUp(connection: EngineConnection, path: readonly string[], name: string): Promise<LookedUp> {
  const { rows } = await connection.query(`SELECT 'oid' AS what, nextval('rs.oids')::INTEGER AS oid, NULL AS nspname
    UNION ALL SELECT 'schema', oid, nspname FROM rs.namespace WHERE nspname IN (${['', ...path].map(quoteText).join(', ')}) AND oid NOT IN (11, 12)
    UNION ALL SELECT 'taken', relnamespace, NULL FROM rs.relation WHERE relname = ${quoteText(name)}
    UNION ALL SELECT 'external', esoid, NULL FROM rs.external_schema`)
  const of = (kind: string): (readonly [number, string])[] =>
    rows.filter(([what]) => what === kind).map(([, oid, schema]) => [Number(oid), schema as string])
  const numbers = (kind: string): Set<number> => new Set(of(kind).map(([oid]) => oid))
  const schemas = new Map(of('schema').map(([oid, schema]) => [schema, oid]))
  return { schemas, taken: numbers('taken'), external: numbers('external'), oid: of('oid')[0]?.[0] ?? 0 }
}

export function alreadyExists(name: string): RedshiftFault {
  return new RedshiftFault('42P07', `Relation "${name}" already exists`)
}
