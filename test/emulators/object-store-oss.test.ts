import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import OSS from 'ali-oss'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mintToken } from '../../src/emulators/access/token.js'
import { Faults } from '../../src/emulators/faults.js'
import { startOss } from '../../src/emulators/object-store/oss-server.js'
import type { Service } from '../../src/emulators/service.js'
import { defaultWorld } from '../../src/emulators/world.js'

const base = defaultWorld()
const world = {
  ...base,
  alibaba: {
    ...base.alibaba,
    buckets: [...base.alibaba.buckets, { name: 'far-stage', region: 'cn-beijing' }],
  },
}
const bucket = 'maxcompute-stage'
const key = world.alibaba.keys[0] ?? expect.unreachable('the world has keys')
const role = world.alibaba.roles[0] ?? expect.unreachable('the world has roles')
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

let dir: string
let service: Service

function client(options: Partial<OSS.Options> = {}): OSS {
  return new OSS({
    endpoint: `http://localhost:${service.port}`,
    sldEnable: true,
    region: 'oss-cn-hangzhou',
    bucket,
    accessKeyId: key.accessKeyId,
    accessKeySecret: key.accessKeySecret,
    authorizationV4: true,
    ...options,
  } as OSS.Options)
}

function temporary(options: { roleArn?: string; expiresAt?: number } = {}): Partial<OSS.Options> {
  const minted = mintToken({ roleArn: role.arn, expiresAt: Date.now() + 60_000, ...options })
  const { accessKeyId, accessKeySecret, securityToken } = minted
  return { accessKeyId, accessKeySecret, stsToken: securityToken ?? '', ...neverRefreshed }
}

// The client recommends a refresher on stderr when there is none.
const neverRefreshed = {
  refreshSTSTokenInterval: 3_600_000,
  refreshSTSToken: () => expect.unreachable('no refresh is due'),
}

async function refusal(promise: Promise<unknown>): Promise<{ code?: string; status?: number }> {
  return promise.then(
    () => expect.unreachable('the request should have been refused'),
    (e: unknown) => e as { code?: string; status?: number },
  )
}

function bytesOf(got: OSS.GetObjectResult): Buffer {
  return got.content as Buffer
}

function upperMd5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex').toUpperCase()
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'oss-'))
  service = await startOss({ world, faults, dir })
})

afterAll(async () => {
  await service.close()
  await rm(dir, { recursive: true })
})

const ways: readonly [string, () => Partial<OSS.Options>][] = [
  ['V1', () => ({ authorizationV4: false })],
  ['V4', () => ({})],
  ['V1 with a temporary key', () => ({ authorizationV4: false, ...temporary() })],
  ['V4 with a temporary key', () => temporary()],
  [
    'V1 virtual-hosted',
    () =>
      ({
        authorizationV4: false,
        endpoint: `http://127.0.0.1:${service.port}`,
        sldEnable: false,
      }) as Partial<OSS.Options>,
  ],
  [
    'V4 virtual-hosted',
    () => ({ endpoint: `http://127.0.0.1:${service.port}`, sldEnable: false }) as Partial<OSS.Options>,
  ],
]

