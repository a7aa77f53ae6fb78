import { canonicalAnswer, measureText } from '../../model/canonical.js'
import { MigrationError } from '../../model/errors.js'
import type { ColumnMeasureKind, MeasuredRelation, Measure, Measurement } from '../../model/measure.js'
import type { ColumnPlan } from '../../model/plan.js'
import { measureSelects, type MeasureStatement } from '../measure-select.js'
import { laneStart, summedFloatMax, type FloatKind, type LaneKind } from '../measure-kinds.js'
import { laneDigitCount } from '../row-hash.js'
import { canonicalText, momentText } from './canonical-text.js'
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

/** `value` is the quoted column, or a name that stands for it. */
export function columnItem(
  kind: ColumnMeasureKind,
  column: ColumnPlan,
  value = quoteIdentifier(column.target),
): string {
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
    case 'false-count':
      return `SUM(CASE WHEN NOT ${value} THEN 1 ELSE 0 END)`
    case 'lane-1':
    case 'lane-2':
    case 'lane-3':
    case 'lane-4':
      return laneItem(kind, canonicalText(column, value))
    default:
      return floatItem(kind, `CAST(${value} AS DOUBLE)`)
  }
}

/** Of a value's MD5; as decimals, since a table may have more rows than sums of BIGINT hold. */
function laneItem(kind: LaneKind, text: string): string {
  const digits = `SUBSTR(MD5(${text}), ${laneStart(kind)}, ${laneDigitCount})`
  return `SUM(CAST(CONV(${digits}, 16, 10) AS DECIMAL(38,0)))`
}

/** Amounts are compared with the largest double: that holds whether NaN is below, above or beside all others. */
function floatItem(kind: FloatKind, value: string): string {
  const most = `CAST('1.7976931348623157E308' AS DOUBLE)`
  const finite = `${value} <= ${most} AND -${value} <= ${most}`
  const summed = `CASE WHEN ${finite} AND ABS(${value}) <= CAST('${summedFloatMax}' AS DOUBLE) THEN`
  switch (kind) {
    case 'finite-count':
      return `SUM(CASE WHEN ${finite} THEN 1 ELSE 0 END)`
    case 'positive-infinity-count':
      return `SUM(CASE WHEN -${value} < -${most} THEN 1 ELSE 0 END)`
    case 'negative-infinity-count':
      return `SUM(CASE WHEN ${value} < -${most} THEN 1 ELSE 0 END)`
    case 'finite-sum':
      return `SUM(${summed} ${value} END)`
    case 'finite-magnitude':
      return `SUM(${summed} ABS(${value}) END)`
    case 'finite-minimum':
      return `MIN(CASE WHEN ${finite} THEN ${value} END)`
    case 'finite-maximum':
      return `MAX(CASE WHEN ${finite} THEN ${value} END)`
  }
}

/** A result shows DATETIME without milliseconds and TIMESTAMP in forms that vary; text of the server's own making does not. */
function extremeItem(extreme: string, column: ColumnPlan): string {
  const isMoment = column.kind === 'date' || column.kind === 'timestamp' || column.kind === 'timestamptz'
  return isMoment ? momentText(column, extreme) : extreme
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
