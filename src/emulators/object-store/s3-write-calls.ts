import { randomBytes } from 'node:crypto'
import type { Answer } from './answer.js'
import { checkConditions, preconditionFailed } from './conditions.js'
import { hexToBase64 } from './digests.js'
import type { Checksum, ChecksumAlgorithm, ObjectRecord, Content } from './object-record.js'
import { notImplemented, Refusal } from './refusal.js'
import { readText, toAlgorithm } from './s3-body.js'
import { askKey, encryptionHeaders, isEncrypted, shownEncryption, withoutEncryption } from './server-encryption.js'
import { describeObject, quotedEtag, refuseHeaders, s3Namespace, type S3Call } from './s3-call.js'
import { checksumElement, checksumHeaders } from './s3-read-calls.js'
import { readXml, toXml, type XmlNode, xmlDate } from './xml.js'

const putByteCountMax = 5 * 1024 ** 3
const deleteCountMax = 1000

export async function putObject(call: S3Call): Promise<Answer> {
  refuseHeaders(call)
  checkWriteLength(call)
  const { headers, metadata } = describeObject(call)
  const encryption = encryptionHeaders(call)
  askKey(call, encryption, 'kms:GenerateDataKey')
  const body = call.body()
  const record = await call.face.state.put(call.bucket, call.key, body.stream, body.digests, (staged, existing) => {
    const checksum = body.verify(staged.digests, staged.byteCount) ?? defaultChecksum(call, staged.digests.crc64nvme)
    checkWriteConditions(call, existing)
    const etag = etagOf(staged, encryption)
    return { headers: { ...headers, ...encryption }, metadata, etag, ...(checksum && { checksum }) }
  })
  const shown = shownEncryption(call, encryption)
  return { status: 200, headers: { etag: quotedEtag(call, record.etag), ...shown, ...checksumHeaders(record) } }
}

export async function copyObject(call: S3Call): Promise<Answer> {
  refuseHeaders(call)
  const encryption = encryptionHeaders(call)
  askKey(call, encryption, 'kms:GenerateDataKey')
  const source = copySource(call)
  askKey(call, source.record.headers, 'kms:Decrypt')
  const replace = call.request.headers.get('x-amz-metadata-directive')?.toUpperCase() === 'REPLACE'
  if (!replace && source.bucket === call.bucket && source.record.key === call.key) {
    const message =
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes."
    throw new Refusal(400, 'InvalidRequest', message)
  }
  const described = replace ? describeObject(call) : source.record
  const algorithm = copyAlgorithm(call, source.record)
  const bytes = readAll(call, source.record)
  const record = await call.face.state.put(
    call.bucket,
    call.key,
    bytes,
    algorithm ? [algorithm] : [],
    (staged, existing) => {
      checkWriteConditions(call, existing)
      const value = algorithm && staged.digests[algorithm]
      const checksum: Checksum | undefined = algorithm && {
        algorithm,
        type: 'FULL_OBJECT',
        value: hexToBase64(value ?? ''),
      }
      const { headers, metadata } = described
      return {
        headers: { ...withoutEncryption(headers), ...encryption },
        metadata,
        etag: etagOf(staged, encryption),
        ...(checksum && { checksum }),
      }
    },
  )
  return {
    status: 200,
    headers: { 'content-type': 'application/xml', ...shownEncryption(call, encryption) },
    body: copyResult(call, 'CopyObjectResult', record),
  }
}

/** An MD5, unless a KMS key makes it opaque. */
function etagOf(staged: Content, encryption: Readonly<Record<string, string>>): string {
  return isEncrypted(encryption) ? randomBytes(16).toString('hex') : (staged.digests.md5 ?? '')
}

export async function deleteObject(call: S3Call): Promise<Answer> {
  call.face.state.remove(call.bucket, call.key)
  return { status: 204, headers: {} }
}

