import type { SourceType } from './catalog.js'
import type { RelationName, TableName } from './names.js'

/** `note`: carried, worth knowing; `lossy`: carried, not exactly; `blocking`: nothing moves until the user chooses. */
export type ConcernClass = 'note' | 'lossy' | 'blocking'

export interface Concern {
  /** Stable: `RS0101`. `migrate explain` tells more. */
  readonly code: string
  readonly class: ConcernClass
  readonly column?: string
  readonly message: string
}

/** What a value is to a measure; decides canonical text and which measures make sense. */
export type ValueKind = 'integer' | 'decimal' | 'float' | 'boolean' | 'date' | 'timestamp' | 'timestamptz' | 'text'

export interface ColumnPlan {
  /** The source's column, as the source spells it. */
  readonly source: string
  readonly sourceType: SourceType
  /** The target's column: lower case; also the column's name in the Parquet files (LOAD matches by name). */
  readonly target: string
  /** MaxCompute's type text, upper case: `DECIMAL(12,2)`. */
  readonly targetType: string
  /** Redshift SQL over the quoted source column: what UNLOAD selects and what is measured. */
  readonly unloadExpression: string
  readonly kind: ValueKind
  /** For decimals and integers: digits in all and behind the point. */
  readonly precision?: number
  readonly scale?: number
  /** Set when LOAD cannot produce `targetType`: the type in the staging table, and the MaxCompute SQL that converts it. */
  readonly staging?: { readonly type: string; readonly expression: string }
  readonly notNull: boolean
  /** A literal in MaxCompute's spelling. */
  readonly defaultText?: string
  /** At most 1,024 bytes. */
  readonly comment?: string
}

/** `direct`: LOAD into the table; `staged`: LOAD into a staging table, then INSERT OVERWRITE … SELECT. */
export type LoadStrategy = 'direct' | 'staged'

export type VerifyDepth = 'count' | 'aggregates'

/** How the source is read at one moment (design: consistency is a mode of the run). */
export type Consistency = 'each-relation' | 'single-transaction' | 'frozen' | 'restored'

/** First line of `plan.jsonl`. */
export interface PlanHeader {
  readonly document: 'plan'
  readonly version: 1
  readonly toolVersion: string
  readonly run: string
  readonly project: string
  readonly consistency: Consistency
  readonly relationCount: number
  /** Relations that were found and will not be migrated, each with its reason. */
  readonly skipped: readonly { readonly schema: string; readonly name: string; readonly reason: string }[]
}

/** Every further line of `plan.jsonl`. */
export interface RelationPlan {
  /** Slug and hash; in every path, prefix and staging table. */
  readonly relationId: string
  readonly source: RelationName
  readonly target: TableName
  readonly columns: readonly ColumnPlan[]
  /** Only rows that satisfy this condition, in Redshift's SQL; all rows when absent. */
  readonly where?: string
  /** Columns of the source that are not carried because the config names others. */
  readonly leftOut?: readonly string[]
  readonly strategy: LoadStrategy
  readonly consignment: string
  readonly concerns: readonly Concern[]
  readonly depth: VerifyDepth
  /** Largest part that UNLOAD may write, in MB (redshift.md 1.14). */
  readonly partMegabytesMax: number
  readonly comment?: string
  readonly lifecycleDays?: number
  readonly rowEstimate?: number
  readonly byteEstimate?: number
}
