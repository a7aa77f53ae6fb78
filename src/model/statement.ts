/** One SQL statement of the target. Settings become hints of the instance, values as text. */
export interface Statement {
  /** For people and journals: `load tpch.lineitem`. */
  readonly purpose: string
  /** Without a closing semicolon. */
  readonly text: string
  readonly settings: Readonly<Record<string, string>>
}
