import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { staticCredentials } from '../../../src/access/credentials.js'
import { RamAccess } from '../../../src/access/ram-access.js'
import { MigrationError } from '../../../src/model/errors.js'
import type { Call } from '../../../src/model/work.js'
import type { Route } from '../../../src/network/route.js'
import { iamLogin } from '../../../src/source/redshift/iam-login.js'
import { openSession } from '../../../src/source/redshift/open-session.js'
import { OssStore } from '../../../src/store/oss-store.js'
import { S3Store } from '../../../src/store/s3-store.js'
import { MaxComputeClient } from '../../../src/target/maxcompute/client.js'

/** Every name below example.test is this server; nobody else knows these names, so only the proxy can lead to it. */
let server: Server
let proxy: Server
let ca: string
let connects: { authority: string; authorization: string | undefined }[] = []
const sockets = new Set<Socket>()

beforeAll(async () => {
  const names = ['s3', 'oss', 'maxcompute', 'sts', 'redshift', 'data'].map((name) => `${name}.example.test`)
  const altNames = names.map((value) => ({ type: 2 as const, value }))
  const made = await generate([{ name: 'commonName', value: 'example.test' }], {
    keySize: 2048,
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames },
    ],
  })
  ca = made.cert
  server = createHttpsServer({ key: made.private, cert: made.cert }, answer)
  await listen(server)
  proxy = createHttpServer((_, response) => response.writeHead(405).end())
  proxy.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => tunnel(request, socket, head))
  await listen(proxy)
})

beforeEach(() => {
  connects = []
})

afterAll(() => {
  for (const one of [server, proxy]) {
    one.close()
    one.closeAllConnections()
  }
  for (const socket of sockets) socket.destroy()
})

function listen(one: Server): Promise<void> {
  return new Promise((resolve) => one.listen(0, '127.0.0.1', resolve))
}

function portOf(one: Server): number {
  return (one.address() as AddressInfo).port
}

function tunnel(request: IncomingMessage, socket: Socket, head: Buffer): void {
  connects.push({ authority: request.url ?? '', authorization: request.headers['proxy-authorization'] })
  sockets.add(socket)
  if (request.url?.startsWith('forbidden') === true) {
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    return
  }
  const upstream = connect(portOf(server), '127.0.0.1', () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    upstream.write(head)
    socket.pipe(upstream).pipe(socket)
  })
  sockets.add(upstream)
  for (const one of [socket, upstream]) one.on('error', () => undefined)
}

const listing =
  '<?xml version="1.0"?><ListBucketResult><Name>b</Name><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>'
const project = '<?xml version="1.0"?><Project><Name>p</Name><Properties></Properties></Project>'
const identity = { RequestId: 'r', AccountId: '1', UserId: 'u', Arn: 'acs:ram::1:user/u', IdentityType: 'RAMUser' }
const login = `<GetClusterCredentialsWithIAMResponse><GetClusterCredentialsWithIAMResult><DbUser>IAM:u</DbUser>
<DbPassword>p</DbPassword><Expiration>2999-01-01T00:00:00Z</Expiration></GetClusterCredentialsWithIAMResult></GetClusterCredentialsWithIAMResponse>`
const denied = { __type: 'AccessDeniedException', message: 'reached' }

const answers: Readonly<Record<string, readonly [number, string, string]>> = {
  's3.example.test': [200, 'application/xml', listing],
  'oss.example.test': [200, 'application/xml', listing],
  'maxcompute.example.test': [200, 'application/xml', project],
  'sts.example.test': [200, 'application/json', JSON.stringify(identity)],
  'redshift.example.test': [200, 'text/xml', login],
  'data.example.test': [400, 'application/x-amz-json-1.1', JSON.stringify(denied)],
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  request.resume()
  const [status, type, body] = answers[request.headers.host ?? ''] ?? [404, 'text/plain', '']
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body)
}

function call(): Call {
  return { signal: new AbortController().signal, deadlineAt: Date.now() + 2_000, note: () => undefined }
}

const keys = { accessKeyId: 'id', accessKeySecret: 'secret' }
const credentials = staticCredentials(keys)
const place = { bucket: 'bucket', pathStyle: true, credentials, socketCountMax: 2 }

