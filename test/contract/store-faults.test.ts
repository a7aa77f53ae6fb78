import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { MigrationError } from '../../src/model/errors.js'
import { below } from '../../src/model/names.js'
import type { AccessKeys } from '../../src/model/credentials.js'
import { OssStore } from '../../src/store/oss-store.js'
import { RetryingStore } from '../../src/store/retrying-store.js'
import type { ObjectStore } from '../../src/store/store.js'
import { S3Store } from '../../src/store/s3-store.js'
import { staticCredentials } from '../../src/access/credentials.js'
import { failureOf, patternedBytes, testCall } from './store-contract.js'
import { emulateOss, emulateS3, ossSetup, s3Setup } from './store-emulators.js'
import type { Emulated } from './store-emulators.js'

const meta = { run: 'r1', source: 's3://b/k', sourceEtag: 'e' }
const quick = { attemptCountMax: 4, firstDelayMilliseconds: 1, delayMillisecondsMax: 5, retryCountMax: 50 }

describe.each([
  ['s3', emulateS3],
  ['oss', emulateOss],
] as const)('%s when things go wrong', (service, emulate) => {
  let emulated: Emulated<S3Store | OssStore>
  let store: ObjectStore
  const bytes = patternedBytes(400_000)
  const call = testCall
  beforeAll(async () => {
    emulated = await emulate()
    store = emulated.store
  })
  afterEach(() => emulated.faults.clear())
  afterAll(() => emulated.close())

  async function fresh(key = 'object') {
    const location = below(emulated.prefix(), key)
    await store.write(location, Readable.from([bytes]), bytes.length, meta, call())
    return location
  }
  const readAll = async (from: ObjectStore, location: Parameters<ObjectStore['read']>[0]) =>
    buffer(await from.read(location, { range: { first: 0, last: bytes.length - 1 } }, call()))

  it('takes a short answer with a truthful length for a failure that may pass', async () => {
    const location = await fresh()
    emulated.faults.add([{ service, operation: 'GetObject', action: { do: 'truncate', byteCount: 1000 } }])
    expect(await failureOf(readAll(store, location))).toMatchObject({ code: 'store-failed', transient: true })
    expect((await readAll(store, location)).equals(bytes)).toBe(true)
  })

  it('takes an answer that breaks off in the middle for a failure that may pass', async () => {
    const location = await fresh()
    emulated.faults.add([{ service, operation: 'GetObject', action: { do: 'cut', when: 'during' } }])
    expect(await failureOf(readAll(store, location))).toMatchObject({ transient: true })
  })

  it.each(['before', 'after'] as const)(
    'takes a connection that is cut %s the work for one that may come back',
    async (when) => {
      const location = await fresh()
      emulated.faults.add([{ service, operation: 'HeadObject', action: { do: 'cut', when } }])
      expect(await failureOf(store.stat(location, call()))).toMatchObject({
        code: 'store-unreachable',
        transient: true,
      })
    },
  )

  it.each([
    [503, 'SlowDown', 'store-failed', true],
    [500, 'InternalError', 'store-failed', true],
    [403, 'AccessDenied', 'store-denied', false],
    [409, 'FileAlreadyExists', 'store-refused', false],
  ] as const)('tells %i %s as %s', async (status, code, expected, transient) => {
    emulated.faults.add([{ service, operation: 'ListObjectsV2', action: { do: 'fail', status, code } }])
    const failure = await failureOf(store.ping(call()))
    expect(failure).toMatchObject({ code: expected, transient })
    expect(failure.message).toContain(code)
  })

  it('says that nobody answers', async () => {
    const setup = service === 's3' ? s3Setup() : ossSetup()
    const options = { ...setup, pathStyle: true, socketCountMax: 1, credentials: staticCredentials(setup.keys) }
    const Store = service === 's3' ? S3Store : OssStore
    const nobody = await failureOf(new Store({ ...options, endpoint: 'http://127.0.0.1:1' }).ping(call()))
    expect(nobody).toMatchObject({ code: 'store-unreachable', transient: true })
    const unknown = await failureOf(new Store({ ...options, endpoint: 'http://no-such-host.invalid' }).ping(call()))
    expect(unknown).toMatchObject({ code: 'store-unreachable' })
    expect(unknown.hint).toMatch(/resolve/)
  })

  it('never takes a failed listing for an empty one', async () => {
    const prefix = emulated.prefix()
    await store.write(below(prefix, 'x'), Readable.from(['x']), 1, meta, call())
    for (const action of [
      { do: 'fail', status: 500, code: 'InternalError' } as const,
      { do: 'cut', when: 'during' } as const,
    ]) {
      emulated.faults.add([{ service, operation: 'ListObjectsV2', action }])
      await expect(store.list(prefix, call())[Symbol.asyncIterator]().next()).rejects.toBeInstanceOf(MigrationError)
      emulated.faults.clear()
    }
  })

  it('prints nothing, whatever happens', async () => {
    const printed = (['log', 'warn', 'error', 'info'] as const).map((name) => vi.spyOn(console, name))
    const location = await fresh()
    emulated.faults.add([{ service, operation: 'GetObject', times: 2, action: { do: 'cut', when: 'during' } }])
    await failureOf(readAll(store, location))
    const body = Readable.from(['short'])
    await failureOf(store.write(below(emulated.prefix(), 'x'), body, 1000, meta, call()))
    for (const one of printed) {
      // What the emulator says of a client that went away stands in the same process.
      expect(one.mock.calls.filter(([text]) => !String(text).startsWith('object store emulator'))).toEqual([])
      one.mockRestore()
    }
  })

  describe('with retries', () => {
    it('outlives a burst, and gives up in the end with the last failure', async () => {
      const retrying = new RetryingStore(store, quick)
      const burst = (times: number) =>
        emulated.faults.add([{ service, operation: 'HeadObject', times, action: { do: 'throttle' } }])
      const location = await fresh()
      burst(3)
      expect(await retrying.stat(location, call())).toMatchObject({ byteCount: bytes.length })
      emulated.faults.clear()
      burst(4)
      expect(await failureOf(retrying.stat(location, call()))).toMatchObject({ code: 'store-failed', transient: true })
    })

    it('takes a listing up where it broke off, without giving an object twice', async () => {
      const retrying = new RetryingStore(store, quick)
      const prefix = emulated.prefix()
      const keys = Array.from({ length: 1100 }, (_, index) => below(prefix, String(index).padStart(4, '0')))
      for (let from = 0; from < keys.length; from += 50) {
        const some = keys.slice(from, from + 50)
        await Promise.all(some.map((key) => store.write(key, Readable.from(['x']), 1, meta, call())))
      }
      emulated.faults.add([{ service, operation: 'ListObjectsV2', nth: 2, action: { do: 'throttle' } }])
      const found: string[] = []
      for await (const { location } of retrying.list(prefix, call())) found.push(location.key)
      expect(found).toEqual(keys.map(({ key }) => key))
    })

    it('neither waits for what cannot pass nor spends more than its budget', async () => {
      const denied = {
        service,
        operation: 'HeadObject',
        times: 99,
        action: { do: 'fail', status: 403, code: 'AccessDenied' },
      } as const
      emulated.faults.add([denied])
      const location = below(emulated.prefix(), 'x')
      const slow = new RetryingStore(store, { ...quick, firstDelayMilliseconds: 60_000, delayMillisecondsMax: 60_000 })
      const begun = Date.now()
      await failureOf(slow.stat(location, call()))
      emulated.faults.clear()
      emulated.faults.add([{ service, operation: 'HeadObject', times: 999, action: { do: 'throttle' } }])
      const poor = new RetryingStore(store, { ...quick, retryCountMax: 0 })
      await failureOf(poor.stat(location, call()))
      const soon = new RetryingStore(store, {
        ...quick,
        firstDelayMilliseconds: 2 ** 40,
        delayMillisecondsMax: 2 ** 40,
      })
      await failureOf(soon.stat(location, call(500)))
      expect(Date.now() - begun).toBeLessThan(5_000)
    })

    it('stops waiting when interrupted', async () => {
      emulated.faults.add([{ service, operation: 'HeadObject', times: 99, action: { do: 'throttle' } }])
      const pauses = { firstDelayMilliseconds: 2 ** 30, delayMillisecondsMax: 2 ** 30 }
      const retrying = new RetryingStore(store, { ...quick, ...pauses })
      const controller = new AbortController()
      const far = testCall(2 ** 40, controller.signal)
      setTimeout(() => controller.abort(), 100)
      const failure = await failureOf(retrying.stat(below(emulated.prefix(), 'x'), far))
      expect(failure).toMatchObject({ code: 'interrupted' })
    })
  })
})

describe('keys', () => {
  it('are asked for before every request to OSS, and the old ones are not used again', async () => {
    const emulated = await emulateOss()
    const { keys, bucket, region } = ossSetup()
    const asked: string[] = []
    let current: AccessKeys = { accessKeyId: 'LTAIold', accessKeySecret: 'old', securityToken: 'old' }
    const credentials = {
      current: async () => {
        asked.push(current.accessKeyId)
        return current
      },
    }
    const place = { bucket, region, endpoint: emulated.endpoint, pathStyle: true, socketCountMax: 4 }
    const store = new OssStore({ ...place, credentials })
    try {
      expect(await failureOf(store.ping(testCall()))).toMatchObject({ code: 'store-denied' })
      current = keys
      await Promise.all([store.ping(testCall()), store.ping(testCall()), store.ping(testCall())])
      expect(asked).toEqual(['LTAIold', ...Array<string>(3).fill(keys.accessKeyId)])
    } finally {
      store.close()
      await emulated.close()
    }
  })
})
