import type { ColumnPlan, PartitionPlan, RelationPlan } from './plan.js'

/** Longest value of a partition column, in bytes. */
export const partitionValueByteCountMax = 255

/** The partition's column as it travels: text that is never NULL. */
export function partitionColumn({ by, target, unloadExpression }: PartitionPlan): ColumnPlan {
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

/** The columns that the parts hold, in order: those of the table, and behind them the one that names the partition. */
export function partColumns({
  columns,
  partition,
}: Pick<RelationPlan, 'columns' | 'partition'>): readonly ColumnPlan[] {
  return partition === undefined ? columns : [...columns, partitionColumn(partition)]
}
