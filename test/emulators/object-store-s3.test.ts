import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Faults } from '../../src/emulators/faults.js'
import { startS3 } from '../../src/emulators/object-store/s3-server.js'
import type { Service } from '../../src/emulators/service.js'
import { defaultWorld } from '../../src/emulators/world.js'

const world = {
  ...defaultWorld(),
  aws: {
    ...defaultWorld().aws,
    keys: [
      { accessKeyId: 'AKIATEST', secretAccessKey: 'a/secret+with=signs' },
      { accessKeyId: 'ASIATEST', secretAccessKey: 'temporary', sessionToken: 'a+token/with=signs' },
    ],
    buckets: [
      { name: 'stage', region: 'us-east-1' },
      { name: 'far', region: 'eu-central-1' },
    ],
  },
}
const keys = { accessKeyId: 'AKIATEST', secretAccessKey: 'a/secret+with=signs' }
const hardKeys = [
  'plain',
  'a b',
  'ü/日本/😀',
  'a+b',
  'a&b<c>"d',
  "it's (1) *!",
  'k=v/x=y',
  'per%20cent',
  'x//y',
  ' lead',
]
const faults = new Faults()
const mode = { WHEN_REQUIRED: 'WHEN_REQUIRED', WHEN_SUPPORTED: 'WHEN_SUPPORTED' } as const

let dir: string
let service: Service

function client(options: ConstructorParameters<typeof S3Client>[0] = {}): S3Client {
  const endpoint = `http://127.0.0.1:${service.port}`
  return new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: keys,
    maxAttempts: 1,
    ...options,
  })
}

async function refusal(
  promise: Promise<unknown>,
): Promise<{ code: string; status: number | undefined; message: string }> {
  const error = await promise.then(
    () => expect.unreachable('the request should have been refused'),
    (e: unknown) => e as { name: string; message: string; $metadata?: { httpStatusCode?: number } },
  )
  return { code: error.name, status: error.$metadata?.httpStatusCode, message: error.message }
}

async function read(body: unknown): Promise<Buffer> {
  return Buffer.concat(await (body as Readable).toArray())
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 's3-'))
  service = await startS3({ world, faults, dir })
})

afterAll(async () => {
  await service.close()
  await rm(dir, { recursive: true })
})

