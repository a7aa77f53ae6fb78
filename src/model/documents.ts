import type { Fingerprint } from './fingerprint.js'
import type { Answer, Discrepancy, Measurement } from './measure.js'
import type { Examined } from './plan.js'

/** `measurements/source/<relationId>.json`: taken in the unload's snapshot, before it, and never changed. */
export interface SourceMeasurements {
  readonly document: 'source-measurements'
  readonly relationId: string
  readonly snapshot: string
  readonly measurements: readonly Measurement[]
  readonly answers: readonly Answer[]
  /** Where the plan's depth asks for it. */
  readonly fingerprint?: Fingerprint
  /** What the same snapshot said of the plan's assumptions; absent where the plan has none. */
  readonly assumptions?: readonly Examined[]
}

/** What one check said of one relation. */
export interface CheckResult {
  readonly check: string
  /** How many values were compared. */
  readonly comparedCount: number
  readonly discrepancies: readonly Discrepancy[]
  /** Differences that the config accepts, each with its reason. */
  readonly accepted?: readonly (Discrepancy & { readonly reason: string })[]
}

/** `checks/<relationId>.json` */
export interface RelationChecks {
  readonly document: 'checks'
  readonly relationId: string
  readonly relation: string
  readonly table: string
  readonly depth: string
  readonly results: readonly CheckResult[]
  readonly source: readonly Measurement[]
  readonly target: readonly Measurement[]
  readonly answers: { readonly source: readonly Answer[]; readonly target: readonly Answer[] }
}
