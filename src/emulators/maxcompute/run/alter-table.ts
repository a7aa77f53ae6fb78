import { resolveTable, tableName } from '../bind/relation.js'
import { engineType, resolveType, typeText } from '../data-type.js'
import { place, semanticError, StatementError, unsupported } from '../odps-error.js'
import type { AlterAction, Statement } from '../sql/statement.js'
import { allColumns, type Column, type Table } from '../table.js'
import { defineColumn } from './define-column.js'
import { checkColumnName, checkComment, checkLifecycle, checkTableName } from './names.js'
import { partitionValues, partitionCondition } from './partition.js'
import { partitionMatches } from './partition-filter.js'
import { partitionKey, schemaOf, tableKey, titleOf } from '../table.js'
import { alterPartition } from './alter-partition.js'
import type { Outcome, RunContext } from './run-context.js'

type Alter = Extract<Statement, { kind: 'alter' }>

const done: Outcome = { kind: 'text', text: '' }

export async function alterTable(statement: Alter, run: RunContext): Promise<Outcome> {
  const table = resolveTable(statement.table, run.bind)
  if (statement.partition.length > 0) await alterPartition(table, statement, run)
  else await applyAction(table, statement.action, statement, run)
  return done
}

async function applyAction(table: Table, action: AlterAction, statement: Alter, run: RunContext): Promise<void> {
  const { at } = statement
  switch (action.kind) {
    case 'rename':
      return rename(table, action, statement, run)
    case 'touch':
      return put(table, run)
    case 'owner':
      return put({ ...table, owner: action.owner }, run)
    case 'rename-partition':
      throw semanticError(at, 'RENAME TO PARTITION needs a partition')
    case 'drop-columns':
      return dropColumns(table, action.columns, statement, run)
    case 'add-columns':
      return addColumns(table, action, run)
    case 'add-partition':
      return addPartitions(table, action, statement, run)
    case 'drop-partition':
      return dropPartitions(table, action, statement, run)
    case 'drop-partitions-where':
      return dropMatching(table, action, statement, run)
    case 'comment':
      checkComment(action.comment, at)
      return put({ ...table, comment: action.comment }, run)
    case 'lifecycle':
      checkLifecycle(action.days, at)
      return put({ ...table, lifecycle: action.days }, run)
    case 'properties':
      return put({ ...table, properties: { ...table.properties, ...action.properties } }, run)
    case 'rename-column':
      return changeColumn(table, action.column, { name: action.to }, statement, run)
    case 'column-comment':
      return changeColumn(table, action.column, { comment: action.comment }, statement, run)
    case 'change-column': {
      const type = resolveType(action.type, run.bind.settings.flags)
      const column = findColumn(table, action.column, statement)
      if (typeText(type) !== typeText(column.type))
        throw unsupported(at, `a change of type from ${typeText(column.type)} to ${typeText(type)}`)
      const comment = action.comment === undefined ? {} : { comment: action.comment }
      return changeColumn(table, action.column, { name: action.to, ...comment }, statement, run)
    }
  }
}

function put(table: Table, run: RunContext): void {
  const now = Date.now()
  run.project.tables.put({ ...table, ddlAt: now, modifiedAt: now })
}

function rename(
  table: Table,
  action: Extract<AlterAction, { kind: 'rename' }>,
  statement: Alter,
  run: RunContext,
): void {
  const { parts, at } = action.to
  const to = parts.length === 1 ? tableKey(schemaOf(table.name), parts[0] ?? '') : tableName(action.to, run.bind)
  checkTableName(titleOf(to), at)
  if (run.project.tables.get(to) !== undefined || run.project.views.get(to) !== undefined) {
    throw new StatementError(
      '0130211',
      `${place(statement.at)} Table or view already exists - table ${run.bind.project}.${to} already exists`,
    )
  }
  run.project.tables.delete(table.name)
  put({ ...table, name: to }, run)
}

