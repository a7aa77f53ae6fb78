import { createHash, createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Faults } from '../../src/emulators/faults.js'
import { v4CanonicalRequest, v4Signature, v4StringToSign } from '../../src/emulators/object-store/oss-signature.js'
import { startOnlineMigration } from '../../src/emulators/online-migration/online-migration-server.js'
import type { Service } from '../../src/emulators/service.js'
import { defaultWorld } from '../../src/emulators/world.js'

const world = defaultWorld()
const key = world.alibaba.keys[0] ?? expect.unreachable('the world has keys')
let service: Service

beforeAll(async () => {
  service = await startOnlineMigration({ world, faults: new Faults(), dir: '' })
})

afterAll(async () => {
  await service.close()
})

interface Ask {
  readonly method?: string
  readonly path: string
  /** `name` or `name=value`, already encoded and sorted. */
  readonly query?: string
  readonly body?: string
  readonly secret?: string
  readonly region?: string
  readonly at?: number
}

/** Signed by the test's own hand, after the description of transfer.md 1.3. */
async function ask(of: Ask): Promise<{ status: number; text: string }> {
  const { method = 'GET', path, query = '', body, secret = key.accessKeySecret, region = 'cn-hangzhou' } = of
  const date = new Date(of.at ?? Date.now()).toISOString().replace(/[-:]|\.\d+/g, '')
  const day = date.slice(0, 8)
  const headers: Record<string, string> = { 'x-oss-content-sha256': 'UNSIGNED-PAYLOAD', 'x-oss-date': date }
  if (body !== undefined) {
    headers['content-md5'] = createHash('md5').update(body).digest('base64')
    headers['content-type'] = 'application/xml'
  }
  const block = Object.keys(headers)
    .sort()
    .map((name) => `${name}:${headers[name]}\n`)
    .join('')
  const canonical = [method, path, query, block, '', 'UNSIGNED-PAYLOAD'].join('\n')
  const scope = `${day}/${region}/oss/aliyun_v4_request`
  const text = ['OSS4-HMAC-SHA256', date, scope, createHash('sha256').update(canonical).digest('hex')].join('\n')
  let secretKey: string | Buffer = `aliyun_v4${secret}`
  for (const part of scope.split('/')) secretKey = createHmac('sha256', secretKey).update(part).digest()
  const signature = createHmac('sha256', secretKey).update(text).digest('hex')
  headers.authorization = `OSS4-HMAC-SHA256 Credential=${key.accessKeyId}/${scope}, Signature=${signature}`
  const url = `http://127.0.0.1:${service.port}${path}${query === '' ? '' : `?${query}`}`
  const response = await fetch(url, { method, headers, ...(body !== undefined && { body }) })
  return { status: response.status, text: await response.text() }
}

async function askV1(path: string, signedPath: string): Promise<number> {
  const date = new Date().toUTCString()
  const signature = createHmac('sha1', key.accessKeySecret).update(`GET\n\n\n${date}\n${signedPath}`).digest('base64')
  const headers = { date, authorization: `OSS ${key.accessKeyId}:${signature}` }
  return (await fetch(`http://127.0.0.1:${service.port}${path}`, { headers })).status
}

