import { tableText, type TableName } from '../../model/names.js'
import { partColumns } from '../../model/part-columns.js'
import type { PartitionPlan, RelationPlan } from '../../model/plan.js'
import type { Statement } from '../../model/statement.js'
import { quoteIdentifier, tableSql } from './identifier.js'
import { quoteLiteral } from './literal.js'
import { namespaceSettings, typeSettings, utcSettings } from './settings.js'

/**
 * Most partitions that one INSERT is given: the service ends at 512 in a process, and some of its pages say that this is
 * the limit of a statement.
 */
export const insertPartitionCountMax = 512

/**
 * What fills the table from its staging table. Of a partitioned table so many partitions at a time as one INSERT takes;
 * of a Delta table, which may not be overwritten (maxcompute.md 4.2), INTO what was emptied before.
 */
export function fillStatements(
  plan: RelationPlan,
  staging: TableName,
  partitions: readonly string[] = [],
): Statement[] {
  const { partition } = plan
  if (partition !== undefined) {
    const batches =
      partition.fixed === undefined
        ? batchesOf(partitions).map((batch) => batchSql(partition, batch))
        : [{ clause: partitionClause(partition) }]
    const inserts = batches.map((batch) => insertStatement(plan, staging, batch))
    return [dropPartitionsStatement(plan.target, partition), ...inserts]
  }
  if (plan.primaryKey === undefined) return [insertStatement(plan, staging)]
  return [deleteStatement(plan.target), insertStatement(plan, staging)]
}

/** Leaves nothing in the table: what TRUNCATE does to a plain one. */
export function emptyStatement({ target, partition, primaryKey }: RelationPlan): Statement {
  if (partition !== undefined) return dropPartitionsStatement(target, partition)
  if (primaryKey !== undefined) return deleteStatement(target)
  return {
    purpose: `truncate ${tableText(target)}`,
    text: `TRUNCATE TABLE ${tableSql(target)}`,
    settings: namespaceSettings(target),
  }
}

/** All of them, also those of an earlier attempt or owner: INSERT OVERWRITE replaces only partitions that get rows. */
function dropPartitionsStatement(table: TableName, partition: PartitionPlan): Statement {
  return {
    purpose: `drop the partitions of ${tableText(table)}`,
    text: `ALTER TABLE ${tableSql(table)} DROP IF EXISTS PARTITION (${quoteIdentifier(partition.target)} <> '')`,
    settings: namespaceSettings(table),
  }
}

function deleteStatement(table: TableName): Statement {
  return {
    purpose: `empty ${tableText(table)}`,
    text: `DELETE FROM ${tableSql(table)}`,
    settings: namespaceSettings(table),
  }
}

/** ` PARTITION (…)`: every row's own, or the one of all; LOAD and INSERT make those that are not there. */
export function partitionClause({ target, fixed }: PartitionPlan): string {
  return ` PARTITION (${quoteIdentifier(target)}${fixed === undefined ? '' : `=${quoteLiteral(fixed)}`})`
}

/** First and last name of each batch, by the order of bytes: the names of partitions are ASCII. */
function batchesOf(partitions: readonly string[]): readonly (readonly [string, string])[] {
  const sorted = [...partitions].sort((a, b) => (a < b ? -1 : 1))
  const batches: [string, string][] = []
  for (let first = 0; first < sorted.length; first += insertPartitionCountMax) {
    const batch = sorted.slice(first, first + insertPartitionCountMax)
    batches.push([batch[0] ?? '', batch.at(-1) ?? ''])
  }
  return batches
}

interface Batch {
  readonly clause: string
  readonly where?: string
}

function batchSql(partition: PartitionPlan, [first, last]: readonly [string, string]): Batch {
  const name = quoteIdentifier(partition.target)
  const where = `WHERE ${name} >= ${quoteLiteral(first)} AND ${name} <= ${quoteLiteral(last)}`
  return { clause: partitionClause(partition), where }
}

/** By position: INSERT OVERWRITE takes no list of columns, and what names the partition stands last. */
function insertStatement(plan: RelationPlan, staging: TableName, batch?: Batch): Statement {
  const items = partColumns(plan).map((column) => {
    const name = quoteIdentifier(column.target)
    return column.staging === undefined ? `  ${name}` : `  ${column.staging.expression} AS ${name}`
  })
  const verb = plan.primaryKey === undefined ? 'OVERWRITE' : 'INTO'
  const lines = [
    `INSERT ${verb} TABLE ${tableSql(plan.target)}${batch?.clause ?? ''}`,
    'SELECT',
    items.join(',\n'),
    `FROM ${tableSql(staging)}`,
    ...(batch?.where === undefined ? [] : [batch.where]),
  ]
  return {
    purpose: `fill ${tableText(plan.target)}`,
    text: lines.join('\n'),
    settings: { ...typeSettings(plan.columns), ...utcSettings, ...namespaceSettings(plan.target) },
  }
}
