import { resolveTable, tableName } from '../bind/relation.js'
import { semanticError, tableNotFound, unsupported } from '../odps-error.js'
import { load } from '../load/load.js'
import type { Query } from '../sql/ast.js'
import type { Statement } from '../sql/statement.js'
import { resultSchema, type Table } from '../table.js'
import { alterTable } from './alter-table.js'
import { createSchema } from './create-schema.js'
import { createTable, createTableAs, createTableLike, makePhysical } from './create-table.js'
import { createView, dropView } from './create-view.js'
import { describeTable, showPartitions, showTables } from './describe-table.js'
import { insert } from './insert.js'
import { partitionCondition, partitionValues } from './partition.js'
import type { Outcome, RunContext } from './run-context.js'
import { newPhysicalName } from '../table.js'

const done: Outcome = { kind: 'text', text: '' }

/** One statement to its end; throws a StatementError, or DuckDB's error. */
export async function runStatement(statement: Statement, run: RunContext): Promise<Outcome> {
  switch (statement.kind) {
    case 'query':
      return select(statement.query, run)
    case 'insert':
      return insert(statement, run)
    case 'load':
      return load(statement, run)
    case 'create':
      return createTable(statement, run)
    case 'create-as':
      return createTableAs(statement, run)
    case 'create-like':
      return createTableLike(statement, run)
    case 'create-view':
      return createView(statement, run)
    case 'drop-view':
      return dropView(statement, run)
    case 'delete-all':
      return deleteAll(statement, run)
    case 'drop':
      return drop(statement, run)
    case 'truncate':
      return truncate(statement, run)
    case 'alter':
      return alterTable(statement, run)
    case 'describe':
      return describeTable(statement, run)
    case 'show-tables':
      return showTables(statement, run)
    case 'show-partitions':
      return showPartitions(statement, run)
    case 'create-schema':
      return createSchema(statement, run)
    case 'show-schemas':
      return {
        kind: 'text',
        text: [...run.project.schemas]
          .sort()
          .map((schema) => `${schema}\n`)
          .join(''),
      }
    case 'set':
      return done
    case 'refused':
      return refuse(statement, run)
  }
}

export function resultTable(instance: string): string {
  return `${resultSchema}."${instance}"`
}

/** The rows rest in the engine until someone fetches them: memory does not grow with the result. */
async function select(query: Query, run: RunContext): Promise<Outcome> {
  const bound = run.bind.bindQuery(query, undefined)
  const interval = bound.columns.find((column) => column.type.base.startsWith('interval'))
  if (interval !== undefined) throw unsupported(query.at, `a result column (${interval.name}) of type INTERVAL`)
  const table = resultTable(run.instance)
  const names = bound.columns.map((_, i) => `c${i}`).join(', ')
  await run.connection.run(`CREATE OR REPLACE TABLE ${table}(${names}) AS ${bound.sql}`)
  const counted = await run.connection.query(`SELECT count(*) FROM ${table}`)
  return { kind: 'rows', columns: bound.columns, rowCount: Number(counted.rows[0]?.[0] ?? 0) }
}

function drop(statement: Extract<Statement, { kind: 'drop' }>, run: RunContext): Outcome {
  const name = tableName(statement.table, run.bind)
  const table = run.project.tables.get(name)
  if (run.project.views.get(name) !== undefined)
    throw semanticError(statement.table.at, `${name} is a view, not a table`)
  if (table === undefined) {
    if (statement.ifExists) return done
    throw tableNotFound(statement.table.at, run.bind.project, name)
  }
  run.project.tables.delete(name)
  run.project.retire(table.physical)
  return done
}

/** Delta tables take DELETE; without a condition it is all that is needed to empty one. */
async function deleteAll(statement: Extract<Statement, { kind: 'delete-all' }>, run: RunContext): Promise<Outcome> {
  const table = resolveTable(statement.table, run.bind)
  if (table.primaryKey.length === 0) return refuse({ ...statement, kind: 'refused', what: 'DELETE' }, run)
  await run.connection.run(`DELETE FROM ${table.physical}`)
  return done
}

async function truncate(statement: Extract<Statement, { kind: 'truncate' }>, run: RunContext): Promise<Outcome> {
  const table = resolveTable(statement.table, run.bind)
  if (table.partitionColumns.length > 0) {
    const values = partitionValues(table, statement.partition, statement.at, run.bind)
    await run.connection.run(`DELETE FROM ${table.physical} WHERE ${partitionCondition(table, values)}`)
    return done
  }
  const emptied: Table = { ...table, physical: newPhysicalName(), modifiedAt: Date.now() }
  await makePhysical(emptied, run)
  run.project.retire(table.physical)
  run.project.tables.put(emptied)
  return done
}

/** Plain tables take no UPDATE, DELETE or MERGE; transactional ones do, elsewhere. */
function refuse(statement: Extract<Statement, { kind: 'refused' }>, run: RunContext): never {
  if (statement.table === undefined) throw unsupported(statement.at, statement.what)
  const table = resolveTable(statement.table, run.bind)
  if (table.properties.transactional === 'true')
    throw unsupported(statement.at, `${statement.what} on a transactional table`)
  throw semanticError(
    statement.at,
    `${statement.what} is only supported on transactional tables, ${table.name} is not one`,
  )
}
