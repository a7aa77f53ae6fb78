import { castExplicitly } from '../bind/cast.js'
import { bindExpression } from '../bind/expression.js'
import { Scope } from '../bind/scope.js'
import type { BindContext } from '../bind/bind-context.js'
import { text } from '../bind/typed.js'
import { engineType } from '../data-type.js'
import { semanticError, type Position } from '../odps-error.js'
import type { PartitionItem } from '../sql/statement.js'
import type { Table } from '../table.js'

/** The values of a fully given partition, in the table's order. */
export function partitionValues(
  table: Table,
  items: readonly PartitionItem[],
  at: Position,
  bind: BindContext,
): readonly string[] {
  const { values, dynamic } = splitPartition(table, items, at, bind)
  if (dynamic.length > 0) throw semanticError(at, `partition needs a value for ${dynamic.join(', ')}`)
  return values
}

/** The leading values that are given, and the names of the columns that are not. */
export function splitPartition(
  table: Table,
  items: readonly PartitionItem[],
  at: Position,
  bind: BindContext,
): { readonly values: readonly string[]; readonly dynamic: readonly string[] } {
  const unknown = items.find((item) => !table.partitionColumns.some((column) => column.name === item.column))
  if (unknown !== undefined) throw semanticError(unknown.at, `partition column ${unknown.column} cannot be resolved`)
  if (table.partitionColumns.length > 0 && items.length === 0) {
    throw semanticError(at, `table ${table.name} is partitioned, a PARTITION clause is needed`)
  }
  const values: string[] = []
  const dynamic: string[] = []
  for (const column of table.partitionColumns) {
    const item = items.find((one) => one.column === column.name)
    if (item === undefined)
      throw semanticError(at, `partition column ${column.name} is missing in the PARTITION clause`)
    if (item.value === undefined) dynamic.push(column.name)
    else if (dynamic.length > 0) throw semanticError(item.at, 'dynamic partition columns must come last')
    else values.push(partitionText(item, bind))
  }
  return { values, dynamic }
}

/** A partition's value as it stands in names: text of a literal. */
function partitionText(item: PartitionItem, bind: BindContext): string {
  if (item.value === undefined) return ''
  const bound = bindExpression(item.value, new Scope(), bind)
  if (bound.literal === undefined)
    throw semanticError(item.at, `value of partition column ${item.column} must be a constant`)
  castExplicitly(bound, { base: 'string' }, { at: item.at, bind })
  return bound.literal
}

/** The engine's value of a partition column. */
export function partitionValueSql(table: Table, index: number, value: string): string {
  const column = table.partitionColumns[index]
  return column === undefined ? text(value) : `CAST(${text(value)} AS ${engineType(column.type)})`
}

export function partitionCondition(table: Table, values: readonly string[]): string {
  return values
    .map((value, i) => `${table.partitionColumns[i]?.physical ?? ''} = ${partitionValueSql(table, i, value)}`)
    .join(' AND ')
}