describe.each([mode.WHEN_REQUIRED, mode.WHEN_SUPPORTED])('the vendor client, checksums %s', (checksums) => {
  const Bucket = 'stage'
  const connect = (): S3Client =>
    client({ requestChecksumCalculation: checksums, responseChecksumValidation: checksums })

  test('keeps objects under any key, from buffers and streams', async () => {
    const s3 = connect()
    for (const Key of hardKeys) {
      const bytes = randomBytes(100_000)
      const Metadata = { origin: 'a=b; c', empty: '' }
      const put = await s3.send(new PutObjectCommand({ Bucket, Key, Body: bytes, Metadata, ContentType: 'x/y' }))
      expect(put.ETag).toBe(`"${createHash('md5').update(bytes).digest('hex')}"`)
      const got = await s3.send(new GetObjectCommand({ Bucket, Key }))
      expect((await read(got.Body)).equals(bytes)).toBe(true)
      expect(got).toMatchObject({ ContentType: 'x/y', Metadata, ContentLength: bytes.length, ETag: put.ETag })
      const stream = Readable.from([bytes.subarray(0, 1000), bytes.subarray(1000)])
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: stream, ContentLength: bytes.length }))
      const again = await s3.send(new GetObjectCommand({ Bucket, Key }))
      expect((await read(again.Body)).equals(bytes)).toBe(true)
      expect(again.ContentEncoding).toBeUndefined()
    }
    const listed = await s3.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url' }))
    const names = listed.Contents?.map((one) => decodeURIComponent((one.Key ?? '').replaceAll('+', ' ')))
    expect(names).toEqual([...hardKeys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
    const plain = await s3.send(new ListObjectsV2Command({ Bucket }))
    expect(plain.Contents?.map((one) => one.Key)).toEqual(names)
    const Objects = hardKeys.map((Key) => ({ Key }))
    const deleted = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
    expect(deleted.Deleted).toHaveLength(hardKeys.length)
    expect((await s3.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0)
  })

  test('uploads in parts, lists, completes and copies them', async () => {
    const s3 = connect()
    const Key = 'multi/a+b =1'
    const bytes = randomBytes(5 * 1024 * 1024 + 77)
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, Metadata: { who: 'me' } }))
    const chunks = [bytes.subarray(0, 5 * 1024 * 1024), bytes.subarray(5 * 1024 * 1024)]
    const Parts = []
    for (const [i, Body] of chunks.entries()) {
      const part = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: i + 1, Body }))
      Parts.push({ ...part, PartNumber: i + 1 })
    }
    const listed = await s3.send(new ListPartsCommand({ Bucket, Key, UploadId, MaxParts: 1 }))
    expect(listed).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '1' })
    expect((await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toMatchObject([{ Key, UploadId }])
    const done = await s3.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
    )
    const md5s = Buffer.concat(chunks.map((chunk) => createHash('md5').update(chunk).digest()))
    expect(done.ETag).toBe(`"${createHash('md5').update(md5s).digest('hex')}-2"`)
    const got = await s3.send(new GetObjectCommand({ Bucket, Key }))
    expect((await read(got.Body)).equals(bytes)).toBe(true)
    expect(got.Metadata).toEqual({ who: 'me' })
    const second = await s3.send(new GetObjectCommand({ Bucket, Key, PartNumber: 2 }))
    expect((await read(second.Body)).equals(bytes.subarray(5 * 1024 * 1024))).toBe(true)
    expect(second.PartsCount).toBe(2)
    const CopySource = `${Bucket}/${encodeURIComponent(Key)}`
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource }))
    const copy = await s3.send(new HeadObjectCommand({ Bucket, Key: 'copy' }))
    expect(copy).toMatchObject({ ContentLength: bytes.length, Metadata: { who: 'me' } })
    expect(copy.ETag).toBe(`"${createHash('md5').update(bytes).digest('hex')}"`)
    for (const one of [Key, 'copy']) await s3.send(new DeleteObjectCommand({ Bucket, Key: one }))
  })
})

