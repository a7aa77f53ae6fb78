import type { EngineConnection } from '../sql-engine.js'
import { quoteName, quoteText } from './binding.js'
import { type NameScope, userRelation } from './catalog-store.js'
import { recordColumns } from './column-recorder.js'
import { RedshiftFault, unsupported } from './fault.js'
import type { Privileges } from './privileges.js'
import type { Statement, TableChange } from './statements.js'
import { engineType } from './type-facts.js'

type Found = NonNullable<Awaited<ReturnType<typeof userRelation>>>

/** ALTER TABLE and COMMENT ON. */
export class TableChanger {
  readonly #connection: EngineConnection
  readonly #privileges: Privileges

  constructor(connection: EngineConnection, privileges: Privileges) {
    this.#connection = connection
    this.#privileges = privileges
  }

  async alter(names: readonly string[], change: TableChange, scope: NameScope): Promise<void> {
    const table = await this.#find(names, scope)
    switch (change.kind) {
      case 'add-column':
        return this.#addColumn(table, change)
      case 'drop-column':
        return this.#dropColumn(table, change.column)
      case 'rename-column':
        this.#requireColumn(table, change.from)
        return this.#connection
          .run(`ALTER TABLE ${table.engineName ?? ''} RENAME COLUMN ${quoteName(change.from)} TO ${quoteName(change.to)};
          UPDATE rs.attribute SET attname = ${quoteText(change.to)} WHERE attrelid = ${table.oid} AND attname = ${quoteText(change.from)}`)
      case 'rename':
        return this.#connection.run(`ALTER TABLE ${table.engineName ?? ''} RENAME TO ${quoteName(change.to)};
          UPDATE rs.relation SET relname = ${quoteText(change.to)} WHERE oid = ${table.oid}`)
      case 'none':
        return
    }
  }

  async #addColumn(table: Found, change: Extract<TableChange, { kind: 'add-column' }>): Promise<void> {
    const [column] = change.table.columns
    if (column === undefined) return
    if (column.identity !== undefined) throw unsupported('ALTER TABLE ADD an identity column')
    if (column.defaultText !== undefined) throw unsupported('ALTER TABLE ADD COLUMN with a default')
    if (table.columns.some((existing) => existing.name === column.name)) {
      throw new RedshiftFault('42701', `column "${column.name}" of relation "${table.name}" already exists`)
    }
    const { rows } = await this.#connection.query(
      `SELECT max(attnum)::INTEGER + 1 FROM rs.attribute WHERE attrelid = ${table.oid}`,
    )
    await this.#connection.run(
      `ALTER TABLE ${table.engineName ?? ''} ADD COLUMN ${quoteName(column.name)} ${engineType(column.type)}`,
    )
    const number = Number(rows[0]?.[0])
    await recordColumns(this.#connection, [
      { oid: table.oid, number, column, table: change.table, schema: table.schema },
    ])
  }

  /** The number stays taken, and the name turns into a marker (redshift.md 3.2). */
  async #dropColumn(table: Found, name: string): Promise<void> {
    this.#requireColumn(table, name)
    await this.#connection.run(`ALTER TABLE ${table.engineName ?? ''} DROP COLUMN ${quoteName(name)};
      UPDATE rs.attribute SET attname = '........pg.dropped.' || attnum || '........', attisdropped = true, atttypid = 0,
      adsrc = NULL WHERE attrelid = ${table.oid} AND attname = ${quoteText(name)}`)
  }

  #requireColumn(table: Found, name: string): void {
    if (table.columns.some((column) => column.name === name)) return
    throw new RedshiftFault('42703', `column "${name}" of relation "${table.name}" does not exist`)
  }

  async comment(statement: Extract<Statement, { kind: 'comment' }>, scope: NameScope): Promise<void> {
    const ofColumn = statement.on === 'column'
    const names = ofColumn ? statement.names.slice(0, -1) : statement.names
    const relation = await this.#find(names, scope)
    const column = statement.names[statement.names.length - 1] ?? ''
    const number = ofColumn
      ? `(SELECT attnum FROM rs.attribute WHERE attrelid = ${relation.oid} AND attname = ${quoteText(column)})`
      : '0'
    if (ofColumn) this.#requireColumn(relation, column)
    await this.#connection.run(`DELETE FROM rs.description WHERE objoid = ${relation.oid} AND objsubid = ${number}`)
    if (statement.text === undefined) return
    await this.#connection.run(
      `INSERT INTO rs.description VALUES (${relation.oid}, ${number}, ${quoteText(statement.text)})`,
    )
  }

  async #find(names: readonly string[], scope: NameScope): Promise<Found> {
    const relation = await userRelation(this.#connection, names, scope)
    if (relation === undefined) throw new RedshiftFault('42P01', `relation "${names.join('.')}" does not exist`)
    this.#privileges.requireOwner(relation.owner ?? 0, 'relation', relation.name)
    return relation
  }
}
