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
  /** Redshift SQL over the quoted source column: what is measured and, without `wire`, what UNLOAD selects. */
  readonly unloadExpression: string
  readonly kind: ValueKind
  /** For decimals and integers: digits in all and behind the point. */
  readonly precision?: number
  readonly scale?: number
  /** Set when the parts hold another form than `unloadExpression`, which is then only measured: what UNLOAD selects instead. */
  readonly wire?: { readonly expression: string }
  /** Redshift SQL for the bytes of one value, where OCTET_LENGTH of `unloadExpression` cannot be asked. */
  readonly byteLength?: string
  /** Set when LOAD cannot produce `targetType`: the type in the staging table, and the MaxCompute SQL that converts it. */
  readonly staging?: { readonly type: string; readonly expression: string }
  readonly notNull: boolean
  /** Left out of the rows' hashes, and why: a deviation that was accepted before. */
  readonly unhashed?: string
  /** Of floats: the relative error within which sums and extremes are the same; a standard one when absent. */
  readonly tolerance?: number
  readonly toleranceReason?: string
  /** A literal in MaxCompute's spelling. */
  readonly defaultText?: string
  /** At most 1,024 bytes. */
  readonly comment?: string
}

/** A column that may differ, by the user's own word. */
export interface Acceptance {
  /** The target's column. */
  readonly column: string
  /** The checks by name; absent: all. */
  readonly checks?: readonly string[]
  readonly reason: string
}

/** `direct`: LOAD into the table; `staged`: LOAD into a staging table, then INSERT OVERWRITE … SELECT. */
export type LoadStrategy = 'direct' | 'staged'

export type VerifyDepth = 'count' | 'aggregates' | 'content'

/** What the parts hold: Parquet, CSV with quotes where needed, or fields between delimiters as older tools write them. */
export type FileFormat = 'parquet' | 'csv' | 'text'

/** How csv and text parts are written; always gzip. */
export interface TextLayout {
  /** One ASCII character. */
  readonly delimiter: string
  /** What stands for NULL; no value is written so. */
  readonly nullText: string
  /** The first line of every part names the columns. */
  readonly header: boolean
  /** Quotes round every field (ADDQUOTES); csv has them where they are needed. */
  readonly addQuotes: boolean
  /** ESCAPE, in text only. */
  readonly escape: boolean
}

/**
 * A choice of the plan that holds only while the data are as it takes them to be. Asked in the unload's own snapshot:
 * one row that violates it, and nothing of the relation is unloaded.
 */
export interface Assumption {
  /** The code of the concern that is raised where it does not hold. */
  readonly code: string
  /** The source's column. */
  readonly column: string
  /** Redshift SQL over the quoted column, true for the rows that violate it; never NULL-sensitive by accident. */
  readonly violatedWhere: string
  /** What is taken for granted: `o_orderdate lies within 0001-01-01 and 9999-12-31`. */
  readonly message: string
  /** Where no condition on one row can tell: a query of its own, whose only value counts the violations. */
  readonly countSql?: string
  /** Where `countSql` counts everything that has a limit, not the violations alone: the most that there may be. */
  readonly countMax?: number
  /** What is counted: `partitions`. Rows when absent. */
  readonly counted?: string
}

/** What the source answered about an assumption; a JSON form, kept with the measurements. */
export type Examined = {
  readonly code: string
  /** The source's column. */
  readonly column: string
  /** Rows that violate it, as decimal text. */
  readonly violationCount: string
  /** Of what has a limit: how many there are, as decimal text. */
  readonly count?: string
}

export type PartitionUnit = 'year' | 'month' | 'day' | 'value'

/** How the table is cut into partitions: by a column of text behind all others. */
export type PartitionPlan = DerivedPartition | FixedPartition

/** Derived from a data column, which stays what it was. */
export interface DerivedPartition {
  readonly fixed?: undefined
  /** The source's column. */
  readonly by: string
  readonly unit: PartitionUnit
  /** The target's partition column; always STRING. */
  readonly target: string
  /** Redshift SQL that gives the partition's name; never NULL. */
  readonly unloadExpression: string
  /** The name of the partition that holds rows in which the column is NULL. */
  readonly nullName: string
  /** UNLOAD lays the rows of each partition below `target=name/`; the parts are then without the column. */
  readonly unloaded?: boolean
}

