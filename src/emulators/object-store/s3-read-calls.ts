import type { Answer } from './answer.js'
import { checkConditions, parseRange, type Span } from './conditions.js'
import type { ObjectRecord } from './object-record.js'
import { Refusal } from './refusal.js'
import { askKey, shownEncryption } from './server-encryption.js'
import { findObject, quotedEtag, s3Namespace, type S3Call } from './s3-call.js'
import { toXml, type XmlNode } from './xml.js'

const attributePartCountMax = 1000

const overrides = [
  'response-content-type',
  'response-content-language',
  'response-expires',
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
]

export async function getObject(call: S3Call): Promise<Answer> {
  const { record, span, headers } = inspect(call)
  askKey(call, record.headers, 'kms:Decrypt')
  for (const name of overrides) {
    const value = call.request.query.get(name)
    if (value !== undefined) headers[name.slice('response-'.length)] = value
  }
  const body = await call.face.state.read(record, span)
  return { status: span === undefined ? 200 : 206, headers, body }
}

export async function headObject(call: S3Call): Promise<Answer> {
  const { record, span, headers } = inspect(call)
  const byteCount = span === undefined ? record.byteCount : span.last - span.first + 1
  return { status: span === undefined ? 200 : 206, headers: { ...headers, 'content-length': String(byteCount) } }
}

export async function getObjectAttributes(call: S3Call): Promise<Answer> {
  const record = findObject(call)
  const wanted = (call.request.headers.get('x-amz-object-attributes') ?? '').split(',').map((name) => name.trim())
  if (wanted.join('') === '') {
    throw new Refusal(400, 'InvalidArgument', 'The x-amz-object-attributes header is missing or empty.')
  }
  const { checksum } = record
  const nodes: Readonly<Record<string, XmlNode>> = {
    ETag: ['ETag', call.face.presentEtag(record.etag)],
    Checksum: [
      'Checksum',
      checksum && [
        [checksumElement(checksum.algorithm), checksum.value],
        ['ChecksumType', checksum.type],
      ],
    ],
    ObjectParts: ['ObjectParts', partsNodes(call, record)],
    StorageClass: ['StorageClass', 'STANDARD'],
    ObjectSize: ['ObjectSize', record.byteCount],
  }
  const chosen = wanted.map((name) => nodes[name])
  if (chosen.includes(undefined))
    throw new Refusal(400, 'InvalidArgument', `Invalid attribute name specified: ${wanted.join()}`)
  const body = toXml(['GetObjectAttributesResponse', chosen.filter((node) => node !== undefined)], s3Namespace)
  return { status: 200, headers: { 'content-type': 'application/xml', 'last-modified': httpDate(record) }, body }
}

/** How many parts; they themselves only where each has a checksum (transfer.md 4). */
function partsNodes(call: S3Call, { partByteCounts, partChecksums, checksum }: ObjectRecord): XmlNode[] | undefined {
  if (partByteCounts === undefined) return undefined
  const count: XmlNode = ['PartsCount', partByteCounts.length]
  if (partChecksums === undefined || checksum === undefined) return [count]
  const { headers } = call.request
  const marker = Number(headers.get('x-amz-part-number-marker') ?? 0)
  const countMax = Math.min(Number(headers.get('x-amz-max-parts') ?? attributePartCountMax), attributePartCountMax)
  const last = Math.min(marker + countMax, partByteCounts.length)
  const parts = partByteCounts.slice(marker, last).map((size, i): XmlNode => {
    const value: XmlNode = [checksumElement(checksum.algorithm), partChecksums[marker + i]]
    return ['Part', [['PartNumber', marker + i + 1], ['Size', size], value]]
  })
  const page: XmlNode[] = [
    ['PartNumberMarker', marker],
    ['NextPartNumberMarker', last],
    ['MaxParts', countMax],
    ['IsTruncated', last < partByteCounts.length],
  ]
  return [count, ...page, ...parts]
}

/** `ChecksumCRC32` */
export function checksumElement(algorithm: string): string {
  return `Checksum${algorithm.toUpperCase()}`
}