async function addColumns(
  table: Table,
  action: Extract<AlterAction, { kind: 'add-columns' }>,
  run: RunContext,
): Promise<void> {
  const columns = action.columns.map((definition) => {
    if (definition.notNull)
      throw semanticError(definition.at, `column ${definition.name} that is added cannot be NOT NULL`)
    if (allColumns(table).some((column) => column.name === definition.name)) {
      throw semanticError(definition.at, `column ${definition.name} already exists`)
    }
    return defineColumn(definition, run.bind)
  })
  for (const column of columns) {
    await run.connection.run(`ALTER TABLE ${table.physical} ADD COLUMN ${column.physical} ${engineType(column.type)}`)
  }
  put({ ...table, columns: [...table.columns, ...columns] }, run)
}

/** Not those that a key or the clustering needs, and never all. */
function dropColumns(table: Table, names: readonly string[], statement: Alter, run: RunContext): void {
  for (const name of names) findColumn(table, name, statement)
  const needed = [...table.primaryKey, ...(table.clustering?.columns ?? [])].find((name) => names.includes(name))
  if (needed !== undefined) throw semanticError(statement.at, `column ${needed} cannot be dropped`)
  const columns = table.columns.filter((column) => !names.includes(column.name))
  if (columns.length === 0) throw semanticError(statement.at, 'all columns of a table cannot be dropped')
  put({ ...table, columns }, run)
}

function findColumn(table: Table, column: string, statement: Alter): Column {
  const found = table.columns.find((one) => one.name === column)
  if (found === undefined) throw semanticError(statement.at, `column ${column} cannot be resolved`)
  return found
}

function changeColumn(table: Table, column: string, change: Partial<Column>, statement: Alter, run: RunContext): void {
  const found = findColumn(table, column, statement)
  if (change.comment !== undefined) checkComment(change.comment, statement.at)
  if (change.name !== undefined && change.name !== column) {
    checkColumnName(change.name, statement.at)
    if (allColumns(table).some((one) => one.name === change.name)) {
      throw semanticError(statement.at, `column ${change.name} already exists`)
    }
  }
  put({ ...table, columns: table.columns.map((one) => (one === found ? { ...one, ...change } : one)) }, run)
}

function addPartitions(
  table: Table,
  action: Extract<AlterAction, { kind: 'add-partition' }>,
  statement: Alter,
  run: RunContext,
): void {
  const partitions = new Map(table.partitions)
  const now = Date.now()
  for (const items of action.partitions) {
    const values = partitionValues(table, items, statement.at, run.bind)
    const key = partitionKey(table, values)
    if (partitions.has(key) && !action.ifNotExists) {
      throw new StatementError(
        '0110061',
        `Failed to run ddltask - AlreadyExistsException: partition ${key} already exists`,
      )
    }
    if (!partitions.has(key)) partitions.set(key, { values, createdAt: now, modifiedAt: now })
  }
  put({ ...table, partitions }, run)
}

async function dropPartitions(
  table: Table,
  action: Extract<AlterAction, { kind: 'drop-partition' }>,
  statement: Alter,
  run: RunContext,
): Promise<void> {
  const partitions = new Map(table.partitions)
  for (const items of action.partitions) {
    const values = partitionValues(table, items, statement.at, run.bind)
    const key = partitionKey(table, values)
    if (!partitions.delete(key)) {
      if (action.ifExists) continue
      throw semanticError(statement.at, `partition ${key} cannot be found`)
    }
    await run.connection.run(`DELETE FROM ${table.physical} WHERE ${partitionCondition(table, values)}`)
  }
  put({ ...table, partitions }, run)
}

/** None that matches is no error. */
async function dropMatching(
  table: Table,
  action: Extract<AlterAction, { kind: 'drop-partitions-where' }>,
  statement: Alter,
  run: RunContext,
): Promise<void> {
  if (table.partitionColumns.length === 0) throw semanticError(statement.at, `table ${table.name} is not partitioned`)
  const partitions = new Map(table.partitions)
  // Of any partition, so that a wrong condition is refused also where there is none.
  const any = { values: table.partitionColumns.map(() => ''), createdAt: 0, modifiedAt: 0 }
  for (const { condition, at } of action.filters) partitionMatches(table, any, condition, at)
  for (const [key, partition] of table.partitions) {
    const isWanted = action.filters.some(({ condition, at }) => partitionMatches(table, partition, condition, at))
    if (!isWanted) continue
    await run.connection.run(`DELETE FROM ${table.physical} WHERE ${partitionCondition(table, partition.values)}`)
    partitions.delete(key)
  }
  put({ ...table, partitions }, run)
}
