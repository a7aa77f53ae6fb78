import { resolveTable, tableName } from '../bind/relation.js'
import { engineType, types, type DataType } from '../data-type.js'
import { semanticError, StatementError, place, unsupported, type Position } from '../odps-error.js'
import type { Statement, TableOptions } from '../sql/statement.js'
import type { Name } from '../sql/ast.js'
import { allColumns, newId, newPhysicalName, schemaOf, titleOf, type Column, type Table } from '../table.js'
import { defineColumn, definePartitionColumn, newColumnName } from './define-column.js'
import { checkComment, checkLifecycle, checkTableName, columnCountMax, partitionLevelCountMax } from './names.js'
import type { FillContext, Outcome, RunContext } from './run-context.js'

type Create = Extract<Statement, { kind: 'create' }>
type CreateAs = Extract<Statement, { kind: 'create-as' }>
type CreateLike = Extract<Statement, { kind: 'create-like' }>

/** Types that the key of a Delta table takes here. */
const keyBases = ['tinyint', 'smallint', 'int', 'bigint', 'string', 'varchar', 'char', 'date']

const done: Outcome = { kind: 'text', text: '' }

export async function createTable(statement: Create, run: RunContext): Promise<Outcome> {
  const name = newTableName(statement.table, run)
  const { options } = statement
  const columns = statement.columns.map((definition) => defineColumn(definition, run.bind))
  const partitionColumns = options.partitionedBy.map((definition) => definePartitionColumn(definition, run.bind))
  checkColumns(columns, partitionColumns, statement.at)
  checkOptions(options, columns, statement.primaryKey, statement.at)
  if (exists(name, statement, run)) return done
  const { primaryKey } = statement
  const table = { ...newTable(name, columns, partitionColumns, run), ...optionsOf(options), primaryKey }
  await makePhysical(table, run)
  addTable(table, statement.table, run)
  return done
}

/** The key of a table that is to be made, in a schema that exists. */
function newTableName(name: Name, run: RunContext): string {
  const key = tableName(name, run.bind)
  checkTableName(titleOf(key), name.at)
  if (run.project.views.get(key) !== undefined) throw alreadyExists(key, name, run)
  if (run.project.schemas.has(schemaOf(key))) return key
  throw new StatementError('0422155', `${place(name.at)} Schema not found - '${run.bind.project}.${schemaOf(key)}'`)
}

/** The table is there and that is fine; without IF NOT EXISTS it is an error. */
function exists(
  name: string,
  statement: { readonly ifNotExists: boolean; readonly table: Name },
  run: RunContext,
): boolean {
  if (run.project.tables.get(name) === undefined) return false
  if (statement.ifNotExists) return true
  throw alreadyExists(name, statement.table, run)
}

function alreadyExists(name: string, table: Name, run: RunContext): StatementError {
  return new StatementError(
    '0130211',
    `${place(table.at)} Table or view already exists - table ${run.bind.project}.${name} already exists`,
  )
}

/** Someone may have made the table while its rows were computed. */
function addTable(table: Table, name: Name, run: RunContext): void {
  if (run.project.tables.get(table.name) !== undefined) {
    run.project.retire(table.physical)
    throw alreadyExists(table.name, name, run)
  }
  run.project.tables.put(table)
}

function newTable(
  name: string,
  columns: readonly Column[],
  partitionColumns: readonly Column[],
  run: RunContext,
): Table {
  const now = Date.now()
  return {
    id: newId(),
    name,
    columns,
    partitionColumns,
    partitions: new Map(),
    comment: '',
    owner: run.project.owner,
    createdAt: now,
    ddlAt: now,
    modifiedAt: now,
    properties: {},
    primaryKey: [],
    physical: newPhysicalName(),
  }
}

function optionsOf(options: TableOptions): Partial<Table> {
  const { comment, properties, lifecycle, clustering } = options
  return { comment, properties, ...(clustering && { clustering }), ...(lifecycle === undefined ? {} : { lifecycle }) }
}

export async function makePhysical(table: Table, run: FillContext): Promise<void> {
  const columns = allColumns(table).map((column) => `${column.physical} ${engineType(column.type)}`)
  await run.connection.run(`CREATE TABLE ${table.physical} (${columns.join(', ')})`)
}

