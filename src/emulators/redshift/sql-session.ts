import type { EngineColumn, EngineConnection, EngineRow } from '../sql-engine.js'
import { type BindContext, refuseMixedNodes, relationKey } from './bind-context.js'
import { openContext } from './binder.js'
import { type Bound, type BoundQuery, quoteText, type Relation, type SessionFacts } from './binding.js'
import { loadRelations, type NameScope } from './catalog-store.js'
import { readDefaults } from './column-defaults.js'
import { Cursors } from './cursors.js'
import { type Definition, DefinitionRunner } from './definition-runner.js'
import { bindDelete, bindInsert, bindUpdate } from './dml-binder.js'
import { RedshiftFault, unsupported } from './fault.js'
import { LateBindingColumns } from './late-binding-columns.js'
import { Privileges, type RelationPrivilege, type SessionUser } from './privileges.js'
import { type ResultColumn, resultColumns } from './result-columns.js'
import { Settings } from './settings.js'
import type { Statement } from './statements.js'
import type { Switches } from './switches.js'
import { Transaction } from './transaction.js'
import { rsType, varchar } from './types.js'
import { cellText } from './cell-text.js'

export interface Answer {
  /** Absent where the statement has no rows to give. */
  readonly columns?: readonly ResultColumn[]
  readonly batches?: AsyncIterable<EngineRow[]>
  /** The command tag; rows given are counted by whoever sends them. */
  readonly tag: string | ((rowCount: number) => string)
  /** Told to the client as INFO. */
  readonly notice?: string
}

export interface SessionIdentity extends SessionUser {
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
  readonly cursors = new Cursors()
  readonly identity: SessionIdentity
  readonly #privileges: Privileges
  readonly #definitions: DefinitionRunner
  readonly #lateColumns: LateBindingColumns
  lastUnloadCount = 0
  lastUnloadId = -1
  lastQueryId = -1