describe('reads', () => {
  const Bucket = 'stage'
  const Key = 'read/object'
  const bytes = randomBytes(1000)
  let etag: string | undefined

  beforeAll(async () => {
    etag = (await client().send(new PutObjectCommand({ Bucket, Key, Body: bytes }))).ETag
  })

  afterAll(async () => {
    await client().send(new DeleteObjectCommand({ Bucket, Key }))
  })

  test.each([
    ['bytes=0-9', 0, 10, 'bytes 0-9/1000'],
    ['bytes=990-2000', 990, 1000, 'bytes 990-999/1000'],
    ['bytes=995-', 995, 1000, 'bytes 995-999/1000'],
    ['bytes=-3', 997, 1000, 'bytes 997-999/1000'],
  ])('range %s', async (Range, first, end, ContentRange) => {
    const got = await client().send(new GetObjectCommand({ Bucket, Key, Range }))
    expect(got).toMatchObject({ ContentRange, ContentLength: end - first, $metadata: { httpStatusCode: 206 } })
    expect((await read(got.Body)).equals(bytes.subarray(first, end))).toBe(true)
  })

  test('conditions and ranges that cannot be met', async () => {
    const s3 = client()
    const get = (more: object): Promise<unknown> => s3.send(new GetObjectCommand({ Bucket, Key, ...more }))
    expect(await refusal(get({ Range: 'bytes=1000-' }))).toMatchObject({ code: 'InvalidRange', status: 416 })
    expect(await refusal(get({ IfMatch: '"other"' }))).toMatchObject({ code: 'PreconditionFailed', status: 412 })
    expect(await refusal(get({ IfNoneMatch: etag }))).toMatchObject({ status: 304 })
    await get({ IfMatch: etag, Range: 'bytes=0-0' })
    expect(await refusal(s3.send(new GetObjectCommand({ Bucket, Key: 'none' })))).toMatchObject({
      code: 'NoSuchKey',
      status: 404,
    })
    expect(await refusal(s3.send(new HeadObjectCommand({ Bucket, Key: 'none' })))).toMatchObject({ status: 404 })
    expect(await refusal(s3.send(new GetObjectTaggingCommand({ Bucket, Key })))).toMatchObject({
      code: 'NotImplemented',
      status: 501,
    })
  })

  test('objects that came without a checksum have a CRC64NVME of their whole', async () => {
    const s3 = client({ requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' })
    await s3.send(new PutObjectCommand({ Bucket, Key: 'check', Body: '123456789' }))
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'check', ChecksumMode: 'ENABLED' }))
    const expected = Buffer.from('ae8b14860a799888', 'hex').toString('base64')
    expect(head).toMatchObject({ ChecksumCRC64NVME: expected, ChecksumType: 'FULL_OBJECT' })
    const attributes = await s3.send(
      new GetObjectAttributesCommand({ Bucket, Key: 'check', ObjectAttributes: ['ETag', 'Checksum', 'ObjectSize'] }),
    )
    expect(attributes).toMatchObject({ ObjectSize: 9, Checksum: { ChecksumCRC64NVME: expected } })
    expect((await s3.send(new HeadObjectCommand({ Bucket, Key: 'check' }))).ChecksumCRC64NVME).toBeUndefined()
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'check' }))
  })

  test('places and names of buckets', async () => {
    const s3 = client()
    expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map((one) => one.Name)).toEqual(['far', 'stage'])
    expect((await s3.send(new HeadBucketCommand({ Bucket }))).BucketRegion).toBe('us-east-1')
    expect((await s3.send(new GetBucketLocationCommand({ Bucket: 'far' }))).LocationConstraint).toBe('eu-central-1')
    expect(await refusal(s3.send(new HeadBucketCommand({ Bucket: 'none' })))).toMatchObject({ status: 404 })
    expect(await refusal(s3.send(new ListObjectsV2Command({ Bucket: 'far' })))).toMatchObject({
      code: 'PermanentRedirect',
      status: 301,
    })
    const elsewhere = client({ region: 'ap-south-1' }).send(new ListObjectsV2Command({ Bucket }))
    expect(await refusal(elsewhere)).toMatchObject({ code: 'AuthorizationHeaderMalformed', status: 400 })
    await client({ region: 'eu-central-1' }).send(new ListObjectsV2Command({ Bucket: 'far' }))
  })
})

