import type { CatalogConstraint, CatalogEntry, SourceType } from '../../model/catalog.js'
import type { RelationName } from '../../model/names.js'
import type { Place } from './token.js'

/** A statement that was read and changes nothing that is planned. */
export interface IgnoredStatement {
  /** Its name: `GRANT`, `DROP TABLE IF EXISTS`. */
  readonly statement: string
  readonly line: number
}

export interface ParsedDdl {
  /** In the order of their CREATE. */
  readonly entries: readonly CatalogEntry[]
  readonly ignored: readonly (IgnoredStatement & { readonly file: string })[]
}

export interface ConstraintDraft {
  readonly at: Place
  readonly kind: CatalogConstraint['kind']
  readonly name?: string
  readonly columns: readonly string[]
  readonly references?: { readonly relation: RelationName; readonly columns: readonly string[] }
}

export interface ColumnDraft {
  readonly at: Place
  readonly name: string
  readonly type: SourceType
  notNull: boolean
  distKey: boolean
  sortKey: boolean
  defaultText?: string
  identity?: { readonly seed: string; readonly step: string; readonly byDefault: boolean }
  encoding?: string
  caseInsensitive?: boolean
}

export interface TableAttributes {
  distStyle?: 'even' | 'key' | 'all' | 'auto'
  distKey?: { readonly at: Place; readonly name: string }
  sortKey?: { readonly at: Place; readonly names: readonly string[]; readonly interleaved: boolean }
}

export interface TableDraft {
  readonly at: Place
  readonly relation: RelationName
  readonly columns: readonly ColumnDraft[]
  readonly constraints: readonly ConstraintDraft[]
  readonly attributes: TableAttributes
}

/** Another table that lends its columns. */
export interface LikeDraft {
  readonly at: Place
  readonly relation: RelationName
  readonly includingDefaults: boolean
}

export type DdlStatement = { readonly at: Place } & (
  | { readonly kind: 'create-table'; readonly table: TableDraft; readonly ifNotExists: boolean; readonly like?: LikeDraft }
  | { readonly kind: 'create-view'; readonly entry: CatalogEntry; readonly orReplace: boolean }
  | {
      readonly kind: 'comment'
      readonly relation: RelationName
      readonly column?: string
      /** Absent for NULL. */
      readonly comment?: string
    }
  | { readonly kind: 'constraint'; readonly relation: RelationName; readonly constraint: ConstraintDraft }
  | { readonly kind: 'owner'; readonly relation: RelationName; readonly owner: string }
  | { readonly kind: 'drop'; readonly statement: string; readonly relations: readonly RelationName[] }
  | { readonly kind: 'ignored'; readonly statement: string }
)
