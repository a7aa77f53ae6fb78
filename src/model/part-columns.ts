import type { ColumnPlan, DerivedPartition, RelationPlan } from './plan.js'

/** Longest value of a partition column, in bytes. */
export const partitionValueByteCountMax = 255

/** The partition's column as it travels: text that is never NULL. */
export function partitionColumn({ by, target, unloadExpression }: DerivedPartition): ColumnPlan {
  const length = partitionValueByteCountMax
  return {
    source: by,
    sourceType: { base: 'character varying', text: `character varying(${length})`, length },
    target,
    targetType: 'STRING',
    unloadExpression,
    kind: 'text',
    notNull: false,
  }
}

type Columned = Pick<RelationPlan, 'columns' | 'partition'>

/** What UNLOAD selects, in order: the table's columns, and behind them the one that names the partition of each row. */
export function selectedColumns({ columns, partition }: Columned): readonly ColumnPlan[] {
  return partition === undefined || partition.fixed !== undefined ? columns : [...columns, partitionColumn(partition)]
}

/** The columns that the parts hold: those that are selected, save the one that became a part of their keys. */
export function partColumns(plan: Columned): readonly ColumnPlan[] {
  return plan.partition?.unloaded === true ? plan.columns : selectedColumns(plan)
}
