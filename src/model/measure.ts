import type { Fingerprinting } from './fingerprint.js'
import type { RelationName, TableName } from './names.js'
import type { ColumnPlan } from './plan.js'
import type { Call } from './work.js'

/** A question that both sides can answer. `column` is the target's column name. */
export type Measure = { readonly kind: 'row-count' } | { readonly kind: ColumnMeasureKind; readonly column: string }

export type ColumnMeasureKind =
  /** Values that are not NULL. */
  | 'count'
  /** Exact; integers and decimals only. */
  | 'sum'
  | 'minimum'
  | 'maximum'
  /** Bytes of all texts together (UTF-8). */
  | 'byte-length'
  /** Booleans only. */
  | 'true-count'
  | 'false-count'
  /** Sums of the 28-bit lanes of the values' MD5s; where an exact sum would not fit. */
  | 'lane-1'
  | 'lane-2'
  | 'lane-3'
  | 'lane-4'
  /** The rest is of floats only. Neither NaN nor infinite. */
  | 'finite-count'
  | 'positive-infinity-count'
  | 'negative-infinity-count'
  /** Of values up to 1e290, so that no sum overflows. */
  | 'finite-sum'
  /** Of their amounts: what an error of the sum is to be measured by. */
  | 'finite-magnitude'
  | 'finite-minimum'
  | 'finite-maximum'

/**
 * An answer in canonical text, equal on both sides when the values are equal:
 * integers `-?\d+`; decimals plain, no trailing zeros, no point without digits, never `-0`; dates `YYYY-MM-DD`;
 * timestamps `YYYY-MM-DD HH:MM:SS.ffffff`; null for SQL NULL.
 */
export interface Measurement {
  readonly measure: Measure
  readonly value: string | null
}

/** What is measured: a relation and the table made of it. A RelationPlan is one. */
export interface MeasuredRelation {
  readonly relationId: string
  readonly source: RelationName
  readonly target: TableName
  readonly columns: readonly ColumnPlan[]
  /** Of the source's rows only those are asked about that satisfy this condition; the table holds no others. */
  readonly where?: string
}

/** The same question in each side's own SQL. `{relation}` in a text stands for the relation's (table's) quoted name. */
export interface PairedQuery {
  readonly name: string
  /** `schema.name`; the query is asked in that relation's snapshot. */
  readonly relation: string
  readonly source: string
  readonly target: string
  /** How to read the columns of the answer, in order. */
  readonly columns: readonly PairedQueryColumn[]
  /** The source's text keeps to the rows that the relation's filter leaves; without it a filtered relation is not comparable. */
  readonly filtered?: boolean
  /** Averages for the report: each the quotient of two of the columns. */
  readonly averages?: readonly { readonly name: string; readonly sum: string; readonly count: string }[]
}

export interface PairedQueryColumn {
  readonly name: string
  /** `key` columns identify a row; `exact` compare as numbers or text. */
  readonly kind: 'key' | 'exact'
}

/** Rows as text; null for SQL NULL. */
export interface Answer {
  readonly query: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
}

/** Can look, and nothing else. Answers come in the order of the questions. */
export interface Measurable extends Fingerprinting {
  measure(of: MeasuredRelation, measures: readonly Measure[], call: Call): Promise<readonly Measurement[]>
  answer(query: PairedQuery, of: MeasuredRelation, call: Call): Promise<Answer>
}

/** Where the sides differ. */
export interface Discrepancy {
  /** The check that found it. */
  readonly check: string
  readonly relation: string
  readonly column?: string
  readonly source: string | null
  readonly target: string | null
  readonly message: string
}