describe('writes', () => {
  const Bucket = 'stage'

  test('conditional writes, digests and broken promises', async () => {
    const s3 = client()
    const put = (more: object): Promise<unknown> =>
      s3.send(new PutObjectCommand({ Bucket, Key: 'once', Body: 'abc', ...more }))
    await put({ IfNoneMatch: '*' })
    expect(await refusal(put({ IfNoneMatch: '*' }))).toMatchObject({ code: 'PreconditionFailed', status: 412 })
    const ContentMD5 = createHash('md5').update('other').digest('base64')
    expect(await refusal(put({ ContentMD5 }))).toMatchObject({ code: 'BadDigest', status: 400 })
    expect(await refusal(put({ ContentMD5: 'short' }))).toMatchObject({ code: 'InvalidDigest', status: 400 })
    expect(await refusal(put({ ChecksumCRC32: 'AAAAAA==' }))).toMatchObject({ code: 'BadDigest', status: 400 })
    expect(await refusal(put({ Tagging: 'a=b' }))).toMatchObject({ code: 'NotImplemented', status: 501 })
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'once' }))
    expect((await read(got.Body)).toString()).toBe('abc')
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'once' }))
  })

  test('a completion that names wrong, unordered or small parts', async () => {
    const s3 = client()
    const Key = 'broken'
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }))
    const part = async (
      PartNumber: number,
      Body: string,
    ): Promise<{ PartNumber: number; ETag: string | undefined }> => {
      const { ETag } = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }))
      return { PartNumber, ETag }
    }
    const [one, two] = [await part(1, 'a'), await part(2, 'b')]
    const complete = (Parts: object[]): Promise<unknown> =>
      s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }))
    expect(await refusal(complete([two, one]))).toMatchObject({ code: 'InvalidPartOrder', status: 400 })
    expect(await refusal(complete([one, { ...two, ETag: one.ETag }]))).toMatchObject({
      code: 'InvalidPart',
      status: 400,
    })
    expect(await refusal(complete([one, two]))).toMatchObject({ code: 'EntityTooSmall', status: 400 })
    expect(await refusal(part(10_001, 'x'))).toMatchObject({ code: 'InvalidArgument', status: 400 })
    await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }))
    expect(await refusal(complete([one]))).toMatchObject({ code: 'NoSuchUpload', status: 404 })
  })

  test('parts copied from another object', async () => {
    const s3 = client()
    await s3.send(new PutObjectCommand({ Bucket, Key: 'from', Body: '0123456789' }))
    const Key = 'to'
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }))
    const { CopyPartResult } = await s3.send(
      new UploadPartCopyCommand({
        Bucket,
        Key,
        UploadId,
        PartNumber: 1,
        CopySource: `${Bucket}/from`,
        CopySourceRange: 'bytes=2-4',
      }),
    )
    const Parts = [{ PartNumber: 1, ETag: CopyPartResult?.ETag }]
    await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }))
    const got = await s3.send(new GetObjectCommand({ Bucket, Key }))
    expect((await read(got.Body)).toString()).toBe('234')
    for (const one of ['from', 'to']) await s3.send(new DeleteObjectCommand({ Bucket, Key: one }))
  })

  test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)('parts with %s', async (ChecksumAlgorithm) => {
    const s3 = client()
    const Key = `sums/${ChecksumAlgorithm}`
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm }))
    const part = await s3.send(
      new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: '123456789', ChecksumAlgorithm }),
    )
    const Parts = [{ ...part, PartNumber: 1 }]
    const done = await s3.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
    )
    const name = `Checksum${ChecksumAlgorithm}` as const
    expect(part[name]).toBeDefined()
    expect(done[name]).toMatch(ChecksumAlgorithm === 'CRC64NVME' ? /^rosUhgp5mIg=$/ : /-1$/)
    await s3.send(new DeleteObjectCommand({ Bucket, Key }))
  })
})

describe('listings', () => {
  const Bucket = 'stage'
  const names = ['a/1', 'a/2', 'a/b/3', 'b', 'c/4', 'c/5']

  beforeAll(async () => {
    for (const Key of names) await client().send(new PutObjectCommand({ Bucket, Key: `list/${Key}`, Body: 'x' }))
  })

  afterAll(async () => {
    for (const Key of names) await client().send(new DeleteObjectCommand({ Bucket, Key: `list/${Key}` }))
  })

  test.each([1, 2, 3, 1000])('pages of %d give everything once, in order', async (MaxKeys) => {
    const s3 = client()
    const seen: (string | undefined)[] = []
    let ContinuationToken: string | undefined
    do {
      const page = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'list/', MaxKeys, ContinuationToken }))
      seen.push(...(page.Contents ?? []).map((one) => one.Key))
      expect(page.KeyCount).toBeLessThanOrEqual(MaxKeys)
      ContinuationToken = page.NextContinuationToken
    } while (ContinuationToken !== undefined)
    expect(seen).toEqual(names.map((name) => `list/${name}`))
  })

  test.each([1, 2, 1000])('with a delimiter, pages of %d', async (MaxKeys) => {
    const s3 = client()
    const seen: (string | undefined)[] = []
    let Marker: string | undefined
    do {
      const page = await s3.send(new ListObjectsCommand({ Bucket, Prefix: 'list/', Delimiter: '/', MaxKeys, Marker }))
      seen.push(...(page.Contents ?? []).map((one) => one.Key), ...(page.CommonPrefixes ?? []).map((one) => one.Prefix))
      Marker = page.NextMarker
    } while (Marker !== undefined)
    expect(seen.sort()).toEqual(['list/a/', 'list/b', 'list/c/'])
  })

  test('start-after and a token that nobody gave', async () => {
    const s3 = client()
    const page = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'list/', StartAfter: 'list/b' }))
    expect(page.Contents?.map((one) => one.Key)).toEqual(['list/c/4', 'list/c/5'])
    const wrong = s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken: '%%%' }))
    expect(await refusal(wrong)).toMatchObject({ code: 'InvalidArgument', status: 400 })
  })
})

