import type { RsType } from './types.js'

export interface ColumnDefinition {
  readonly name: string
  readonly type: RsType
  readonly notNull: boolean
  readonly defaultText?: string
  readonly identity?: { readonly seed: string; readonly step: string; readonly byDefault: boolean }
  readonly encoding?: string
  readonly distKey: boolean
  readonly sortKey: boolean
  readonly collation?: string
}

/** Recorded for the catalog, never enforced (redshift.md 7.3). */
export interface ConstraintDefinition {
  readonly kind: 'p' | 'u' | 'f'
  readonly name?: string
  readonly columns: readonly string[]
  readonly references?: { readonly names: readonly string[]; readonly columns: readonly string[] }
}

export interface TableAttributes {
  readonly distStyle?: 'even' | 'key' | 'all' | 'auto'
  readonly distKey?: string
  readonly sortStyle?: 'COMPOUND' | 'INTERLEAVED' | 'AUTO'
  readonly sortKey: readonly string[]
  readonly backup: boolean
}

export interface TableDefinition {
  readonly names: readonly string[]
  readonly ifNotExists: boolean
  readonly columns: readonly ColumnDefinition[]
  readonly constraints: readonly ConstraintDefinition[]
  readonly attributes: TableAttributes
}
