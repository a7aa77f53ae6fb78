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
  const candidates = (given === undefined ? scope.searchPath : [given]).map(quoteText).join(', ')
  const { rows } = await connection.query(`SELECT n.oid, n.nspname, nextval('rs.oids')::INTEGER,
      EXISTS (SELECT 1 FROM rs.relation r WHERE r.relnamespace = n.oid AND r.relname = ${quoteText(name)}),
      EXISTS (SELECT 1 FROM rs.external_schema x WHERE x.esoid = n.oid)
    FROM rs.namespace n WHERE n.nspname IN (${candidates === '' ? "''" : candidates}) AND n.oid NOT IN (11, 12)
    ORDER BY list_position([${candidates}], n.nspname) LIMIT 1`)
  const [row] = rows
  if (row === undefined) {
    const text = given === undefined ? 'no schema has been selected to create in' : `schema "${given}" does not exist`
    throw new RedshiftFault('3F000', text)
  }
  const [namespace, schema, oid, taken, external] = row
  if (external === true)
    throw new RedshiftFault('0A000', `Operations on local objects in external schema are not enabled.`)
  const place = {
    schema: schema as string,
    namespace: Number(namespace),
    name,
    oid: Number(oid),
    taken: taken === true,
  }
  await privileges.requireSchema({ oid: place.namespace, name: place.schema }, 'CREATE')
  return place
}

export function alreadyExists(name: string): RedshiftFault {
  return new RedshiftFault('42P07', `Relation "${name}" already exists`)
}
