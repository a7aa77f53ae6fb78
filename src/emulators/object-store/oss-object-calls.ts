import type { Answer } from './answer.js'
import { checkConditions, parseRange, type Span } from './conditions.js'
import { hexToBase64 } from './digests.js'
import type { ObjectRecord } from './object-record.js'
import {
  checkOverwrite,
  crcHeader,
  describeOssObject,
  findOssObject,
  openOssBody,
  ossEtag,
  refuseOssHeaders,
  xmlAnswer,
  type OssCall,
} from './oss-call.js'
import { notImplemented, Refusal } from './refusal.js'
import { readText } from './s3-body.js'
import { encode } from './store-request.js'
import { readXml, type XmlNode, xmlDate } from './xml.js'

const deleteCountMax = 1000
const overrides = [
  'content-type',
  'content-language',
  'expires',
  'cache-control',
  'content-disposition',
  'content-encoding',
]

export async function putObject(call: OssCall): Promise<Answer> {
  refuseOssHeaders(call)
  const described = describeOssObject(call)
  const body = openOssBody(call)
  const record = await call.state.put(call.bucket, call.key, body.stream, body.digests, (staged, existing) => {
    body.verify(staged.digests, staged.byteCount)
    checkOverwrite(call, existing)
    return { ...described, etag: staged.digests.md5 ?? '' }
  })
  const md5 = hexToBase64(record.digests.md5 ?? '')
  return {
    status: 200,
    headers: { etag: `"${ossEtag(record.etag)}"`, 'content-md5': md5, ...crcHeader(record.digests) },
  }
}

export async function getObject(call: OssCall): Promise<Answer> {
  const record = findOssObject(call)
  checkConditions(call.request, ossEtag(record.etag), record.modifiedAt)
  const span = chooseSpan(call, record)
  const headers = objectHeaders(record)
  for (const name of overrides) {
    const value = call.request.query.get(`response-${name}`)
    if (value !== undefined) headers[name] = value
  }
  if (span !== undefined) headers['content-range'] = `bytes ${span.first}-${span.last}/${record.byteCount}`
  const body = await call.state.read(record, span)
  return { status: span === undefined ? 200 : 206, headers, body }
}

export async function headObject(call: OssCall): Promise<Answer> {
  const record = findOssObject(call)
  checkConditions(call.request, ossEtag(record.etag), record.modifiedAt)
  return { status: 200, headers: { ...objectHeaders(record), 'content-length': String(record.byteCount) } }
}

/** Fewer headers than HeadObject: no content type, no user metadata. */
export async function getObjectMeta(call: OssCall): Promise<Answer> {
  const record = findOssObject(call)
  const headers = {
    etag: `"${ossEtag(record.etag)}"`,
    'last-modified': new Date(record.modifiedAt).toUTCString(),
    'content-length': String(record.byteCount),
    ...crcHeader(record.digests),
  }
  return { status: 200, headers }
}

export async function copyObject(call: OssCall): Promise<Answer> {
  refuseOssHeaders(call)
  const source = ossCopySource(call)
  const directive = call.request.headers.get('x-oss-metadata-directive')?.toUpperCase()
  const { headers, metadata } = directive === 'REPLACE' ? describeOssObject(call) : source
  const record = await call.state.put(call.bucket, call.key, readStored(call, source), [], (staged, existing) => {
    checkOverwrite(call, existing)
    return { headers, metadata, etag: staged.digests.md5 ?? '' }
  })
  return xmlAnswer(['CopyObjectResult', copyNodes(record)], crcHeader(record.digests))
}

export async function deleteObject(call: OssCall): Promise<Answer> {
  call.state.remove(call.bucket, call.key)
  return { status: 204, headers: {} }
}