/** As response headers. */
export function checksumHeaders(record: Pick<ObjectRecord, 'checksum'>): Record<string, string> {
  if (record.checksum === undefined) return {}
  const { algorithm, type, value } = record.checksum
  return { [`x-amz-checksum-${algorithm}`]: value, 'x-amz-checksum-type': type }
}

function inspect(call: S3Call): { record: ObjectRecord; span: Span | undefined; headers: Record<string, string> } {
  const record = findObject(call)
  checkConditions(call.request, call.face.presentEtag(record.etag), record.modifiedAt)
  const { span, headers } = chooseSpan(call, record)
  const wantsChecksum = call.request.headers.get('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED'
  // Telling the checksum takes the key, for a HEAD too.
  if (wantsChecksum) askKey(call, record.headers, 'kms:Decrypt')
  return {
    record,
    span,
    headers: {
      ...record.headers,
      ...Object.fromEntries(Object.entries(record.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
      ...headers,
      ...(wantsChecksum ? spanChecksum(call, record, span) : {}),
      ...shownEncryption(call, record.headers),
      etag: quotedEtag(call, record.etag),
      'last-modified': httpDate(record),
      'accept-ranges': 'bytes',
    },
  }
}

/** Of the whole object, or of the part that was asked for by its number; other ranges have none. */
function spanChecksum(call: S3Call, record: ObjectRecord, span: Span | undefined): Record<string, string> {
  const { checksum, partChecksums } = record
  const number = call.request.query.get('partNumber')
  const value = number === undefined ? undefined : partChecksums?.[Number(number) - 1]
  if (checksum !== undefined && value !== undefined) return checksumHeaders({ checksum: { ...checksum, value } })
  const isWhole = span === undefined || span.last - span.first + 1 === record.byteCount
  return isWhole ? checksumHeaders(record) : {}
}

function chooseSpan(call: S3Call, record: ObjectRecord): { span: Span | undefined; headers: Record<string, string> } {
  const number = call.request.query.get('partNumber')
  const range = call.request.headers.get('range')
  if (number !== undefined) {
    if (range !== undefined)
      throw new Refusal(400, 'InvalidRequest', 'Cannot specify both Range header and partNumber query parameter')
    return partSpan(record, number)
  }
  const asked = parseRange(range, record.byteCount)
  if (asked === undefined) return { span: undefined, headers: {} }
  if (asked === 'unsatisfiable') {
    const fields = { RangeRequested: range ?? '', ActualObjectSize: String(record.byteCount) }
    const headers = { 'content-range': `bytes */${record.byteCount}` }
    throw new Refusal(416, 'InvalidRange', 'The requested range is not satisfiable', fields, headers)
  }
  const span = { first: asked.first, last: Math.min(asked.last, record.byteCount - 1) }
  return { span, headers: { 'content-range': `bytes ${span.first}-${span.last}/${record.byteCount}` } }
}

function partSpan(record: ObjectRecord, text: string): { span: Span | undefined; headers: Record<string, string> } {
  const sizes = record.partByteCounts ?? [record.byteCount]
  const number = Number(text)
  const size = sizes[number - 1]
  if (size === undefined) {
    throw new Refusal(416, 'InvalidPartNumber', 'The requested partnumber is not satisfiable', {
      PartNumberRequested: text,
      ActualPartCount: String(sizes.length),
    })
  }
  const count: Record<string, string> = record.partByteCounts ? { 'x-amz-mp-parts-count': String(sizes.length) } : {}
  if (record.byteCount === 0) return { span: undefined, headers: count }
  const first = sizes.slice(0, number - 1).reduce((sum, one) => sum + one, 0)
  const range = `bytes ${first}-${first + size - 1}/${record.byteCount}`
  return { span: { first, last: first + size - 1 }, headers: { ...count, 'content-range': range } }
}

function httpDate(record: ObjectRecord): string {
  return new Date(record.modifiedAt).toUTCString()
}
