/** One SQL statement of the target. Settings become hints of the instance, values as text. */
export interface Statement {
  /** For people and journals: `load tpch.lineitem`. */
  readonly purpose: string
  /** Without a closing semicolon. */
  readonly text: string
  readonly settings: Readonly<Record<string, string>>
}

/** Sees every statement that leaves. What it throws keeps the statement from leaving, or goes to who submitted it. */
export interface StatementWitness {
  /** With the settings and the priority that are really sent. */
  submitting?(of: {
    /** Of the statement, where there is one. */
    readonly subject?: string
    readonly text: string
    readonly settings: Readonly<Record<string, string>>
    readonly jobName?: string
    readonly priority?: number
  }): Promise<void> | void
  /** `logview` is without a token: whoever opens it logs in. */
  submitted?(of: {
    readonly jobName?: string
    readonly instance: string
    readonly logview: string
  }): Promise<void> | void
}
