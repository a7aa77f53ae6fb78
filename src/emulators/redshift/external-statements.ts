export interface ExternalColumn {
  readonly name: string
  /** In Hive's words (redshift.md 3.3). */
  readonly type: string
}

export interface ExternalTable {
  readonly names: readonly string[]
  readonly ifNotExists: boolean
  readonly columns: readonly ExternalColumn[]
  readonly partitionedBy: readonly ExternalColumn[]
  readonly inputFormat: string
  readonly outputFormat: string
  readonly serialization: string
  readonly serdeParameters: Readonly<Record<string, string>>
  readonly location: string
  readonly parameters: Readonly<Record<string, string>>
}

/** Spectrum: the catalog alone, nothing is ever read. */
export type ExternalStatement =
  | {
      readonly kind: 'create-external-schema'
      readonly name: string
      readonly ifNotExists: boolean
      /** SVV_EXTERNAL_SCHEMAS.eskind: 1 data catalog, 2 Hive metastore, 3 federated PostgreSQL, 6 Kinesis … */
      readonly sourceKind: number
      readonly database: string
      readonly options: Readonly<Record<string, string>>
    }
  | { readonly kind: 'create-external-table'; readonly table: ExternalTable }
  | {
      readonly kind: 'add-partitions'
      readonly names: readonly string[]
      readonly ifNotExists: boolean
      readonly partitions: readonly { readonly values: readonly string[]; readonly location: string }[]
    }
