import type { Answer } from './answer.js'
import { parseRange, type Span } from './conditions.js'
import { joinParts } from './join-parts.js'
import { joinEtags, matchParts, readChosenParts, readPartNumber } from './multipart.js'
import type { ObjectRecord, PartRecord, Staged, UploadRecord } from './object-record.js'
import {
  checkOverwrite,
  crcHeader,
  describeOssObject,
  openOssBody,
  ossEtag,
  partByteCountMin,
  readOssCount,
  refuseOssHeaders,
  xmlAnswer,
  type OssCall,
} from './oss-call.js'
import { copyNodes, ossCopySource, readStored } from './oss-object-calls.js'
import { Refusal } from './refusal.js'
import { readText } from './s3-body.js'
import { encode } from './store-request.js'
import { xmlDate, type XmlNode } from './xml.js'

export async function initiateMultipartUpload(call: OssCall): Promise<Answer> {
  refuseOssHeaders(call)
  const { bucket, key } = call
  checkOverwrite(call, call.state.find(bucket, key))
  const upload = call.state.uploads.create({ bucket, key, ...describeOssObject(call) })
  const text = call.request.query.get('encoding-type') === 'url' ? encode : (name: string): string => name
  return xmlAnswer([
    'InitiateMultipartUploadResult',
    [
      ['Bucket', bucket],
      ['Key', text(key)],
      ['UploadId', upload.uploadId],
    ],
  ])
}

export async function uploadPart(call: OssCall): Promise<Answer> {
  refuseOssHeaders(call)
  const upload = findUpload(call)
  const number = readPartNumber(call.request.query.get('partNumber'))
  const body = openOssBody(call)
  const accept = (staged: Staged, exists: boolean): void => {
    body.verify(staged.digests, staged.byteCount)
    if (!exists) throw noSuchUpload(upload.uploadId)
  }
  const part = await call.state.uploads.putPart(upload.uploadId, number, body.stream, body.digests, accept)
  return { status: 200, headers: { etag: `"${ossEtag(part.etag)}"`, ...crcHeader(part.digests) } }
}

export async function uploadPartCopy(call: OssCall): Promise<Answer> {
  const upload = findUpload(call)
  const number = readPartNumber(call.request.query.get('partNumber'))
  const record = ossCopySource(call)
  const bytes = readStored(call, record, copySpan(call, record))
  const accept = (_staged: Staged, exists: boolean): void => {
    if (!exists) throw noSuchUpload(upload.uploadId)
  }
  const part = await call.state.uploads.putPart(upload.uploadId, number, bytes, [], accept)
  return xmlAnswer(['CopyPartResult', copyNodes(part)])
}

export async function completeMultipartUpload(call: OssCall): Promise<Answer> {
  refuseOssHeaders(call)
  const upload = findUpload(call)
  const { uploads } = call.state
  const parts = await choosePart(call, upload)
  const record = await joinParts(call.state, upload, parts, [], call.mishap, (_content, existing) => {
    if (uploads.find(call.bucket, call.key, upload.uploadId) === undefined) throw noSuchUpload(upload.uploadId)
    checkOverwrite(call, existing)
    const { headers, metadata } = upload
    return { headers, metadata, etag: joinEtags(parts), partByteCounts: parts.map((part) => part.byteCount) }
  })
  const text = call.request.query.get('encoding-type') === 'url' ? encode : (name: string): string => name
  const nodes: XmlNode[] = [
    ['Location', `http://${call.request.hostHeader}/${call.bucket}/${encode(call.key)}`],
    ['Bucket', call.bucket],
    ['Key', text(call.key)],
    ['ETag', `"${ossEtag(record.etag)}"`],
  ]
  const headers = { etag: `"${ossEtag(record.etag)}"`, ...crcHeader(record.digests) }
  return xmlAnswer(['CompleteMultipartUploadResult', nodes], headers)
}

export async function abortMultipartUpload(call: OssCall): Promise<Answer> {
  call.state.uploads.remove(findUpload(call).uploadId)
  return { status: 204, headers: {} }
}

export async function listParts(call: OssCall): Promise<Answer> {
  const upload = findUpload(call)
  const countMax = readOssCount(call, 'max-parts', 1000, 1000)
  const marker = Number(call.request.query.get('part-number-marker') ?? 0)
  const after = call.state.uploads.parts(upload.uploadId).filter((part) => part.number > marker)
  const page = after.slice(0, countMax)
  const text = call.request.query.get('encoding-type') === 'url' ? encode : (name: string): string => name
  return xmlAnswer([
    'ListPartsResult',
    [
      ['Bucket', call.bucket],
      ['Key', text(call.key)],
      ['UploadId', upload.uploadId],
      ['StorageClass', 'Standard'],
      ['PartNumberMarker', marker],
      ['NextPartNumberMarker', page.at(-1)?.number ?? 0],
      ['MaxParts', countMax],
      ['IsTruncated', after.length > page.length],
      ...page.map(partNode),
    ],
  ])
}

function partNode(part: PartRecord): XmlNode {
  return [
    'Part',
    [
      ['PartNumber', part.number],
      ['LastModified', xmlDate(part.modifiedAt)],
      ['ETag', `"${ossEtag(part.etag)}"`],
      ['Size', part.byteCount],
    ],
  ]
}

/** The parts that the body names, or all of them with `x-oss-complete-all: yes`. */
async function choosePart(call: OssCall, upload: UploadRecord): Promise<readonly PartRecord[]> {
  const all = call.request.headers.get('x-oss-complete-all') === 'yes'
  const text = await readText(openOssBody({ ...call, mishap: {} }))
  if (all && text !== '') {
    throw new Refusal(
      400,
      'InvalidArgument',
      'The x-oss-complete-all header cannot be used together with a request body.',
    )
  }
  const stored = call.state.uploads.parts(upload.uploadId)
  const chosen = all
    ? stored.map((part) => ({ number: part.number, etag: ossEtag(part.etag), checksums: {} }))
    : readChosenParts(text)
  return matchParts(call.state, upload.uploadId, chosen, ossEtag, partByteCountMin)
}

function copySpan(call: OssCall, record: ObjectRecord): Span | undefined {
  const header = call.request.headers.get('x-oss-copy-source-range')
  if (header === undefined) return undefined
  const span = parseRange(header, record.byteCount)
  if (span !== undefined && span !== 'unsatisfiable' && span.last < record.byteCount) return span
  const fields = { ArgumentName: 'x-oss-copy-source-range', ArgumentValue: header }
  throw new Refusal(400, 'InvalidArgument', 'The copy source range is invalid.', fields)
}

function findUpload(call: OssCall): UploadRecord {
  const uploadId = call.request.query.get('uploadId') ?? ''
  const upload = call.state.uploads.find(call.bucket, call.key, uploadId)
  if (upload === undefined) throw noSuchUpload(uploadId)
  return upload
}

function noSuchUpload(uploadId: string): Refusal {
  const message =
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.'
  return new Refusal(404, 'NoSuchUpload', message, { UploadId: uploadId })
}
