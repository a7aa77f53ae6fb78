import type { DigestValues } from './digests.js'

export interface BucketRecord {
  readonly name: string
  readonly region: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

export type ChecksumAlgorithm = 'crc32' | 'crc32c' | 'crc64nvme' | 'sha1' | 'sha256'

/** As S3 keeps it beside an object. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm
  readonly type: 'FULL_OBJECT' | 'COMPOSITE'
  /** Base64; composite ones end in `-<parts>`. */
  readonly value: string
}

/** What a writer says of an object, names in lower case. */
export interface ObjectAttributes {
  /** Kept and given back: content-type, cache-control … */
  readonly headers: Readonly<Record<string, string>>
  /** User metadata without the vendor's prefix. */
  readonly metadata: Readonly<Record<string, string>>
  /** Hex in lower case; multipart: MD5 of the parts' MD5s and `-<parts>`. */
  readonly etag: string
  readonly checksum?: Checksum
  /** Multipart objects only. */
  readonly partByteCounts?: readonly number[]
  /** Base64, by part; where the object's checksum is composite. */
  readonly partChecksums?: readonly string[]
}

export interface ObjectRecord extends ObjectAttributes {
  readonly key: string
  readonly byteCount: number
  /** Of the whole object; of one that was put together from parts, those that can be combined from theirs. */
  readonly digests: DigestValues
  /** Its bytes, one piece after the other; several where parts were put together. */
  readonly pieces: readonly Piece[]
  /** Milliseconds since 1970. */
  readonly modifiedAt: number
}

export interface UploadRecord {
  readonly uploadId: string
  readonly bucket: string
  readonly key: string
  readonly headers: Readonly<Record<string, string>>
  readonly metadata: Readonly<Record<string, string>>
  readonly checksum?: Pick<Checksum, 'algorithm' | 'type'>
  /** Because of a KMS key the parts' ETags are no MD5s. */
  readonly opaqueEtags?: boolean
  readonly initiatedAt: number
}

export interface PartRecord {
  readonly number: number
  readonly byteCount: number
  readonly etag: string
  readonly digests: DigestValues
  readonly file: string
  readonly modifiedAt: number
}

/** A file below the state's data folder; never written again once a record names it. */
export interface Piece {
  readonly file: string
  readonly byteCount: number
}

/** What bytes are that came in. */
export interface Content {
  readonly byteCount: number
  readonly digests: DigestValues
}

/** They lie on disk and belong to nothing yet. */
export interface Staged extends Content, Piece {}