export async function deleteMultipleObjects(call: OssCall): Promise<Answer> {
  const { headers, query } = call.request
  if (!headers.has('content-md5')) throw new Refusal(400, 'MissingArgument', 'Missing Some Required Arguments.')
  const document = readXml(await readText(openOssBody(call)), 'Delete', ['Object'])
  const objects = (document.Object ?? []) as readonly Readonly<Record<string, string>>[]
  if (objects.length === 0 || objects.length > deleteCountMax || objects.some((object) => (object.Key ?? '') === '')) {
    throw new Refusal(
      400,
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema.',
    )
  }
  if (objects.some((object) => object.VersionId !== undefined))
    throw notImplemented('DeleteMultipleObjects with VersionId')
  const keys = objects.map((object) => object.Key ?? '')
  for (const key of keys) call.state.remove(call.bucket, key)
  if (document.Quiet === 'true') return { status: 200, headers: {} }
  const isEncoded = query.get('encoding-type') === 'url'
  const deleted = keys.map((key): XmlNode => ['Deleted', [['Key', isEncoded ? encode(key) : key]]])
  return xmlAnswer(['DeleteResult', isEncoded ? [['EncodingType', 'url'], ...deleted] : deleted])
}

export function copyNodes(of: { readonly modifiedAt: number; readonly etag: string }): XmlNode[] {
  return [
    ['LastModified', xmlDate(of.modifiedAt)],
    ['ETag', `"${ossEtag(of.etag)}"`],
  ]
}

export function ossCopySource(call: OssCall): ObjectRecord {
  const [path = '', version] = (call.request.headers.get('x-oss-copy-source') ?? '').split('?versionId=')
  if (version !== undefined) throw notImplemented(`${call.operation} with versionId`)
  const [, bucket = '', key = ''] = /^\/?([^/]+)\/(.+)$/s.exec(decodeURIComponent(path)) ?? []
  if (call.state.bucket(bucket) === undefined) {
    throw new Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist.', { BucketName: bucket })
  }
  if (call.caller.buckets?.includes(bucket) === false)
    throw new Refusal(403, 'AccessDenied', 'Access denied by bucket policy.')
  const record = call.state.find(bucket, key)
  if (record === undefined) throw new Refusal(404, 'NoSuchKey', 'The specified key does not exist.', { Key: key })
  checkConditions(call.request, ossEtag(record.etag), record.modifiedAt, 'x-oss-copy-source-')
  return record
}

export async function* readStored(call: OssCall, record: ObjectRecord, span?: Span): AsyncGenerator<Uint8Array> {
  const stored = await call.state.read(record, span)
  try {
    yield* stored.bytes
  } finally {
    await stored.close()
  }
}

function objectHeaders(record: ObjectRecord): Record<string, string> {
  const isNormal = record.partByteCounts === undefined
  return {
    ...record.headers,
    ...Object.fromEntries(Object.entries(record.metadata).map(([name, value]) => [`x-oss-meta-${name}`, value])),
    etag: `"${ossEtag(record.etag)}"`,
    'last-modified': new Date(record.modifiedAt).toUTCString(),
    'accept-ranges': 'bytes',
    'x-oss-object-type': isNormal ? 'Normal' : 'Multipart',
    'x-oss-storage-class': 'Standard',
    // Of the whole object, for ranges too.
    ...crcHeader(record.digests),
    ...(isNormal && { 'content-md5': hexToBase64(record.digests.md5 ?? '') }),
  }
}

/**
 * A range that does not lie within the object is no error by default: OSS then sends all of it with 200.
 * `x-oss-range-behavior: standard` asks for what HTTP says (transfer.md 3.5).
 */
function chooseSpan(call: OssCall, record: ObjectRecord): Span | undefined {
  const header = call.request.headers.get('range')
  const asked = parseRange(header, record.byteCount)
  if (asked === undefined) return undefined
  const isStandard = call.request.headers.get('x-oss-range-behavior') === 'standard'
  if (asked !== 'unsatisfiable') {
    if (asked.last < record.byteCount) return asked
    return isStandard ? { first: asked.first, last: record.byteCount - 1 } : undefined
  }
  if (!isStandard) return undefined
  const fields = { ActualObjectSize: String(record.byteCount), RangeRequested: header ?? '' }
  throw new Refusal(416, 'InvalidRange', 'The requested range cannot be satisfied.', fields)
}
