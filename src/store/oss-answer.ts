import { MigrationError } from '../model/errors.js'
import { locationText, type Location } from '../model/names.js'
import { bareEtag } from './etag.js'
import { metadataToProvenance } from './provenance.js'
import { storeError } from './store-error.js'
import type { ChunkReceipt, ObjectInfo } from './store.js'

export type OssHeaders = Readonly<Record<string, string | undefined>>

export interface OssEntry {
  readonly name: string
  readonly size: number
  readonly etag: string
}

/** One part as xml2js gives it. */
export interface OssPart {
  readonly PartNumber: string
  readonly Size: string
  readonly ETag: string
}

export interface OssUploadPage {
  readonly uploads: readonly { readonly name: string; readonly uploadId: string }[]
  readonly isTruncated: boolean
  readonly nextKeyMarker?: string
  readonly nextUploadIdMarker?: string
}

export function statedOssObject(location: Location, headers: OssHeaders, meta: Record<string, string>): ObjectInfo {
  const provenance = metadataToProvenance(meta)
  return {
    location,
    byteCount: Number(headers['content-length']),
    etag: bareEtag(headers['etag']),
    ...crc64Of(headers),
    ...(provenance && { provenance }),
  }
}

export function listedOssObject(prefix: Location, entry: OssEntry): ObjectInfo {
  return { location: { ...prefix, key: ossKey(entry.name) }, byteCount: entry.size, etag: bareEtag(entry.etag) }
}

/** A key of a listing that was asked for with encoding-type=url. */
export function ossKey(name: string): string {
  return decodeURIComponent(name.replaceAll('+', ' '))
}

/** What asks for the page after this one; undefined after the last. */
export function nextUploadMarkers(prefix: Location, page: OssUploadPage): Record<string, string> | undefined {
  if (!page.isTruncated) return undefined
  const { nextKeyMarker, nextUploadIdMarker } = page
  if (nextKeyMarker === undefined || nextUploadIdMarker === undefined) {
    throw new MigrationError(
      'store-failed',
      `list uploads ${locationText(prefix)}: OSS says there is more and not where`,
    )
  }
  return { 'key-marker': ossKey(nextKeyMarker), 'upload-id-marker': nextUploadIdMarker }
}

export function listedOssChunk(part: OssPart): ChunkReceipt {
  return { number: Number(part.PartNumber), byteCount: Number(part.Size), etag: bareEtag(part.ETag) }
}

/** A lone part comes without its array. */
export function partsOf(parts: OssPart | readonly OssPart[]): readonly OssPart[] {
  return 'PartNumber' in parts ? [parts] : parts
}

export function crc64Of(headers: OssHeaders): { crc64?: string } {
  const crc64 = headers['x-oss-hash-crc64ecma']
  return crc64 === undefined ? {} : { crc64 }
}

/** What an error of ali-oss carries; `res` is the error of the transport where there was no answer at all. */
interface OssFailure {
  readonly name: string
  readonly message: string
  readonly code?: string
  readonly status?: number
  readonly res?: unknown
}

export function ossError(subject: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error
  if (isUnreadable(error)) {
    const message = `${subject}: OSS gave an answer that cannot be read (${error.message.split('\n')[0]})`
    return new MigrationError('store-failed', message, { transient: true, cause: error })
  }
  const told: OssFailure = error
  const cause = told.res instanceof Error ? told.res : error
  const failure: OssFailure = cause
  return storeError(subject, {
    service: 'OSS',
    code: failure.code,
    status: failure.status,
    message: failure.message,
    cause,
  })
}

/** ali-oss takes for granted that an answer has a whole document: its parser's error has no code, or it stumbles itself. */
function isUnreadable(error: Error): boolean {
  if (/\nLine: \d+\nColumn: \d+/.test(error.message)) return true
  return error instanceof TypeError && /\((?:[^)]*\/)?ali-oss\//.test(error.stack?.split('\n')[1] ?? '')
}

export function isGoneFromOss(error: unknown): boolean {
  return error instanceof MigrationError && error.code === 'store-missing' && !error.message.includes('NoSuchBucket')
}
