import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectAttributesCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Faults } from '../../src/emulators/faults.js'
import { startS3 } from '../../src/emulators/object-store/s3-server.js'
import type { Service } from '../../src/emulators/service.js'
import { defaultWorld } from '../../src/emulators/world.js'

const Bucket = 'stage'
const mebibyte = 1024 * 1024
const kmsKey = 'arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-0000-0000-0000-000000000001'
const aws = {
  ...defaultWorld().aws,
  keys: [
    { accessKeyId: 'AKIAALL', secretAccessKey: 'all' },
    { accessKeyId: 'AKIANOKMS', secretAccessKey: 'no-kms', kmsKeys: [] },
  ],
  buckets: [{ name: Bucket, region: 'us-east-1' }],
  kmsKeys: [kmsKey],
}
const parts = [randomBytes(5 * mebibyte), randomBytes(5 * mebibyte + 3), randomBytes(100)]
const whole = Buffer.concat(parts)

let dir: string
let service: Service
let old: Service
let s3: S3Client

function client(
  port: number,
  [accessKeyId, secretAccessKey]: readonly [string, string] = ['AKIAALL', 'all'],
): S3Client {
  return new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 1,
  })
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'proofs-'))
  const world = { ...defaultWorld(), aws }
  service = await startS3({ world, faults: new Faults(), dir: join(dir, 'now') })
  const before = { ...world, aws: { ...aws, addsChecksum: false } }
  old = await startS3({ world: before, faults: new Faults(), dir: join(dir, 'before') })
  s3 = client(service.port)
})

afterAll(async () => {
  await service.close()
  await old.close()
  await rm(dir, { recursive: true })
})

async function upload(Key: string, how: Partial<CreateMultipartUploadCommandInput>, store = s3): Promise<string> {
  const { UploadId } = await store.send(new CreateMultipartUploadCommand({ Bucket, Key, ...how }))
  const ChecksumAlgorithm = how.ChecksumAlgorithm
  const Parts = []
  for (const [i, Body] of parts.entries()) {
    const to = { Bucket, Key, UploadId, PartNumber: i + 1, Body }
    const sent = await store.send(new UploadPartCommand({ ...to, ...(ChecksumAlgorithm && { ChecksumAlgorithm }) }))
    const { ETag, ChecksumCRC32C, ChecksumSHA256 } = sent
    Parts.push({ PartNumber: i + 1, ETag, ChecksumCRC32C, ChecksumSHA256 })
  }
  const done = await store.send(
    new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
  )
  return done.ETag ?? ''
}

async function refusal(promise: Promise<unknown>): Promise<{ readonly name: string; readonly message: string }> {
  return promise.then(
    () => expect.unreachable('it should have been refused'),
    (error: unknown) => error as Error,
  )
}

const head = (Key: string, more: Partial<GetObjectCommandInput> = {}, store = s3) =>
  store.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED', ...more }))
const sha256 = (data: Buffer): Buffer => createHash('sha256').update(data).digest()

