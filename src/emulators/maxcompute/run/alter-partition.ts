import { semanticError, unsupported } from '../odps-error.js'
import type { Statement } from '../sql/statement.js'
import { partitionKey, type Table } from '../table.js'
import { partitionCondition, partitionValues, partitionValueSql } from './partition.js'
import type { RunContext } from './run-context.js'

type Alter = Extract<Statement, { kind: 'alter' }>

/** ALTER TABLE t PARTITION (…): TOUCH, and RENAME TO PARTITION (…), which keeps the rows. */
export async function alterPartition(table: Table, statement: Alter, run: RunContext): Promise<void> {
  const { action, at } = statement
  const values = partitionValues(table, statement.partition, at, run.bind)
  const key = partitionKey(table, values)
  const partition = table.partitions.get(key)
  if (partition === undefined) throw semanticError(at, `partition ${key} cannot be found`)
  const partitions = new Map(table.partitions)
  const modifiedAt = Date.now()
  if (action.kind === 'touch') partitions.set(key, { ...partition, ddlAt: modifiedAt, modifiedAt })
  else if (action.kind === 'rename-partition') {
    const to = partitionValues(table, action.to, at, run.bind)
    if (partitions.has(partitionKey(table, to))) throw semanticError(at, `partition ${partitionKey(table, to)} exists`)
    const changes = to.map((value, i) => `${physicalOf(table, i)} = ${partitionValueSql(table, i, value)}`)
    const where = partitionCondition(table, values)
    await run.connection.run(`UPDATE ${table.physical} SET ${changes.join(', ')} WHERE ${where}`)
    partitions.delete(key)
    partitions.set(partitionKey(table, to), {
      values: to,
      createdAt: partition.createdAt,
      ddlAt: modifiedAt,
      modifiedAt,
    })
  } else throw unsupported(at, `${action.kind} of a partition`)
  run.project.tables.put({ ...table, partitions, ddlAt: modifiedAt, modifiedAt })
}

function physicalOf(table: Table, index: number): string {
  return table.partitionColumns[index]?.physical ?? ''
}
