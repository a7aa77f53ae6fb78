import { AccountExecutor } from './account-executor.js'
import type { BoundQuery } from './binding.js'
import { namesIn, type NameScope, readQuery } from './catalog-store.js'
import { DdlExecutor } from './ddl-executor.js'
import { ExternalExecutor } from './external-executor.js'
import { RedshiftFault } from './fault.js'
import { GrantExecutor } from './grant-executor.js'
import type { Privileges } from './privileges.js'
import type { ResultColumn } from './result-columns.js'
import { RoutineExecutor } from './routine-executor.js'
import type { Answer, SqlSession } from './sql-session.js'
import type { Statement } from './statements.js'
import type { Query } from './syntax-tree.js'
import { TableChanger } from './table-changer.js'
import { storageName, type ViewFacts, ViewExecutor } from './view-executor.js'

type Of<K extends Statement['kind']> = Extract<Statement, { kind: K }>

/** Everything that changes the catalog. */
export type Definition = Exclude<
  Statement,
  {
    kind:
      | 'select'
      | 'insert'
      | 'update'
      | 'delete'
      | 'transaction'
      | 'session-access'
      | 'set'
      | 'show'
      | 'cancel'
      | 'unload'
      | 'nothing'
      | 'declare'
      | 'fetch'
      | 'close'
      | 'prepare'
      | 'execute'
      | 'deallocate'
  }
>

interface TypedFacts extends ViewFacts {
  readonly columns: readonly ResultColumn[]
}

/** Runs a session's definitions: CREATE, DROP, ALTER, COMMENT, GRANT, REFRESH, TRUNCATE. */
export class DefinitionRunner {
  readonly #session: SqlSession
  readonly #privileges: Privileges
  readonly #ddl: DdlExecutor
  readonly #views: ViewExecutor
  readonly #changer: TableChanger
  readonly #accounts: AccountExecutor
  readonly #grants: GrantExecutor
  readonly #routines: RoutineExecutor
  readonly #external: ExternalExecutor

  constructor(session: SqlSession, privileges: Privileges) {
    const { connection } = session
    this.#session = session
    this.#privileges = privileges
    this.#ddl = new DdlExecutor(connection, privileges)
    this.#views = new ViewExecutor(connection, privileges)
    this.#changer = new TableChanger(connection, privileges)
    this.#accounts = new AccountExecutor(connection, privileges)
    this.#grants = new GrantExecutor(connection, privileges)
    this.#routines = new RoutineExecutor(connection, privileges)
    this.#external = new ExternalExecutor(connection, privileges)
  }

  async run(statement: Definition): Promise<Answer> {
    const session = this.#session
    session.refuseReadOnly()
    // Bound before the engine's transaction is touched, so that a refusal costs nothing.
    const facts = 'query' in statement ? await this.#viewFacts(statement, statement.query) : undefined
    await session.transaction.touch()
    const scope = session.nameScope
    switch (statement.kind) {
      case 'create-schema':
        await this.#ddl.createSchema(statement)
        return { tag: 'CREATE SCHEMA' }
      case 'create-table':
        await this.#ddl.createTable(statement.table, scope)
        return { tag: 'CREATE TABLE' }
      case 'create-table-as':
        await this.#createTableAs(statement, facts?.columns ?? [])
        return { tag: 'SELECT' }
      case 'create-view':
        await this.#views.createView(statement, facts ?? noFacts, scope)
        return { tag: 'CREATE VIEW' }
      case 'create-materialized-view':
        return this.#createMaterialized(statement, facts ?? noFacts)
      case 'refresh':
        return this.#refresh(statement.names)
      case 'drop':
        await this.#ddl.drop(statement, scope)
        return { tag: `DROP ${statement.what.toUpperCase()}` }
      case 'alter-table':
        await this.#changer.alter(statement.names, statement.change, scope)
        return { tag: 'ALTER TABLE' }
      case 'comment':
        await this.#changer.comment(statement, scope)
        return { tag: 'COMMENT' }
      case 'truncate':
        return this.#truncate(statement.names)
      default:
        return { tag: await this.#administer(statement, scope) }
    }
  }

  #administer(
    statement: Extract<
      Definition,
      {
        kind:
          | `${string}-user`
          | `${string}-group`
          | `${string}-role`
          | 'drop-account'
          | 'grant'
          | `${string}-routine`
          | `create-external-${string}`
          | 'add-partitions'
      }
    >,
    scope: NameScope,
  ): Promise<string> {
    switch (statement.kind) {
      case 'grant':
        return this.#grants.run(statement, scope)
      case 'create-routine':
      case 'drop-routine':
        return this.#routines.run(statement, scope)
      case 'create-external-schema':
      case 'create-external-table':
      case 'add-partitions':
        return this.#external.run(statement, scope)
      default:
        return this.#accounts.run(statement)
    }
  }

