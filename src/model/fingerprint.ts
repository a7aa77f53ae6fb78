import type { MeasuredRelation, Measure } from './measure.js'
import type { Call } from './work.js'

/** Sums of a row's hash: its first 28 digits, seven a lane, so that a lane of one row is below 2^28. */
export const laneCount = 4

/**
 * All rows whose hashes begin alike. Two sides whose buckets are the same hold the same rows the same number of times,
 * in whatever order (redshift.md 5.3).
 */
export interface Bucket {
  /** Hexadecimal digits, lower case. */
  readonly prefix: string
  readonly rowCount: string
  /** Sums of the lanes; decimal integers. */
  readonly lanes: readonly string[]
  /** Answers to the fingerprint's figures, in their order. */
  readonly figures: readonly (string | null)[]
}

/** What all rows of a relation hold, without their order. */
export interface Fingerprint {
  /** How rows were hashed; fingerprints of other definitions say nothing of each other. */
  readonly definition: string
  /** What is asked of each bucket beside its hashes: about the columns that are not hashed. */
  readonly figures: readonly Measure[]
  /** In order of their prefixes, which are of one length; buckets without rows are absent. */
  readonly buckets: readonly Bucket[]
}

/** Rows that are alike, for people: a text a column, long ones cut to a beginning and the MD5 of the whole. */
export interface HashedRow {
  readonly hash: string
  /** How often it is there. */
  readonly count: string
  /** As `rowColumns` of the dialect names them; null for SQL NULL. */
  readonly values: readonly (string | null)[]
}

/** Can tell rows apart without a key. Reads, and nothing else. */
export interface Fingerprinting {
  /**
   * Buckets of the rows whose hashes begin with one of `within` (of one length), each by two digits more;
   * of all rows by their first two where `within` is empty.
   */
  fingerprint(of: MeasuredRelation, within: readonly string[], call: Call): Promise<Fingerprint>
  /** The rows of these buckets, at most `rowCountMax` different ones, in no order. */
  rows(of: MeasuredRelation, within: readonly string[], rowCountMax: number, call: Call): Promise<readonly HashedRow[]>
}
