import type { Answer } from './answer.js'
import { hexToBase64, hexToDecimal, type DigestName, type DigestValues } from './digests.js'
import { bend, type Mishap } from './mishap.js'
import type { ObjectAttributes, ObjectRecord } from './object-record.js'
import type { ObjectState } from './object-state.js'
import type { OssCaller } from './oss-authentication.js'
import { notImplemented, Refusal } from './refusal.js'
import type { StoreRequest } from './store-request.js'
import { toXml, type XmlNode } from './xml.js'

/** One authenticated request. */
export interface OssCall {
  readonly state: ObjectState
  readonly request: StoreRequest
  readonly operation: string
  readonly caller: OssCaller
  readonly accountId: string
  /** Region of new buckets. */
  readonly region: string
  /** Empty for ListBuckets. */
  readonly bucket: string
  /** Empty for bucket operations. */
  readonly key: string
  readonly mishap: Mishap
}

export interface OssBody {
  readonly stream: AsyncIterable<Uint8Array>
  readonly digests: readonly DigestName[]
  verify(values: DigestValues, byteCount: number): void
}

export const partByteCountMin = 100 * 1024
const putByteCountMax = 5 * 1024 ** 3
const metadataByteCountMax = 8 * 1024

const keptHeaders = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
]

const refusedHeaders: Readonly<Record<string, readonly string[]>> = {
  'x-oss-object-acl': ['default', 'private'],
  'x-oss-storage-class': ['Standard'],
  'x-oss-server-side-encryption': [],
  'x-oss-server-side-encryption-key-id': [],
  'x-oss-tagging': [],
  'x-oss-callback': [],
  'x-oss-callback-var': [],
  'x-oss-persistent-headers': [],
  'x-oss-traffic-limit': [],
}

/** The request's body; Content-MD5 is the only promise that OSS checks. */
export function openOssBody(call: OssCall): OssBody {
  const { headers, incoming } = call.request
  const length = headers.get('content-length')
  if (length === undefined && !headers.has('transfer-encoding')) {
    throw new Refusal(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.')
  }
  if (Number(length ?? 0) > putByteCountMax) throw tooLarge()
  const md5 = headers.get('content-md5')
  if (md5 !== undefined && Buffer.from(md5, 'base64').length !== 16) throw invalidDigest(md5, '')
  return {
    stream: bend(incoming, call.mishap),
    digests: ['md5'],
    verify: (values, byteCount) => {
      if (byteCount > putByteCountMax) throw tooLarge()
      const computed = hexToBase64(values.md5 ?? '')
      if (md5 !== undefined && md5 !== computed) throw invalidDigest(md5, computed)
    },
  }
}

export function refuseOssHeaders(call: OssCall): void {
  for (const [name, allowed] of Object.entries(refusedHeaders)) {
    const value = call.request.headers.get(name)
    if (value !== undefined && !allowed.includes(value))
      throw notImplemented(`${call.operation} with ${name}: ${value}`)
  }
}

export function describeOssObject(call: OssCall): Pick<ObjectAttributes, 'headers' | 'metadata'> {
  const headers: Record<string, string> = { 'content-type': 'application/octet-stream' }
  const metadata: Record<string, string> = {}
  for (const [name, value] of call.request.headers) {
    if (keptHeaders.includes(name)) headers[name] = value
    if (name.startsWith('x-oss-meta-')) metadata[name.slice('x-oss-meta-'.length)] = value
  }
  const byteCount = Object.entries(metadata).reduce((sum, pair) => sum + Buffer.byteLength(pair.join('')), 0)
  if (byteCount > metadataByteCountMax) throw new Refusal(400, 'InvalidArgument', 'The user metadata exceeds 8 KB.')
  return { headers, metadata }
}

/** For `x-oss-forbid-overwrite: true`. */
export function checkOverwrite(call: OssCall, existing: ObjectRecord | undefined): void {
  if (existing === undefined || call.request.headers.get('x-oss-forbid-overwrite') !== 'true') return
  const message = 'The object you specified already exists and can not be overwritten.'
  throw new Refusal(409, 'FileAlreadyExists', message)
}

export function findOssObject(call: OssCall): ObjectRecord {
  const record = call.state.find(call.bucket, call.key)
  if (record !== undefined) return record
  throw new Refusal(404, 'NoSuchKey', 'The specified key does not exist.', { Key: call.key })
}

/** OSS shows MD5s in upper case. */
export function ossEtag(etag: string): string {
  return etag.toUpperCase()
}

export function crcHeader(digests: DigestValues): Record<string, string> {
  return digests.crc64xz === undefined ? {} : { 'x-oss-hash-crc64ecma': hexToDecimal(digests.crc64xz) }
}

export function readOssCount(call: OssCall, name: string, otherwise: number, most: number): number {
  const text = call.request.query.get(name)
  if (text === undefined || text === '') return otherwise
  const count = /^\d{1,9}$/.test(text) ? Number(text) : -1
  if (count >= 1 && count <= most) return count
  const fields = { ArgumentName: name, ArgumentValue: text }
  throw new Refusal(400, 'InvalidArgument', `Argument ${name} must be an integer between 1 and ${most}`, fields)
}

export function xmlAnswer(root: XmlNode, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, headers: { 'content-type': 'application/xml', ...headers }, body: toXml(root) }
}

function tooLarge(): Refusal {
  const fields = { MaxSizeAllowed: String(putByteCountMax) }
  return new Refusal(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size.', fields)
}

function invalidDigest(given: string, computed: string): Refusal {
  return new Refusal(400, 'InvalidDigest', 'The Content-MD5 you specified was invalid.', {
    ClientComputedContentMD5: given,
    ...(computed !== '' && { ServerComputedContentMD5: computed }),
  })
}
