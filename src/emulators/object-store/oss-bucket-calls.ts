import type { Answer } from './answer.js'
import type { BucketRecord, ObjectRecord } from './object-record.js'
import { ossEtag, readOssCount, xmlAnswer, type OssCall } from './oss-call.js'
import { notImplemented, Refusal } from './refusal.js'
import { encode } from './store-request.js'
import { listUploadsPage } from './upload-listing.js'
import { xmlDate, type XmlNode } from './xml.js'

const pageCount = 100
const pageCountMax = 1000

export async function listBuckets(call: OssCall): Promise<Answer> {
  const { query } = call.request
  const [prefix, marker] = [query.get('prefix') ?? '', query.get('marker') ?? '']
  const countMax = readOssCount(call, 'max-keys', pageCount, pageCountMax)
  const after = call.state.buckets().filter((bucket) => {
    const isAllowed = call.caller.buckets?.includes(bucket.name) !== false
    return isAllowed && bucket.name.startsWith(prefix) && bucket.name > marker
  })
  const page = after.slice(0, countMax)
  const truncated = after.length > page.length
  const paging: XmlNode[] = truncated
    ? [
        ['IsTruncated', true],
        ['NextMarker', page.at(-1)?.name],
      ]
    : []
  const buckets = page.map((bucket): XmlNode => ['Bucket', [['Name', bucket.name], ...bucketNodes(bucket)]])
  return xmlAnswer(['ListAllMyBucketsResult', [...paging, ['Owner', ownerNodes(call)], ['Buckets', buckets]]])
}

export async function putBucket(call: OssCall): Promise<Answer> {
  if (call.state.bucket(call.bucket) === undefined) call.state.createBucket(call.bucket, call.region)
  return { status: 200, headers: { location: `/${call.bucket}` } }
}

export async function deleteBucket(call: OssCall): Promise<Answer> {
  if (call.state.deleteBucket(call.bucket)) return { status: 204, headers: {} }
  throw new Refusal(409, 'BucketNotEmpty', 'The bucket you tried to delete is not empty.', { BucketName: call.bucket })
}

export async function getBucketInfo(call: OssCall): Promise<Answer> {
  const bucket = findBucket(call)
  const nodes: XmlNode[] = [
    ['Name', bucket.name],
    ...bucketNodes(bucket),
    ['Owner', ownerNodes(call)],
    ['AccessControlList', [['Grant', 'private']]],
    ['DataRedundancyType', 'LRS'],
  ]
  return xmlAnswer(['BucketInfo', [['Bucket', nodes]]])
}

export async function getBucketLocation(call: OssCall): Promise<Answer> {
  return xmlAnswer(['LocationConstraint', `oss-${findBucket(call).region}`])
}

export async function listObjectsV2(call: OssCall): Promise<Answer> {
  const { query } = call.request
  const countMax = readOssCount(call, 'max-keys', pageCount, pageCountMax)
  const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? '']
  const [token, startAfter] = [query.get('continuation-token'), query.get('start-after') ?? '']
  const after = token === undefined || token === '' ? startAfter : readToken(token)
  const page = call.state.list(call.bucket, { prefix, delimiter, after, countMax })
  const text = textEncoder(call)
  const withOwner = query.get('fetch-owner') === 'true'
  return xmlAnswer([
    'ListBucketResult',
    [
      ['Name', call.bucket],
      ['Prefix', text(prefix)],
      ['StartAfter', startAfter === '' ? undefined : text(startAfter)],
      ['MaxKeys', countMax],
      ['Delimiter', text(delimiter)],
      ['EncodingType', query.get('encoding-type')],
      ['IsTruncated', page.next !== undefined],
      ['ContinuationToken', token],
      ['NextContinuationToken', page.next === undefined ? undefined : makeToken(page.next)],
      ...page.entries.map((record): XmlNode => ['Contents', objectNodes(call, record, text, withOwner)]),
      ...page.prefixes.map((one): XmlNode => ['CommonPrefixes', [['Prefix', text(one)]]]),
      ['KeyCount', page.entries.length + page.prefixes.length],
    ],
  ])
}

