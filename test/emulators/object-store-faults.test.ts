import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import OSS from 'ali-oss'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Faults, type FaultAction, type FaultRule } from '../../src/emulators/faults.js'
import { startOss } from '../../src/emulators/object-store/oss-server.js'
import { startS3 } from '../../src/emulators/object-store/s3-server.js'
import type { Service } from '../../src/emulators/service.js'
import { defaultWorld, servicePrincipal } from '../../src/emulators/world.js'

const world = defaultWorld()
const faults = new Faults()
const bytes = randomBytes(300_000)
const [s3Bucket, ossBucket] = ['redshift-stage', 'maxcompute-stage']

let dir: string
let s3Service: Service
let ossService: Service
let s3: S3Client
let oss: OSS

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'faults-'))
  s3Service = await startS3({ world, faults, dir: join(dir, 's3') })
  ossService = await startOss({ world, faults, dir: join(dir, 'oss') })
  const { accessKeyId, secret } = servicePrincipal
  const credentials = { accessKeyId, secretAccessKey: secret }
  const endpoint = `http://127.0.0.1:${s3Service.port}`
  const plain = { requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' } as const
  s3 = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials, maxAttempts: 1, ...plain })
  oss = new OSS({
    endpoint: `http://localhost:${ossService.port}`,
    sldEnable: true,
    region: 'oss-cn-hangzhou',
    bucket: ossBucket,
    accessKeyId,
    accessKeySecret: secret,
    authorizationV4: true,
  } as OSS.Options)
  await s3.send(new PutObjectCommand({ Bucket: s3Bucket, Key: 'k', Body: bytes }))
  await oss.put('k', bytes)
})

afterAll(async () => {
  await s3Service.close()
  await ossService.close()
  await rm(dir, { recursive: true })
})

afterEach(() => faults.clear())

function order(
  service: FaultRule['service'],
  operation: string,
  action: FaultAction,
  more: Partial<FaultRule> = {},
): void {
  faults.add([{ service, operation, action, ...more }])
}

async function get(Range?: string): Promise<Buffer> {
  const got = await s3.send(new GetObjectCommand({ Bucket: s3Bucket, Key: 'k', ...(Range !== undefined && { Range }) }))
  return Buffer.concat((await (got.Body as Readable).toArray()) as Buffer[])
}

async function failure(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  return promise.then(
    () => expect.unreachable('the call should have failed'),
    (e: unknown) => e as Record<string, unknown>,
  )
}

test('the key of the emulators themselves reads what it wrote', async () => {
  expect((await get()).equals(bytes)).toBe(true)
  expect(((await oss.get('k')).content as Buffer).equals(bytes)).toBe(true)
})

describe('S3', () => {
  test('fails at the call that was ordered, for the key that was ordered', async () => {
    order('s3', 'GetObject', { do: 'fail', status: 500, code: 'InternalError' }, { nth: 2, contains: 'k' })
    await get()
    expect(await failure(get())).toMatchObject({ name: 'InternalError', $metadata: { httpStatusCode: 500 } })
    await get()
  })

  test('throttles, delays', async () => {
    order('s3', 'ListObjectsV2', { do: 'throttle' })
    const list = (): Promise<unknown> => s3.send(new ListObjectsV2Command({ Bucket: s3Bucket }))
    expect(await failure(list())).toMatchObject({ name: 'SlowDown', $metadata: { httpStatusCode: 503 } })
    order('s3', 'ListObjectsV2', { do: 'delay', milliseconds: 300 }, { nth: 1 })
    const before = performance.now()
    await list()
    expect(performance.now() - before).toBeGreaterThanOrEqual(290)
  })

  test('cuts before, during and after', async () => {
    order('s3', 'GetObject', { do: 'cut', when: 'before' })
    expect(await failure(get())).toMatchObject({ code: 'ECONNRESET' })
    faults.clear()
    order('s3', 'GetObject', { do: 'cut', when: 'during' })
    const got = await s3.send(new GetObjectCommand({ Bucket: s3Bucket, Key: 'k' }))
    expect(got.ContentLength).toBe(bytes.length)
    let received = 0
    const reading = (async () => {
      for await (const chunk of got.Body as AsyncIterable<Buffer>) received += chunk.length
    })()
    expect(await failure(reading)).toMatchObject({ code: 'ECONNRESET' })
    expect(received).toBeGreaterThan(0)
    expect(received).toBeLessThan(bytes.length)
    order('s3', 'PutObject', { do: 'cut', when: 'after' })
    const put = s3.send(new PutObjectCommand({ Bucket: s3Bucket, Key: 'lost', Body: 'stored all the same' }))
    expect(await failure(put)).toMatchObject({ code: 'ECONNRESET' })
    const head = await s3.send(new HeadObjectCommand({ Bucket: s3Bucket, Key: 'lost' }))
    expect(head.ContentLength).toBe(19)
  })

  test('truncates with a truthful length, flips one bit', async () => {
    order('s3', 'GetObject', { do: 'truncate', byteCount: 1000 })
    expect((await get()).equals(bytes.subarray(0, 1000))).toBe(true)
    order('s3', 'GetObject', { do: 'corrupt', at: 70_001 }, { nth: 1 })
    const bent = await get('bytes=10-200009')
    const wanted = bytes.subarray(10, 200_010)
    const wrong = [...bent.keys()].filter((i) => bent[i] !== wanted[i])
    expect([bent.length, wrong]).toEqual([200_000, [70_001]])
  })
})

