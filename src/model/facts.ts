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
  /** Of what has a limit: how many there are, as decimal text. */
  readonly count?: string
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

/** How the column that the target is to hold comes from the parts. */
export type ProbeForm =
  /** LOAD fills it. */
  | 'direct'
  /** LOAD fills a column of a type that its reader knows, and SQL makes the value of it. */
  | 'cast'
  /** The parts hold text, LOAD fills a STRING, and SQL makes the value of it. */
  | 'text'

/** How a LOAD is told to read. */
export interface ProbeReader {
  /** `odps.ext.parquet.native` */
  readonly native: boolean
  /** `odps.sql.hive.compatible` */
  readonly hive: boolean
  /** `odps.sql.timezone`: UTC, or left to the project. */
  readonly zone: 'UTC' | 'project'
}

export type ProbeVerdict = 'exact' | 'shifted' | 'refused' | 'null' | 'rounded' | 'different'

/** What became of one type's values on one way. */
export interface ProbeAnswer {
  /** As the source's catalog prints it: `numeric(9,2)`. */
  readonly sourceType: string
  readonly targetType: string
  readonly form: ProbeForm
  readonly reader: ProbeReader
  readonly verdict: ProbeVerdict
  /** `+8 h`, `ODPS-0123131`, or the first value that differs. */
  readonly detail?: string
}

/** What values of every type became on the real road; `probe.json`, and one line of `facts.jsonl`. */
export interface ProbeFact {
  readonly fact: 'probe'
  /** In the names of everything that it made. */
  readonly run: string
  /** ISO 8601. */
  readonly at: string
  readonly project: string
  readonly endpoint: string
  /** Whether UNLOAD read constants or a table made for it. */
  readonly rows: 'constants' | 'table'
  readonly answers: readonly ProbeAnswer[]
}

export type Fact = TargetFacts | ScanFact | CatalogGap | ProbeFact
