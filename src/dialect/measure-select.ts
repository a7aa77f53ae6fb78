import type { ColumnMeasureKind, MeasuredRelation, Measure } from '../model/measure.js'
import type { ColumnPlan } from '../model/plan.js'

/** Both warehouses end a select list near 1,660 items; below that stands room for what a session may add. */
export const selectItemCountMax = 1500

export interface MeasureStatement {
  readonly text: string
  /** In the order of the select items `m0`, `m1` …. */
  readonly measures: readonly Measure[]
}

/** Cuts the questions into statements, one scan each; `itemOf` writes a question about a column in a side's own SQL. */
export function measureSelects(
  of: MeasuredRelation,
  measures: readonly Measure[],
  from: string,
  itemOf: (kind: ColumnMeasureKind, column: ColumnPlan) => string,
): readonly MeasureStatement[] {
  const columns = new Map(of.columns.map((column) => [column.target, column]))
  const statements: MeasureStatement[] = []
  for (let first = 0; first < measures.length; first += selectItemCountMax) {
    const asked = measures.slice(first, first + selectItemCountMax)
    const items = asked.map((measure, n) => `${itemText(measure, columns, itemOf)} AS m${n}`)
    statements.push({ text: `SELECT ${items.join(', ')} FROM ${from}`, measures: asked })
  }
  return statements
}

function itemText(
  measure: Measure,
  columns: ReadonlyMap<string, ColumnPlan>,
  itemOf: (kind: ColumnMeasureKind, column: ColumnPlan) => string,
): string {
  if (measure.kind === 'row-count') return 'COUNT(*)'
  const column = columns.get(measure.column)
  if (column === undefined) throw new Error(`measure ${measure.kind}: the plan has no column ${measure.column}`)
  return itemOf(measure.kind, column)
}