describe.each(ways)('the vendor client, %s', (_name, options) => {
  test('keeps objects under any key', async () => {
    const oss = client(options())
    for (const name of hardKeys) {
      const bytes = randomBytes(50_000)
      const put = await oss.put(name, bytes, { headers: { 'x-oss-meta-source': 's3://a/b=c; d' }, mime: 'x/y' })
      const headers = put.res.headers as Record<string, string>
      expect(headers.etag).toBe(`"${upperMd5(bytes)}"`)
      const got = await oss.get(name)
      expect(bytesOf(got).equals(bytes)).toBe(true)
      const head = await oss.head(name)
      expect(head.meta).toMatchObject({ source: 's3://a/b=c; d' })
      expect(head.res.headers).toMatchObject({
        'x-oss-hash-crc64ecma': headers['x-oss-hash-crc64ecma'],
        'x-oss-object-type': 'Normal',
        'content-type': 'x/y',
      })
    }
    const listed = await oss.listV2({ 'max-keys': '1000' }, {})
    const names = listed.objects.map((one) => one.name)
    expect(listed.objects[0]?.lastModified).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/)
    expect(names).toEqual([...hardKeys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
    for (const name of hardKeys) {
      const copied = await oss.copy('copied', name)
      expect(copied.res.status).toBe(200)
    }
    const deleted = await oss.deleteMulti([...hardKeys, 'copied'])
    expect(deleted.deleted).toHaveLength(hardKeys.length + 1)
    expect((await oss.list({ 'max-keys': 10 }, {})).objects ?? []).toEqual([])
  })

  test('uploads in parts from streams', async () => {
    const oss = client(options())
    const name = 'multi/a+b =1'
    const bytes = randomBytes(250_000)
    const { uploadId } = await oss.initMultipartUpload(name, { headers: { 'x-oss-meta-run': 'r1' } })
    const parts = []
    for (const [i, first] of [0, 100 * 1024, 200 * 1024].entries()) {
      const chunk = bytes.subarray(first, first + 100 * 1024)
      const part = await oss.uploadPart(name, uploadId, i + 1, Readable.from([chunk]), 0, chunk.length)
      parts.push({ number: i + 1, etag: (part as { etag: string }).etag })
    }
    const listed = await oss.listParts(name, uploadId, { 'max-parts': 2 } as never)
    expect(listed).toMatchObject({ isTruncated: 'true', nextPartNumberMarker: '2' })
    expect((await oss.listUploads({})).uploads).toMatchObject([{ name, uploadId }])
    const done = await oss.completeMultipartUpload(name, uploadId, parts)
    expect(done.etag).toMatch(/^"[0-9A-F]{32}-3"$/)
    const got = await oss.get(name)
    expect(bytesOf(got).equals(bytes)).toBe(true)
    expect(got.res.headers).toMatchObject({ 'x-oss-object-type': 'Multipart', 'x-oss-meta-run': 'r1' })
    await oss.delete(name)
  })
})

describe.each([[{}], [temporary()]])('signed URLs', (options) => {
  const name = "sign+ed 'ü=&"

  beforeAll(async () => {
    await client().put(name, Buffer.from('signed'))
  })

  afterAll(async () => {
    await client().delete(name)
  })

  test('V1', async () => {
    const url = client(options).signatureUrl(name, { expires: 60 })
    expect(await (await fetch(url)).text()).toBe('signed')
    expect((await fetch(url.replace(/Signature=..../, 'Signature=AAAA'))).status).toBe(403)
    expect((await fetch(url.replace(/Expires=\d+/, 'Expires=1'))).status).toBe(403)
  })

  test('V4', async () => {
    const oss = client(options) as unknown as { signatureUrlV4(...of: unknown[]): Promise<string> }
    const url = await oss.signatureUrlV4('GET', 60, undefined, name)
    expect(url).toContain('x-oss-signature-version=OSS4-HMAC-SHA256')
    expect(await (await fetch(url)).text()).toBe('signed')
    expect((await fetch(url.replace(/x-oss-signature=..../, 'x-oss-signature=0000'))).status).toBe(403)
    expect((await fetch(url.replace('x-oss-expires=60', 'x-oss-expires=61'))).status).toBe(403)
  })
})

describe('rules', () => {
  test('the CRC of known texts', async () => {
    const oss = client()
    const put = await oss.put('crc', Buffer.from('123456789'))
    expect(put.res.headers).toMatchObject({ 'x-oss-hash-crc64ecma': '11051210869376104954' })
    const range = await oss.get('crc', { headers: { Range: 'bytes=1-3' } })
    expect(bytesOf(range).toString()).toBe('234')
    expect(range.res.headers).toMatchObject({
      'x-oss-hash-crc64ecma': '11051210869376104954',
      'content-range': 'bytes 1-3/9',
    })
    const empty = await oss.put('empty', Buffer.alloc(0))
    expect(empty.res.headers).toMatchObject({ 'x-oss-hash-crc64ecma': '0' })
  })

  test('ranges beyond the end give everything, unless the standard is asked for', async () => {
    const oss = client()
    await oss.put('range', Buffer.from('0123456789'))
    const get = (Range: string, more: object = {}): Promise<OSS.GetObjectResult> =>
      oss.get('range', { headers: { Range, ...more } })
    const standard = { 'x-oss-range-behavior': 'standard' }
    expect(bytesOf(await get('bytes=8-20')).toString()).toBe('0123456789')
    expect(bytesOf(await get('bytes=10-20')).toString()).toBe('0123456789')
    expect(bytesOf(await get('bytes=8-20', standard)).toString()).toBe('89')
    expect(bytesOf(await get('bytes=-2')).toString()).toBe('89')
    expect(await refusal(get('bytes=10-20', standard))).toMatchObject({ status: 416, code: 'InvalidRange' })
  })

  test('what is there is not overwritten when that is forbidden', async () => {
    const oss = client()
    const headers = { 'x-oss-forbid-overwrite': 'true' }
    await oss.put('once', Buffer.from('1'), { headers })
    expect(await refusal(oss.put('once', Buffer.from('2'), { headers }))).toMatchObject({
      status: 409,
      code: 'FileAlreadyExists',
    })
    expect(bytesOf(await oss.get('once')).toString()).toBe('1')
    await oss.put('once', Buffer.from('3'))
    expect(bytesOf(await oss.get('once')).toString()).toBe('3')
  })

  test('conditions, digests and absences', async () => {
    const oss = client()
    const put = await oss.put('cond', Buffer.from('abc'))
    const etag = (put.res.headers as Record<string, string>).etag ?? ''
    await oss.get('cond', { headers: { 'If-Match': etag } })
    expect(await refusal(oss.get('cond', { headers: { 'If-Match': '"other"' } }))).toMatchObject({
      status: 412,
      code: 'PreconditionFailed',
    })
    const wrong = { 'Content-MD5': createHash('md5').update('other').digest('base64') }
    expect(await refusal(oss.put('cond', Buffer.from('x'), { headers: wrong }))).toMatchObject({
      status: 400,
      code: 'InvalidDigest',
    })
    expect(await refusal(oss.get('none'))).toMatchObject({ status: 404, code: 'NoSuchKey' })
    expect(await refusal(oss.head('none'))).toMatchObject({ status: 404, code: 'NoSuchKey' })
    expect(await refusal(oss.getACL('cond'))).toMatchObject({ status: 501, code: 'NotImplemented' })
    expect(await refusal(client({ bucket: 'none' }).list({ 'max-keys': 1 }, {}))).toMatchObject({
      status: 404,
      code: 'NoSuchBucket',
    })
  })

  test('uploads that are completed wrongly', async () => {
    const oss = client()
    const { uploadId } = await oss.initMultipartUpload('bad')
    const part = async (number: number, text: string): Promise<{ number: number; etag: string }> => {
      const done = await oss.uploadPart('bad', uploadId, number, Readable.from([Buffer.from(text)]), 0, text.length)
      return { number, etag: (done as { etag: string }).etag }
    }
    const [one, two] = [await part(1, 'a'), await part(2, 'b')]
    expect(await refusal(oss.completeMultipartUpload('bad', uploadId, [one, two]))).toMatchObject({
      code: 'EntityTooSmall',
      status: 400,
    })
    const swapped = [one, { number: 2, etag: one.etag }]
    expect(await refusal(oss.completeMultipartUpload('bad', uploadId, swapped))).toMatchObject({
      code: 'InvalidPart',
      status: 400,
    })
    await oss.abortMultipartUpload('bad', uploadId)
    expect(await refusal(client().listParts('bad', uploadId))).toMatchObject({ code: 'NoSuchUpload', status: 404 })
  })

  test('buckets', async () => {
    const oss = client()
    const info = (await oss.getBucketInfo(bucket)) as object
    expect(info).toMatchObject({ bucket: { Name: bucket, Location: 'oss-cn-hangzhou' } })
    expect(await oss.getBucketLocation(bucket)).toMatchObject({ location: 'oss-cn-hangzhou' })
    const listed = await oss.listBuckets({})
    expect((listed as unknown as { buckets: { name: string }[] }).buckets.map((one) => one.name)).toEqual([
      'far-stage',
      bucket,
    ])
    const far = client({ bucket: 'far-stage' }).list({ 'max-keys': 1 }, {})
    expect(await refusal(far)).toMatchObject({ status: 403, code: 'AccessDenied' })
    await client({ bucket: 'far-stage', region: 'oss-cn-beijing' }).list({ 'max-keys': 1 }, {})
  })

  test('pages and common prefixes', async () => {
    const oss = client()
    for (const name of ['p/1', 'p/2', 'p/q/3', 'p/r']) await oss.put(name, Buffer.from('x'))
    const seen: string[] = []
    let token: string | undefined
    do {
      const page: OSS.ListV2ObjectResult = await oss.listV2(
        { prefix: 'p/', 'max-keys': '1', ...(token !== undefined && { 'continuation-token': token }) },
        {},
      )
      seen.push(...page.objects.map((one) => one.name))
      token = page.nextContinuationToken
    } while (token)
    expect(seen).toEqual(['p/1', 'p/2', 'p/q/3', 'p/r'])
    const grouped = await oss.list({ prefix: 'p/', delimiter: '/', 'max-keys': 100 }, {})
    expect([grouped.objects.map((one) => one.name), grouped.prefixes]).toEqual([['p/1', 'p/2', 'p/r'], ['p/q/']])
  })
})

describe.each([true, false])('keys, V4 %s', (authorizationV4) => {
  const options = { authorizationV4 } as Partial<OSS.Options>
  const list = (more: Partial<OSS.Options>): Promise<unknown> =>
    client({ ...options, ...more }).list({ 'max-keys': 1 }, {})

  test('a wrong secret and an unknown key are refused', async () => {
    expect(await refusal(list({ accessKeySecret: 'wrong' }))).toMatchObject({
      status: 403,
      code: 'SignatureDoesNotMatch',
    })
    expect(await refusal(list({ accessKeyId: 'LTAIother' }))).toMatchObject({ status: 403, code: 'InvalidAccessKeyId' })
  })

  test('temporary keys: token missing, altered, expired, and buckets of their role only', async () => {
    const keys = temporary()
    await list(keys)
    expect(await refusal(list({ ...keys, stsToken: '' }))).toMatchObject({ status: 403, code: 'InvalidAccessKeyId' })
    expect(await refusal(list({ ...keys, stsToken: `x${String(keys.stsToken)}` }))).toMatchObject({
      status: 403,
      code: 'InvalidSecurityToken',
    })
    const late = temporary({ expiresAt: Date.now() - 1 })
    expect(await refusal(list(late))).toMatchObject({ status: 403, code: 'SecurityTokenExpired' })
    const other = world.alibaba.roles.find((one) => one.buckets.length === 0)?.arn ?? ''
    expect(await refusal(list(temporary({ roleArn: other })))).toMatchObject({ status: 403, code: 'AccessDenied' })
  })
})
