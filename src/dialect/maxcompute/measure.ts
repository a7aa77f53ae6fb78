import { canonicalAnswer, measureText } from '../../model/canonical.js'
import { MigrationError } from '../../model/errors.js'
import type { ColumnMeasureKind, MeasuredRelation, Measure, Measurement } from '../../model/measure.js'
import type { ColumnPlan } from '../../model/plan.js'
import { measureSelects, type MeasureStatement } from '../measure-select.js'
import { quoteIdentifier, tableSql } from './identifier.js'
import { namespaceSettings, typeSettings, utcSettings, type Settings } from './settings.js'

/** Questions to the table; one scan a statement. Submit them with `measureSettings`. */
export function measureStatements(of: MeasuredRelation, measures: readonly Measure[]): readonly MeasureStatement[] {
  return measureSelects(of, measures, tableSql(of.target), columnItem)
}

/** Full scans allowed, UTC, and decimals with all their zeros (maxcompute.md 6). */
export function measureSettings(of: MeasuredRelation): Settings {
  return {
    ...typeSettings(of.columns),
    'odps.sql.allow.fullscan': 'true',
    'odps.sql.decimal.tostring.trimzero': 'false',
    ...utcSettings,
    ...namespaceSettings(of.target),
  }
}

function columnItem(kind: ColumnMeasureKind, column: ColumnPlan): string {
  const value = quoteIdentifier(column.target)
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
      return `SUM(CAST(LENGTHB(${textSql(value, column.targetType)}) AS DECIMAL(38,0)))`
    case 'true-count':
      return `SUM(CASE WHEN ${value} THEN 1 ELSE 0 END)`
  }
}

/** A result shows DATETIME without milliseconds and TIMESTAMP in forms that vary; text of the server's own making does not. */
function extremeItem(extreme: string, column: ColumnPlan): string {
  const isMoment = column.kind === 'date' || column.kind === 'timestamp' || column.kind === 'timestamptz'
  return isMoment ? `CAST(${extreme} AS STRING)` : extreme
}

/** As the source measured it: without CHAR's padding, and binary data as the hexadecimal text that travelled. */
function textSql(value: string, targetType: string): string {
  if (targetType.startsWith('CHAR(')) return `RTRIM(${value})`
  return targetType === 'BINARY' ? `HEX(${value})` : value
}

/** The answer in canonical text (model/measure.ts); throws `target-failed` when it is none. */
export function readMeasurement(measure: Measure, column: ColumnPlan | undefined, text: string | null): Measurement {
  if (text === null) return { measure, value: null }
  const value = canonicalAnswer(measure, column?.kind, text)
  if (value !== undefined) return { measure, value }
  throw new MigrationError(
    'target-failed',
    `measure ${measureText(measure)}: MaxCompute answered ${JSON.stringify(text.slice(0, 80))}`,
    { hint: 'the value cannot be read as the type of its column' },
  )
}

export type { MeasureStatement }
