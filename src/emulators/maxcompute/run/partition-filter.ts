import { semanticError, unsupported, type Position } from '../odps-error.js'
import type { Expression } from '../sql/ast.js'
import type { Partition, Table } from '../table.js'

/** Whether a partition satisfies `column operator 'text'`, with AND, OR and NOT; what else the service takes is refused. */
export function partitionMatches(table: Table, partition: Partition, condition: Expression, at: Position): boolean {
  const matches = (part: Expression): boolean => partitionMatches(table, partition, part, at)
  if (condition.kind === 'unary' && condition.operator === 'not') return !matches(condition.operand)
  if (condition.kind !== 'binary') throw unsupported(at, 'such a partition filter')
  const { operator, left, right } = condition
  if (operator === 'and' || operator === 'or') {
    const both = [matches(left), matches(right)]
    return operator === 'and' ? both.every(Boolean) : both.some(Boolean)
  }
  if (left.kind !== 'column' || right.kind !== 'string') {
    throw unsupported(at, 'a partition filter other than column, operator and text')
  }
  return compare(valueOf(table, partition, left.parts.join('.'), at), operator, right.value, at)
}

function valueOf(table: Table, partition: Partition, name: string, at: Position): string {
  const index = table.partitionColumns.findIndex((column) => column.name === name)
  if (index < 0) throw semanticError(at, `partition column ${name} cannot be resolved`)
  if (table.partitionColumns[index]?.type.base !== 'string') {
    throw unsupported(at, `a partition filter on ${name}, which is not STRING`)
  }
  return partition.values[index] ?? ''
}

/** By bytes, as strings compare. */
function compare(value: string, operator: string, other: string, at: Position): boolean {
  const order = Buffer.compare(Buffer.from(value), Buffer.from(other))
  switch (operator) {
    case '=':
      return order === 0
    case '<>':
    case '!=':
      return order !== 0
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    case '>=':
      return order >= 0
    default:
      throw unsupported(at, `a partition filter with ${operator}`)
  }
}
