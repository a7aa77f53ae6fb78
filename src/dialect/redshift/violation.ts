/** A rule that a statement breaks. */
export interface Violation {
  /** Stable name: `parquet-no-delimiter`. */
  readonly rule: string
  /** In UTF-16 units from the start of the statement. */
  readonly offset: number
  readonly message: string
}
