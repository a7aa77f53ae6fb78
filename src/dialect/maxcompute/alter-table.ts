import type { TableName } from '../../model/names.js'
import { tableText } from '../../model/names.js'
import type { ColumnPlan, RelationPlan } from '../../model/plan.js'
import type { Statement } from '../../model/statement.js'
import { arrangementDifferences, partitionDifferences, type FoundArrangement } from './arrangement-differences.js'
import { quoteIdentifier, tableSql } from './identifier.js'
import { quoteLiteral } from './literal.js'
import { namespaceSettings, typeSettings } from './settings.js'

type PlannedColumn = Pick<ColumnPlan, 'target' | 'targetType' | 'notNull' | 'defaultText' | 'comment' | 'staging'>

export interface PlannedTable extends Pick<RelationPlan, 'partition' | 'clustering' | 'primaryKey'> {
  readonly target: TableName
  readonly columns: readonly PlannedColumn[]
  readonly comment?: string
  readonly lifecycleDays?: number
}

interface FoundColumn {
  readonly name: string
  readonly type: string
  readonly nullable: boolean
  readonly comment?: string
}

/** What the service tells about a table; defaults are not compared, since it spells them in its own way. */
export interface FoundTable {
  readonly columns: readonly FoundColumn[]
  readonly partitionColumns: readonly { readonly name: string; readonly type: string }[]
  readonly comment?: string
  readonly lifecycleDays?: number
  /** Not compared when absent. */
  readonly arrangement?: FoundArrangement
}

/** One of `statement` and `cannot` is there: the ALTER that makes it equal, or why there is none. */
export interface TableDifference {
  /** The column's name; absent for the table as a whole. */
  readonly column?: string
  readonly what: string
  readonly statement?: Statement
  readonly cannot?: string
}

/** Where the table differs from its plan: columns in the plan's order, then those that are too many, then the table. */
export function tableDifferences(plan: PlannedTable, found: FoundTable): readonly TableDifference[] {
  const planned = new Set(plan.columns.map(({ target }) => target))
  const extra = found.columns.filter(({ name }) => !planned.has(name.toLowerCase()))
  return [
    ...plan.columns.flatMap((column) => columnDifferences(plan, column, found)),
    ...extra.map((column) => ({
      column: column.name,
      what: `${column.type}, not planned`,
      cannot: 'its values would be lost with it',
    })),
    ...orderDifferences(plan, found),
    ...partitionDifferences(plan, found.partitionColumns),
    ...(found.arrangement === undefined ? [] : arrangementDifferences(plan, found.arrangement)),
    ...tableSettingDifferences(plan, found),
  ]
}

function columnDifferences(plan: PlannedTable, column: PlannedColumn, found: FoundTable): readonly TableDifference[] {
  const there = found.columns.find(({ name }) => name.toLowerCase() === column.target)
  if (there === undefined) return [missingColumn(plan, column, found)]
  const differences: TableDifference[] = []
  const type = there.type.toUpperCase().replace(/\s+/g, '')
  if (type !== column.targetType.replace(/\s+/g, '')) {
    differences.push({
      column: column.target,
      what: `${type}, planned ${column.targetType}`,
      cannot: 'a column keeps its type; make the table anew, or choose the type under types.overrides',
    })
  }
  if (there.nullable === column.notNull) {
    differences.push({
      column: column.target,
      what: column.notNull ? 'takes NULL, planned NOT NULL' : 'NOT NULL, planned without',
      cannot: 'NOT NULL is chosen when a table is made',
    })
  }
  if ((there.comment ?? '') !== (column.comment ?? '')) differences.push(commentDifference(plan, column, there))
  return differences
}

function missingColumn(plan: PlannedTable, column: PlannedColumn, found: FoundTable): TableDifference {
  const base = { column: column.target, what: `missing, planned ${column.targetType}` }
  const follower = plan.columns
    .slice(plan.columns.indexOf(column) + 1)
    .find(({ target }) => found.columns.some(({ name }) => name.toLowerCase() === target))
  if (follower !== undefined) {
    return { ...base, cannot: `a column is added behind all others, and this one stands before ${follower.target}` }
  }
  if (column.notNull) return { ...base, cannot: 'a column that is added takes NULL, and this one is NOT NULL' }
  if (column.defaultText !== undefined) return { ...base, cannot: 'a column is added without a default' }
  const comment = column.comment === undefined ? '' : ` COMMENT ${quoteLiteral(column.comment)}`
  const added = `ADD COLUMNS (${quoteIdentifier(column.target)} ${column.targetType}${comment})`
  return { ...base, statement: alter(plan, added, [column]) }
}

function commentDifference(plan: PlannedTable, column: PlannedColumn, there: FoundColumn): TableDifference {
  const text = quoteLiteral(column.comment ?? '')
  return {
    column: column.target,
    what: `comment ${quoteLiteral(there.comment ?? '')}, planned ${text}`,
    statement: alter(plan, `CHANGE COLUMN ${quoteIdentifier(column.target)} COMMENT ${text}`),
  }
}

/** Of the columns that both have; one difference says all. */
function orderDifferences(plan: PlannedTable, found: FoundTable): readonly TableDifference[] {
  const names = found.columns.map(({ name }) => name.toLowerCase())
  const wanted = plan.columns.map(({ target }) => target).filter((name) => names.includes(name))
  const got = names.filter((name) => wanted.includes(name))
  const at = wanted.findIndex((name, n) => name !== got[n])
  if (at < 0) return []
  return [
    {
      column: wanted[at] ?? '',
      what: `stands behind ${got[at] ?? ''}, planned before it`,
      cannot: 'columns keep their order',
    },
  ]
}

function tableSettingDifferences(plan: PlannedTable, found: FoundTable): readonly TableDifference[] {
  const differences: TableDifference[] = []
  if ((plan.comment ?? '') !== (found.comment ?? '')) {
    const text = quoteLiteral(plan.comment ?? '')
    differences.push({
      what: `comment ${quoteLiteral(found.comment ?? '')}, planned ${text}`,
      statement: alter(plan, `SET COMMENT ${text}`),
    })
  }
  const { lifecycleDays } = plan
  if (lifecycleDays === found.lifecycleDays) return differences
  const what = `lifecycle ${daysText(found.lifecycleDays)}, planned ${daysText(lifecycleDays)}`
  return [
    ...differences,
    lifecycleDays === undefined
      ? { what, cannot: 'a lifecycle is changed, not taken away; tell it under lifecycleDays' }
      : { what, statement: alter(plan, `SET LIFECYCLE ${lifecycleDays}`) },
  ]
}

function daysText(days: number | undefined): string {
  return days === undefined ? 'none' : `${days} days`
}

function alter(plan: PlannedTable, action: string, columns: readonly PlannedColumn[] = []): Statement {
  return {
    purpose: `alter ${tableText(plan.target)}`,
    text: `ALTER TABLE ${tableSql(plan.target)} ${action}`,
    settings: { ...(columns.length === 0 ? {} : typeSettings(columns)), ...namespaceSettings(plan.target) },
  }
}
