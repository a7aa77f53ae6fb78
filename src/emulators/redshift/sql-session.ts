import type { EngineColumn, EngineConnection, EngineRow } from '../sql-engine.js'
import { type BindContext, refuseMixedNodes } from './bind-context.js'
import { openContext } from './binder.js'
import { type Bound, type BoundQuery, quoteText, type SessionFacts } from './binding.js'
import { loadRelations, type NameScope } from './catalog-store.js'
import { ownerId } from './catalog-tables.js'
import { readDefaults } from './column-defaults.js'
import { DdlExecutor } from './ddl-executor.js'
import { bindDelete, bindInsert, bindUpdate } from './dml-binder.js'
import { RedshiftFault } from './fault.js'
import { type ResultColumn, resultColumns } from './result-columns.js'
import { Settings } from './settings.js'
import type { Statement } from './statements.js'
import type { Switches } from './switches.js'
import { TableChanger } from './table-changer.js'
import { Transaction } from './transaction.js'
import { rsType, varchar } from './types.js'
import { cellText } from './cell-text.js'

export interface Answer {
  /** Absent where the statement has no rows to give. */
  readonly columns?: readonly ResultColumn[]
  readonly batches?: AsyncIterable<EngineRow[]>
  /** The command tag; rows given are counted by whoever sends them. */
  readonly tag: string | ((rowCount: number) => string)
}

export interface SessionIdentity {
  readonly user: string
  readonly database: string
  readonly processId: number
  readonly serverless: boolean
  readonly switches: Switches
}

export const serverVersion =
  'PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 (Red Hat 3.4.2-6.fc3), Redshift 1.0.436211'

/** One session's SQL, without the wire: its transaction, its parameters, its view of the catalog. */
export class SqlSession {
  readonly connection: EngineConnection
  readonly transaction: Transaction
  readonly settings = new Settings()
  readonly identity: SessionIdentity
  readonly #ddl: DdlExecutor
  readonly #changer: TableChanger
  lastUnloadCount = 0
  lastUnloadId = -1
  lastQueryId = -1

  constructor(connection: EngineConnection, identity: SessionIdentity) {
    this.connection = connection
    this.identity = identity
    this.transaction = new Transaction(connection)
    this.#ddl = new DdlExecutor(connection)
    this.#changer = new TableChanger(connection)
  }

  async open(): Promise<void> {
    await this.connection.run(`SET VARIABLE rs_database = ${quoteText(this.identity.database)}`)
    await this.#publishSettings()
  }

