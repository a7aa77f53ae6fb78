import type { Discrepancy } from './measure.js'
import type { Consistency } from './plan.js'
import type { Call } from './work.js'

/** A statement of the user's own, in the source's SQL. */
export interface UserQuery {
  /** Unique: `03`, or `03#2` where a file has several. */
  readonly name: string
  readonly file: string
  /** Where the statement begins, from 1. */
  readonly line: number
  /** Without a semicolon. */
  readonly text: string
}

/** A user's query as both sides are asked it. */
export interface AskedQuery {
  readonly name: string
  readonly text: string
  /** Of MaxCompute's instance; none for the source. */
  readonly settings: Readonly<Record<string, string>>
  /** Schemas in which the source looks for relations without one. */
  readonly searchPath: readonly string[]
}

/** Answers queries of the user's, and nothing else. */
export interface Answering {
  /**
   * All rows in their order, as the side writes them. Throws `source-refused` or `target-refused` where there are more than
   * `rowCountMax`: an answer is compared in full or not at all.
   */
  ask(query: AskedQuery, rowCountMax: number, call: Call): Promise<readonly (readonly (string | null)[])[]>
}

export type QueryVerdict =
  | 'equal'
  | 'differs'
  /** A side refused it, or its answer is too long to be compared. */
  | 'failed'
  /** The sides were not asked about the same moment, or the query itself leaves open what it answers. */
  | 'not-comparable'
  /** Has no translation that is certain. */
  | 'manual'
  /** Relations that it reads have not been loaded. */
  | 'waiting'

/** How the values of a column were compared. */
export interface ComparedColumn {
  readonly name: string
  /** `exact`; `one unit of the coarser scale`; `within 1e-9, relative`; `NULL or not`. */
  readonly compared: string
}

/** A value that divides, taken for the same. */
export interface NearValue {
  readonly column: string
  readonly source: string
  readonly target: string
  /** One unit of the coarser scale. */
  readonly unit: string
}

/** What became of one query. */
export interface QueryResult {
  readonly name: string
  readonly file: string
  readonly line: number
  readonly verdict: QueryVerdict
  /** Why it was not compared, or not for certain. */
  readonly reason?: string
  /** Of the error that it failed with. */
  readonly exitCode?: number
  /** `schema.name` of what it reads. */
  readonly relations: readonly string[]
  /** Both statements; the target's only where there is one. */
  readonly source: string
  readonly target?: string
  readonly settings?: Readonly<Record<string, string>>
  readonly columns: readonly ComparedColumn[]
  /** The columns that both answers must be in order of; empty: in any order. */
  readonly orderedBy: readonly string[]
  readonly sourceRowCount?: number
  readonly targetRowCount?: number
  /** Values. */
  readonly comparedCount: number
  readonly nearCount: number
  /** The first of them. */
  readonly near: readonly NearValue[]
  readonly discrepancies: readonly Discrepancy[]
}

/** `checks/queries.json`, and `checks/now/queries.json` */
export interface QueryChecks {
  readonly document: 'query-checks'
  readonly consistency: Consistency
  /** Which rows of the source were asked: those that were unloaded, or those of the moment of asking. */
  readonly moment: 'unload' | 'now'
  readonly results: readonly QueryResult[]
}

/** `queries/source/<key>.json` */
export interface SourceAnswer {
  readonly document: 'source-answer'
  readonly name: string
  /** As it was asked. */
  readonly text: string
  readonly searchPath: readonly string[]
  readonly snapshot: string
  /** Absent where the source refused. */
  readonly rows?: readonly (readonly (string | null)[])[]
  readonly failure?: { readonly message: string; readonly exitCode: number }
}