function checkColumns(columns: readonly Column[], partitionColumns: readonly Column[], at: Position): void {
  const names = [...columns, ...partitionColumns].map((column) => column.name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw semanticError(at, `column ${twice} is duplicated`)
  if (columns.length > columnCountMax)
    throw semanticError(at, `table has ${columns.length} columns, the maximum is ${columnCountMax}`)
  if (partitionColumns.length > partitionLevelCountMax) {
    throw semanticError(
      at,
      `table has ${partitionColumns.length} partition levels, the maximum is ${partitionLevelCountMax}`,
    )
  }
}

function checkOptions(
  options: TableOptions,
  columns: readonly Column[],
  primaryKey: readonly string[],
  at: Position,
): void {
  checkComment(options.comment, at)
  if (options.lifecycle !== undefined) checkLifecycle(options.lifecycle, at)
  const transactional = options.properties.transactional === 'true'
  if (primaryKey.length > 0 && !transactional)
    throw semanticError(at, 'PRIMARY KEY is only supported on transactional tables')
  checkPrimaryKey(primaryKey, columns, at)
  const { clustering } = options
  if (clustering !== undefined && transactional) throw semanticError(at, 'a clustered table cannot be transactional')
  for (const column of [...(clustering?.columns ?? []), ...(clustering?.sortedBy ?? []).map((one) => one.column)]) {
    if (!columns.some((one) => one.name === column))
      throw semanticError(at, `cluster column ${column} cannot be resolved`)
  }
}

function checkPrimaryKey(primaryKey: readonly string[], columns: readonly Column[], at: Position): void {
  for (const name of primaryKey) {
    const column = columns.find((one) => one.name === name)
    if (column === undefined) throw semanticError(at, `primary key column ${name} cannot be resolved`)
    if (!column.notNull) throw semanticError(at, `primary key column ${name} must be NOT NULL`)
    if (!keyBases.includes(column.type.base)) throw unsupported(at, `a primary key column of type ${column.type.base}`)
  }
}

/** CREATE TABLE … AS SELECT: without partitions (maxcompute.md 5.5); columns keep the names of the query. */
export async function createTableAs(statement: CreateAs, run: RunContext): Promise<Outcome> {
  const name = newTableName(statement.table, run)
  checkOptions(statement.options, [], [], statement.at)
  if (statement.options.partitionedBy.length > 0)
    throw semanticError(statement.at, 'CREATE TABLE AS cannot have partitions')
  if (exists(name, statement, run)) return done
  const query = run.bind.bindQuery(statement.query, undefined)
  const columns = query.columns.map((column): Column => {
    const type = storable(column.type, statement.at)
    return { name: column.name, type, notNull: false, comment: '', physical: newColumnName() }
  })
  checkColumns(columns, [], statement.at)
  const table = { ...newTable(name, columns, [], run), ...optionsOf(statement.options) }
  const names = columns.map((column) => column.physical).join(', ')
  await run.connection.run(`CREATE TABLE ${table.physical}(${names}) AS ${query.sql}`)
  addTable(table, statement.table, run)
  return done
}

function storable(type: DataType, at: Position): DataType {
  if (type.base.startsWith('interval')) throw unsupported(at, 'a column of type INTERVAL')
  return type.base === 'void' ? types.string : type
}

/** Columns, partitions, comments; not lifecycle nor rows. */
export async function createTableLike(statement: CreateLike, run: RunContext): Promise<Outcome> {
  const name = newTableName(statement.table, run)
  const like = resolveTable(statement.like, run.bind)
  if (exists(name, statement, run)) return done
  const { lifecycle } = statement
  if (lifecycle !== undefined) checkLifecycle(lifecycle, statement.at)
  const table: Table = {
    ...newTable(name, like.columns, like.partitionColumns, run),
    comment: like.comment,
    properties: like.properties,
    primaryKey: like.primaryKey,
    ...(like.clustering && { clustering: like.clustering }),
    ...(lifecycle === undefined ? {} : { lifecycle }),
  }
  await makePhysical(table, run)
  addTable(table, statement.table, run)
  return done
}
