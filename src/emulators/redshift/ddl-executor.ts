import type { EngineConnection } from '../sql-engine.js'
import { quoteName, quoteText, type Relation } from './binding.js'
import { engineSchema, engineTable, localName, type NameScope, userRelation } from './catalog-store.js'
import { ownerId } from './catalog-tables.js'
import { recordColumn, recordConstraint } from './column-recorder.js'
import type { ColumnDefinition, TableAttributes, TableDefinition } from './definitions.js'
import { RedshiftFault } from './fault.js'
import type { Statement } from './statements.js'
import { engineType } from './type-facts.js'

type Of<K extends Statement['kind']> = Extract<Statement, { kind: K }>

const columnCountMax = 1600

/** Makes and changes relations: in the engine, and in the emulator's own catalog. */
export class DdlExecutor {
  readonly #connection: EngineConnection

  constructor(connection: EngineConnection) {
    this.#connection = connection
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
    await this.#connection.run(`CREATE SCHEMA ${engineSchema(statement.name)};
      INSERT INTO rs.namespace VALUES (nextval('rs.oids'), ${quoteText(statement.name)}, ${ownerId})`)
  }

  /** False when IF NOT EXISTS found one. */
  async createTable(table: TableDefinition, scope: NameScope): Promise<boolean> {
    const place = await this.#newName(table.names, scope, table.ifNotExists)
    if (place === undefined) return false
    if (table.columns.length > columnCountMax) {
      throw new RedshiftFault('54011', `tables can have at most ${columnCountMax} columns`)
    }
    refuseRepeated(table.columns)
    const columns = table.columns.map((column) => {
      const required = column.notNull || keyed(table, column) ? ' NOT NULL' : ''
      return `${quoteName(column.name)} ${engineType(column.type)}${required}`
    })
    await this.#connection.run(`CREATE TABLE ${engineTable(place.schema, place.name)} (${columns.join(', ')})`)
    const oid = await this.#recordRelation(place, 'r', table)
    let number = 0
    for (const column of table.columns) {
      number += 1
      await recordColumn(this.#connection, { oid, number, column, table, schema: place.schema })
    }
    for (const constraint of table.constraints) {
      await recordConstraint(this.#connection, { oid, constraint, table, place, scope })
    }
    return true
  }

  async #recordRelation(
    place: { schema: string; namespace: number; name: string },
    kind: 'r' | 'v',
    table: TableDefinition,
  ): Promise<number> {
    const style = distributionCode(table.attributes, table.columns)
    const oid = await this.#nextOid()
    const sort = table.attributes.sortStyle ?? (table.columns.some((column) => column.sortKey) ? 'COMPOUND' : 'AUTO')
    await this.#connection
      .run(`INSERT INTO rs.relation VALUES (${oid}, ${quoteText(place.name)}, ${place.namespace}, '${kind}',
      ${style}, ${ownerId}, NULL, NULL, false, timezone('UTC', now()), '${sort}', ${table.attributes.backup})`)
    return oid
  }

  async createView(statement: Of<'create-view'>, columns: Relation['columns'], scope: NameScope): Promise<void> {
    if (statement.replace) await this.#dropExistingView(statement.names, scope)
    const place = await this.#newName(statement.names, scope, false)
    if (place === undefined) return
    const oid = await this.#nextOid()
    const tail = statement.lateBinding ? ' with no schema binding;' : ''
    const text = statement.lateBinding
      ? `create view ${place.schema}.${place.name} as ${statement.queryText}${tail}`
      : statement.queryText
    await this.#connection
      .run(`INSERT INTO rs.relation VALUES (${oid}, ${quoteText(place.name)}, ${place.namespace}, 'v',
      0, ${ownerId}, ${quoteText(text)}, ${quoteText(statement.queryText)}, ${statement.lateBinding}, timezone('UTC', now()), NULL, true)`)
    const attributes = { sortKey: [], backup: true }
    const table = { names: statement.names, ifNotExists: false, columns: [], constraints: [], attributes }
    let number = 0
    for (const { name, type = { name: 'varchar' as const } } of columns) {
      number += 1
      const column = { name, type, notNull: false, distKey: false, sortKey: false, encoding: 'none' }
      await recordColumn(this.#connection, { oid, number, column, table, schema: place.schema })
    }
  }

  async #dropExistingView(names: readonly string[], scope: NameScope): Promise<void> {
    const existing = await userRelation(this.#connection, names, scope)
    if (existing?.kind === 'view') await this.#forget(existing.oid)
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
    if (relation.kind !== statement.what) {
      throw new RedshiftFault('42809', `"${relation.name}" is not a ${statement.what}`)
    }
    if (relation.engineName !== undefined) await this.#connection.run(`DROP TABLE ${relation.engineName}`)
    await this.#forget(relation.oid)
  }

  async #dropSchema(name: string, statement: Of<'drop'>): Promise<void> {
    const { rows } = await this.#connection.query(`SELECT r.oid FROM rs.namespace n
      LEFT JOIN rs.relation r ON r.relnamespace = n.oid WHERE n.nspname = ${quoteText(name)}`)
    if (rows.length === 0 && statement.ifExists) return
    if (rows.length === 0) throw new RedshiftFault('3F000', `schema "${name}" does not exist`)
    const oids = rows.flatMap(([oid]) => (oid === null ? [] : [Number(oid)]))
    if (oids.length > 0 && !statement.cascade) {
      throw new RedshiftFault('2BP01', `cannot drop schema ${name} because other objects depend on it`, {
        hint: 'Use DROP ... CASCADE to drop the dependent objects too.',
      })
    }
    for (const oid of oids) await this.#forget(oid)
    await this.#connection.run(`DROP SCHEMA ${engineSchema(name)} CASCADE;
      DELETE FROM rs.namespace WHERE nspname = ${quoteText(name)}`)
  }

  async #forget(oid: number): Promise<void> {
    await this.#connection.run(`DELETE FROM rs.relation WHERE oid = ${oid};
      DELETE FROM rs.attribute WHERE attrelid = ${oid}; DELETE FROM rs.constraint_ WHERE conrelid = ${oid};
      DELETE FROM rs.description WHERE objoid = ${oid}`)
  }

  /** Where a new relation goes; undefined when one is there and that is welcome. */
  async #newName(
    names: readonly string[],
    scope: NameScope,
    ifNotExists: boolean,
  ): Promise<{ schema: string; namespace: number; name: string } | undefined> {
    const { schema: given, name } = localName(names, scope.database)
    const found = await this.#firstSchema(given === undefined ? scope.searchPath : [given])
    if (found === undefined) {
      const text = given === undefined ? 'no schema has been selected to create in' : `schema "${given}" does not exist`
      throw new RedshiftFault('3F000', text)
    }
    const { schema, namespace } = found
    const existing = await userRelation(this.#connection, [schema, name], scope)
    if (existing !== undefined && ifNotExists) return undefined
    if (existing !== undefined) throw new RedshiftFault('42P07', `Relation "${name}" already exists`)
    return { schema, namespace, name }
  }

  /** `$user` names a schema that need not be there. */
  async #firstSchema(candidates: readonly string[]): Promise<{ schema: string; namespace: number } | undefined> {
    for (const schema of candidates) {
      const { rows } = await this.#connection.query(
        `SELECT oid FROM rs.namespace WHERE nspname = ${quoteText(schema)} AND nspname NOT IN ('pg_catalog', 'information_schema')`,
      )
      if (rows[0] !== undefined) return { schema, namespace: Number(rows[0][0]) }
    }
    return undefined
  }

  async #nextOid(): Promise<number> {
    const { rows } = await this.#connection.query("SELECT nextval('rs.oids')::INTEGER")
    return Number(rows[0]?.[0])
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

/** pg_class.reldiststyle (redshift.md 3.2). */
function distributionCode(attributes: TableAttributes, columns: readonly ColumnDefinition[]): number {
  if (attributes.distKey !== undefined || columns.some((column) => column.distKey)) return 1
  return { even: 0, key: 1, all: 8, auto: 9 }[attributes.distStyle ?? 'auto']
}