describe('checksums of objects in parts', () => {
  test('SHA-256 is composite: of the parts’ own, each told with its part', async () => {
    await upload('composite', { ChecksumAlgorithm: 'SHA256' })
    const expected = `${sha256(Buffer.concat(parts.map(sha256))).toString('base64')}-3`
    expect(await head('composite')).toMatchObject({ ChecksumSHA256: expected, ChecksumType: 'COMPOSITE' })
    const second = await head('composite', { PartNumber: 2 })
    expect(second).toMatchObject({ ContentLength: parts[1]?.length, PartsCount: 3 })
    expect(second.ChecksumSHA256).toBe(sha256(parts[1] as Buffer).toString('base64'))
    const asked = { Bucket, Key: 'composite', ObjectAttributes: ['ObjectParts', 'Checksum'] } as const
    const { ObjectParts } = await s3.send(
      new GetObjectAttributesCommand({ ...asked, ObjectAttributes: [...asked.ObjectAttributes], MaxParts: 2 }),
    )
    expect(ObjectParts).toMatchObject({ TotalPartsCount: 3, IsTruncated: true, NextPartNumberMarker: '2' })
    expect(ObjectParts?.Parts?.map((part) => [part.PartNumber, part.Size, part.ChecksumSHA256])).toEqual(
      parts.slice(0, 2).map((part, i) => [i + 1, part.length, sha256(part).toString('base64')]),
    )
  })

  test('CRC-64/NVME, asked for or not, is of the whole; its parts are only counted', async () => {
    await upload('plain', {})
    await upload('asked', { ChecksumAlgorithm: 'CRC64NVME' })
    await s3.send(new PutObjectCommand({ Bucket, Key: 'one', Body: whole }))
    const { ChecksumCRC64NVME } = await head('one')
    for (const key of ['plain', 'asked']) {
      expect(await head(key)).toMatchObject({ ChecksumCRC64NVME, ChecksumType: 'FULL_OBJECT' })
    }
    const { ObjectParts } = await s3.send(
      new GetObjectAttributesCommand({ Bucket, Key: 'plain', ObjectAttributes: ['ObjectParts'] }),
    )
    expect(ObjectParts).toEqual({ TotalPartsCount: 3 })
  })

  test('CRC-32C of the whole or of the parts, as the upload says', async () => {
    await upload('full', { ChecksumAlgorithm: 'CRC32C', ChecksumType: 'FULL_OBJECT' })
    await s3.send(new PutObjectCommand({ Bucket, Key: 'one-32', Body: whole, ChecksumAlgorithm: 'CRC32C' }))
    const { ChecksumCRC32C } = await head('one-32')
    expect(await head('full')).toMatchObject({ ChecksumCRC32C, ChecksumType: 'FULL_OBJECT' })
    await upload('parts', { ChecksumAlgorithm: 'CRC32C' })
    const composite = await head('parts')
    expect(composite.ChecksumType).toBe('COMPOSITE')
    expect(composite.ChecksumCRC32C).toMatch(/^[A-Za-z0-9+/]{6}==-3$/)
    // A range is not what the checksum is of.
    const range = await s3.send(
      new GetObjectCommand({ Bucket, Key: 'full', Range: 'bytes=0-99', ChecksumMode: 'ENABLED' }),
    )
    expect(range.ChecksumCRC32C).toBeUndefined()
  })

  test('none, of what came without one before S3 added its own', async () => {
    const before = client(old.port)
    await before.send(new PutObjectCommand({ Bucket, Key: 'old', Body: 'x' }))
    const { ChecksumCRC64NVME, ChecksumType, ETag } = await head('old', {}, before)
    expect([ChecksumCRC64NVME, ChecksumType]).toEqual([undefined, undefined])
    expect(ETag).toBe(`"${createHash('md5').update('x').digest('hex')}"`)
  })
})

describe('KMS keys', () => {
  const encrypted = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKey } as const

  test('make ETags opaque, of objects in one piece, in parts and copied', async () => {
    const md5 = createHash('md5').update(whole).digest('hex')
    const put = await s3.send(new PutObjectCommand({ Bucket, Key: 'kms', Body: whole, ...encrypted }))
    const copy = { Bucket, Key: 'kms-copy', CopySource: `${Bucket}/kms`, ...encrypted }
    const copied = (await s3.send(new CopyObjectCommand(copy))).CopyObjectResult?.ETag
    for (const etag of [put.ETag, copied]) {
      expect(etag).toMatch(/^"[0-9a-f]{32}"$/)
      expect(etag).not.toContain(md5)
    }
    const joined = createHash('md5')
    for (const part of parts) joined.update(createHash('md5').update(part).digest())
    const etag = await upload('kms-parts', encrypted)
    expect(etag).toMatch(/^"[0-9a-f]{32}-3"$/)
    expect(etag).not.toContain(joined.digest('hex'))
    for (const key of ['kms', 'kms-copy', 'kms-parts']) {
      expect(await head(key)).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKey })
    }
    expect((await head('one')).ServerSideEncryption).toBe('AES256')
    expect(await upload('again', {})).toBe(`"${plainEtag()}"`)
  })

  test('refuse who may not use them, by the permission’s name', async () => {
    const stranger = client(service.port, ['AKIANOKMS', 'no-kms'])
    await s3.send(new PutObjectCommand({ Bucket, Key: 'locked', Body: 'x', ...encrypted }))
    const get = stranger.send(new GetObjectCommand({ Bucket, Key: 'locked' }))
    expect(await refusal(get)).toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('kms:Decrypt') as string,
    })
    const put = stranger.send(new PutObjectCommand({ Bucket, Key: 'mine', Body: 'x', ...encrypted }))
    expect((await refusal(put)).message).toContain('kms:GenerateDataKey')
    // What is told of an object is not encrypted, but for its checksum.
    expect((await stranger.send(new HeadObjectCommand({ Bucket, Key: 'locked' }))).ContentLength).toBe(1)
    await refusal(head('locked', {}, stranger))
    expect((await stranger.send(new GetObjectCommand({ Bucket, Key: 'one' }))).ContentLength).toBe(whole.length)
  })
})

function plainEtag(): string {
  const hash = createHash('md5')
  for (const part of parts) hash.update(createHash('md5').update(part).digest())
  return `${hash.digest('hex')}-3`
}
