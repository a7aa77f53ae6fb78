import type { Answer } from './answer.js'
import { parseRange, type Span } from './conditions.js'
import { digest, hexToBase64 } from './digests.js'
import { joinParts } from './join-parts.js'
import { joinEtags, matchParts, readChosenParts, readPartNumber, type ChosenPart } from './multipart.js'
import type { Checksum, Content, ObjectRecord, PartRecord, Staged, UploadRecord } from './object-record.js'
import { Refusal } from './refusal.js'
import { readText, toAlgorithm } from './s3-body.js'
import { describeObject, quotedEtag, readCount, refuseHeaders, s3Namespace, type S3Call } from './s3-call.js'
import { checksumElement } from './s3-read-calls.js'
import { askKey, encryptionHeaders, isEncrypted, shownEncryption } from './server-encryption.js'
import {
  checkWriteConditions,
  checkWriteLength,
  copyResult,
  copySource,
  defaultChecksum,
  readAll,
} from './s3-write-calls.js'
import { toXml, type XmlNode, xmlDate } from './xml.js'

const xmlHeaders = { 'content-type': 'application/xml' }

export async function createMultipartUpload(call: S3Call): Promise<Answer> {
  refuseHeaders(call)
  const encryption = encryptionHeaders(call)
  askKey(call, encryption, 'kms:GenerateDataKey')
  const { headers } = call.request
  const asked = headers.get('x-amz-checksum-algorithm')
  const algorithm = asked === undefined ? undefined : toAlgorithm(asked)
  const type =
    headers.get('x-amz-checksum-type') === 'FULL_OBJECT' || algorithm === 'crc64nvme' ? 'FULL_OBJECT' : 'COMPOSITE'
  if (type === 'FULL_OBJECT' && algorithm?.startsWith('sha') === true) {
    throw new Refusal(
      400,
      'InvalidRequest',
      `The FULL_OBJECT checksum type cannot be used with the ${algorithm} checksum algorithm.`,
    )
  }
  const described = describeObject(call)
  const { bucket, key } = call
  const upload = call.face.state.uploads.create({
    bucket,
    key,
    ...described,
    headers: { ...described.headers, ...encryption },
    ...(algorithm && { checksum: { algorithm, type } }),
    ...(isEncrypted(encryption) && { opaqueEtags: true }),
  })
  const body = toXml(
    [
      'InitiateMultipartUploadResult',
      [
        ['Bucket', bucket],
        ['Key', key],
        ['UploadId', upload.uploadId],
      ],
    ],
    s3Namespace,
  )
  const echo: Record<string, string> = algorithm
    ? { 'x-amz-checksum-algorithm': algorithm.toUpperCase(), 'x-amz-checksum-type': type }
    : {}
  return { status: 200, headers: { ...xmlHeaders, ...shownEncryption(call, encryption), ...echo }, body }
}

export async function uploadPart(call: S3Call): Promise<Answer> {
  const upload = findUpload(call)
  checkWriteLength(call)
  const number = readPartNumber(call.request.query.get('partNumber'))
  const body = call.body()
  if (upload.checksum?.type === 'COMPOSITE' && body.algorithm !== upload.checksum.algorithm) {
    const message = `Checksum Type mismatch occurred, expected checksum Type: ${upload.checksum.algorithm}, actual checksum Type: ${body.algorithm ?? 'null'}`
    throw new Refusal(400, 'InvalidRequest', message)
  }
  const wanted = upload.checksum === undefined ? [] : [upload.checksum.algorithm]
  let checksum: Checksum | undefined
  const accept = (staged: Staged, exists: boolean): void => {
    checksum = body.verify(staged.digests, staged.byteCount)
    if (!exists) throw noSuchUpload(upload.uploadId)
  }
  const part = await call.face.state.uploads.putPart(
    upload.uploadId,
    number,
    body.stream,
    [...body.digests, ...wanted],
    accept,
  )
  const echo = checksum === undefined ? {} : { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value }
  const encryption = shownEncryption(call, upload.headers)
  return { status: 200, headers: { etag: quotedEtag(call, part.etag), ...encryption, ...echo } }
}

