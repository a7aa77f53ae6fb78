import type { Faults } from '../faults.js'
import type { Mishap } from './mishap.js'
import type { ObjectRecord, ObjectAttributes } from './object-record.js'
import type { ObjectState } from './object-state.js'
import { notImplemented, Refusal } from './refusal.js'
import type { FindS3Key, S3Caller } from './s3-authentication.js'
import type { S3Body } from './s3-body.js'
import type { KmsKeys } from './server-encryption.js'
import type { StoreRequest } from './store-request.js'

/** How one service speaks S3: Amazon's own, or OSS through its compatible face. */
export interface S3Face {
  readonly service: 's3' | 'oss'
  readonly state: ObjectState
  readonly faults: Faults
  readonly findKey: FindS3Key
  /** The region that this endpoint belongs to. */
  readonly region: string
  readonly ownerId: string
  readonly accountId: string
  readonly virtualHostedOnly: boolean
  readonly takesChunkedBodies: boolean
  /** Objects that came without a checksum get a CRC64NVME (transfer.md 4). */
  readonly addsChecksum: boolean
  readonly partByteCountMin: number
  /** Absent: the service encrypts with its own keys alone. */
  readonly kms?: KmsKeys
  readonly presentEtag: (etag: string) => string
  readonly serverHeaders: () => Record<string, string>
  readonly throttleHeaders: (delaySeconds: number) => Record<string, string>
}

/** One authenticated request. */
export interface S3Call {
  readonly face: S3Face
  readonly request: StoreRequest
  readonly operation: string
  readonly caller: S3Caller
  /** Empty for ListBuckets. */
  readonly bucket: string
  /** Empty for bucket operations. */
  readonly key: string
  readonly mishap: Mishap
  body(): S3Body
}

export const s3Namespace = 'http://s3.amazonaws.com/doc/2006-03-01/'

const keptHeaders = ['content-type', 'cache-control', 'content-disposition', 'content-language', 'expires']
const metadataByteCountMax = 2048

/** Headers that would change what is stored in ways that are not emulated; `allowed` is what a plain request may say. */
const refusedHeaders: Readonly<Record<string, readonly string[]>> = {
  'x-amz-acl': ['private', 'bucket-owner-full-control'],
  'x-amz-storage-class': ['STANDARD'],
  'x-amz-tagging': [],
  'x-amz-server-side-encryption-customer-algorithm': [],
  'x-amz-website-redirect-location': [],
  'x-amz-object-lock-mode': [],
  'x-amz-object-lock-legal-hold': [],
  'x-amz-grant-full-control': [],
  'x-amz-grant-read': [],
  'x-amz-write-offset-bytes': [],
}

/** Of a service without KMS. */
const withoutKms: typeof refusedHeaders = {
  'x-amz-server-side-encryption': ['AES256'],
  'x-amz-server-side-encryption-aws-kms-key-id': [],
}

export function refuseHeaders(call: S3Call): void {
  const encryption = call.face.kms === undefined ? withoutKms : {}
  for (const [name, allowed] of Object.entries({ ...refusedHeaders, ...encryption })) {
    const value = call.request.headers.get(name)
    if (value === undefined || allowed.includes(value)) continue
    throw notImplemented(`${call.operation} with ${name}: ${value}`, { Header: name })
  }
}

/** Headers and user metadata that a request wants kept with its object. */
export function describeObject(call: S3Call): Pick<ObjectAttributes, 'headers' | 'metadata'> {
  const headers: Record<string, string> = { 'content-type': 'binary/octet-stream' }
  const metadata: Record<string, string> = {}
  for (const [name, value] of call.request.headers) {
    if (keptHeaders.includes(name)) headers[name] = value
    if (name === 'content-encoding') addEncoding(headers, value)
    if (name.startsWith('x-amz-meta-')) metadata[name.slice('x-amz-meta-'.length)] = value
  }
  const byteCount = Object.entries(metadata).reduce((sum, pair) => sum + Buffer.byteLength(pair.join('')), 0)
  if (byteCount > metadataByteCountMax) {
    throw new Refusal(400, 'MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', {
      Size: String(byteCount),
      MaxSizeAllowed: String(metadataByteCountMax),
    })
  }
  return { headers, metadata }
}

export function findObject(call: S3Call): ObjectRecord {
  const record = call.face.state.find(call.bucket, call.key)
  if (record !== undefined) return record
  throw new Refusal(404, 'NoSuchKey', 'The specified key does not exist.', { Key: call.key })
}

export function quotedEtag(call: S3Call, etag: string): string {
  return `"${call.face.presentEtag(etag)}"`
}

export function readCount(call: S3Call, name: string, otherwise: number, most: number): number {
  const text = call.request.query.get(name)
  if (text === undefined || text === '') return otherwise
  if (!/^\d{1,9}$/.test(text)) {
    const fields = { ArgumentName: name, ArgumentValue: text }
    throw new Refusal(400, 'InvalidArgument', `Argument ${name} must be an integer between 0 and 2147483647`, fields)
  }
  return Math.min(Number(text), most)
}

// `aws-chunked` describes the request, not the object.
function addEncoding(headers: Record<string, string>, value: string): void {
  const kept = value
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== 'aws-chunked' && one !== '')
  if (kept.length > 0) headers['content-encoding'] = kept.join(',')
}
