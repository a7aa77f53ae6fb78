import type { EngineConnection } from '../sql-engine.js'
import { quoteName, quoteText } from './binding.js'
import { type NameScope, userRelation } from './catalog-store.js'
import { granteeCode } from './account-executor.js'
import { checkEncoding, recordColumns, recordConstraint, sortPosition } from './column-recorder.js'
import { distributionCode } from './ddl-executor.js'
import type { ConstraintDefinition, TableAttributes } from './definitions.js'
import { RedshiftFault, unsupported } from './fault.js'
import type { Privileges } from './privileges.js'
import type { Statement, TableChange } from './statements.js'
import { engineType, typeModifier, typeText } from './type-facts.js'
import type { RsType } from './types.js'

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
      case 'add-constraint':
        return this.#addConstraint(table, change.constraint, scope)
      case 'drop-constraint':
        return this.#dropConstraint(table, change.name)
      case 'column-type':
        return this.#widen(table, change.column, change.type)
      case 'column-encoding':
        this.#requireColumn(table, change.column)
        checkEncoding(change.encoding)
        return this.#update(table, `encoding = ${quoteText(change.encoding)}`, change.column)
      case 'attributes':
        return this.#arrange(table, change.attributes)
      case 'owner': {
        const owner = (await granteeCode(this.#connection, { kind: 'user', name: change.to })).slice(1)
        return this.#connection.run(`UPDATE rs.relation SET relowner = ${owner} WHERE oid = ${table.oid}`)
      }
    }
  }

  #update(table: Found, sets: string, column?: string): Promise<void> {
    const one = column === undefined ? '' : ` AND attname = ${quoteText(column)}`
    return this.#connection.run(`UPDATE rs.attribute SET ${sets} WHERE attrelid = ${table.oid}${one}`)
  }

  async #addConstraint(table: Found, constraint: ConstraintDefinition, scope: NameScope): Promise<void> {
    const { oid, schema, name, namespace = 0 } = table
    const { rows } = await this.#connection.query(
      `SELECT attname, attnum, attnotnull FROM rs.attribute WHERE attrelid = ${oid} AND NOT attisdropped`,
    )
    const nullable = rows.find(
      ([column, , notNull]) => notNull !== true && constraint.columns.includes(column as string),
    )
    if (constraint.kind === 'p' && nullable !== undefined) {
      throw new RedshiftFault('42P16', `column "${nullable[0] as string}" is not declared NOT NULL`)
    }
    const columns = rows.map(([column, number]) => ({ name: column as string, number: Number(number) }))
    await recordConstraint(this.#connection, { oid, constraint, columns, place: { schema, namespace, name }, scope })
  }

  async #dropConstraint(table: Found, name: string): Promise<void> {
    const where = `conrelid = ${table.oid} AND conname = ${quoteText(name)}`
    const { rows } = await this.#connection.query(`SELECT 1 FROM rs.constraint_ WHERE ${where}`)
    if (rows.length === 0) throw new RedshiftFault('42704', `constraint "${name}" does not exist`)
    await this.#connection.run(`DELETE FROM rs.constraint_ WHERE ${where}`)
  }

  /** Only the length of a VARCHAR can be changed (DG r_ALTER_TABLE). */
  async #widen(table: Found, name: string, type: RsType): Promise<void> {
    this.#requireColumn(table, name)
    const from = table.columns.find((column) => column.name === name)?.type
    if (from?.name !== 'varchar' || type.name !== 'varchar') {
      throw new RedshiftFault(
        '0A000',
        `cannot alter type of column "${name}": only the size of VARCHAR columns can be changed`,
      )
    }
    const longest = `SELECT coalesce(max(strlen(${quoteName(name)})), 0) FROM ${table.engineName ?? ''}`
    const { rows } = await this.#connection.query(longest)
    if (Number(rows[0]?.[0]) > (type.length ?? 0)) {
      throw new RedshiftFault('22001', `target data size is smaller than current value size of column "${name}"`)
    }
    await this.#update(table, `type = ${quoteText(typeText(type))}, atttypmod = ${typeModifier(type)}`, name)
  }

  async #arrange(table: Found, attributes: TableAttributes): Promise<void> {
    for (const name of [...attributes.sortKey, ...(attributes.distKey === undefined ? [] : [attributes.distKey])]) {
      this.#requireColumn(table, name)
    }
    if (attributes.distStyle !== undefined || attributes.distKey !== undefined) {
      const style = distributionCode(attributes, [])
      const key = attributes.distKey === undefined ? 'false' : `attname = ${quoteText(attributes.distKey)}`
      await this.#connection.run(`UPDATE rs.relation SET reldiststyle = ${style} WHERE oid = ${table.oid}`)
      await this.#update(table, `attisdistkey = ${key}`)
    }
    if (attributes.sortStyle === undefined) return
    const cases = attributes.sortKey.map((name) => `WHEN ${quoteText(name)} THEN ${sortPosition(attributes, name)}`)
    const order = cases.length === 0 ? '0' : `CASE attname ${cases.join(' ')} ELSE 0 END`
    await this.#connection.run(`UPDATE rs.relation SET sort_style = '${attributes.sortStyle}' WHERE oid = ${table.oid}`)
    await this.#update(table, `attsortkeyord = ${order}`)
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