export async function uploadPartCopy(call: S3Call): Promise<Answer> {
  const upload = findUpload(call)
  const number = readPartNumber(call.request.query.get('partNumber'))
  const { record } = copySource(call)
  askKey(call, record.headers, 'kms:Decrypt')
  const span = copySpan(call, record)
  const wanted = upload.checksum === undefined ? [] : [upload.checksum.algorithm]
  const accept = (_staged: Staged, exists: boolean): void => {
    if (!exists) throw noSuchUpload(upload.uploadId)
  }
  const bytes = readAll(call, record, span)
  const part = await call.face.state.uploads.putPart(upload.uploadId, number, bytes, wanted, accept)
  return { status: 200, headers: xmlHeaders, body: copyResult(call, 'CopyPartResult', part) }
}

export async function completeMultipartUpload(call: S3Call): Promise<Answer> {
  const upload = findUpload(call)
  const { uploads } = call.face.state
  const chosen = readChosenParts(await readText(call.body()))
  const parts = matchParts(call.face.state, upload.uploadId, chosen, call.face.presentEtag, call.face.partByteCountMin)
  checkPartChecksums(upload, chosen, parts)
  const composite = await compositeChecksum(upload, parts)
  const wanted = upload.checksum === undefined ? [] : [upload.checksum.algorithm]
  const record = await joinParts(call.face.state, upload, parts, wanted, call.mishap, (content, existing) => {
    if (uploads.find(call.bucket, call.key, upload.uploadId) === undefined) throw noSuchUpload(upload.uploadId)
    checkWriteConditions(call, existing)
    const checksum = composite ?? fullChecksum(call, upload, content)
    checkPromisedChecksum(call, checksum, content)
    const partByteCounts = parts.map((part) => part.byteCount)
    const { headers, metadata } = upload
    const partChecksums = composite && parts.map((part) => hexToBase64(part.digests[composite.algorithm] ?? ''))
    const sums = { ...(checksum && { checksum }), ...(partChecksums && { partChecksums }) }
    return { headers, metadata, etag: joinEtags(parts), partByteCounts, ...sums }
  })
  const headers = { ...xmlHeaders, ...shownEncryption(call, record.headers) }
  return { status: 200, headers, body: completeResult(call, record) }
}

export async function abortMultipartUpload(call: S3Call): Promise<Answer> {
  call.face.state.uploads.remove(findUpload(call).uploadId)
  return { status: 204, headers: {} }
}

export async function listParts(call: S3Call): Promise<Answer> {
  const upload = findUpload(call)
  const countMax = readCount(call, 'max-parts', 1000, 1000)
  const marker = readCount(call, 'part-number-marker', 0, Number.MAX_SAFE_INTEGER)
  const after = call.face.state.uploads.parts(upload.uploadId).filter((part) => part.number > marker)
  const page = after.slice(0, countMax)
  const nodes: XmlNode[] = [
    ['Bucket', call.bucket],
    ['Key', call.key],
    ['UploadId', upload.uploadId],
    ['PartNumberMarker', marker],
    ['NextPartNumberMarker', page.at(-1)?.number ?? 0],
    ['MaxParts', countMax],
    ['IsTruncated', after.length > page.length],
    ['StorageClass', 'STANDARD'],
    ['ChecksumAlgorithm', upload.checksum?.algorithm.toUpperCase()],
    ['ChecksumType', upload.checksum?.type],
    ...page.map((part): XmlNode => ['Part', partNodes(call, upload, part)]),
  ]
  return { status: 200, headers: xmlHeaders, body: toXml(['ListPartsResult', nodes], s3Namespace) }
}

export function noSuchUpload(uploadId: string): Refusal {
  const message =
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.'
  return new Refusal(404, 'NoSuchUpload', message, { UploadId: uploadId })
}

function findUpload(call: S3Call): UploadRecord {
  const uploadId = call.request.query.get('uploadId') ?? ''
  const upload = call.face.state.uploads.find(call.bucket, call.key, uploadId)
  if (upload === undefined) throw noSuchUpload(uploadId)
  return upload
}

