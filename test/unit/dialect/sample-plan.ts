import type { ColumnPlan, RelationPlan } from '../../../src/model/plan.js'

/** A column of the plan; what is left out is that of an INT. */
export function columnPlan(target: string, rest: Partial<ColumnPlan> = {}): ColumnPlan {
  return {
    source: target,
    sourceType: { base: 'integer', text: 'integer' },
    target,
    targetType: 'INT',
    unloadExpression: `"${target}"`,
    kind: 'integer',
    precision: 10,
    scale: 0,
    notNull: false,
    ...rest,
  }
}

export function relationPlan(columns: readonly ColumnPlan[], rest: Partial<RelationPlan> = {}): RelationPlan {
  return {
    relationId: 'sales_orders-0123abcd',
    source: { schema: 'sales', name: 'Orders' },
    target: { project: 'p', name: 'orders' },
    columns,
    strategy: 'direct',
    consignment: 'sales_orders-0123abcd',
    concerns: [],
    depth: 'aggregates',
    partMegabytesMax: 256,
    ...rest,
  }
}

/** One column of every kind that measures treat in a way of its own. */
export const everyKind: readonly ColumnPlan[] = [
  columnPlan('id'),
  columnPlan('price', { targetType: 'DECIMAL(12,2)', kind: 'decimal', precision: 12, scale: 2 }),
  columnPlan('weight', { targetType: 'DOUBLE', kind: 'float' }),
  columnPlan('paid', { targetType: 'BOOLEAN', kind: 'boolean' }),
  columnPlan('day', { targetType: 'DATE', kind: 'date' }),
  columnPlan('at', {
    targetType: 'TIMESTAMP_NTZ',
    kind: 'timestamp',
    staging: { type: 'TIMESTAMP', expression: 'CAST(`at` AS TIMESTAMP_NTZ)' },
  }),
  columnPlan('seen', { targetType: 'TIMESTAMP', kind: 'timestamptz' }),
  columnPlan('note', { targetType: 'VARCHAR(64)', kind: 'text' }),
  columnPlan('flag', {
    targetType: 'CHAR(1)',
    kind: 'text',
    unloadExpression: 'RTRIM(CAST("flag" AS VARCHAR(1)))',
  }),
  columnPlan('bytes', {
    targetType: 'BINARY',
    kind: 'text',
    unloadExpression: 'TO_HEX("bytes")',
    staging: { type: 'STRING', expression: 'UNHEX(`bytes`)' },
  }),
  columnPlan('doc', { sourceType: { base: 'super', text: 'super' }, targetType: 'STRING', kind: 'text' }),
]