/** All rows lie in the one partition of this name; the parts do not hold it. */
export interface FixedPartition {
  readonly fixed: string
  readonly target: string
  /** Redshift SQL that gives the name. */
  readonly unloadExpression: string
  readonly unloaded?: undefined
}

/** Optional arrangement of a table (maxcompute.md 3). Changes speed, never answers. */
export interface ClusteringPlan {
  readonly kind: 'hash' | 'range'
  /** The target's columns. */
  readonly by: readonly string[]
  readonly sortedBy: readonly string[]
  /** Hash clustering only. */
  readonly bucketCount?: number
}

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
  readonly skipped: readonly Unmigrated[]
  /** What somebody has to carry over by hand: views, procedures, functions, grants. */
  readonly manual?: readonly Unmigrated[]
  /** Every object of the catalog exactly once; absent in plans of earlier versions. */
  readonly coverage?: readonly Coverage[]
  /** What concerns the catalog as a whole: what the source would not tell. */
  readonly concerns?: readonly Concern[]
  /** True where a probe found that LOAD reads these types only in Hive mode. */
  readonly hiveCompatibleLoad?: boolean
  /** Jobs that carry relations, in the order they set out in; absent where everything is streamed. */
  readonly jobs?: readonly PlannedJob[]
}

/** Estimates of what one job of Data Online Migration carries. */
export interface PlannedJob {
  readonly consignment: string
  readonly relationCount: number
  readonly byteCount: number
  readonly fileCount: number
  /** At least, by the limits of the service. */
  readonly seconds: number
}

/** An object of the source that does not become a table. */
export interface Unmigrated {
  /** As in the catalog: `view`, `procedure`, `grant`; absent: a relation. */
  readonly kind?: string
  readonly schema: string
  /** With the signature, where the kind has one; of a grant its whole text: `SELECT ON sales.orders TO PUBLIC`. */
  readonly name: string
  readonly reason: string
}

/** A row of the coverage matrix: `found` is the sum of the others. */
export interface Coverage {
  readonly kind: string
  readonly foundCount: number
  /** Carried as they are, with notes at most. */
  readonly migratedCount: number
  /** Carried, not exactly: with a lossy concern. */
  readonly changedCount: number
  /** Not carried before somebody chooses. */
  readonly blockedCount: number
  readonly manualCount: number
  readonly skippedCount: number
}

/** Every further line of `plan.jsonl`. */
export interface RelationPlan {
  /** Slug and hash; in every path, prefix and staging table. */
  readonly relationId: string
  readonly source: RelationName
  readonly target: TableName
  readonly columns: readonly ColumnPlan[]
  /** Redshift SQL of the rows themselves, where there is no relation behind them: those of a probe. */
  readonly rowsSql?: string
  /** True: one part after the other instead of one or more a slice (redshift.md 1.4). */
  readonly serialParts?: boolean
  /** Only rows that satisfy this condition, in Redshift's SQL; all rows when absent. */
  readonly where?: string
  /** Columns of the source that are not carried because the config names others. */
  readonly leftOut?: readonly string[]
  readonly strategy: LoadStrategy
  /** Parquet when absent. */
  readonly format?: FileFormat
  /** Of csv and text. */
  readonly layout?: TextLayout
  /** None when absent. */
  readonly assumptions?: readonly Assumption[]
  readonly partition?: PartitionPlan
  readonly clustering?: ClusteringPlan
  /** A Delta table with this PRIMARY KEY, by the target's columns. */
  readonly primaryKey?: readonly string[]
  /** Relations of one consignment lie below one prefix; the relation's own id where it travels alone. */
  readonly consignment: string
  /** A job of Data Online Migration carries it; absent: it is streamed. */
  readonly by?: 'online'
  readonly concerns: readonly Concern[]
  readonly depth: VerifyDepth
  /** The source's declared primary key, by the target's columns; nobody proved it. */
  readonly identity?: readonly string[]
  /** None when absent. */
  readonly accepted?: readonly Acceptance[]
  /** Largest part that UNLOAD may write, in MB (redshift.md 1.14). */
  readonly partMegabytesMax: number
  readonly comment?: string
  readonly lifecycleDays?: number
  readonly rowEstimate?: number
  readonly byteEstimate?: number
}
