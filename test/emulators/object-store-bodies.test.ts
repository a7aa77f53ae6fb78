import { createHash, randomBytes } from 'node:crypto'
import { lookup } from 'node:dns'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import OSS from 'ali-oss'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Faults } from '../../src/emulators/faults.js'
import { startOss } from '../../src/emulators/object-store/oss-server.js'
import { startS3 } from '../../src/emulators/object-store/s3-server.js'
import { canonicalRequest, sha256, sign, signingKey, stringToSign } from '../../src/emulators/object-store/sigv4.js'
import type { Service } from '../../src/emulators/service.js'
import { defaultWorld } from '../../src/emulators/world.js'

const world = defaultWorld()
const awsKey = world.aws.keys[0] ?? expect.unreachable('the world has keys')
const alibabaKey = world.alibaba.keys[0] ?? expect.unreachable('the world has keys')

let dir: string
let s3Service: Service
let ossService: Service

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bodies-'))
  s3Service = await startS3({ world, faults: new Faults(), dir: join(dir, 's3') })
  ossService = await startOss({ world, faults: new Faults(), dir: join(dir, 'oss') })
})

afterAll(async () => {
  await s3Service.close()
  await ossService.close()
  await rm(dir, { recursive: true })
})

interface Put {
  readonly path?: string
  readonly payloadHash: string
  readonly headers?: Record<string, string>
  /** Made of the seal, for bodies whose chunks are signed. */
  readonly body: (seal: { key: Buffer; timestamp: string; scope: string; seed: string }) => string
  readonly more?: string
}

/** A PUT signed by hand, for bodies that the vendor's clients do not send. */
async function put(of: Put): Promise<{ status: number; text: string }> {
  const timestamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const day = timestamp.slice(0, 8)
  const path = of.path ?? '/redshift-stage/by-hand'
  const headers: Record<string, string> = {
    host: `127.0.0.1:${s3Service.port}`,
    'x-amz-content-sha256': of.payloadHash,
    'x-amz-date': timestamp,
    ...of.headers,
  }
  const signedHeaders = Object.keys(headers).sort()
  const claim = {
    accessKeyId: awsKey.accessKeyId,
    day,
    region: 'us-east-1',
    service: 's3',
    signedHeaders,
    signature: '',
    timestamp,
  }
  const canonical = canonicalRequest(
    { method: 'PUT', path, query: new Map(), headers: new Map(Object.entries(headers)) },
    signedHeaders,
    of.payloadHash,
  )
  const key = signingKey(awsKey.secretAccessKey, claim)
  const seed = sign(key, stringToSign(claim, canonical))
  const scope = `${day}/us-east-1/s3/aws4_request`
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${awsKey.accessKeyId}/${scope}, SignedHeaders=${signedHeaders.join(';')}, Signature=${seed}`
  const body = Buffer.from(of.body({ key, timestamp, scope, seed }))
  headers['content-length'] = String(body.length)
  return new Promise((resolve, reject) => {
    const sent = request({ port: s3Service.port, host: '127.0.0.1', method: 'PUT', path, headers }, (response) => {
      response
        .toArray()
        .then((chunks) =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks as Buffer[]).toString() }),
        )
        .catch(reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

function signedChunks(data: readonly string[]): Put['body'] {
  return ({ key, timestamp, scope, seed }) => {
    let previous = seed
    return [...data, '']
      .map((chunk) => {
        const text = ['AWS4-HMAC-SHA256-PAYLOAD', timestamp, scope, previous, sha256(''), sha256(chunk)].join('\n')
        previous = sign(key, text)
        return `${Buffer.byteLength(chunk).toString(16)};chunk-signature=${previous}\r\n${chunk}\r\n`
      })
      .join('')
  }
}

async function stored(Key = 'by-hand'): Promise<string> {
  const credentials = { accessKeyId: awsKey.accessKeyId, secretAccessKey: awsKey.secretAccessKey }
  const endpoint = `http://127.0.0.1:${s3Service.port}`
  const s3 = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials })
  const got = await s3.send(new GetObjectCommand({ Bucket: 'redshift-stage', Key }))
  return Buffer.concat((await (got.Body as Readable).toArray()) as Buffer[]).toString()
}

