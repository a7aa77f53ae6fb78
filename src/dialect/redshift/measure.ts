import { canonicalAnswer, measureText } from '../../model/canonical.js'
import { MigrationError } from '../../model/errors.js'
import type { ColumnMeasureKind, MeasuredRelation, Measure, Measurement } from '../../model/measure.js'
import type { ColumnPlan } from '../../model/plan.js'
import { measureSelects, type MeasureStatement } from '../measure-select.js'
import { relationSql } from './identifier.js'
import { whereSql } from './row-filter.js'
import { unloadsSuper } from './super-value.js'

/** Questions to the source, over the very expressions and rows that UNLOAD writes; one scan a statement. */
export function measureStatements(of: MeasuredRelation, measures: readonly Measure[]): readonly MeasureStatement[] {
  return measureSelects(of, measures, relationSql(of.source) + whereSql(of.where), columnItem)
}

function columnItem(kind: ColumnMeasureKind, column: ColumnPlan): string {
  const value = column.unloadExpression
  switch (kind) {
    case 'count':
      return `COUNT(${value})`
    case 'sum':
      return `SUM(CAST(${value} AS DECIMAL(38,${column.scale ?? 0})))`
    case 'minimum':
      return extremeItem(`MIN(${value})`, column)
    case 'maximum':
      return extremeItem(`MAX(${value})`, column)
    case 'byte-length':
      return `SUM(CAST(${byteLength(column)} AS DECIMAL(38,0)))`
    case 'true-count':
      return `SUM(CASE WHEN ${value} THEN 1 ELSE 0 END)`
  }
}

/** Text made by the server, so that neither DateStyle nor the driver has a say. */
function extremeItem(extreme: string, column: ColumnPlan): string {
  switch (column.kind) {
    case 'date':
      return `TO_CHAR(${extreme}, 'YYYY-MM-DD')`
    case 'timestamp':
      return `TO_CHAR(${extreme}, 'YYYY-MM-DD HH24:MI:SS.US')`
    case 'timestamptz':
      return `TO_CHAR(${extreme} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')`
    default:
      return extreme
  }
}

/** A SUPER that is unloaded as it is has no OCTET_LENGTH; JSON_SIZE counts the bytes of its text (redshift.md 5.3). */
function byteLength(column: ColumnPlan): string {
  if (column.byteLength !== undefined) return column.byteLength
  const value = column.unloadExpression
  return unloadsSuper(column) ? `JSON_SIZE(${value})` : `OCTET_LENGTH(${value})`
}

/** The answer in canonical text (model/measure.ts); throws `source-failed` when it is none. */
export function readMeasurement(measure: Measure, column: ColumnPlan | undefined, text: string | null): Measurement {
  if (text === null) return { measure, value: null }
  const value = canonicalAnswer(measure, column?.kind, text)
  if (value !== undefined) return { measure, value }
  throw new MigrationError(
    'source-failed',
    `measure ${measureText(measure)}: Redshift answered ${JSON.stringify(text.slice(0, 80))}`,
    {
      hint: 'the value cannot be read as the type of its column',
    },
  )
}

export type { MeasureStatement }