function partNodes(call: S3Call, upload: UploadRecord, part: PartRecord): XmlNode[] {
  const hex = upload.checksum && part.digests[upload.checksum.algorithm]
  const nodes: XmlNode[] = [
    ['PartNumber', part.number],
    ['LastModified', xmlDate(part.modifiedAt)],
    ['ETag', quotedEtag(call, part.etag)],
    ['Size', part.byteCount],
  ]
  if (upload.checksum !== undefined && hex !== undefined) {
    nodes.push([checksumElement(upload.checksum.algorithm), hexToBase64(hex)])
  }
  return nodes
}

function copySpan(call: S3Call, record: ObjectRecord): Span | undefined {
  const header = call.request.headers.get('x-amz-copy-source-range')
  if (header === undefined) return undefined
  const span = parseRange(header, record.byteCount)
  if (span !== undefined && span !== 'unsatisfiable' && span.last < record.byteCount) return span
  throw new Refusal(
    400,
    'InvalidArgument',
    `Range specified is not valid for source object of size: ${record.byteCount}`,
  )
}

function checkPartChecksums(upload: UploadRecord, chosen: readonly ChosenPart[], parts: readonly PartRecord[]): void {
  if (upload.checksum === undefined) return
  const { algorithm, type } = upload.checksum
  chosen.forEach((one, i) => {
    const given = one.checksums[checksumElement(algorithm)]
    if (given === undefined && type === 'FULL_OBJECT') return
    const stored = hexToBase64(parts[i]?.digests[algorithm] ?? '')
    if (given === undefined) {
      const message = `The upload was created using a ${algorithm} checksum. The complete request must include the checksum for each part. It was missing for part ${one.number} in the request.`
      throw new Refusal(400, 'InvalidRequest', message)
    }
    if (given !== stored) {
      throw new Refusal(400, 'InvalidPart', 'One or more of the specified parts could not be found.', {
        UploadId: upload.uploadId,
        PartNumber: String(one.number),
      })
    }
  })
}

async function compositeChecksum(upload: UploadRecord, parts: readonly PartRecord[]): Promise<Checksum | undefined> {
  if (upload.checksum?.type !== 'COMPOSITE') return undefined
  const { algorithm } = upload.checksum
  const joined = Buffer.concat(parts.map((part) => Buffer.from(part.digests[algorithm] ?? '', 'hex')))
  return { algorithm, type: 'COMPOSITE', value: `${hexToBase64(await digest(algorithm, joined))}-${parts.length}` }
}

function fullChecksum(call: S3Call, upload: UploadRecord, staged: Content): Checksum | undefined {
  if (upload.checksum === undefined) return defaultChecksum(call, staged.digests.crc64nvme)
  const { algorithm } = upload.checksum
  return { algorithm, type: 'FULL_OBJECT', value: hexToBase64(staged.digests[algorithm] ?? '') }
}

function checkPromisedChecksum(call: S3Call, checksum: Checksum | undefined, staged: Content): void {
  const { headers } = call.request
  const size = headers.get('x-amz-mp-object-size')
  if (size !== undefined && Number(size) !== staged.byteCount) {
    throw new Refusal(400, 'InvalidRequest', 'The provided x-amz-mp-object-size does not match the size of the parts.')
  }
  const type = headers.get('x-amz-checksum-type')
  if (type !== undefined && type !== (checksum?.type ?? 'FULL_OBJECT')) {
    throw new Refusal(400, 'InvalidRequest', `The upload was not created with the checksum type ${type}.`)
  }
  const given = checksum && headers.get(`x-amz-checksum-${checksum.algorithm}`)
  if (given === undefined || given === checksum?.value) return
  throw new Refusal(400, 'BadDigest', 'The checksum you specified did not match the calculated checksum.')
}

function completeResult(call: S3Call, record: ObjectRecord): string {
  const { checksum } = record
  const nodes: XmlNode[] = [
    ['Location', `http://${call.request.hostHeader}/${call.bucket}/${call.key}`],
    ['Bucket', call.bucket],
    ['Key', call.key],
    ['ETag', quotedEtag(call, record.etag)],
  ]
  if (checksum !== undefined) {
    nodes.push([checksumElement(checksum.algorithm), checksum.value], ['ChecksumType', checksum.type])
  }
  return toXml(['CompleteMultipartUploadResult', nodes], s3Namespace)
}
