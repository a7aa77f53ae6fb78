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

/** What a scan found out about one assumption of a relation; one line of `facts.jsonl`. */
export interface ScanFact {
  readonly fact: 'scan'
  readonly relationId: string
  readonly code: string
  /** The source's column. */
  readonly column: string
  /** Rows that violate the assumption, as decimal text. */
  readonly violationCount: string
  /** When it was asked, ISO 8601. */
  readonly at: string
}

/** What the source would not tell, and what follows; one line of `facts.jsonl`. */
export interface CatalogGap {
  readonly fact: 'catalog-gap'
  /** `sizes`, `external tables of spectrum`. */
  readonly what: string
  /** The source's own words. */
  readonly reason: string
  /** True when objects may be missing from the catalog, not only figures about them. */
  readonly hidesObjects?: boolean
}

export type Fact = TargetFacts | ScanFact | CatalogGap