export async function deleteObjects(call: S3Call): Promise<Answer> {
  const { headers } = call.request
  const guarded = headers.has('content-md5') || [...headers.keys()].some((name) => name.startsWith('x-amz-checksum-'))
  if (call.face.service === 'oss' && !headers.has('content-md5')) {
    throw new Refusal(400, 'MissingArgument', 'Missing Some Required Arguments.')
  }
  if (!guarded && !headers.has('x-amz-trailer')) {
    throw new Refusal(400, 'InvalidRequest', 'Missing required header for this request: Content-MD5')
  }
  const document = readXml(await readText(call.body()), 'Delete', ['Object'])
  const objects = (document.Object ?? []) as readonly Readonly<Record<string, string>>[]
  if (objects.length === 0 || objects.length > deleteCountMax) {
    throw new Refusal(
      400,
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    )
  }
  if (objects.some((object) => object.VersionId !== undefined)) throw notImplemented('DeleteObjects with VersionId')
  const keys = objects.map((object) => object.Key ?? '')
  for (const key of keys) call.face.state.remove(call.bucket, key)
  const quiet = document.Quiet === 'true'
  const deleted = quiet ? [] : keys.map((key): XmlNode => ['Deleted', [['Key', key]]])
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: toXml(['DeleteResult', deleted], s3Namespace),
  }
}

/** The object that a copy reads, after its conditions. */
export function copySource(call: S3Call): { readonly bucket: string; readonly record: ObjectRecord } {
  const [path = '', version] = (call.request.headers.get('x-amz-copy-source') ?? '').split('?versionId=')
  if (version !== undefined) throw notImplemented(`${call.operation} with versionId`)
  const [, bucket = '', key = ''] = /^\/?([^/]+)\/(.+)$/s.exec(decodeURIComponent(path)) ?? []
  if (call.face.state.bucket(bucket) === undefined) {
    throw new Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist', { BucketName: bucket })
  }
  if (call.caller.key.buckets?.includes(bucket) === false) throw new Refusal(403, 'AccessDenied', 'Access Denied')
  const record = call.face.state.find(bucket, key)
  if (record === undefined) throw new Refusal(404, 'NoSuchKey', 'The specified key does not exist.', { Key: key })
  checkConditions(call.request, call.face.presentEtag(record.etag), record.modifiedAt, 'x-amz-copy-source-')
  return { bucket, record }
}

export function copyResult(
  call: S3Call,
  root: string,
  of: { readonly modifiedAt: number; readonly etag: string; readonly checksum?: Checksum },
): string {
  const { checksum } = of
  const nodes: XmlNode[] = [
    ['LastModified', xmlDate(of.modifiedAt)],
    ['ETag', quotedEtag(call, of.etag)],
  ]
  if (checksum !== undefined) nodes.push([checksumElement(checksum.algorithm), checksum.value])
  return toXml([root, nodes], s3Namespace)
}

export function checkWriteLength(call: S3Call): void {
  const { headers } = call.request
  const length = headers.get('x-amz-decoded-content-length') ?? headers.get('content-length')
  if (length === undefined)
    throw new Refusal(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.')
  if (Number(length) > putByteCountMax) {
    const fields = { ProposedSize: length, MaxSizeAllowed: String(putByteCountMax) }
    throw new Refusal(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', fields)
  }
}

export function checkWriteConditions(call: S3Call, existing: ObjectRecord | undefined): void {
  const none = call.request.headers.get('if-none-match')
  const match = call.request.headers.get('if-match')
  if (none !== undefined && none.trim() !== '*')
    throw notImplemented(`${call.operation} with If-None-Match other than *`)
  if (none !== undefined && existing !== undefined) throw preconditionFailed('If-None-Match')
  if (match === undefined) return
  if (existing === undefined)
    throw new Refusal(404, 'NoSuchKey', 'The specified key does not exist.', { Key: call.key })
  if (match.replace(/"/g, '') !== call.face.presentEtag(existing.etag)) throw preconditionFailed('If-Match')
}

export function defaultChecksum(call: S3Call, hex: string | undefined): Checksum | undefined {
  if (!call.face.addsChecksum || hex === undefined) return undefined
  return { algorithm: 'crc64nvme', type: 'FULL_OBJECT', value: hexToBase64(hex) }
}

export async function* readAll(
  call: S3Call,
  record: ObjectRecord,
  span?: { readonly first: number; readonly last: number },
): AsyncGenerator<Uint8Array> {
  const stored = await call.face.state.read(record, span)
  try {
    yield* stored.bytes
  } finally {
    await stored.close()
  }
}

function copyAlgorithm(call: S3Call, source: ObjectRecord): ChecksumAlgorithm | undefined {
  const asked = call.request.headers.get('x-amz-checksum-algorithm')
  if (asked !== undefined) return toAlgorithm(asked)
  return source.checksum?.algorithm ?? (call.face.addsChecksum ? 'crc64nvme' : undefined)
}
