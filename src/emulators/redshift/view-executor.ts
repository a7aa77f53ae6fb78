import type { EngineConnection } from '../sql-engine.js'
import { type BoundColumn, quoteName, quoteText } from './binding.js'
import { engineTable, type NameScope, userRelation } from './catalog-store.js'
import { type RecordedColumn, recordColumns } from './column-recorder.js'
import { RedshiftFault } from './fault.js'
import { quotedAsNeeded } from './name-text.js'
import type { Privileges } from './privileges.js'
import { alreadyExists, findPlace, type Place } from './relation-place.js'
import type { Statement } from './statements.js'

type Of<K extends Statement['kind']> = Extract<Statement, { kind: K }>

/** What a view's query turned out to be. */
export interface ViewFacts {
  readonly columns: readonly BoundColumn[]
  /** Oids of the relations that it names. */
  readonly depends: readonly number[]
  /** Its text was written with enable_case_sensitive_identifier. */
  readonly caseSensitive: boolean
}

/** The rows of a materialized view lie in a table beside it (redshift.md 3.2). */
export function storageName(view: string): string {
  return `mv_tbl__${view}__0`
}

/** Views and materialized views. */
export class ViewExecutor {
  readonly #connection: EngineConnection
  readonly #privileges: Privileges

  constructor(connection: EngineConnection, privileges: Privileges) {
    this.#connection = connection
    this.#privileges = privileges
  }

  async createView(statement: Of<'create-view'>, facts: ViewFacts, scope: NameScope): Promise<void> {
    const place = await this.#placeOf(statement, scope)
    const text = statement.lateBinding
      ? `create view ${place.schema}.${place.name} as ${statement.queryText} with no schema binding;`
      : statement.queryText
    await this.#record(
      place,
      { definition: text, query: statement.queryText, lateBinding: statement.lateBinding },
      facts,
    )
  }

  /** The table that holds its rows is made and filled already. */
  async createMaterialized(
    statement: Of<'create-materialized-view'>,
    facts: ViewFacts,
    scope: NameScope,
  ): Promise<void> {
    const place = await findPlace(this.#connection, statement.names, scope, this.#privileges)
    if (place.taken) throw alreadyExists(place.name)
    const storage = await userRelation(this.#connection, [place.schema, storageName(place.name)], scope)
    if (storage === undefined) throw new RedshiftFault('XX000', `no storage of materialized view ${place.name}`)
    const list = facts.columns.map((column) => quoteName(column.name)).join(', ')
    const query = `SELECT ${list} FROM ${quoteName(place.schema)}.${quoteName(storage.name)}`
    const name = `${quotedAsNeeded(place.schema)}.${quotedAsNeeded(place.name)}`
    const definition = `create materialized view ${name} as (${statement.queryText});`
    await this.#record(place, { definition, query, lateBinding: false }, { ...facts, caseSensitive: true })
    await this.#connection.run(`INSERT INTO rs.materialized VALUES (${place.oid}, ${storage.oid},
      ${quoteText(statement.queryText)}, [${facts.depends.join(', ')}]::INTEGER[], false, ${statement.autoRefresh},
      ${facts.caseSensitive})`)
  }

  /** OR REPLACE keeps the view's oid, and so its grants and comments. */
  async #placeOf(statement: Of<'create-view'>, scope: NameScope): Promise<Place> {
    const place = await findPlace(this.#connection, statement.names, scope, this.#privileges)
    if (!place.taken) return place
    const existing = await userRelation(this.#connection, [place.schema, place.name], scope)
    if (!statement.replace || existing === undefined) throw alreadyExists(place.name)
    if (existing.kind !== 'view' || existing.materialized !== undefined) {
      throw new RedshiftFault('42809', `"${place.name}" is not a view`)
    }
    this.#privileges.requireOwner(existing.owner ?? 0, 'relation', place.name)
    await this.#connection.run(`DELETE FROM rs.relation WHERE oid = ${existing.oid};
      DELETE FROM rs.attribute WHERE attrelid = ${existing.oid}`)
    return { ...place, oid: existing.oid }
  }

  async #record(
    place: Place,
    text: { readonly definition: string; readonly query: string; readonly lateBinding: boolean },
    facts: ViewFacts,
  ): Promise<void> {
    const { oid, schema } = place
    await this.#connection
      .run(`INSERT INTO rs.relation VALUES (${oid}, ${quoteText(place.name)}, ${place.namespace}, 'v',
      0, ${this.#privileges.userId}, ${quoteText(text.definition)}, ${quoteText(text.query)}, ${text.lateBinding},
      timezone('UTC', now()), NULL, true, [${facts.depends.join(', ')}]::INTEGER[], ${facts.caseSensitive})`)
    await recordColumns(this.#connection, viewColumns(oid, schema, facts.columns))
  }

  /** What a materialized view needs to be filled again. */
  async findMaterialized(
    names: readonly string[],
    scope: NameScope,
  ): Promise<{
    readonly oid: number
    readonly name: string
    readonly storage: string
    readonly query: string
    readonly caseSensitive: boolean
  }> {
    const view = await userRelation(this.#connection, names, scope)
    if (view?.materialized === undefined) {
      throw new RedshiftFault('42809', `"${names[names.length - 1] ?? ''}" is not a materialized view`)
    }
    this.#privileges.requireOwner(view.owner ?? 0, 'relation', view.name)
    const { query, caseSensitive } = view.materialized
    const storage = engineTable(view.schema, storageName(view.name))
    return { oid: view.oid, name: view.name, storage, query, caseSensitive }
  }
}

/** Rows of pg_attribute for what a view gives. */
function viewColumns(oid: number, schema: string, columns: readonly BoundColumn[]): RecordedColumn[] {
  const attributes = { sortKey: [], backup: true }
  const table = { names: [], ifNotExists: false, columns: [], constraints: [], attributes }
  return columns.map(({ name, type = { name: 'varchar' as const } }, i) => ({
    oid,
    number: i + 1,
    column: { name, type, notNull: false, distKey: false, sortKey: false, encoding: 'none' },
    table,
    schema,
  }))
}
