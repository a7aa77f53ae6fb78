import type { EngineConnection } from '../sql-engine.js'
import { quoteText } from './binding.js'
import { localName, type NameScope } from './catalog-store.js'
import type { ExternalStatement, ExternalTable } from './external-statements.js'
import { RedshiftFault } from './fault.js'
import type { Privileges } from './privileges.js'

/** External schemas and tables: what SVV_EXTERNAL_* tell of them, and nothing behind it. */
export class ExternalExecutor {
  readonly #connection: EngineConnection
  readonly #privileges: Privileges

  constructor(connection: EngineConnection, privileges: Privileges) {
    this.#connection = connection
    this.#privileges = privileges
  }

  async run(statement: ExternalStatement, scope: NameScope): Promise<string> {
    switch (statement.kind) {
      case 'create-external-schema':
        await this.#createSchema(statement)
        return 'CREATE SCHEMA'
      case 'create-external-table':
        await this.#createTable(statement.table, scope)
        return 'CREATE EXTERNAL TABLE'
      case 'add-partitions':
        await this.#addPartitions(statement, scope)
        return 'ALTER TABLE'
    }
  }

  async #createSchema(statement: Extract<ExternalStatement, { kind: 'create-external-schema' }>): Promise<void> {
    const { name, sourceKind, database, options } = statement
    const { rows } = await this.#connection.query(`SELECT 1 FROM rs.namespace WHERE nspname = ${quoteText(name)}`)
    if (rows.length > 0 && statement.ifNotExists) return
    if (rows.length > 0) throw new RedshiftFault('42P06', `schema "${name}" already exists`)
    const { CREATE, ...kept } = options
    void CREATE
    await this.#connection
      .run(`INSERT INTO rs.namespace VALUES (nextval('rs.oids'), ${quoteText(name)}, ${this.#privileges.userId});
      INSERT INTO rs.external_schema SELECT oid, ${sourceKind}, ${quoteText(database)}, ${quoteText(JSON.stringify(kept))}
      FROM rs.namespace WHERE nspname = ${quoteText(name)}`)
  }

  async #externalName(names: readonly string[], scope: NameScope): Promise<{ schema: string; name: string }> {
    const { schema, name } = localName(names, scope.database)
    const { rows } = await this.#connection.query(`SELECT 1 FROM rs.external_schema x
      JOIN rs.namespace n ON n.oid = x.esoid WHERE n.nspname = ${quoteText(schema ?? '')}`)
    if (schema === undefined || rows.length === 0) {
      throw new RedshiftFault('0A000', 'External tables can only be created in an external schema')
    }
    return { schema, name }
  }

  async #exists(schema: string, name: string): Promise<boolean> {
    const { rows } = await this.#connection
      .query(`SELECT 1 FROM rs.external_table WHERE schemaname = ${quoteText(schema)}
      AND tablename = ${quoteText(name)}`)
    return rows.length > 0
  }

  async #createTable(table: ExternalTable, scope: NameScope): Promise<void> {
    const { schema, name } = await this.#externalName(table.names, scope)
    const exists = await this.#exists(schema, name)
    if (exists && table.ifNotExists) return
    if (exists) throw new RedshiftFault('42P07', `Relation "${name}" already exists`)
    const texts = [schema, name, table.location, table.inputFormat, table.outputFormat, table.serialization]
    const json = [table.serdeParameters, table.parameters].map((value) => JSON.stringify(value))
    const all = [...table.columns, ...table.partitionedBy]
    const columns = all.map(({ name: column, type }, i) => {
      const key = Math.max(0, i + 1 - table.columns.length)
      return `(${[schema, name, column, type].map(quoteText).join(', ')}, ${i + 1}, ${key})`
    })
    await this.#connection.run(`INSERT INTO rs.external_table VALUES (${[...texts, ...json].map(quoteText).join(', ')});
      INSERT INTO rs.external_column VALUES ${columns.join(', ')}`)
  }

  async #addPartitions(
    statement: Extract<ExternalStatement, { kind: 'add-partitions' }>,
    scope: NameScope,
  ): Promise<void> {
    const { schema, name } = await this.#externalName(statement.names, scope)
    if (!(await this.#exists(schema, name)))
      throw new RedshiftFault('42P01', `relation "${schema}.${name}" does not exist`)
    for (const { values, location } of statement.partitions) {
      const row = [schema, name, JSON.stringify(values), location].map(quoteText).join(', ')
      await this.#connection.run(`INSERT INTO rs.external_partition VALUES (${row})`)
    }
  }
}