  constructor(connection: EngineConnection, identity: SessionIdentity) {
    this.connection = connection
    this.identity = identity
    this.transaction = new Transaction(connection)
    this.#privileges = new Privileges(connection, identity)
    this.#lateColumns = new LateBindingColumns(connection, async (query) => {
      const bound = await this.bindSelect(query)
      return this.columnsOf(bound, await connection.describe(bound.sql))
    })
    this.#definitions = new DefinitionRunner(this, this.#privileges)
  }

  async open(): Promise<void> {
    const { database, userId, isSuperuser } = this.identity
    await this.connection.run(`SET VARIABLE rs_database = ${quoteText(database)};
      SET VARIABLE rs_user_id = ${userId}; SET VARIABLE rs_superuser = ${isSuperuser}`)
    await this.#lateColumns.clear()
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
    const { user, userId, database, processId, switches } = this.identity
    const { lastUnloadCount, lastUnloadId, lastQueryId } = this
    const searchPath = this.searchPath()
    return {
      user,
      userId,
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

  /**
   * Reads the catalog for everything that the statement names. SELECT is needed for it, or `privilege` for the relation
   * that it changes.
   */
  async context(
    statement: unknown,
    parameters: readonly Bound[] = [],
    privilege: RelationPrivilege = 'SELECT',
    changed?: readonly string[],
  ): Promise<BindContext> {
    const key = changed === undefined ? undefined : relationKey(changed)
    const permit = (relation: Relation, found: string): Promise<void> =>
      this.#privileges.requireRelation(relation, key === undefined || found === key ? privilege : 'SELECT')
    return openContext(
      this.#facts(),
      await loadRelations(this.connection, statement, this.nameScope, permit),
      parameters,
    )
  }

  /** Binds a query; what it needs of the snapshot is taken. */
  async bindSelect(
    query: Extract<Statement, { kind: 'select' }>['query'],
    parameters: readonly Bound[] = [],
  ): Promise<BoundQuery & { readonly context: BindContext }> {
    const context = await this.context(query, parameters)
    const bound = await this.#bound(() => context.bindQuery(query))
    refuseMixedNodes(context)
    if (context.leader.has('pg_get_late_binding_view_cols()')) await this.#lateColumns.load()
    return { ...bound, context }
  }

  /** A function that is not Redshift's own may be the user's, recorded and never run. */
  async #bound<T>(bind: () => T): Promise<T> {
    try {
      return bind()
    } catch (error) {
      const name =
        error instanceof RedshiftFault && error.sqlState === '42883' ? /^function (\w+)\(/.exec(error.message) : null
      const text = quoteText(name?.[1] ?? '')
      const { rows } = await this.connection.query(`SELECT language FROM rs.proc WHERE proname = ${text}`)
      if (rows.length > 0)
        throw unsupported(`calling the function ${name?.[1] ?? ''} (LANGUAGE ${cellText(rows[0]?.[0])})`)
      throw error
    }
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
    if (statement.kind === 'execute') throw unsupported('EXECUTE in the extended protocol')
    if (statement.kind === 'fetch') return this.cursors.columns(statement.name, this.transaction.id)
    if (statement.kind !== 'select') return undefined
    const bound = await this.bindSelect(statement.query, parameters)
    return this.columnsOf(bound, await this.connection.describe(bound.sql))
  }

  /** What Parse finds wrong before anything runs. */
  async analyze(statement: Statement, parameters: readonly Bound[]): Promise<void> {
    if (statement.kind === 'select') await this.bindSelect(statement.query, parameters)
    if (isWrite(statement)) await this.#bindWrite(statement, parameters)
  }

  async #bindWrite(
    statement: Write,
    parameters: readonly Bound[],
  ): Promise<{ sql: string; changed: Relation | undefined }> {
    const names = statement.kind === 'insert' ? statement.names : statement.target.names
    const privilege = statement.kind.toUpperCase() as 'INSERT' | 'UPDATE' | 'DELETE'
    const context = await this.context([statement, { kind: 'table', names }], parameters, privilege, names)
    const defaults = await readDefaults(this.connection, names, this.nameScope, context)
    const sql = await this.#bound(() =>
      statement.kind === 'insert'
        ? bindInsert(statement, context, defaults)
        : statement.kind === 'update'
          ? bindUpdate(statement, context, defaults)
          : bindDelete(statement, context),
    )
    refuseMixedNodes(context)
    return { sql, changed: context.relations.get(relationKey(names)) }
  }

  async write(statement: Write, parameters: readonly Bound[]): Promise<Answer> {
    this.refuseReadOnly()
    const { sql, changed } = await this.#bindWrite(statement, parameters)
    await this.transaction.touch()
    const { rows } = await this.connection.query(sql)
    if (changed !== undefined) await this.noteChanged(changed)
    const rowCount = cellText(rows[0]?.[0] ?? 0)
    return { tag: statement.kind === 'insert' ? `INSERT 0 ${rowCount}` : `${statement.kind.toUpperCase()} ${rowCount}` }
  }

  /** Materialized views over it are stale from here on. */
  async noteChanged({ oid = 0 }: Relation): Promise<void> {
    await this.connection.run(
      `UPDATE rs.materialized SET is_stale = true WHERE NOT is_stale AND list_contains(bases, ${oid})`,
    )
  }

  refuseReadOnly(): void {
    if (this.transaction.isReadOnly) throw new RedshiftFault('25006', 'transaction is read-only')
  }

  /** CREATE, DROP, ALTER, COMMENT, GRANT, TRUNCATE and their like. */
  define(statement: Definition): Promise<Answer> {
    return this.#definitions.run(statement)
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

export async function* once(rows: EngineRow[]): AsyncGenerator<EngineRow[]> {
  yield rows
}

export function textColumn(name: string): ResultColumn {
  return { name, type: varchar(), engine: 'VARCHAR' }
}

export function numberColumn(name: string): ResultColumn {
  return { name, type: rsType('int4'), engine: 'INTEGER' }
}