describe('S3 bodies', () => {
  const streaming = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'
  const chunked = { 'content-encoding': 'aws-chunked', 'x-amz-decoded-content-length': '8' }

  test('signed chunks', async () => {
    const body = signedChunks(['first', 'two'])
    expect(await put({ payloadHash: streaming, headers: chunked, body })).toMatchObject({ status: 200 })
    expect(await stored()).toBe('firsttwo')
  })

  test('signed chunks that were altered, or are fewer than announced', async () => {
    const altered: Put['body'] = (seal) => signedChunks(['first', 'two'])(seal).replace('two', 'TWO')
    const refused = await put({ payloadHash: streaming, headers: chunked, body: altered })
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('SignatureDoesNotMatch')])
    const fewer = await put({ payloadHash: streaming, headers: chunked, body: signedChunks(['first']) })
    expect([fewer.status, fewer.text]).toEqual([400, expect.stringContaining('IncompleteBody')])
    expect(await stored()).toBe('firsttwo')
  })

  test('trailing checksums are verified', async () => {
    const send = (crc: string): Promise<{ status: number; text: string }> =>
      put({
        path: '/redshift-stage/trailed',
        payloadHash: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        headers: { ...chunked, 'x-amz-decoded-content-length': '9', 'x-amz-trailer': 'x-amz-checksum-crc32' },
        body: () => `9\r\n123456789\r\n0\r\nx-amz-checksum-crc32:${crc}\r\n\r\n`,
      })
    const right = Buffer.from('cbf43926', 'hex').toString('base64')
    expect(await send('AAAAAA==')).toMatchObject({ status: 400, text: expect.stringContaining('BadDigest') as string })
    expect(await send(right)).toMatchObject({ status: 200 })
    expect(await stored('trailed')).toBe('123456789')
  })

  test('a hash of other bytes', async () => {
    const refused = await put({ payloadHash: sha256('other'), body: () => 'these' })
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('XAmzContentSHA256Mismatch')])
  })

  test('nothing is left of refused bodies', async () => {
    const before = (await readdir(join(dir, 's3', 'data'))).length
    await put({ payloadHash: sha256('other'), body: () => 'these' })
    expect(await readdir(join(dir, 's3', 'data'))).toHaveLength(before)
  })
})

describe("OSS's S3-compatible face", () => {
  const Bucket = 'maxcompute-stage'

  function client(checksums: 'WHEN_REQUIRED' | 'WHEN_SUPPORTED', more: object = {}): S3Client {
    // Virtual-hosted style needs names below localhost, which resolvers do not all know.
    const agent = new Agent({ lookup: (_host, options, callback) => lookup('127.0.0.1', options, callback) })
    return new S3Client({
      endpoint: `http://localhost:${ossService.port}`,
      region: 'cn-hangzhou',
      credentials: { accessKeyId: alibabaKey.accessKeyId, secretAccessKey: alibabaKey.accessKeySecret },
      requestHandler: new NodeHttpHandler({ httpAgent: agent }),
      requestChecksumCalculation: checksums,
      responseChecksumValidation: checksums,
      maxAttempts: 1,
      ...more,
    })
  }

  async function refusal(promise: Promise<unknown>): Promise<Record<string, unknown>> {
    return promise.then(
      () => expect.unreachable('the request should have been refused'),
      (e: unknown) => e as Record<string, unknown>,
    )
  }

  test('the same objects on both faces', async () => {
    const native = new OSS({
      endpoint: `http://localhost:${ossService.port}`,
      sldEnable: true,
      region: 'oss-cn-hangzhou',
      bucket: Bucket,
      authorizationV4: true,
      ...alibabaKey,
    } as unknown as OSS.Options)
    const s3 = client('WHEN_REQUIRED')
    const Key = "both/ü+ &='1"
    const bytes = randomBytes(150_000)
    const ETag = `"${createHash('md5').update(bytes).digest('hex').toUpperCase()}"`
    const put = await s3.send(
      new PutObjectCommand({
        Bucket,
        Key,
        Body: Readable.from([bytes]),
        ContentLength: bytes.length,
        Metadata: { a: 'b' },
      }),
    )
    expect(put.ETag).toBe(ETag)
    const got = await native.get(Key)
    expect((got.content as Buffer).equals(bytes)).toBe(true)
    expect(got.res.headers).toMatchObject({ etag: ETag, 'x-oss-meta-a': 'b' })
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'mp' }))
    const part = await s3.send(new UploadPartCommand({ Bucket, Key: 'mp', UploadId, PartNumber: 1, Body: bytes }))
    const Parts = [{ PartNumber: 1, ETag: part.ETag }]
    await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'mp', UploadId, MultipartUpload: { Parts } }))
    expect((await native.head('mp')).res.headers).toMatchObject({ 'x-oss-object-type': 'Multipart' })
    const listed = await s3.send(new ListObjectsV2Command({ Bucket }))
    expect(listed.Contents?.map((one) => one.Key)).toEqual([Key, 'mp'])
  })

  test('aws-chunked bodies, path style and batches without Content-MD5 are refused', async () => {
    const s3 = client('WHEN_SUPPORTED')
    const body = Readable.from([Buffer.from('abc')])
    const streamed = s3.send(new PutObjectCommand({ Bucket, Key: 'no', Body: body, ContentLength: 3 }))
    expect(await refusal(streamed)).toMatchObject({ name: 'InvalidArgument', $metadata: { httpStatusCode: 400 } })
    const pathStyle = client('WHEN_REQUIRED', { forcePathStyle: true })
    expect(await refusal(pathStyle.send(new ListObjectsV2Command({ Bucket })))).toMatchObject({
      name: 'SecondLevelDomainForbidden',
    })
    const batch = new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'x' }] } })
    expect(await refusal(client('WHEN_REQUIRED').send(batch))).toMatchObject({ name: 'MissingArgument' })
  })

  test('a wrong secret', async () => {
    const credentials = { accessKeyId: alibabaKey.accessKeyId, secretAccessKey: 'wrong' }
    const head = client('WHEN_REQUIRED', { credentials }).send(new HeadObjectCommand({ Bucket, Key: 'mp' }))
    expect(await refusal(head)).toMatchObject({ $metadata: { httpStatusCode: 403 } })
  })
})
