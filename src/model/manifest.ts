import type { Location, RelationName } from './names.js'

/** One object holding rows. */
export interface Part {
  readonly location: Location
  readonly byteCount: number
  readonly rowCount: number
  /** As the store gave it, quotes removed; pins the object while it is read. */
  readonly etag?: string
  /** Decimal CRC-64/XZ of the whole object, where it is known (always, after a transfer). */
  readonly crc64?: string
}

/** A column as the Parquet footers name it; of csv and text as the manifest of the UNLOAD does. */
export interface FileColumn {
  readonly name: string
  /** Parquet's physical type: `INT32`, `INT96`, `FIXED_LEN_BYTE_ARRAY`; of csv and text the manifest's: `varbyte`. */
  readonly physicalType: string
  /** Rows of all parts together in which it is NULL; absent where one of the footers does not tell. */
  readonly nullCount?: number
}

/** All parts of a relation on one side. A relation without rows has no parts and no columns. */
export interface Manifest {
  readonly document: 'manifest'
  readonly side: 'source' | 'target'
  readonly relationId: string
  readonly relation: RelationName
  /** Names the moment at which the source was read. */
  readonly snapshot: string
  /** The prefix that holds the parts, and nothing else on the target side. */
  readonly location: Location
  readonly parts: readonly Part[]
  readonly rowCount: number
  readonly byteCount: number
  readonly columns: readonly FileColumn[]
  /** How the parts got here; of the target's side, absent in manifests of earlier versions. */
  readonly crossing?: ManifestCrossing
}

export type JobCounts = {
  readonly total?: number
  /** Skipped ones among them. */
  readonly copied?: number
  readonly failed?: number
  readonly skipped?: number
}

export interface ManifestCrossing {
  readonly by: 'streaming' | 'online'
  /** Of Data Online Migration: its name, how it ended, and where what it tells of itself is not what was found. */
  readonly job?: {
    readonly name: string
    readonly how: string
    /** Objects of all that it carried, as the service counts them. */
    readonly told?: JobCounts
    readonly differences?: readonly string[]
  }
  /** Why it was streamed although a job was planned for it. */
  readonly rerouted?: string
  /** Parts, by how far their bytes are proven (ledger.ts). */
  readonly proofs: Readonly<Record<string, number>>
  /** Parts that a job did not carry as it should, and that were sent again. */
  readonly resent?: readonly { readonly key: string; readonly reason: string }[]
}
