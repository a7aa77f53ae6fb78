import { canonicalAnswer, measureText } from '../../model/canonical.js'
import { MigrationError } from '../../model/errors.js'
import type { ColumnMeasureKind, MeasuredRelation, Measure, Measurement } from '../../model/measure.js'
import type { ColumnPlan } from '../../model/plan.js'
import { measureSelects, type MeasureStatement } from '../measure-select.js'
import { laneDigitCount } from '../row-hash.js'
import { laneStart, summedFloatMax, type FloatKind, type LaneKind } from '../measure-kinds.js'
import { canonicalText } from './canonical-text.js'
import { relationSql } from './identifier.js'
import { whereSql } from './row-filter.js'
import { unloadsSuper } from './super-value.js'

/** Questions to the source, over the very expressions and rows that UNLOAD writes; one scan a statement. */
export function measureStatements(of: MeasuredRelation, measures: readonly Measure[]): readonly MeasureStatement[] {
  return measureSelects(of, measures, relationSql(of.source) + whereSql(of.where), columnItem)
}

/** `value` is what is unloaded of the column, or a name that stands for it. */
export function columnItem(kind: ColumnMeasureKind, column: ColumnPlan, value = column.unloadExpression): string {
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
      return `SUM(CAST(${byteLength(column, value)} AS DECIMAL(38,0)))`
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
      return floatItem(kind, `CAST(${value} AS DOUBLE PRECISION)`)
  }
}

/** Of a value's MD5; as decimals, since a relation may have more rows than sums of BIGINT hold. */
function laneItem(kind: LaneKind, text: string): string {
  const digits = `SUBSTRING(MD5(${text}), ${laneStart(kind)}, ${laneDigitCount})`
  return `SUM(CAST(STRTOL(${digits}, 16) AS DECIMAL(38,0)))`
}

/** The range form, since NaN compares otherwise in a scan than among constants (redshift.md 4.2). */
function floatItem(kind: FloatKind, value: string): string {
  const [least, most] = [infinity('-'), infinity('')]
  const finite = `${value} > ${least} AND ${value} < ${most}`
  const summed = `CASE WHEN ${finite} AND ABS(${value}) <= CAST('${summedFloatMax}' AS DOUBLE PRECISION) THEN`
  switch (kind) {
    case 'finite-count':
      return `SUM(CASE WHEN ${finite} THEN 1 ELSE 0 END)`
    case 'positive-infinity-count':
      return `SUM(CASE WHEN ${value} = ${most} THEN 1 ELSE 0 END)`
    case 'negative-infinity-count':
      return `SUM(CASE WHEN ${value} = ${least} THEN 1 ELSE 0 END)`
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

function infinity(sign: string): string {
  return `CAST('${sign}Infinity' AS DOUBLE PRECISION)`
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
function byteLength(column: ColumnPlan, value: string): string {
  if (column.byteLength !== undefined) return column.byteLength
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
