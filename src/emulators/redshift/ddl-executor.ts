import type { EngineConnection } from '../sql-engine.js'
import { quoteName, quoteText } from './binding.js'
import { engineSchema, engineTable, type NameScope, userRelation } from './catalog-store.js'
import { recordColumns, recordConstraint } from './column-recorder.js'
import type { ColumnDefinition, TableAttributes, TableDefinition } from './definitions.js'
import { RedshiftFault } from './fault.js'
import type { Privileges } from './privileges.js'
import { alreadyExists, findPlace } from './relation-place.js'
import type { Statement } from './statements.js'
import { engineType } from './type-facts.js'

type Of<K extends Statement['kind']> = Extract<Statement, { kind: K }>

const columnCountMax = 1600

/** Makes and drops schemas, tables and views: in the engine, and in the emulator's own catalog. */
export class DdlExecutor {
  readonly #connection: EngineConnection
  readonly #privileges: Privileges

  constructor(connection: EngineConnection, privileges: Privileges) {
    this.#connection = connection
    this.#privileges = privileges
  }

  async createSchema(statement: Of<'create-schema'>): Promise<void> {
    const { rows } = await this.#connection.query(
      `SELECT 1 FROM rs.namespace WHERE nspname = ${quoteText(statement.name)}`,
    )
    if (rows.length > 0 && statement.ifNotExists) return
    if (rows.length > 0) throw new RedshiftFault('42P06', `schema "${statement.name}" already exists`)
    if (/^pg_/.test(statement.name)) {
      throw new RedshiftFault('42939', `unacceptable schema name "${statement.name}"`, {
        detail: 'The prefix "pg_" is reserved for system schemas.',
      })
    }
    const owner =
      statement.owner === undefined
        ? String(this.#privileges.userId)
        : `(SELECT usesysid FROM rs.user_ WHERE usename = ${quoteText(statement.owner)})`
    await this.#connection.run(`CREATE SCHEMA ${engineSchema(statement.name)};
      INSERT INTO rs.namespace VALUES (nextval('rs.oids'), ${quoteText(statement.name)}, ${owner})`)
  }

  /** False when IF NOT EXISTS found one. */
  async createTable(table: TableDefinition, scope: NameScope): Promise<boolean> {
    const place = await findPlace(this.#connection, table.names, scope, this.#privileges)
    if (place.taken && table.ifNotExists) return false
    if (place.taken) throw alreadyExists(place.name)
    if (table.columns.length > columnCountMax) {
      throw new RedshiftFault('54011', `tables can have at most ${columnCountMax} columns`)
    }
    refuseRepeated(table.columns)
    refuseUnsortable(table)
    const { oid, schema } = place
    const columns = table.columns.map((column) => {
      const required = column.notNull || keyed(table, column) ? ' NOT NULL' : ''
      return `${quoteName(column.name)} ${engineType(column.type)}${required}`
    })
    const sort = table.attributes.sortStyle ?? (table.columns.some((column) => column.sortKey) ? 'COMPOUND' : 'AUTO')
    const style = distributionCode(table.attributes, table.columns)
    await this.#connection.run(`CREATE TABLE ${engineTable(schema, place.name)} (${columns.join(', ')});
      INSERT INTO rs.relation VALUES (${oid}, ${quoteText(place.name)}, ${place.namespace}, 'r', ${style},
      ${this.#privileges.userId}, NULL, NULL, false, timezone('UTC', now()), '${sort}', ${table.attributes.backup}, NULL, false)`)
    await recordColumns(
      this.#connection,
      table.columns.map((column, i) => ({ oid, number: i + 1, column, table, schema })),
    )
    for (const constraint of table.constraints) {
      const columnNames = table.columns.map((column, i) => ({ name: column.name, number: i + 1 }))
      await recordConstraint(this.#connection, { oid, constraint, columns: columnNames, place, scope })
    }
    return true
  }

  async drop(statement: Of<'drop'>, scope: NameScope): Promise<void> {
    for (const names of statement.names) {
      if (statement.what === 'schema') await this.#dropSchema(names[0] ?? '', statement)
      else await this.#dropRelation(names, statement, scope)
    }
  }

  async #dropRelation(names: readonly string[], statement: Of<'drop'>, scope: NameScope): Promise<void> {
    const relation = await userRelation(this.#connection, names, scope)
    if (relation === undefined && statement.ifExists) return
    if (relation === undefined) {
      throw new RedshiftFault('42P01', `${statement.what} "${names[names.length - 1] ?? ''}" does not exist`)
    }
    const kind = relation.materialized === undefined ? relation.kind : 'materialized view'
    if (kind !== statement.what) throw new RedshiftFault('42809', `"${relation.name}" is not a ${statement.what}`)
    this.#privileges.requireOwner(relation.owner ?? 0, 'relation', relation.name)
    await this.#dropDependents(relation, statement)
    await this.#forget(relation.oid)
  }

  /** Views that are bound to it; a late-binding view stays, and breaks. */
  async #dropDependents(
    relation: { readonly oid: number; readonly name: string; readonly kind: string },
    statement: Of<'drop'>,
  ): Promise<void> {
    const { rows } = await this.#connection.query(`SELECT oid, relname FROM rs.relation
      WHERE oid <> ${relation.oid} AND NOT late_binding AND list_contains(depends, ${relation.oid})`)
    if (rows.length > 0 && !statement.cascade) {
      throw new RedshiftFault(
        '2BP01',
        `cannot drop ${statement.what} ${relation.name} because other objects depend on it`,
        {
          detail: rows
            .map(([, name]) => `view ${String(name as string)} depends on ${statement.what} ${relation.name}`)
            .join('\n'),
          hint: 'Use DROP ... CASCADE to drop the dependent objects too.',
        },
      )
    }
    for (const [oid] of rows) await this.#forget(Number(oid))
  }

  async #dropSchema(name: string, statement: Of<'drop'>): Promise<void> {
    const { rows } = await this.#connection.query(`SELECT n.oid, n.nspowner, o.oid FROM rs.namespace n
      LEFT JOIN (SELECT oid, relnamespace FROM rs.relation UNION ALL SELECT oid, pronamespace FROM rs.proc) o
      ON o.relnamespace = n.oid WHERE n.nspname = ${quoteText(name)}`)
    if (rows[0] === undefined && statement.ifExists) return
    if (rows[0] === undefined) throw new RedshiftFault('3F000', `schema "${name}" does not exist`)
    this.#privileges.requireOwner(Number(rows[0][1]), 'schema', name)
    const oids = rows.flatMap(([, , oid]) => (oid === null || oid === undefined ? [] : [Number(oid)]))
    if (oids.length > 0 && !statement.cascade) {
      throw new RedshiftFault('2BP01', `cannot drop schema ${name} because other objects depend on it`, {
        hint: 'Use DROP ... CASCADE to drop the dependent objects too.',
      })
    }
    for (const oid of oids) await this.#forget(oid)
    const oid = Number(rows[0][0])
    await this.#connection.run(`DROP SCHEMA IF EXISTS ${engineSchema(name)} CASCADE;
      DELETE FROM rs.namespace WHERE oid = ${oid}; DELETE FROM rs.external_schema WHERE esoid = ${oid};
      DELETE FROM rs.privilege WHERE object = ${oid};
      DELETE FROM rs.external_table WHERE schemaname = ${quoteText(name)};
      DELETE FROM rs.external_column WHERE schemaname = ${quoteText(name)};
      DELETE FROM rs.external_partition WHERE schemaname = ${quoteText(name)}`)
  }

  /** With what hangs on it: its columns, keys, comments and grants, and a materialized view's rows. */
  async #forget(oid: number): Promise<void> {
    const { rows } = await this.#connection.query(`SELECT n.nspname, r.relname, r.oid FROM rs.relation r
      JOIN rs.namespace n ON n.oid = r.relnamespace WHERE r.relkind = 'r' AND (r.oid = ${oid}
      OR r.oid IN (SELECT m.storage FROM rs.materialized m WHERE m.oid = ${oid}))`)
    for (const [schema, name] of rows) {
      await this.#connection.run(`DROP TABLE ${engineTable(schema as string, name as string)}`)
    }
    for (const gone of [oid, ...rows.map(([, , storage]) => Number(storage))]) {
      await this.#connection.run(`DELETE FROM rs.relation WHERE oid = ${gone};
        DELETE FROM rs.attribute WHERE attrelid = ${gone}; DELETE FROM rs.constraint_ WHERE conrelid = ${gone};
        DELETE FROM rs.description WHERE objoid = ${gone}; DELETE FROM rs.privilege WHERE object = ${gone};
        DELETE FROM rs.materialized WHERE oid = ${gone}; DELETE FROM rs.proc WHERE oid = ${gone}`)
    }
  }
}

function keyed(table: TableDefinition, column: ColumnDefinition): boolean {
  return table.constraints.some((constraint) => constraint.kind === 'p' && constraint.columns.includes(column.name))
}

function refuseRepeated(columns: readonly ColumnDefinition[]): void {
  const seen = new Set<string>()
  for (const { name } of columns) {
    const folded = name.toLowerCase()
    if (seen.has(name)) throw new RedshiftFault('42701', `column "${name}" duplicated`)
    if (seen.has(folded)) {
      throw new RedshiftFault(
        '0A000',
        `columns that differ only in case ("${name}") are not supported by the emulated Redshift`,
      )
    }
    seen.add(name)
    seen.add(folded)
  }
}

const keyless = ['super', 'varbyte', 'geometry', 'geography', 'hllsketch']

/** Neither rows are spread nor sorted by these (redshift.md 4.1). */
function refuseUnsortable({ columns, attributes }: TableDefinition): void {
  for (const { name, type, distKey, sortKey } of columns) {
    const isKey = distKey || sortKey || attributes.distKey === name || attributes.sortKey.includes(name)
    if (!isKey || !keyless.includes(type.name)) continue
    throw new RedshiftFault('0A000', `column "${name}" of type ${type.name} cannot be a distribution or sort key`)
  }
}

/** pg_class.reldiststyle (redshift.md 3.2). */
export function distributionCode(attributes: TableAttributes, columns: readonly ColumnDefinition[]): number {
  if (attributes.distKey !== undefined || columns.some((column) => column.distKey)) return 1
  return { even: 0, key: 1, all: 8, auto: 9 }[attributes.distStyle ?? 'auto']
}