describe('blocks that change places', () => {
  const put = (from: number, to: number): Buffer => bytes.subarray(from, to)
  const mangle = (how: 'swap' | 'lose' | 'double', at: number): FaultAction => ({
    do: 'mangle',
    how,
    at,
    byteCount: 70_000,
  })

  test('on the way out, at the end of a body too', async () => {
    order('s3', 'GetObject', mangle('swap', 90_000))
    expect(
      (await get()).equals(
        Buffer.concat([put(0, 90_000), put(160_000, 230_000), put(90_000, 160_000), put(230_000, 300_000)]),
      ),
    ).toBe(true)
    order('s3', 'GetObject', mangle('lose', 90_000))
    expect((await get()).equals(Buffer.concat([put(0, 90_000), Buffer.alloc(70_000), put(160_000, 300_000)]))).toBe(
      true,
    )
    order('s3', 'GetObject', mangle('double', 0))
    expect((await get()).equals(Buffer.concat([put(0, 70_000), put(0, 70_000), put(140_000, 300_000)]))).toBe(true)
    order('s3', 'GetObject', mangle('swap', 299_000))
    expect((await get()).equals(Buffer.concat([put(0, 299_000), put(299_500, 300_000), put(299_000, 299_500)]))).toBe(
      true,
    )
    expect((await get()).equals(bytes)).toBe(true)
  })

  test('on the way in, and when parts are joined; the CRC is that of what is stored', async () => {
    order('oss', 'PutObject', mangle('swap', 0))
    await oss.put('mangled', Readable.from([bytes]))
    const swapped = Buffer.concat([put(70_000, 140_000), put(0, 70_000), put(140_000, 300_000)])
    const stored = await oss.get('mangled')
    expect((stored.content as Buffer).equals(swapped)).toBe(true)
    await oss.put('as-it-is', swapped)
    const crcOf = async (key: string): Promise<unknown> =>
      ((await oss.head(key)).res.headers as Record<string, string>)['x-oss-hash-crc64ecma']
    expect(await crcOf('mangled')).toBe(await crcOf('as-it-is'))
    for (const action of [
      mangle('swap', 0),
      { do: 'corrupt', at: 5 },
      { do: 'truncate', byteCount: 200_000 },
    ] as const) {
      order('oss', 'CompleteMultipartUpload', action)
      const { uploadId } = await oss.initMultipartUpload('joined')
      const part = await oss.uploadPart('joined', uploadId, 1, Readable.from([bytes]), 0, bytes.length)
      await oss.completeMultipartUpload('joined', uploadId, [{ number: 1, etag: part.etag }])
      const joined = (await oss.get('joined')).content as Buffer
      const bent = Buffer.from(bytes)
      bent[5] = (bent[5] ?? 0) ^ 1
      const wanted = action.do === 'mangle' ? swapped : action.do === 'corrupt' ? bent : put(0, 200_000)
      expect(joined.equals(wanted)).toBe(true)
    }
  })
})

