import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Access } from '../../src/access/access.js'
import { assumedRoleCredentials, staticCredentials } from '../../src/access/credentials.js'
import type { Credentials } from '../../src/model/credentials.js'
import { below } from '../../src/model/names.js'
import { OssStore } from '../../src/store/oss-store.js'
import { RetryingStore } from '../../src/store/retrying-store.js'
import { failureOf, patternedBytes, testCall } from './store-contract.js'
import { emulateOss } from './store-emulators.js'
import type { Emulated } from './store-emulators.js'

// What ali-oss does by itself (transfer.md 3.4), and what must not come of it where it is used, nor in what goes round it.

const minute = 60_000
const mebibyte = 1024 * 1024
const meta = { run: 'r', source: 's3://b/k', sourceEtag: 'e' }
const location = { store: 'oss', bucket: 'stage', key: 'part' } as const
const upload = { location, uploadId: 'U' }
const emptyList =
  '<ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated><KeyCount>0</KeyCount></ListBucketResult>'

describe('against a server that is told what to do', () => {
  const servers: Server[] = []
  const stores: OssStore[] = []
  afterEach(async () => {
    vi.useRealTimers()
    for (const store of stores.splice(0)) store.close()
    for (const server of servers.splice(0)) {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  })

  async function open(
    answer: RequestListener,
    credentials: Credentials = staticCredentials({ accessKeyId: 'x', accessKeySecret: 'y' }),
  ): Promise<OssStore> {
    const server = createServer(answer)
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const endpoint = `http://localhost:${(server.address() as AddressInfo).port}`
    const place = { bucket: 'stage', region: 'cn-hangzhou', endpoint, pathStyle: true, socketCountMax: 8 }
    const store = new OssStore({ ...place, credentials })
    stores.push(store)
    return store
  }

  describe('a time limit that covers the body', () => {
    /** Ten minutes pass between the two halves of ten mebibytes; ali-oss gives a request one minute. */
    const byteCount = 10 * mebibyte
    const half = Buffer.alloc(byteCount / 2)

    async function sendInHalves(write: (store: OssStore, body: Readable) => Promise<unknown>, pause: number) {
      let begun = (): void => undefined
      const hasBegun = new Promise<void>((resolve) => (begun = resolve))
      const store = await open((request, response) => {
        request.once('data', begun)
        request.on('error', () => undefined)
        request.resume().once('end', () => response.setHeader('etag', '"E"').end())
      })
      const body = new PassThrough()
      const ended = write(store, body).catch((error: unknown) => error)
      body.write(half)
      await hasBegun
      vi.advanceTimersByTime(pause)
      if (!body.destroyed) body.end(half)
      return ended
    }

    it.each([
      [
        'an object',
        (store: OssStore, body: Readable) => store.write(location, body, byteCount, meta, testCall(60 * minute)),
      ],
      [
        'a chunk',
        (store: OssStore, body: Readable) => store.writeChunk(upload, 1, body, byteCount, testCall(60 * minute)),
      ],
    ])('grows with the body of %s, and is there all the same', async (_what, write) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
      expect(await sendInHalves(write, 5 * minute)).toMatchObject({ etag: 'E', byteCount })
      expect(await sendInHalves(write, 15 * minute)).toMatchObject({ code: 'store-failed', transient: true })
    })

    it('leaves a service minutes to join what was uploaded', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
      const receipts = [{ number: 1, byteCount: 5, etag: 'E' }]
      for (const [pause, expected] of [
        [5 * minute, { etag: 'WHOLE' }],
        [15 * minute, { code: 'store-failed', transient: true }],
      ] as const) {
        let asked = (_answer: () => void): void => undefined
        const isAsked = new Promise<() => void>((resolve) => (asked = resolve))
        const store = await open((request, response) => {
          const document = '<CompleteMultipartUploadResult><ETag>"WHOLE"</ETag></CompleteMultipartUploadResult>'
          const answer = (): void => void response.setHeader('etag', '"WHOLE"').end(document)
          request.resume().once('end', () => asked(answer))
        })
        const ended = store.complete(upload, receipts, testCall(60 * minute)).catch((error: unknown) => error)
        const answer = await isAsked
        vi.advanceTimersByTime(pause)
        answer()
        expect(await ended).toMatchObject(expected)
      }
    })
  })

  it('refreshes keys once for all who ask meanwhile, none of whom goes on with the old ones', async () => {
    const asked: string[] = []
    const store = await open(
      (request, response) => {
        const keys = /Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1] ?? ''
        asked.push(keys)
        if (keys === 'STS.2') return void response.end(emptyList)
        response.statusCode = 403
        response.end('<Error><Code>SecurityTokenExpired</Code><Message>expired</Message></Error>')
      },
      (() => {
        let count = 0
        const access: Pick<Access, 'assume'> = {
          assume: async () => {
            count += 1
            const accessKeyId = `STS.${count}`
            // Long enough for all others to come by.
            if (count > 1) await new Promise((resolve) => setTimeout(resolve, 200))
            return {
              accessKeyId,
              accessKeySecret: 's',
              securityToken: accessKeyId,
              expiresAt: Date.now() + 60 * minute,
            }
          },
        }
        return assumedRoleCredentials(access as Access, 'role')
      })(),
    )
    const first = Array.from({ length: 4 }, () => store.ping(testCall()))
    while (asked.length < 4) await new Promise((resolve) => setTimeout(resolve, 10))
    await new Promise((resolve) => setTimeout(resolve, 50))
    // These come while new keys are on their way, which is when ali-oss sends the old ones again and again.
    const later = Array.from({ length: 4 }, () => store.ping(testCall()))
    await Promise.all([...first, ...later])
    expect(asked).toEqual([...Array<string>(4).fill('STS.1'), ...Array<string>(8).fill('STS.2')])
  })
})

