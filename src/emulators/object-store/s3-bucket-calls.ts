import type { Answer } from './answer.js'
import type { ObjectRecord } from './object-record.js'
import { notImplemented, Refusal } from './refusal.js'
import { quotedEtag, readCount, s3Namespace, type S3Call } from './s3-call.js'
import { listUploadsPage } from './upload-listing.js'
import { toXml, type XmlNode, xmlDate } from './xml.js'

const xmlHeaders = { 'content-type': 'application/xml' }
const pageCountMax = 1000

export async function listBuckets(call: S3Call): Promise<Answer> {
  const allowed = call.caller.key.buckets
  const buckets = call.face.state.buckets().filter((bucket) => allowed?.includes(bucket.name) !== false)
  const nodes = buckets.map((bucket): XmlNode => {
    return [
      'Bucket',
      [
        ['Name', bucket.name],
        ['CreationDate', xmlDate(bucket.createdAt)],
      ],
    ]
  })
  const body: XmlNode = [
    'ListAllMyBucketsResult',
    [
      ['Owner', [['ID', call.face.ownerId]]],
      ['Buckets', nodes],
    ],
  ]
  return { status: 200, headers: xmlHeaders, body: toXml(body, s3Namespace) }
}

export async function headBucket(call: S3Call): Promise<Answer> {
  const region = call.face.state.bucket(call.bucket)?.region ?? ''
  return { status: 200, headers: { 'x-amz-bucket-region': region, 'content-length': '0' } }
}

export async function getBucketLocation(call: S3Call): Promise<Answer> {
  const region = call.face.state.bucket(call.bucket)?.region
  // The oldest region has no name here.
  const body = toXml(['LocationConstraint', region === 'us-east-1' ? '' : region], s3Namespace)
  return { status: 200, headers: xmlHeaders, body }
}

export async function listObjectsV2(call: S3Call): Promise<Answer> {
  const { query } = call.request
  const token = query.get('continuation-token')
  const countMax = readCount(call, 'max-keys', pageCountMax, pageCountMax)
  const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? '']
  const startAfter = query.get('start-after')
  const after = token === undefined ? (startAfter ?? '') : readToken(token)
  const page = call.face.state.list(call.bucket, { prefix, delimiter, after, countMax })
  const text = textEncoder(call)
  const withOwner = query.get('fetch-owner') === 'true'
  const nodes: XmlNode[] = [
    ['Name', call.bucket],
    ['Prefix', text(prefix)],
    ['KeyCount', page.entries.length + page.prefixes.length],
    ['MaxKeys', countMax],
    ['Delimiter', delimiter === '' ? undefined : text(delimiter)],
    ['EncodingType', query.get('encoding-type')],
    ['IsTruncated', page.next !== undefined],
    ['ContinuationToken', token],
    ['NextContinuationToken', page.next === undefined ? undefined : makeToken(page.next)],
    ['StartAfter', startAfter === undefined ? undefined : text(startAfter)],
    ...page.entries.map((record): XmlNode => ['Contents', objectNodes(call, record, text, withOwner)]),
    ...page.prefixes.map((one): XmlNode => ['CommonPrefixes', [['Prefix', text(one)]]]),
  ]
  return { status: 200, headers: xmlHeaders, body: toXml(['ListBucketResult', nodes], s3Namespace) }
}