describe('objects that someone replaces', () => {
  test('between two ranges, of which the second is then refused', async () => {
    await s3.send(new PutObjectCommand({ Bucket: s3Bucket, Key: 'replaced', Body: bytes }))
    const head = await s3.send(new HeadObjectCommand({ Bucket: s3Bucket, Key: 'replaced' }))
    const IfMatch = head.ETag ?? ''
    order('s3', 'GetObject', { do: 'replace' }, { nth: 2, contains: 'replaced' })
    const range = (Range: string): Promise<unknown> =>
      s3.send(new GetObjectCommand({ Bucket: s3Bucket, Key: 'replaced', Range, IfMatch }))
    await range('bytes=0-99')
    expect(await failure(range('bytes=100-199'))).toMatchObject({ $metadata: { httpStatusCode: 412 } })
    const after = await s3.send(new HeadObjectCommand({ Bucket: s3Bucket, Key: 'replaced' }))
    expect(after.ContentLength).toBe(bytes.length)
    expect(after.ETag).not.toBe(IfMatch)
  })

  test('as soon as it was written, metadata and all', async () => {
    order('oss', 'PutObject', { do: 'replace' })
    const put = await oss.put('mine', bytes, { headers: { 'x-oss-meta-run': 'r7' } })
    const head = await oss.head('mine')
    const crc = (of: { readonly res: { readonly headers: object } }): unknown =>
      (of.res.headers as Record<string, string>)['x-oss-hash-crc64ecma']
    expect(head.meta).toMatchObject({ run: 'r7' })
    expect(crc(head)).not.toBe(crc(put))
  })
})

describe('limits', () => {
  test('calls beyond so many a second are throttled, and told', async () => {
    order('oss', 'HeadObject', { do: 'limit', perSecond: 3 }, { times: 1000 })
    const ended = await Promise.allSettled(Array.from({ length: 8 }, () => oss.head('k')))
    const codes = ended.flatMap((one) => (one.status === 'rejected' ? [(one.reason as { status: number }).status] : []))
    expect(codes).toEqual([503, 503, 503, 503, 503])
    expect(faults.counts()).toMatchObject([{ seenCount: 8, hitCount: 5 }])
  })
})

describe('OSS', () => {
  test('throttles and says for how long', async () => {
    order('oss', 'HeadObject', { do: 'throttle', delaySeconds: 2 })
    expect(await failure(oss.head('k'))).toMatchObject({ status: 503, code: 'SlowDown' })
    order('oss', 'GetObject', { do: 'throttle', delaySeconds: 2 })
    const response = await fetch(oss.signatureUrl('k'))
    expect([response.status, response.headers.get('x-oss-qos-delay-time')]).toEqual([503, '2000'])
  })

  test('stores a bent body and says so in its CRC', async () => {
    const put = (): Promise<OSS.PutObjectResult> => oss.put('bent', Readable.from([bytes]))
    const whole = await put()
    order('oss', 'PutObject', { do: 'corrupt', at: 123_456 }, { times: 2 })
    const bent = await put()
    // With a Content-MD5, which the client sends for buffers, the store notices.
    expect(await failure(oss.put('other', bytes))).toMatchObject({ status: 400, code: 'InvalidDigest' })
    const crc = (result: OSS.PutObjectResult): unknown =>
      (result.res.headers as Record<string, string>)['x-oss-hash-crc64ecma']
    expect(crc(bent)).not.toBe(crc(whole))
    const stored = (await oss.get('bent')).content as Buffer
    expect([...stored.keys()].filter((i) => stored[i] !== bytes[i])).toEqual([123_456])
  })

  test('a lost reply of an upload that was stored', async () => {
    order('oss', 'PutObject', { do: 'cut', when: 'after' })
    expect(await failure(oss.put('lost', bytes))).toMatchObject({ status: -1 })
    expect((await oss.head('lost')).status).toBe(200)
  })
})
