import type { IncomingHttpHeaders } from 'node:http'
import { MigrationError } from '../model/errors.js'
import { locationText } from '../model/names.js'
import type { Location } from '../model/names.js'
import { bareEtag } from './etag.js'
import { metadataToProvenance } from './provenance.js'
import type { ObjectInfo, Upload } from './store.js'

/** What we read of the SDK's answers. */
export interface S3Head {
  readonly ContentLength?: number | undefined
  readonly ETag?: string | undefined
  readonly Metadata?: Record<string, string> | undefined
  readonly ServerSideEncryption?: string | undefined
  readonly SSECustomerAlgorithm?: string | undefined
  readonly ChecksumType?: string | undefined
  readonly ChecksumCRC64NVME?: string | undefined
  readonly ChecksumCRC32C?: string | undefined
  readonly ChecksumSHA256?: string | undefined
}

export interface S3Entry {
  readonly Key?: string | undefined
  readonly Size?: number | undefined
  readonly ETag?: string | undefined
}

export interface S3Page {
  readonly Contents?: readonly S3Entry[] | undefined
  readonly EncodingType?: string | undefined
  readonly IsTruncated?: boolean | undefined
  readonly NextContinuationToken?: string | undefined
}

export function statedObject(location: Location, head: S3Head): ObjectInfo {
  const etag = bareEtag(head.ETag)
  const provenance = metadataToProvenance(head.Metadata)
  return {
    location,
    byteCount: head.ContentLength ?? 0,
    etag,
    etagIsMd5: isPlain(head) && /^[0-9a-f]{32}$/i.test(etag),
    ...partCountOf(etag, head),
    ...checksumsOf(head),
    ...(provenance && { provenance }),
  }
}

/** KMS and customer keys make etags that tell nothing of the bytes (transfer.md 4). */
function isPlain(head: S3Head): boolean {
  const plain = head.ServerSideEncryption === undefined || head.ServerSideEncryption === 'AES256'
  return plain && head.SSECustomerAlgorithm === undefined
}

function partCountOf(etag: string, head: S3Head): { etagPartCount?: number } {
  const count = /^[0-9a-f]{32}-(\d+)$/i.exec(etag)?.[1]
  return count === undefined || !isPlain(head) ? {} : { etagPartCount: Number(count) }
}

/** What the headers of an answer tell of a whole object. */
export function checksumsInHeaders(headers: IncomingHttpHeaders): Pick<ObjectInfo, 'checksums'> {
  const tell = (name: string): string | undefined => headers[`x-amz-checksum-${name}`] as string | undefined
  return checksumsOf({
    ChecksumType: tell('type'),
    ChecksumCRC64NVME: tell('crc64nvme'),
    ChecksumCRC32C: tell('crc32c'),
    ChecksumSHA256: tell('sha256'),
  })
}

/** Those of the whole object only: composite ones are of the parts' checksums (transfer.md 4). */
function checksumsOf(head: S3Head): Pick<ObjectInfo, 'checksums'> {
  if (head.ChecksumType === 'COMPOSITE') return {}
  const told = {
    crc64nvme: head.ChecksumCRC64NVME,
    crc32c: head.ChecksumCRC32C,
    sha256: head.ChecksumSHA256,
  }
  const whole = Object.entries(told).flatMap(([name, value]) =>
    value === undefined || value.includes('-') ? [] : [[name, Buffer.from(value, 'base64').toString('hex')] as const],
  )
  return whole.length === 0 ? {} : { checksums: Object.fromEntries(whole) }
}

export function listedObjects(prefix: Location, page: S3Page): ObjectInfo[] {
  return (page.Contents ?? []).map(({ Key, Size, ETag }) => {
    const key = page.EncodingType === 'url' ? decodeKey(Key ?? '') : (Key ?? '')
    return { location: { ...prefix, key }, byteCount: Size ?? 0, etag: bareEtag(ETag) }
  })
}

/** Undefined after the last page. An answer that does not say whether it is the last is no listing, least of all an empty one. */
export function nextToken(prefix: Location, page: S3Page): string | undefined {
  if (page.IsTruncated === undefined) throw unreadable(`list ${locationText(prefix)}`)
  if (!page.IsTruncated) return undefined
  if (page.NextContinuationToken !== undefined) return page.NextContinuationToken
  throw new MigrationError('store-failed', `list ${locationText(prefix)}: S3 says there is more and not where`)
}

function unreadable(subject: string): MigrationError {
  return new MigrationError('store-failed', `${subject}: S3 answered with what is no listing`, { transient: true })
}

export interface S3UploadPage {
  readonly Uploads?:
    readonly { readonly Key?: string | undefined; readonly UploadId?: string | undefined }[] | undefined
  readonly EncodingType?: string | undefined
  readonly IsTruncated?: boolean | undefined
  readonly NextKeyMarker?: string | undefined
  readonly NextUploadIdMarker?: string | undefined
}

export type UploadMarkers = { readonly KeyMarker?: string; readonly UploadIdMarker?: string }

export function listedUploads(prefix: Location, page: S3UploadPage): Upload[] {
  return (page.Uploads ?? []).map(({ Key = '', UploadId = '' }) => {
    const key = page.EncodingType === 'url' ? decodeKey(Key) : Key
    return { location: { ...prefix, key }, uploadId: UploadId }
  })
}

/** What asks for the page after this one; undefined after the last. */
export function nextUploadMarkers(prefix: Location, page: S3UploadPage): UploadMarkers | undefined {
  if (page.IsTruncated === undefined) throw unreadable(`list uploads ${locationText(prefix)}`)
  if (!page.IsTruncated) return undefined
  const { NextKeyMarker, NextUploadIdMarker: UploadIdMarker, EncodingType } = page
  if (NextKeyMarker === undefined || UploadIdMarker === undefined) {
    throw new MigrationError(
      'store-failed',
      `list uploads ${locationText(prefix)}: S3 says there is more and not where`,
    )
  }
  return { KeyMarker: EncodingType === 'url' ? decodeKey(NextKeyMarker) : NextKeyMarker, UploadIdMarker }
}

function decodeKey(key: string): string {
  return decodeURIComponent(key.replaceAll('+', ' '))
}

export function isGone(error: unknown): boolean {
  return error instanceof MigrationError && error.code === 'store-missing' && !error.message.includes('NoSuchBucket')
}

/** A refusal of which only the status is known. */
export function isMute(error: unknown): boolean {
  return error instanceof MigrationError && /, (?:400|403|404)\)/.test(error.message)
}