export async function listObjects(call: OssCall): Promise<Answer> {
  const { query } = call.request
  const countMax = readOssCount(call, 'max-keys', pageCount, pageCountMax)
  const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? '']
  const after = query.get('marker') ?? ''
  const page = call.state.list(call.bucket, { prefix, delimiter, after, countMax })
  const text = textEncoder(call)
  return xmlAnswer([
    'ListBucketResult',
    [
      ['Name', call.bucket],
      ['Prefix', text(prefix)],
      ['Marker', text(after)],
      ['MaxKeys', countMax],
      ['Delimiter', text(delimiter)],
      ['EncodingType', query.get('encoding-type')],
      ['IsTruncated', page.next !== undefined],
      ['NextMarker', page.next === undefined ? undefined : text(page.next)],
      ...page.entries.map((record): XmlNode => ['Contents', objectNodes(call, record, text, true)]),
      ...page.prefixes.map((one): XmlNode => ['CommonPrefixes', [['Prefix', text(one)]]]),
    ],
  ])
}

export async function listMultipartUploads(call: OssCall): Promise<Answer> {
  const { query } = call.request
  if ((query.get('delimiter') ?? '') !== '') throw notImplemented('ListMultipartUploads with delimiter')
  const countMax = readOssCount(call, 'max-uploads', pageCountMax, pageCountMax)
  const [keyMarker, idMarker] = [query.get('key-marker') ?? '', query.get('upload-id-marker') ?? '']
  const prefix = query.get('prefix') ?? ''
  const uploads = call.state.uploads.of(call.bucket)
  const { page, truncated } = listUploadsPage(uploads, { prefix, keyMarker, idMarker, countMax })
  const text = textEncoder(call)
  return xmlAnswer([
    'ListMultipartUploadsResult',
    [
      ['Bucket', call.bucket],
      ['KeyMarker', text(keyMarker)],
      ['UploadIdMarker', idMarker],
      ['NextKeyMarker', truncated ? text(page.at(-1)?.key ?? '') : ''],
      ['NextUploadIdMarker', truncated ? page.at(-1)?.uploadId : ''],
      ['Prefix', text(prefix)],
      ['EncodingType', query.get('encoding-type')],
      ['MaxUploads', countMax],
      ['IsTruncated', truncated],
      ...page.map((upload): XmlNode => {
        const initiated = xmlDate(upload.initiatedAt)
        return [
          'Upload',
          [
            ['Key', text(upload.key)],
            ['UploadId', upload.uploadId],
            ['Initiated', initiated],
          ],
        ]
      }),
    ],
  ])
}

function findBucket(call: OssCall): BucketRecord {
  const bucket = call.state.bucket(call.bucket)
  if (bucket === undefined)
    throw new Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist.', { BucketName: call.bucket })
  return bucket
}

function bucketNodes(bucket: BucketRecord): XmlNode[] {
  return [
    ['Location', `oss-${bucket.region}`],
    ['CreationDate', xmlDate(bucket.createdAt)],
    ['ExtranetEndpoint', `oss-${bucket.region}.aliyuncs.com`],
    ['IntranetEndpoint', `oss-${bucket.region}-internal.aliyuncs.com`],
    ['Region', bucket.region],
    ['StorageClass', 'Standard'],
  ]
}

function ownerNodes(call: OssCall): XmlNode[] {
  return [
    ['ID', call.accountId],
    ['DisplayName', call.accountId],
  ]
}

function objectNodes(
  call: OssCall,
  record: ObjectRecord,
  text: (value: string) => string,
  withOwner: boolean,
): XmlNode[] {
  return [
    ['Key', text(record.key)],
    ['LastModified', xmlDate(record.modifiedAt)],
    ['ETag', `"${ossEtag(record.etag)}"`],
    ['Type', record.partByteCounts === undefined ? 'Normal' : 'Multipart'],
    ['Size', record.byteCount],
    ['StorageClass', 'Standard'],
    ['Owner', withOwner ? ownerNodes(call) : undefined],
  ]
}

function textEncoder(call: OssCall): (text: string) => string {
  const type = call.request.query.get('encoding-type')
  if (type === undefined || type === '') return (text) => text
  if (type === 'url') return encode
  throw new Refusal(400, 'InvalidArgument', 'Invalid Encoding Method specified in Request', {
    ArgumentName: 'encoding-type',
  })
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
