/** The base names of Redshift's types, as `format_type` spells them without length. */
export type SourceTypeBase =
  | 'smallint'
  | 'integer'
  | 'bigint'
  | 'numeric'
  | 'real'
  | 'double precision'
  | 'boolean'
  | 'character'
  | 'character varying'
  | 'date'
  | 'time without time zone'
  | 'time with time zone'
  | 'timestamp without time zone'
  | 'timestamp with time zone'
  | 'interval year to month'
  | 'interval day to second'
  | 'super'
  | 'binary varying'
  | 'geometry'
  | 'geography'
  | 'hllsketch'
  | 'unknown'

export interface SourceType {
  readonly base: SourceTypeBase
  /** As the catalog prints it: `character varying(25)`. */
  readonly text: string
  /** Bytes, for character and binary types. */
  readonly length?: number
  /** For numeric. */
  readonly precision?: number
  readonly scale?: number
}

export interface CatalogColumn {
  readonly name: string
  /** 1-based, without the gaps that dropped columns leave. */
  readonly ordinal: number
  readonly type: SourceType
  readonly notNull: boolean
  /** The default's SQL text; identity columns have `identity` instead. */
  readonly defaultText?: string
  readonly identity?: { readonly seed: string; readonly step: string; readonly byDefault: boolean }
  readonly encoding?: string
  readonly distKey: boolean
  /** 0: none; negative: interleaved (redshift.md 3.2). */
  readonly sortKeyPosition: number
  readonly comment?: string
}

export type RelationKind = 'table' | 'view' | 'late-binding-view' | 'materialized-view' | 'external-table'

/** Informational in Redshift: never enforced there. */
export interface CatalogConstraint {
  readonly name: string
  readonly kind: 'primary-key' | 'unique' | 'foreign-key'
  /** As `pg_get_constraintdef` prints it. */
  readonly definition: string
}

/** One line of `catalog.jsonl`. */
export interface CatalogEntry {
  readonly schema: string
  readonly name: string
  readonly kind: RelationKind
  readonly columns: readonly CatalogColumn[]
  readonly constraints: readonly CatalogConstraint[]
  readonly distStyle?: 'even' | 'key' | 'all' | 'auto'
  /** Absent without a sort key. `auto`: Redshift chose the columns, or may; told only with the sizes (redshift.md 3.4). */
  readonly sortStyle?: 'compound' | 'interleaved' | 'auto'
  /** True where Redshift chooses the encodings itself (ENCODE AUTO). */
  readonly autoEncoding?: boolean
  readonly owner?: string
  readonly comment?: string
  /** A view's text. */
  readonly definition?: string
  /** Estimates of the source, for order and size only; absent when the source did not tell (empty tables, no privilege). */
  readonly rowEstimate?: number
  readonly byteEstimate?: number
}

/** What lives beside relations and is never carried by itself. */
export type CatalogObjectKind = 'procedure' | 'function' | 'grant'

/** One line of `objects.jsonl`. */
export interface CatalogObject {
  readonly kind: CatalogObjectKind
  readonly schema: string
  /** A routine's name, or what is granted on: a relation's, a routine's, the schema's own. */
  readonly name: string
  /** `(integer, character varying)` of a routine; `SELECT ON sales.orders TO GROUP analysts` of a grant. */
  readonly signature: string
  /** Of a grant. */
  readonly on?: 'relation' | 'schema' | 'routine'
  readonly owner?: string
  /** `plpgsql`, `sql`, `plpythonu`, `exfunc` of a routine. */
  readonly language?: string
}

/** Patterns with `*` over `schema.name`; the last match wins. */
export interface Selection {
  readonly select: readonly string[]
  readonly exclude: readonly string[]
}
