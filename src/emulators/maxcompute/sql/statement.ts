import type { WrittenType } from '../data-type.js'
import type { Position } from '../odps-error.js'
import type { Expression, Name, Query } from './ast.js'

export interface ColumnDefinition {
  readonly name: string
  readonly type: WrittenType
  readonly notNull: boolean
  /** A literal. */
  readonly defaultValue?: Expression
  readonly comment: string
  readonly at: Position
}

export interface Clustering {
  readonly type: 'hash' | 'range'
  readonly columns: readonly string[]
  readonly sortedBy: readonly { readonly column: string; readonly descending: boolean }[]
  /** 0: the service chooses. */
  readonly bucketCount: number
}

export interface TableOptions {
  readonly comment: string
  readonly partitionedBy: readonly ColumnDefinition[]
  readonly clustering?: Clustering
  readonly properties: Readonly<Record<string, string>>
  /** Days. */
  readonly lifecycle?: number
}

/** `ds='20200101'`; a dynamic one has no value. */
export interface PartitionItem {
  readonly column: string
  readonly value?: Expression
  readonly at: Position
}

/** `ds > '20200101' AND NOT ds = '20200103'`, by its words; only columns of the partition are in it. */
export interface PartitionFilter {
  readonly condition: Expression
  readonly at: Position
}

export type AlterAction =
  | { readonly kind: 'touch' }
  | { readonly kind: 'drop-columns'; readonly columns: readonly string[] }
  | { readonly kind: 'owner'; readonly owner: string }
  | { readonly kind: 'rename-partition'; readonly to: readonly PartitionItem[] }
  | { readonly kind: 'rename'; readonly to: Name }
  | { readonly kind: 'add-columns'; readonly columns: readonly ColumnDefinition[] }
  | {
      readonly kind: 'add-partition'
      readonly ifNotExists: boolean
      readonly partitions: readonly (readonly PartitionItem[])[]
    }
  | {
      readonly kind: 'drop-partition'
      readonly ifExists: boolean
      readonly partitions: readonly (readonly PartitionItem[])[]
    }
  | { readonly kind: 'drop-partitions-where'; readonly filters: readonly PartitionFilter[] }
  | { readonly kind: 'comment'; readonly comment: string }
  | { readonly kind: 'lifecycle'; readonly days: number }
  | { readonly kind: 'properties'; readonly properties: Readonly<Record<string, string>> }
  | { readonly kind: 'rename-column'; readonly column: string; readonly to: string }
  | {
      readonly kind: 'change-column'
      readonly column: string
      readonly to: string
      readonly type: WrittenType
      readonly comment?: string
    }
  | { readonly kind: 'column-comment'; readonly column: string; readonly comment: string }

export interface Load {
  readonly kind: 'load'
  readonly overwrite: boolean
  readonly table: Name
  readonly partition: readonly PartitionItem[]
  readonly location: string
  readonly locationAt: Position
  readonly serde?: string
  readonly handler?: string
  readonly properties: Readonly<Record<string, string>>
  /** Upper case; absent with STORED BY. */
  readonly format?: string
}

export interface Insert {
  readonly kind: 'insert'
  readonly overwrite: boolean
  readonly table: Name
  readonly partition: readonly PartitionItem[]
  /** Empty: all columns in order. */
  readonly columns: readonly string[]
  readonly query: Query
}

/** A name in the list before AS. */
export interface ViewColumnName {
  readonly name: string
  readonly comment: string
}

export type Statement = { readonly at: Position } & (
  | { readonly kind: 'query'; readonly query: Query }
  | Insert
  | Load
  | {
      readonly kind: 'create'
      readonly table: Name
      readonly ifNotExists: boolean
      readonly columns: readonly ColumnDefinition[]
      readonly primaryKey: readonly string[]
      readonly options: TableOptions
    }
  | {
      readonly kind: 'create-as'
      readonly table: Name
      readonly ifNotExists: boolean
      readonly options: TableOptions
      readonly query: Query
    }
  | {
      readonly kind: 'create-like'
      readonly table: Name
      readonly ifNotExists: boolean
      readonly like: Name
      readonly lifecycle?: number
    }
  | {
      readonly kind: 'create-view'
      readonly view: Name
      readonly orReplace: boolean
      readonly ifNotExists: boolean
      /** Empty: the query's own names. */
      readonly columns: readonly ViewColumnName[]
      readonly comment: string
      readonly query: Query
      readonly text: string
    }
  | { readonly kind: 'drop-view'; readonly view: Name; readonly ifExists: boolean }
  | { readonly kind: 'delete-all'; readonly table: Name }
  | { readonly kind: 'drop'; readonly table: Name; readonly ifExists: boolean }
  | { readonly kind: 'truncate'; readonly table: Name; readonly partition: readonly PartitionItem[] }
  | {
      readonly kind: 'alter'
      readonly table: Name
      readonly action: AlterAction
      readonly partition: readonly PartitionItem[]
    }
  | {
      readonly kind: 'describe'
      readonly table: Name
      readonly extended: boolean
      readonly partition: readonly PartitionItem[]
    }
  | { readonly kind: 'create-schema'; readonly name: Name; readonly ifNotExists: boolean }
  | { readonly kind: 'show-schemas' }
  | { readonly kind: 'show-tables'; readonly pattern?: string }
  | { readonly kind: 'show-partitions'; readonly table: Name }
  | { readonly kind: 'set'; readonly name: string; readonly value: string }
  /** In the grammar so that the refusal can name it. */
  | { readonly kind: 'refused'; readonly what: string; readonly table?: Name }
)
