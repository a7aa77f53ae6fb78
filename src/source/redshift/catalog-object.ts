import type { CatalogObject } from '../../model/catalog.js'
import type { TextRow } from './catalog-column.js'

/** A row of `routines` (catalog-object-query). */
export function readRoutine(row: TextRow): CatalogObject {
  const [, schema, name, types, kind, language, owner] = row
  return {
    kind: kind === 'p' ? 'procedure' : 'function',
    schema: schema ?? '',
    name: name ?? '',
    signature: `(${types ?? ''})`,
    ...(owner == null ? {} : { owner }),
    ...(language == null ? {} : { language: language.trim() }),
  }
}

/** One privilege of one grantee on one object. */
export interface GrantRow {
  readonly on: 'relation' | 'schema' | 'routine'
  readonly schema: string
  readonly name: string
  /** What follows ON: `sales.orders`, `SCHEMA sales`, `FUNCTION sales.f(integer)`. */
  readonly what: string
  readonly grantee: string
  readonly privilege: string
}

export function schemaGrant(row: TextRow): GrantRow {
  const [schema = '', type, , privilege, identity, admin] = row
  const own = schema ?? ''
  return { on: 'schema', schema: own, name: own, what: `SCHEMA ${own}`, ...granted(type, identity, privilege, admin) }
}

export function relationGrant(row: TextRow): GrantRow {
  const [schema, name, type, , privilege, identity, admin] = row
  const what = `${schema ?? ''}.${name ?? ''}`
  return { on: 'relation', schema: schema ?? '', name: name ?? '', what, ...granted(type, identity, privilege, admin) }
}

/** The view has procedures too, and does not say which is which. */
export function routineGrant(row: TextRow): GrantRow {
  const [schema, name, types, type, , privilege, identity, admin] = row
  const what = `${schema ?? ''}.${name ?? ''}(${types ?? ''})`
  return { on: 'routine', schema: schema ?? '', name: name ?? '', what, ...granted(type, identity, privilege, admin) }
}

type Cell = string | null | undefined

function granted(type: Cell, identity: Cell, privilege: Cell, admin: Cell): Pick<GrantRow, 'grantee' | 'privilege'> {
  const kind = (type ?? '').trim().toUpperCase()
  const grantable = admin === 't' || admin === 'true' ? ' (with grant option)' : ''
  return {
    grantee: kind === 'PUBLIC' ? 'PUBLIC' : `${kind} ${identity ?? ''}`,
    privilege: `${(privilege ?? '').trim().toUpperCase()}${grantable}`,
  }
}

/** What one grantee may do with one object becomes one object; such rows follow each other. */
export async function* joinGrants(rows: AsyncIterable<GrantRow>): AsyncGenerator<CatalogObject> {
  let open: GrantRow | undefined
  let privileges: string[] = []
  for await (const row of rows) {
    if (open !== undefined && !(open.what === row.what && open.grantee === row.grantee)) {
      yield grantObject(open, privileges)
      privileges = []
    }
    open = row
    privileges.push(row.privilege)
  }
  if (open !== undefined) yield grantObject(open, privileges)
}

function grantObject(of: GrantRow, privileges: readonly string[]): CatalogObject {
  const signature = `${privileges.join(', ')} ON ${of.what} TO ${of.grantee}`
  return { kind: 'grant', schema: of.schema, name: of.name, signature, on: of.on }
}