describe('reference vectors', () => {
  const claim = {
    accessKeyId: 'ak',
    day: '20240701',
    region: 'cn-beijing',
    product: 'oss',
    additionalHeaders: [],
    signature: '',
    timestamp: '20240701T080000Z',
  }
  const common: [string, string][] = [
    ['x-oss-date', claim.timestamp],
    ['x-oss-content-sha256', 'UNSIGNED-PAYLOAD'],
  ]
  const body: [string, string][] = [
    ['content-md5', 'Y5rilVdD3TtTuN0zWv/uhA=='],
    ['content-type', 'application/xml'],
  ]
  const result: [string, string][] = [
    ['jobResult', ''],
    ['runtimeId', '1'],
  ]

  test.each([
    [
      'PUT',
      '/job/j1',
      [] as [string, string][],
      body,
      '1def541e509f3578bc6e8754b6c7a0ff30a9a73a99b17904b0f4b853f324f0ed',
    ],
    ['GET', '/job/j1', result, [], 'd5ebff8b29d0d055c5653c19e4ecb938335e9bf4ad31f499432cbfdd2553b496'],
    ['GET', '/address/src-1', [['verify', '']], [], '0550d5d2f2dbe48bebf3e0214d615f3b94e4d5cee1d3015a26a865695f2aa191'],
  ] as const)('%s %s', (method, path, query, more, expected) => {
    const request = { method, query: new Map(query), headers: new Map([...common, ...more]) }
    const canonical = v4CanonicalRequest(request, path, [], 'UNSIGNED-PAYLOAD')
    expect(v4Signature('sk', claim, v4StringToSign(claim, canonical))).toBe(expected)
  })
})

test('lists are empty, jobs do not exist', async () => {
  expect(await ask({ path: '/joblist', query: 'count=10' })).toMatchObject({
    status: 200,
    text: expect.stringContaining('<ImportJobList><Truncated>false</Truncated>') as string,
  })
  expect(await ask({ path: '/addresslist' })).toMatchObject({
    status: 200,
    text: expect.stringContaining('<ImportAddressList>') as string,
  })
  expect(await ask({ path: '/job/j1' })).toMatchObject({
    status: 404,
    text: expect.stringContaining('<Code>JobNotExist</Code>') as string,
  })
})

test.each([
  [{ method: 'POST', path: '/job', body: '<ImportJob/>' }, 'CreateJob'],
  [{ method: 'PUT', path: '/job/j1', body: '<ImportJob/>' }, 'UpdateJob'],
  [{ method: 'DELETE', path: '/job/j1' }, 'DeleteJob'],
  [{ method: 'POST', path: '/address', body: '<ImportAddress/>' }, 'CreateAddress'],
  [{ path: '/address/a', query: 'verify' }, 'VerifyAddress'],
  [{ path: '/job/j1', query: 'jobResult&runtimeId=1' }, 'GetJobResult'],
  [{ path: '/jobhistory/j1' }, 'ListJobHistory'],
  [{ path: '/report', query: 'version=v' }, 'GetReport'],
])('what is not emulated is refused by its name: %o', async (of, action) => {
  const { status, text } = await ask(of)
  expect(status).toBe(501)
  expect(text).toContain('<Code>NotImplemented</Code>')
  expect(text).toContain(`<Message>${action} `)
})

test('wrong secrets, clocks and regions', async () => {
  const at = Date.now() - 16 * 60_000
  expect(await ask({ path: '/joblist', secret: 'wrong' })).toMatchObject({
    status: 403,
    text: expect.stringContaining('SignatureDoesNotMatch') as string,
  })
  expect(await ask({ path: '/joblist', at })).toMatchObject({
    status: 403,
    text: expect.stringContaining('RequestTimeTooSkewed') as string,
  })
  expect(await ask({ path: '/joblist', region: 'oss-cn-hangzhou' })).toMatchObject({ status: 400 })
  expect((await fetch(`http://127.0.0.1:${service.port}/joblist`)).status).toBe(403)
  const legacy = { headers: { authorization: 'acs LTAI:abc' } }
  expect((await fetch(`http://127.0.0.1:${service.port}/joblist`, legacy)).status).toBe(400)
})

test('V1 clients sign the path alone or with its sub-resource', async () => {
  expect(await askV1('/joblist?count=1', '/joblist')).toBe(200)
  expect(await askV1('/address/a?verify', '/address/a')).toBe(501)
  expect(await askV1('/address/a?verify', '/address/a?verify')).toBe(501)
  expect(await askV1('/joblist', '/other')).toBe(403)
})