  async #publishSettings(): Promise<void> {
    const path = this.searchPath().map(quoteText).join(', ')
    const pairs = this.settings.all().map(([name, value]) => `${quoteText(name)}: ${quoteText(value)}`)
    await this.connection.run(
      `SET VARIABLE rs_search_path = [${path}]; SET VARIABLE rs_settings = MAP {${pairs.join(', ')}}`,
    )
  }

  searchPath(): string[] {
    return this.settings.searchPath(this.identity.user)
  }

  get nameScope(): NameScope {
    const { database, serverless } = this.identity
    return { database, serverless, searchPath: this.searchPath() }
  }

  #facts(): SessionFacts {
    const { user, database, processId, switches } = this.identity
    const { lastUnloadCount, lastUnloadId, lastQueryId } = this
    const searchPath = this.searchPath()
    return {
      user,
      userId: ownerId,
      database,
      processId,
      searchPath,
      version: serverVersion,
      lastUnloadCount,
      lastUnloadId,
      lastQueryId,
      switches,
    }
  }

  /** What a bound query gives, once the engine has told its types. */
  columnsOf(bound: BoundQuery, engine: readonly EngineColumn[]): ResultColumn[] {
    return resultColumns(bound.columns, engine, this.identity.switches)
  }

  /** Reads the catalog for everything that the statement names. */
  async context(statement: unknown, parameters: readonly Bound[] = []): Promise<BindContext> {
    const relations = await loadRelations(this.connection, statement, this.nameScope)
    return openContext(this.#facts(), relations, parameters)
  }

  /** Binds a query; what it needs of the snapshot is taken. */
  async bindSelect(
    query: Extract<Statement, { kind: 'select' }>['query'],
    parameters: readonly Bound[] = [],
  ): Promise<BoundQuery & { readonly context: BindContext }> {
    const context = await this.context(query, parameters)
    const bound = context.bindQuery(query)
    refuseMixedNodes(context)
    return { ...bound, context }
  }

  async select(query: Extract<Statement, { kind: 'select' }>['query'], parameters: readonly Bound[]): Promise<Answer> {
    const bound = await this.bindSelect(query, parameters)
    // A query of the catalog alone takes no snapshot (redshift.md 1.13).
    if (bound.context.compute.size > 0) await this.transaction.touch()
    const stream = await this.connection.stream(bound.sql)
    return { columns: this.columnsOf(bound, stream.columns), batches: stream, tag: 'SELECT' }
  }

  /** The columns that a statement will give, for Describe; undefined where it gives none. */
  async describe(statement: Statement, parameters: readonly Bound[]): Promise<readonly ResultColumn[] | undefined> {
    if (statement.kind === 'show') return [textColumn(statement.name)]
    if (statement.kind === 'cancel' && statement.select !== undefined) return [numberColumn(statement.select)]
    if (statement.kind !== 'select') return undefined
    const bound = await this.bindSelect(statement.query, parameters)
    return this.columnsOf(bound, await this.connection.describe(bound.sql))
  }

  /** What Parse finds wrong before anything runs. */
  async analyze(statement: Statement, parameters: readonly Bound[]): Promise<void> {
    if (statement.kind === 'select') await this.bindSelect(statement.query, parameters)
    if (isWrite(statement)) await this.#bindWrite(statement, parameters)
  }

  async #bindWrite(statement: Write, parameters: readonly Bound[]): Promise<string> {
    const names = statement.kind === 'insert' ? statement.names : statement.target.names
    const context = await this.context([statement, { kind: 'table', names }], parameters)
    const defaults = await readDefaults(this.connection, names, this.nameScope, context)
    const sql =
      statement.kind === 'insert'
        ? bindInsert(statement, context, defaults)
        : statement.kind === 'update'
          ? bindUpdate(statement, context, defaults)
          : bindDelete(statement, context)
    refuseMixedNodes(context)
    return sql
  }

  async write(statement: Write, parameters: readonly Bound[]): Promise<Answer> {
    this.refuseReadOnly()
    const sql = await this.#bindWrite(statement, parameters)
    await this.transaction.touch()
    const { rows } = await this.connection.query(sql)
    const rowCount = cellText(rows[0]?.[0] ?? 0)
    return { tag: statement.kind === 'insert' ? `INSERT 0 ${rowCount}` : `${statement.kind.toUpperCase()} ${rowCount}` }
  }

  refuseReadOnly(): void {
    if (this.transaction.isReadOnly) throw new RedshiftFault('25006', 'transaction is read-only')
  }

  /** CREATE, DROP, ALTER, COMMENT, TRUNCATE. */
  async define(statement: Definition): Promise<Answer> {
    this.refuseReadOnly()
    // Bound before the engine's transaction is touched, so that a refusal costs nothing.
    const bound = 'query' in statement ? await this.bindSelect(statement.query) : undefined
    await this.transaction.touch()
    const scope = this.nameScope
    switch (statement.kind) {
      case 'create-schema':
        await this.#ddl.createSchema(statement)
        return { tag: 'CREATE SCHEMA' }
      case 'create-table':
        await this.#ddl.createTable(statement.table, scope)
        return { tag: 'CREATE TABLE' }
      case 'create-table-as':
        return this.#createTableAs(statement, bound)
      case 'create-view':
        await this.#ddl.createView(statement, await this.#typed(statement.columns, bound), scope)
        return { tag: 'CREATE VIEW' }
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
    }
  }

  async #typed(names: readonly string[], bound: BoundQuery | undefined): Promise<ResultColumn[]> {
    if (bound === undefined) return []
    const columns = this.columnsOf(bound, await this.connection.describe(bound.sql))
    return columns.map((column, i) => ({ ...column, name: names[i] ?? column.name }))
  }

  async #createTableAs(
    statement: Extract<Statement, { kind: 'create-table-as' }>,
    bound: BoundQuery | undefined,
  ): Promise<Answer> {
    const typed = await this.#typed(statement.columns, bound)
    const columns = typed.map(({ name, type }) => ({
      name,
      type: storedType(type),
      notNull: false,
      distKey: false,
      sortKey: false,
    }))
    const { names, attributes } = statement
    await this.#ddl.createTable({ names, ifNotExists: false, columns, constraints: [], attributes }, this.nameScope)
    await this.write({ kind: 'insert', names, columns: [], source: statement.query }, [])
    return { tag: 'SELECT' }
  }

  /** Commits, as Redshift's does. */
  async #truncate(names: readonly string[]): Promise<Answer> {
    const relation = (await this.context({ kind: 'table', names })).relations.values().next().value
    if (relation?.engineName === undefined || relation.kind !== 'table') {
      throw new RedshiftFault('42P01', `relation "${names.join('.')}" does not exist`)
    }
    await this.connection.run(`DELETE FROM ${relation.engineName}`)
    await this.transaction.commit()
    return { tag: 'TRUNCATE TABLE' }
  }

  async set(statement: Extract<Statement, { kind: 'set' }>): Promise<Answer> {
    this.settings.set(statement.name, statement.value)
    if (statement.name === 'timezone') {
      await this.connection.run(`SET TimeZone = ${quoteText(this.settings.get('timezone'))}`)
    }
    await this.#publishSettings()
    return { tag: statement.tag }
  }

  show(name: string): Answer {
    if (name === 'all') {
      const rows = this.settings.all()
      return { columns: [textColumn('name'), textColumn('setting')], batches: once(rows), tag: 'SHOW' }
    }
    const value = name === 'transaction_read_only' && this.transaction.isReadOnly ? 'on' : this.settings.get(name)
    return { columns: [textColumn(name)], batches: once([[value]]), tag: 'SHOW' }
  }
}

type Write = Extract<Statement, { kind: 'insert' | 'update' | 'delete' }>

function isWrite(statement: Statement): statement is Write {
  return ['insert', 'update', 'delete'].includes(statement.kind)
}

export type Definition = Extract<
  Statement,
  {
    kind:
      | 'create-schema'
      | 'create-table'
      | 'create-table-as'
      | 'create-view'
      | 'drop'
      | 'alter-table'
      | 'comment'
      | 'truncate'
  }
>

function storedType(type: ResultColumn['type']): ResultColumn['type'] {
  return (type.name === 'varchar' || type.name === 'char') && type.length === undefined
    ? { name: type.name, length: type.name === 'char' ? 1 : 65535 }
    : type
}

export async function* once(rows: EngineRow[]): AsyncGenerator<EngineRow[]> {
  yield rows
}

export function textColumn(name: string): ResultColumn {
  return { name, type: varchar(), engine: 'VARCHAR' }
}

export function numberColumn(name: string): ResultColumn {
  return { name, type: rsType('int4'), engine: 'INTEGER' }
}
