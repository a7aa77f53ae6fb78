import { createServer } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { Readable } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { staticCredentials } from '../../../src/access/credentials.js'
import { OssStore } from '../../../src/store/oss-store.js'
import { failureOf, testCall } from '../../contract/store-contract.js'

const emptyList =
  '<ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated><KeyCount>0</KeyCount></ListBucketResult>'

describe('the way to OSS', () => {
  const servers: Server[] = []
  const stores: OssStore[] = []
  afterEach(async () => {
    for (const store of stores.splice(0)) store.close()
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))))
  })

  async function listen(server: Server): Promise<number> {
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return (server.address() as AddressInfo).port
  }
  function open(endpoint: string, more: object = {}): OssStore {
    const keys = { accessKeyId: 'LTAIx', accessKeySecret: 'secret', securityToken: 'token' }
    const options = { bucket: 'stage', region: 'cn-hangzhou', endpoint, socketCountMax: 2, ...more }
    const store = new OssStore({ ...options, credentials: staticCredentials(keys) })
    stores.push(store)
    return store
  }

  it('signs with V4 for the region, token and all, bucket in the path of an address in digits', async () => {
    const seen: { url: string; headers: IncomingHttpHeaders }[] = []
    const port = await listen(
      createServer((request, response) => {
        seen.push({ url: request.url ?? '', headers: request.headers })
        response.end(emptyList)
      }),
    )
    for (const region of ['cn-hangzhou', 'oss-cn-hangzhou']) {
      await open(`http://127.0.0.1:${port}`, { pathStyle: true, region }).ping(testCall())
    }
    for (const { url, headers } of seen) {
      expect(url).toMatch(/^\/stage\/\?/)
      expect(headers.host).toBe(`localhost:${port}`)
      expect(headers.authorization).toMatch(
        /^OSS4-HMAC-SHA256 Credential=LTAIx\/\d{8}\/cn-hangzhou\/oss\/aliyun_v4_request/,
      )
      expect(headers['x-oss-security-token']).toBe('token')
    }
    expect(seen).toHaveLength(2)
  })

  it('is encrypted unless the endpoint says http', async () => {
    const firstBytes: number[] = []
    const port = await listen(
      createTcpServer((socket) => {
        socket.once('data', (bytes) => {
          firstBytes.push(bytes[0] ?? -1)
          socket.destroy()
        })
        socket.on('error', () => undefined)
      }),
    )
    const location = { store: 'oss', bucket: 'stage', key: 'x' } as const
    const meta = { run: 'r', source: 's', sourceEtag: 'e' }
    const upload = { location, uploadId: 'U' }
    const body = () => Readable.from(['x'])
    for (const endpoint of [`localhost:${port}`, `https://localhost:${port}`]) {
      const store = open(endpoint, { pathStyle: true })
      for (const asked of [
        () => store.ping(testCall()),
        () => store.read(location, {}, testCall()),
        () => store.write(location, body(), 1, meta, testCall()),
        () => store.writeChunk(upload, 1, body(), 1, testCall()),
      ]) {
        expect(await failureOf(asked())).toMatchObject({ code: 'store-unreachable' })
      }
    }
    const tlsHandshake = 0x16
    expect(firstBytes).toEqual(Array(8).fill(tlsHandshake))
  })
})