  async #viewFacts(statement: Definition, query: Query): Promise<TypedFacts> {
    const caseSensitive = this.#session.settings.is('enable_case_sensitive_identifier')
    const given = 'columns' in statement ? statement.columns : []
    const late = statement.kind === 'create-view' && statement.lateBinding
    if (late) this.#requireQualified(query)
    try {
      const bound = await this.#session.bindSelect(query)
      const relations = [...bound.context.relations.values()].filter((relation) => relation.kind !== 'catalog')
      const depends = late ? [] : relations.flatMap((relation) => (relation.oid === undefined ? [] : [relation.oid]))
      return { columns: await this.#typed(given, bound), depends, caseSensitive }
    } catch (error) {
      // It is checked when it is read (DG r_CREATE_VIEW).
      if (late && error instanceof RedshiftFault) return { columns: [], depends: [], caseSensitive }
      throw error
    }
  }

  /** DG r_CREATE_VIEW: tables of a late-binding view are named with their schema. */
  #requireQualified(query: Query): void {
    const ctes = new Set<string>()
    collectCtes(query, ctes)
    for (const names of namesIn(query)) {
      if (names.length > 1 || ctes.has(names[0] ?? '') || /^(pg|svv|stl|stv|sys)_/.test(names[0] ?? '')) continue
      throw new RedshiftFault(
        '0A000',
        'All the relation names inside should be qualified when creating VIEW WITH NO SCHEMA BINDING.',
      )
    }
  }

  async #typed(names: readonly string[], bound: BoundQuery): Promise<ResultColumn[]> {
    const columns = this.#session.columnsOf(bound, await this.#session.connection.describe(bound.sql))
    return columns.map((column, i) => ({ ...column, name: names[i] ?? column.name }))
  }

  async #createTableAs(
    statement: Pick<Of<'create-table-as'>, 'names' | 'attributes' | 'query'>,
    typed: readonly ResultColumn[],
  ): Promise<void> {
    const columns = typed.map(({ name, type }) => ({
      name,
      type: storedType(type),
      notNull: false,
      distKey: false,
      sortKey: false,
    }))
    const { names, attributes } = statement
    const table = { names, ifNotExists: false, columns, constraints: [], attributes }
    await this.#ddl.createTable(table, this.#session.nameScope)
    await this.#session.write({ kind: 'insert', names, columns: [], source: statement.query }, [])
  }

  async #createMaterialized(statement: Of<'create-materialized-view'>, facts: TypedFacts): Promise<Answer> {
    const { names, attributes, query } = statement
    const storage = [...names.slice(0, -1), storageName(names[names.length - 1] ?? '')]
    await this.#createTableAs({ names: storage, attributes, query }, facts.columns)
    const columns = facts.columns.map((column) => ({ ...column, type: storedType(column.type) }))
    await this.#views.createMaterialized(statement, { ...facts, columns }, this.#session.nameScope)
    return { tag: 'CREATE MATERIALIZED VIEW' }
  }

  async #refresh(names: readonly string[]): Promise<Answer> {
    const { connection, nameScope } = this.#session
    const view = await this.#views.findMaterialized(names, nameScope)
    const bound = await this.#session.bindSelect(readQuery(view.query, view.caseSensitive))
    await connection.run(`DELETE FROM ${view.storage}; INSERT INTO ${view.storage} ${bound.sql};
      UPDATE rs.materialized SET is_stale = false WHERE oid = ${view.oid}`)
    return { tag: 'REFRESH', notice: `Materialized view ${view.name} was recomputed successfully.` }
  }

  /** Commits, as Redshift's does. */
  async #truncate(names: readonly string[]): Promise<Answer> {
    const context = await this.#session.context({ kind: 'table', names }, [], 'TRUNCATE')
    const relation = context.relations.values().next().value
    if (relation?.engineName === undefined || relation.kind !== 'table') {
      throw new RedshiftFault('42P01', `relation "${names.join('.')}" does not exist`)
    }
    await this.#session.connection.run(`DELETE FROM ${relation.engineName}`)
    await this.#session.noteChanged(relation)
    await this.#session.transaction.commit()
    return { tag: 'TRUNCATE TABLE' }
  }

  get privileges(): Privileges {
    return this.#privileges
  }
}

const noFacts = { columns: [], depends: [], caseSensitive: false }

function collectCtes(tree: unknown, found: Set<string>): void {
  if (Array.isArray(tree)) for (const item of tree as readonly unknown[]) collectCtes(item, found)
  else if (typeof tree === 'object' && tree !== null) {
    const node = tree as { readonly kind?: unknown; readonly with?: readonly { readonly name: string }[] }
    if (node.kind === 'query') for (const { name } of node.with ?? []) found.add(name)
    for (const value of Object.values(node)) collectCtes(value, found)
  }
}

export function storedType(type: ResultColumn['type']): ResultColumn['type'] {
  return (type.name === 'varchar' || type.name === 'char') && type.length === undefined
    ? { name: type.name, length: type.name === 'char' ? 1 : 65535 }
    : type
}
