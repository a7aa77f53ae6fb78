import type { ColumnMeasureKind } from '../model/measure.js'
import { laneDigitCount } from './row-hash.js'

export type LaneKind = Extract<ColumnMeasureKind, `lane-${string}`>
export type FloatKind = Extract<ColumnMeasureKind, `finite-${string}` | `${string}-infinity-count`>

/** Larger amounts are left out of sums, which 10^18 rows cannot overflow then; extremes still tell them. */
export const summedFloatMax = '1e290'

/** The first digit of a lane within an MD5, counted from 1. */
export function laneStart(kind: LaneKind): number {
  return (Number(kind.slice('lane-'.length)) - 1) * laneDigitCount + 1
}