export async function listObjects(call: S3Call): Promise<Answer> {
  const { query } = call.request
  const countMax = readCount(call, 'max-keys', pageCountMax, pageCountMax)
  const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? '']
  const after = query.get('marker') ?? ''
  const page = call.face.state.list(call.bucket, { prefix, delimiter, after, countMax })
  const text = textEncoder(call)
  const nodes: XmlNode[] = [
    ['Name', call.bucket],
    ['Prefix', text(prefix)],
    ['Marker', text(after)],
    // Without a delimiter the last key is the next marker.
    ['NextMarker', delimiter === '' || page.next === undefined ? undefined : text(page.next)],
    ['MaxKeys', countMax],
    ['Delimiter', delimiter === '' ? undefined : text(delimiter)],
    ['EncodingType', query.get('encoding-type')],
    ['IsTruncated', page.next !== undefined],
    ...page.entries.map((record): XmlNode => ['Contents', objectNodes(call, record, text, true)]),
    ...page.prefixes.map((one): XmlNode => ['CommonPrefixes', [['Prefix', text(one)]]]),
  ]
  return { status: 200, headers: xmlHeaders, body: toXml(['ListBucketResult', nodes], s3Namespace) }
}

export async function listMultipartUploads(call: S3Call): Promise<Answer> {
  const { query } = call.request
  if ((query.get('delimiter') ?? '') !== '') throw notImplemented('ListMultipartUploads with delimiter')
  const countMax = readCount(call, 'max-uploads', pageCountMax, pageCountMax)
  const [keyMarker, idMarker] = [query.get('key-marker') ?? '', query.get('upload-id-marker') ?? '']
  const prefix = query.get('prefix') ?? ''
  const { page, truncated } = listUploadsPage(call.face.state.uploads.of(call.bucket), {
    prefix,
    keyMarker,
    idMarker,
    countMax,
  })
  const text = textEncoder(call)
  const last = truncated ? page.at(-1) : undefined
  const nodes: XmlNode[] = [
    ['Bucket', call.bucket],
    ['KeyMarker', text(keyMarker)],
    ['UploadIdMarker', idMarker],
    ['NextKeyMarker', last && text(last.key)],
    ['NextUploadIdMarker', last?.uploadId],
    ['Prefix', text(prefix)],
    ['EncodingType', query.get('encoding-type')],
    ['MaxUploads', countMax],
    ['IsTruncated', truncated],
    ...page.map((upload): XmlNode => {
      const initiated = xmlDate(upload.initiatedAt)
      const ids: XmlNode[] = [
        ['Key', text(upload.key)],
        ['UploadId', upload.uploadId],
        ['StorageClass', 'STANDARD'],
      ]
      return ['Upload', [...ids, ['Initiated', initiated]]]
    }),
  ]
  return { status: 200, headers: xmlHeaders, body: toXml(['ListMultipartUploadsResult', nodes], s3Namespace) }
}

function objectNodes(
  call: S3Call,
  record: ObjectRecord,
  text: (value: string) => string,
  withOwner: boolean,
): XmlNode[] {
  const { checksum } = record
  return [
    ['Key', text(record.key)],
    ['LastModified', xmlDate(record.modifiedAt)],
    ['ETag', quotedEtag(call, record.etag)],
    ['ChecksumAlgorithm', checksum?.algorithm.toUpperCase()],
    ['ChecksumType', checksum?.type],
    ['Size', record.byteCount],
    ['Owner', withOwner ? [['ID', call.face.ownerId]] : undefined],
    ['StorageClass', 'STANDARD'],
  ]
}

/** With `encoding-type=url` keys are form-encoded, slashes kept. */
function textEncoder(call: S3Call): (text: string) => string {
  const type = call.request.query.get('encoding-type')
  if (type === undefined || type === '') return (text) => text
  if (type !== 'url') throw new Refusal(400, 'InvalidArgument', 'Invalid Encoding Method specified in Request')
  return (text) => new URLSearchParams([['', text]]).toString().slice(1).replaceAll('%2F', '/')
}

function makeToken(after: string): string {
  return Buffer.from(after, 'utf8').toString('base64')
}

function readToken(token: string): string {
  const after = Buffer.from(token, 'base64').toString('utf8')
  if (after !== '' && makeToken(after) === token) return after
  throw new Refusal(400, 'InvalidArgument', 'The continuation token provided is incorrect', {
    ArgumentName: 'continuation-token',
  })
}
