import type { TableName } from '../../model/names.js'
import { tableText } from '../../model/names.js'
import type { ColumnPlan } from '../../model/plan.js'
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
}

/** CREATE TABLE, one column a line, clauses in the order that the service's grammar gives them (maxcompute.md 5.5). */
export function createTableStatement(
  table: TableName,
  columns: readonly TableColumn[],
  options: CreateTableOptions = {},
): Statement {
  const { comment, lifecycleDays, properties = {} } = options
  const pairs = Object.entries(properties).map(([key, value]) => `${quoteLiteral(key)}=${quoteLiteral(value)}`)
  const lines = [
    `CREATE TABLE ${options.ifNotExists === true ? 'IF NOT EXISTS ' : ''}${tableSql(table)} (`,
    columns.map((column) => `  ${columnSql(column)}`).join(',\n'),
    ')',
    ...(comment === undefined ? [] : [`COMMENT ${quoteLiteral(comment)}`]),
    ...(pairs.length === 0 ? [] : [`TBLPROPERTIES (${pairs.join(', ')})`]),
    ...(lifecycleDays === undefined ? [] : [`LIFECYCLE ${lifecycleDays}`]),
  ]
  return {
    purpose: `create ${tableText(table)}`,
    text: lines.join('\n'),
    settings: { ...typeSettings(columns), ...namespaceSettings(table) },
  }
}

function columnSql(column: TableColumn): string {
  return [
    `${quoteIdentifier(column.target)} ${column.targetType}`,
    ...(column.notNull ? ['NOT NULL'] : []),
    ...(column.defaultText === undefined ? [] : [`DEFAULT ${column.defaultText}`]),
    ...(column.comment === undefined ? [] : [`COMMENT ${quoteLiteral(column.comment)}`]),
  ].join(' ')
}