/** Every client that speaks HTTP, asked one question; each says in its own way that it was answered. */
const clients: readonly (readonly [string, string, (route: Route) => Promise<unknown>])[] = [
  [
    'S3',
    's3.example.test',
    (route) => new S3Store({ ...place, region: 'us-east-1', endpoint: 'https://s3.example.test', route }).ping(call()),
  ],
  [
    'reads of S3',
    's3.example.test',
    async (route) => {
      const store = new S3Store({ ...place, region: 'us-east-1', endpoint: 'https://s3.example.test', route })
      const body = await store.read({ store: 's3', bucket: place.bucket, key: 'key' }, {}, call())
      expect(await text(body)).toMatch(/^<\?xml|^<List/)
    },
  ],
  [
    'OSS',
    'oss.example.test',
    (route) =>
      new OssStore({ ...place, region: 'cn-hangzhou', endpoint: 'https://oss.example.test', route }).ping(call()),
  ],
  [
    'MaxCompute',
    'maxcompute.example.test',
    (route) => {
      const endpoint = 'https://maxcompute.example.test/api'
      const retry = { tryCountMax: 1, firstMilliseconds: 1, longestMilliseconds: 1 }
      return new MaxComputeClient({
        endpoint,
        project: 'p',
        region: 'cn-hangzhou',
        credentials,
        route,
        retry,
      }).getProject({
        deadlineAt: Date.now() + 2_000,
      })
    },
  ],
  [
    'STS',
    'sts.example.test',
    (route) => new RamAccess({ credentials, stsEndpoint: 'https://sts.example.test', route }).callerIdentity(call()),
  ],
  [
    "Redshift's API",
    'redshift.example.test',
    (route) => {
      const endpoint = 'https://redshift.example.test'
      const of = { cluster: 'c' }
      return iamLogin({ of, database: 'd', hostKnown: true, region: 'us-east-1', endpoint, keys, route })(call())
    },
  ],
  [
    'the Data API',
    'data.example.test',
    async (route) => {
      const endpoint = 'https://data.example.test'
      const of = { cluster: 'c' }
      const opened = openSession(
        { reach: 'data-api', of, database: 'd', region: 'us-east-1', endpoint, keys, route },
        call(),
      )
      // This server knows no statements; its refusal is the proof that it was asked.
      await opened.catch((error: unknown) => {
        if (!(error instanceof MigrationError) || !error.message.includes('reached')) throw error
      })
    },
  ],
]

describe.each(clients)('%s', (_, host, ask) => {
  const through = (): Route => ({ proxy: `http://user:p%40ss@127.0.0.1:${portOf(proxy)}`, ca })

  it('goes through the proxy, and trusts the authority that it is given', async () => {
    await ask(through())
    expect(connects[0]).toEqual({
      authority: `${host}:443`,
      authorization: `Basic ${Buffer.from('user:p@ss').toString('base64')}`,
    })
  })

  it('trusts no authority that it is not given', async () => {
    const { ca: _ca, ...untrusting } = through()
    await expect(ask(untrusting)).rejects.toThrow(/self[- ]signed|DEPTH_ZERO|certificate|no answer before/i)
    expect(connects[0]?.authority).toBe(`${host}:443`)
  })

  it('goes by itself where NO_PROXY says so', async () => {
    await expect(ask({ ...through(), noProxy: ['.example.test'] })).rejects.toThrow()
    expect(connects).toEqual([])
  })
})

describe('a proxy that fails', () => {
  const s3 = (endpoint: string, route: Route): Promise<void> =>
    new S3Store({ ...place, region: 'us-east-1', endpoint, route }).ping(call())

  it('is named when it refuses, without its password', async () => {
    const asked = s3('https://forbidden.example.test', { proxy: `http://user:hidden@127.0.0.1:${portOf(proxy)}`, ca })
    await expect(asked).rejects.toMatchObject({ code: 'store-unreachable' })
    await expect(asked).rejects.toThrow(/proxy 127\.0\.0\.1:\d+: it refused forbidden\.example\.test:443 \(403\)/)
    await expect(asked).rejects.not.toThrow(/hidden/)
  })

  it('is named when nobody listens there', async () => {
    await expect(s3('https://s3.example.test', { proxy: 'http://127.0.0.1:1', ca })).rejects.toThrow(
      /proxy 127\.0\.0\.1:1: /,
    )
  })

  it('does not matter to http, nor to this machine', async () => {
    const plain = createHttpServer((_, response) => response.end(listing))
    await listen(plain)
    await s3(`http://127.0.0.1:${portOf(plain)}`, { proxy: 'http://127.0.0.1:1' })
    plain.close()
    plain.closeAllConnections()
  })
})

describe('regions in China', () => {
  const region = 'cn-north-1'
  const through = (): Route => ({ proxy: `http://127.0.0.1:${portOf(proxy)}`, ca })
  // The test's server has no certificate for these names: what counts is whom the proxy was asked for.
  const asked = async (asking: Promise<unknown>): Promise<string | undefined> => {
    await expect(asking).rejects.toThrow()
    return connects[0]?.authority
  }
  const login = (of: { cluster: string } | { workgroup: string }) =>
    iamLogin({ of, database: 'd', hostKnown: true, region, keys, route: through() })(call())

  it('have S3 of their own', async () => {
    const store = new S3Store({ bucket: 'bucket', region, credentials, socketCountMax: 1, route: through() })
    expect(await asked(store.ping(call()))).toBe('bucket.s3.cn-north-1.amazonaws.com.cn:443')
  })

  it('have an API for clusters of their own', async () => {
    expect(await asked(login({ cluster: 'c' }))).toBe('redshift.cn-north-1.amazonaws.com.cn:443')
  })

  it('have an API for workgroups of their own', async () => {
    expect(await asked(login({ workgroup: 'w' }))).toBe('redshift-serverless.cn-north-1.amazonaws.com.cn:443')
  })

  it('have a Data API of their own', async () => {
    const of = { cluster: 'c' }
    const opened = openSession({ reach: 'data-api', of, database: 'd', region, keys, route: through() }, call())
    expect(await asked(opened)).toBe('redshift-data.cn-north-1.amazonaws.com.cn:443')
  })
})
