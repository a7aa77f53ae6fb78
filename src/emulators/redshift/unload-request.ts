export type Authorization =
  | { readonly kind: 'role'; readonly chain: readonly string[] }
  | { readonly kind: 'keys'; readonly id: string; readonly secret: string; readonly token?: string }
  | { readonly kind: 'default-role' }

/** One UNLOAD as written (redshift.md 1.1). */
export interface UnloadRequest {
  /** The select, its quotes and backslashes decoded once. */
  readonly query: string
  readonly bucket: string
  readonly prefix: string
  readonly authorization: Authorization
  /** CREDENTIALS '…', which some options refuse. */
  readonly credentialsClause: boolean
  readonly format: 'TEXT' | 'CSV' | 'PARQUET' | 'JSON'
  readonly manifest: 'none' | 'plain' | 'verbose'
  readonly parallel: boolean
  readonly allowOverwrite: boolean
  readonly cleanPath: boolean
  readonly header: boolean
  readonly addQuotes: boolean
  readonly escape: boolean
  readonly encrypted: 'no' | 'key' | 'auto'
  readonly compression?: 'GZIP' | 'BZIP2' | 'ZSTD'
  readonly delimiter?: string
  readonly fixedWidth?: string
  readonly nullText?: string
  readonly kmsKey?: string
  readonly masterKey?: string
  /** The master key came inside CREDENTIALS '…'. */
  readonly credentialsMasterKey?: boolean
  readonly partitionBy?: readonly string[]
  /** Partition columns stay in the files. */
  readonly include?: boolean
  readonly region?: string
  readonly extension?: string
  /** Bytes. */
  readonly maxFileSize?: number
  readonly rowGroupSize?: number
}

export type UnloadDraft = { -readonly [K in keyof UnloadRequest]?: UnloadRequest[K] }
