/** What the target told about itself; one line of `facts.jsonl`. */
export interface TargetFacts {
  readonly fact: 'target'
  readonly project: string
  readonly region?: string
  /** 1.0, 2.0 or Hive-compatible (maxcompute.md 5.1). */
  readonly typeEdition: '1.0' | '2.0' | 'hive'
  /** True when tables are named project.schema.table. */
  readonly schemaModel: boolean
  readonly timeZone?: string
  /** Most rows that a result may have. */
  readonly resultRowCountMax: number
}

export type Fact = TargetFacts
