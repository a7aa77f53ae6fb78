import type { TableName } from '../../model/names.js'
import { tableText } from '../../model/names.js'
import type { ClusteringPlan, ColumnPlan, PartitionPlan, RelationPlan } from '../../model/plan.js'
import type { Statement } from '../../model/statement.js'
import { quoteIdentifier, tableSql } from './identifier.js'
import { quoteLiteral } from './literal.js'
import { namespaceSettings, typeSettings } from './settings.js'

export type TableColumn = Pick<ColumnPlan, 'target' | 'targetType' | 'notNull' | 'defaultText' | 'comment' | 'staging'>

export interface CreateTableOptions {
  readonly comment?: string
  /** Days after the last change after which the service drops the table: 1 to 37,231. */
  readonly lifecycleDays?: number
  readonly ifNotExists?: boolean
  readonly properties?: Readonly<Record<string, string>>
  readonly partition?: PartitionPlan
  readonly clustering?: ClusteringPlan
  /** The target's columns; the table becomes a Delta table. */
  readonly primaryKey?: readonly string[]
}

export type PlannedTable = Pick<
  RelationPlan,
  'target' | 'comment' | 'lifecycleDays' | 'partition' | 'clustering' | 'primaryKey'
> & { readonly columns: readonly TableColumn[] }

/** The table of a plan, with everything that the plan says of it. */
export function createPlannedStatement(plan: PlannedTable, ifNotExists: boolean): Statement {
  const { comment, lifecycleDays, partition, clustering, primaryKey } = plan
  return createTableStatement(plan.target, plan.columns, {
    ...(comment === undefined ? {} : { comment }),
    ...(lifecycleDays === undefined ? {} : { lifecycleDays }),
    ...(partition === undefined ? {} : { partition }),
    ...(clustering === undefined ? {} : { clustering }),
    ...(primaryKey === undefined ? {} : { primaryKey, properties: { transactional: 'true' } }),
    ifNotExists,
  })
}

/** CREATE TABLE, one column a line, clauses in the order that the service's grammar gives them (maxcompute.md 5.5). */
export function createTableStatement(
  table: TableName,
  columns: readonly TableColumn[],
  options: CreateTableOptions = {},
): Statement {
  const { comment, lifecycleDays, partition, clustering, primaryKey, properties = {} } = options
  const pairs = Object.entries(properties).map(([key, value]) => `${quoteLiteral(key)}=${quoteLiteral(value)}`)
  const lines = [
    `CREATE TABLE ${options.ifNotExists === true ? 'IF NOT EXISTS ' : ''}${tableSql(table)} (`,
    [...columns.map(columnSql), ...(primaryKey === undefined ? [] : [`PRIMARY KEY ${names(primaryKey)}`])]
      .map((line) => `  ${line}`)
      .join(',\n'),
    ')',
    ...(comment === undefined ? [] : [`COMMENT ${quoteLiteral(comment)}`]),
    ...(partition === undefined ? [] : [`PARTITIONED BY (${partitionSql(partition)})`]),
    ...(clustering === undefined ? [] : [clusteringSql(clustering)]),
    ...(pairs.length === 0 ? [] : [`TBLPROPERTIES (${pairs.join(', ')})`]),
    ...(lifecycleDays === undefined ? [] : [`LIFECYCLE ${lifecycleDays}`]),
  ]
  return {
    purpose: `create ${tableText(table)}`,
    text: lines.join('\n'),
    settings: { ...typeSettings(columns), ...namespaceSettings(table) },
  }
}

function names(columns: readonly string[]): string {
  return `(${columns.map(quoteIdentifier).join(', ')})`
}

function partitionSql(partition: PartitionPlan): string {
  return `${quoteIdentifier(partition.target)} STRING COMMENT ${quoteLiteral(partitionComment(partition))}`
}

function partitionComment(partition: PartitionPlan): string {
  if (partition.fixed !== undefined) return `${partition.fixed} for all rows`
  return `the ${partition.unit} of ${partition.by}`
}

function clusteringSql({ kind, by, sortedBy, bucketCount }: ClusteringPlan): string {
  const buckets = bucketCount === undefined ? '' : ` INTO ${bucketCount} BUCKETS`
  return `${kind === 'range' ? 'RANGE ' : ''}CLUSTERED BY ${names(by)} SORTED BY ${names(sortedBy)}${buckets}`
}

function columnSql(column: TableColumn): string {
  return [
    `${quoteIdentifier(column.target)} ${column.targetType}`,
    ...(column.notNull ? ['NOT NULL'] : []),
    ...(column.defaultText === undefined ? [] : [`DEFAULT ${column.defaultText}`]),
    ...(column.comment === undefined ? [] : [`COMMENT ${quoteLiteral(column.comment)}`]),
  ].join(' ')
}
