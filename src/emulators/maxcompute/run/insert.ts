import { storeSql } from '../bind/cast.js'
import type { BoundQuery } from '../bind/bind-context.js'
import { resolveTable } from '../bind/relation.js'
import { fails } from '../bind/typed.js'
import { engineType, typeText } from '../data-type.js'
import { semanticError } from '../odps-error.js'
import type { Insert } from '../sql/statement.js'
import type { Position } from '../odps-error.js'
import { allColumns, type Column, type Table } from '../table.js'
import { fillTable } from './fill-table.js'
import { partitionValueSql, splitPartition } from './partition.js'
import type { Outcome, RunContext } from './run-context.js'

/** INSERT INTO adds, INSERT OVERWRITE replaces the table or the partitions that get rows. */
export async function insert(statement: Insert & { readonly at: Position }, run: RunContext): Promise<Outcome> {
  const table = resolveTable(statement.table, run.bind)
  const { values, dynamic } = splitPartition(table, statement.partition, statement.at, run.bind)
  const query = run.bind.bindQuery(statement.query, undefined)
  const targets = targetColumns(table, statement, dynamic)
  if (targets.length !== query.columns.length) {
    const counts = `wrong columns count ${query.columns.length} in data source, requires ${targets.length} columns`
    throw semanticError(statement.at, `${counts} (includes dynamic partitions if any)`)
  }
  const select = selectFor(table, targets, values, query, statement, run)
  const rowCount = await fillTable(table, { overwrite: statement.overwrite, values, selects: [select] }, run)
  return { kind: 'text', text: '', rowCount }
}

/** The columns that the query's columns go to, by position. */
function targetColumns(
  table: Table,
  statement: Insert & { readonly at: Position },
  dynamic: readonly string[],
): readonly Column[] {
  const last = table.partitionColumns.filter((column) => dynamic.includes(column.name))
  if (statement.columns.length === 0) return [...table.columns, ...last]
  return statement.columns.map((name, i) => {
    const column = [...table.columns, ...last].find((one) => one.name === name)
    if (column === undefined) throw semanticError(statement.at, `column ${name} cannot be resolved`)
    if (statement.columns.indexOf(name) !== i) throw semanticError(statement.at, `column ${name} is duplicated`)
    return column
  })
}

function selectFor(
  table: Table,
  targets: readonly Column[],
  values: readonly string[],
  query: BoundQuery,
  statement: { readonly at: Position },
  run: RunContext,
): string {
  const items = allColumns(table).map((column) => {
    const index = targets.indexOf(column)
    const source = query.columns[index]
    if (source !== undefined) {
      const value = { sql: `_i.c${index}`, type: source.type }
      return notNullSql(stored(value, column, source.name, statement, run), column)
    }
    const partition = table.partitionColumns.indexOf(column)
    if (partition >= 0) return partitionValueSql(table, partition, values[partition] ?? '')
    return notNullSql(column.defaultValue?.sql ?? `CAST(NULL AS ${engineType(column.type)})`, column)
  })
  const names = query.columns.map((_, i) => `c${i}`).join(', ')
  return `SELECT ${items.join(', ')} FROM (${query.sql}) AS _i(${names})`
}

function stored(
  value: Parameters<typeof storeSql>[0],
  column: Column,
  source: string,
  statement: { readonly at: Position },
  run: RunContext,
): string {
  const sql = storeSql(value, column.type, column.name, { at: statement.at, bind: run.bind })
  if (sql !== undefined) return sql
  const [from, to] = [typeText(value.type).toUpperCase(), typeText(column.type).toUpperCase()]
  const what = `column ${source} in source has incompatible type ${from} with destination column ${column.name}`
  throw semanticError(statement.at, `${what}, which has type ${to}`)
}

/** NULL in a NOT NULL column fails the statement when the row is written. */
export function notNullSql(sql: string, column: Column): string {
  if (!column.notNull) return sql
  return `coalesce(${sql}, ${fails('0123144', `NULL value is not allowed in NOT NULL column ${column.name}`)})`
}