describe('keys', () => {
  const list = new ListObjectsV2Command({ Bucket: 'stage' })

  test('a wrong secret, an unknown key and a wrong clock are refused', async () => {
    const wrong = client({ credentials: { ...keys, secretAccessKey: 'wrong' } }).send(list)
    expect(await refusal(wrong)).toMatchObject({ code: 'SignatureDoesNotMatch', status: 403 })
    const unknown = client({ credentials: { ...keys, accessKeyId: 'AKIAOTHER' } }).send(list)
    expect(await refusal(unknown)).toMatchObject({ code: 'InvalidAccessKeyId', status: 403 })
    const late = client({ systemClockOffset: -16 * 60 * 1000 }).send(list)
    expect(await refusal(late)).toMatchObject({ code: 'RequestTimeTooSkewed', status: 403 })
    await client({ systemClockOffset: -14 * 60 * 1000 }).send(list)
  })

  test('temporary keys need their token', async () => {
    const temporary = { accessKeyId: 'ASIATEST', secretAccessKey: 'temporary' }
    await client({ credentials: { ...temporary, sessionToken: 'a+token/with=signs' } }).send(list)
    expect(await refusal(client({ credentials: temporary }).send(list))).toMatchObject({ code: 'InvalidAccessKeyId' })
    const other = client({ credentials: { ...temporary, sessionToken: 'other' } }).send(list)
    expect(await refusal(other)).toMatchObject({ code: 'InvalidToken', status: 400 })
  })

  test('signatures of version 2 are refused', async () => {
    const query = 'AWSAccessKeyId=AKIATEST&Signature=x&Expires=9999999999'
    const response = await fetch(`http://127.0.0.1:${service.port}/stage/x?${query}`)
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining('<Code>InvalidRequest</Code>'),
    ])
  })

  test('a stranger is refused', async () => {
    const response = await fetch(`http://127.0.0.1:${service.port}/stage/x`)
    expect([response.status, await response.text()]).toEqual([
      403,
      expect.stringContaining('<Code>AccessDenied</Code>'),
    ])
  })
})

test('objects and uploads survive a restart', async () => {
  const own = await mkdtemp(join(tmpdir(), 's3-restart-'))
  const first = await startS3({ world, faults, dir: own })
  const at = (port: number): S3Client => client({ endpoint: `http://127.0.0.1:${port}` })
  const [Bucket, Key] = ['stage', 'kept/ü']
  await at(first.port).send(new PutObjectCommand({ Bucket, Key, Body: 'kept', Metadata: { a: 'b' } }))
  const { UploadId } = await at(first.port).send(new CreateMultipartUploadCommand({ Bucket, Key: 'up' }))
  await at(first.port).send(new UploadPartCommand({ Bucket, Key: 'up', UploadId, PartNumber: 1, Body: 'p' }))
  await first.close()
  const second = await startS3({ world, faults, dir: own })
  const got = await at(second.port).send(new GetObjectCommand({ Bucket, Key }))
  expect([(await read(got.Body)).toString(), got.Metadata]).toEqual(['kept', { a: 'b' }])
  const parts = await at(second.port).send(new ListPartsCommand({ Bucket, Key: 'up', UploadId }))
  expect(parts.Parts).toMatchObject([{ PartNumber: 1, Size: 1 }])
  await second.close()
  await rm(own, { recursive: true })
})