describe('against the emulated OSS', () => {
  let emulated: Emulated<OssStore>
  beforeAll(async () => {
    emulated = await emulateOss()
  })
  afterEach(() => emulated.faults.clear())
  afterAll(() => emulated.close())

  describe('a chunk whose body is not as long as declared', () => {
    it.each([
      ['shorter', Readable.from([patternedBytes(999)]), { code: 'store-failed', transient: true }],
      ['longer', Readable.from([patternedBytes(1001)]), { code: 'store-failed', transient: true }],
      ['closed in the middle', closing(patternedBytes(500)), { code: 'store-failed', transient: true }],
    ])('%s: is not waited for, and not stored', async (_how, body, expected) => {
      const open = await emulated.store.openUpload(below(emulated.prefix(), 'x'), meta, testCall())
      // Its own limit is a minute; the test's is half of that.
      expect(await failureOf(emulated.store.writeChunk(open, 1, body, 1000, testCall()))).toMatchObject(expected)
      const chunks = []
      for await (const chunk of emulated.store.listChunks(open, testCall())) chunks.push(chunk)
      expect(chunks).toEqual([])
      await emulated.store.abort(open, testCall())
    })
  })

  describe('a service that fails is asked again', () => {
    const quick = { attemptCountMax: 4, firstDelayMilliseconds: 1, delayMillisecondsMax: 5, retryCountMax: 50 }

    it.each([
      [500, 'InternalError'],
      [502, 'BadGateway'],
      [503, 'ServiceUnavailable'],
    ])('in every request without a body, with %i', async (status, code) => {
      const store = new RetryingStore(emulated.store, quick)
      const prefix = emulated.prefix()
      const bytes = patternedBytes(1000)
      const [one, two] = [below(prefix, 'one'), below(prefix, 'two')]
      await store.write(one, Readable.from([bytes]), bytes.length, meta, testCall())
      const left = await store.openUpload(below(prefix, 'left'), meta, testCall())
      const operations = [
        ['ListObjectsV2', () => store.ping(testCall())],
        ['HeadObject', () => store.stat(one, testCall())],
        ['GetObject', () => store.read(one, {}, testCall()).then((body) => body.destroy())],
        ['InitiateMultipartUpload', () => store.openUpload(two, meta, testCall())],
        ['ListParts', () => all(store.listChunks(left, testCall()))],
        ['ListMultipartUploads', () => all(store.listUploads(prefix, testCall()))],
        ['CompleteMultipartUpload', () => complete(two)],
        ['AbortMultipartUpload', () => store.abort(left, testCall())],
        ['DeleteObject', () => store.remove(one, testCall())],
      ] as const
      for (const [operation, work] of operations) {
        const action = { do: 'fail', status, code } as const
        emulated.faults.add([{ service: 'oss', operation, times: 2, action }])
        await work()
        expect({ operation, hitCount: emulated.faults.counts()[0]?.hitCount }).toEqual({ operation, hitCount: 2 })
        emulated.faults.clear()
      }

      async function complete(at: typeof two): Promise<unknown> {
        const open = await store.openUpload(at, meta, testCall())
        const receipt = await store.writeChunk(open, 1, Readable.from([bytes]), bytes.length, testCall())
        return store.complete(open, [receipt], testCall())
      }
    })
  })
})

async function all(items: AsyncIterable<unknown>): Promise<number> {
  let count = 0
  for await (const _item of items) count += 1
  return count
}

/** Ends without an end and without an error, as a socket that was given up does. */
function closing(bytes: Buffer): Readable {
  const body = new Readable({
    read() {
      this.push(bytes)
      setTimeout(() => body.destroy(), 20)
    },
  })
  return body
}
