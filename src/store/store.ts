import type { Readable } from 'node:stream'
import type { Location } from '../model/names.js'
import type { Call } from '../model/work.js'

export interface ObjectInfo {
  readonly location: Location
  readonly byteCount: number
  /** Without quotes. */
  readonly etag: string
  /** From `stat`: whether the etag is the MD5 of the bytes (S3: one part, no KMS or customer key). Absent where nobody asked. */
  readonly etagIsMd5?: boolean
  /** From `stat`: how many parts' MD5s the etag is the MD5 of (S3: several parts, no KMS or customer key). */
  readonly etagPartCount?: number
  /** From `stat`: what the store computed of the whole object, in hexadecimal; S3 only. */
  readonly checksums?: { readonly crc64nvme?: string; readonly crc32c?: string; readonly sha256?: string }
  /** Decimal CRC-64/XZ of the whole object; OSS only. */
  readonly crc64?: string
  /** Where the bytes came from, when we wrote the object. */
  readonly provenance?: Provenance
  /** From a write: for how long the store held it back to slow us down. */
  readonly delayedMilliseconds?: number
}

/** A small object in memory. */
export interface WholeObject {
  readonly bytes: Buffer
  /** As `stat` tells them. */
  readonly checksums?: ObjectInfo['checksums']
}

/** Bytes of the largest object that is read and written as a whole. */
export const wholeByteCountMax = 256 * 1024

/** Travels as object metadata, so that an object is known as ours. */
export interface Provenance {
  readonly run: string
  /** `s3://bucket/key` of the part that was copied. */
  readonly source: string
  readonly sourceEtag: string
}

/** Both ends inclusive, as in HTTP. */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

export interface Upload {
  readonly location: Location
  readonly uploadId: string
}

export interface ChunkReceipt {
  /** 1-based; at most 10,000. */
  readonly number: number
  readonly byteCount: number
  readonly etag: string
  /** Decimal CRC-64/XZ of the chunk as the store computed it; OSS gives it on write, not in listings. */
  readonly crc64?: string
  /** From a write: for how long the store held it back to slow us down. */
  readonly delayedMilliseconds?: number
}

/**
 * A place where parts rest. Adapters are dumb: one request a call (listings: one a page), no retries.
 * Errors are MigrationErrors: `store-denied` (keys, signature, policy), `store-missing` (bucket),
 * `store-unreachable`, `store-refused` (412, 409, 4xx), `store-failed` (5xx, throttled, reset); `transient` is set by the adapter.
 */
export interface ObjectStore {
  /** Proves bucket, keys and region with one request. */
  ping(call: Call): Promise<void>
  /** All objects whose key starts with the prefix, in key order. A failed listing throws; it is never an empty one. */
  list(prefix: Location, call: Call): AsyncIterable<ObjectInfo>
  /** Undefined when there is no such object; a missing bucket throws. */
  stat(location: Location, call: Call): Promise<ObjectInfo | undefined>
  /** How long one part of the upload is that the object was made by (1-based); undefined where the store does not tell. S3 only. */
  partByteCount?(location: Location, number: number, call: Call): Promise<number | undefined>
  /** Ends exactly at the requested length or with an error, never short. `ifMatch` (an etag): `store-refused` when the object changed. */
  read(location: Location, of: { readonly range?: ByteRange; readonly ifMatch?: string }, call: Call): Promise<Readable>
  /** Whole object in one request; `body` must give exactly `byteCount` bytes. Never overwrites: an existing object is `store-refused`. */
  write(location: Location, body: Readable, byteCount: number, meta: Provenance, call: Call): Promise<ObjectInfo>
  /** As `read`, of a whole object of exactly so many bytes, at most `wholeByteCountMax`, without a stream. S3 only. */
  readWhole?(
    location: Location,
    of: { readonly byteCount: number; readonly ifMatch: string },
    call: Call,
  ): Promise<WholeObject>
  /** As `write`, of bytes in memory. OSS only. */
  writeWhole?(location: Location, bytes: Buffer, meta: Provenance, call: Call): Promise<ObjectInfo>
  openUpload(location: Location, meta: Provenance, call: Call): Promise<Upload>
  /** A chunk may be written again under its number; the last one counts. */
  writeChunk(upload: Upload, chunkNumber: number, body: Readable, byteCount: number, call: Call): Promise<ChunkReceipt>
  /** Throws `store-missing` when the upload is gone. */
  listChunks(upload: Upload, call: Call): AsyncIterable<ChunkReceipt>
  /** `receipts` in ascending number. */
  complete(upload: Upload, receipts: readonly ChunkReceipt[], call: Call): Promise<ObjectInfo>
  /** Quiet when the upload is gone already. */
  abort(upload: Upload, call: Call): Promise<void>
  /**
   * Uploads below a prefix that are neither completed nor aborted, of whomever, in key order; the same one may come
   * twice. A failed listing throws.
   */
  listUploads(prefix: Location, call: Call): AsyncIterable<Upload>
  /** Quiet when the object is gone already. */
  remove(location: Location, call: Call): Promise<void>
}
