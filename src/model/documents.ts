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

/** A line of the difference between both sides' rows. */
export interface RowLine {
  /** Only the source has it, only the target has it, or both have it with other values. */
  readonly sign: '-' | '+' | '~'
  /** How many such rows. */
  readonly count: string
  /** Of the whole row; of `~` the key alone. Long texts are cut to a beginning and the MD5 of the whole. */
  readonly values: readonly { readonly column: string; readonly value: string | null }[]
  readonly changes?: readonly {
    readonly column: string
    readonly source: string | null
    readonly target: string | null
  }[]
}

/** Which rows differ. */
export interface RowDifference {
  /** Who told the source's rows: the source itself, or, since it has moved meanwhile, the parts that were unloaded. */
  readonly toldBy: 'source' | 'parts'
  readonly lines: readonly RowLine[]
  /** Rows that differ, among those that were fetched; `lines` may be fewer. */
  readonly lineCount: string
  /** Buckets that differ too and were not fetched, and the rows in them on both sides, equal ones among them. */
  readonly left?: { readonly bucketCount: number; readonly sourceRowCount: string; readonly targetRowCount: string }
}

/** `checks/<relationId>.json` */
export interface RelationChecks {
  readonly document: 'checks'
  readonly relationId: string
  readonly relation: string
  readonly table: string
  readonly depth: string
  readonly results: readonly CheckResult[]
  /** At the depth of content, where the rows differ; absent too where nobody can tell which. */
  readonly difference?: RowDifference
  /** Why nobody can tell. */
  readonly undisclosed?: string
  readonly source: readonly Measurement[]
  readonly target: readonly Measurement[]
  readonly answers: { readonly source: readonly Answer[]; readonly target: readonly Answer[] }
}
