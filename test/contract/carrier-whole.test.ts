import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { StreamingCarrier } from '../../src/carrier/streaming-carrier.js'
import type { LedgerEntry } from '../../src/model/ledger.js'
import type { Part } from '../../src/model/manifest.js'
import { below } from '../../src/model/names.js'
import type { Location } from '../../src/model/names.js'
import type { Call } from '../../src/model/work.js'
import type { OssStore } from '../../src/store/oss-store.js'
import type { S3Store } from '../../src/store/s3-store.js'
import { wholeByteCountMax } from '../../src/store/store.js'
import type { WholeObject } from '../../src/store/store.js'
import { failureOf, patternedBytes, testCall } from './store-contract.js'
import { emulateOss, emulateS3 } from './store-emulators.js'
import type { Emulated } from './store-emulators.js'

/** Small objects as a run carries them: read and written as a whole, by the adapters themselves. */
describe('small objects that are carried as a whole', () => {
  let s3: Emulated<S3Store>
  let oss: Emulated<OssStore>
  let source: Location
  let target: Location
  let entries: LedgerEntry[]

  beforeAll(async () => {
    s3 = await emulateS3()
    oss = await emulateOss()
  })
  afterAll(async () => {
    await s3.close()
    await oss.close()
  })
  beforeEach(() => {
    source = s3.prefix()
    target = oss.prefix()
    entries = []
  })
  afterEach(() => {
    s3.faults.clear()
    oss.faults.clear()
  })

  async function unload(objects: Readonly<Record<string, Buffer>>): Promise<Part[]> {
    const parts: Part[] = []
    for (const [name, bytes] of Object.entries(objects)) {
      const location = below(source, name)
      const meta = { run: 'unload', source: 'redshift', sourceEtag: '-' }
      const { etag } = await s3.store.write(location, Readable.from([bytes]), bytes.length, meta, testCall())
      parts.push({ location, byteCount: bytes.length, rowCount: 0, etag })
    }
    return parts
  }
  /** Every call that reaches the stores, by name. */
  function counted<Store extends object>(store: Store, counts: Map<string, number>): Store {
    return new Proxy(store, {
      get: (of, name) => {
        const found: unknown = Reflect.get(of, name)
        if (typeof found !== 'function') return found
        return (...given: unknown[]) => {
          counts.set(String(name), (counts.get(String(name)) ?? 0) + 1)
          return (found as (...all: unknown[]) => unknown).apply(of, given)
        }
      },
    })
  }
  async function carry(parts: readonly Part[], { from = s3.store, call = testCall() } = {}) {
    const counts = new Map<string, number>()
    const ledger = {
      entries: async function* () {
        yield* entries
      },
      note: async (entry: LedgerEntry) => void entries.push(entry),
    }
    const carrier = new StreamingCarrier({ from: counted(from, counts), to: counted(oss.store, counts) })
    const manifest = { relationId: 'r-1', parts } as never
    const work = carrier.carry({ id: 'c', run: 'run7', manifests: [manifest], from: source, to: target }, ledger)
    const outcome = await work.settle(await work.begin({ token: 't', number: 1 }, call), call)
    return { counts, proofs: outcome.parts.map(({ proof }) => proof), outcome }
  }
  const arrived = async (name: string) => buffer(await oss.store.read(below(target, name), {}, testCall()))
  const s3Fault = (action: object, more: object = {}) =>
    s3.faults.add([{ service: 's3', operation: 'GetObject', action, ...more } as never])
  const ossFault = (action: object, more: object = {}) =>
    oss.faults.add([{ service: 'oss', operation: 'PutObject', action, ...more } as never])

  it('arrive byte by byte, each by one request a side, proven at both', async () => {
    const sizes = [0, 1, 4095, 4096, 65_536, wholeByteCountMax - 1, wholeByteCountMax]
    const objects = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [`ü ${index}`, patternedBytes(sizes[index % sizes.length] ?? 0, index)]),
    )
    const { counts, proofs } = await carry(await unload(objects))
    for (const [name, bytes] of Object.entries(objects)) expect((await arrived(name)).equals(bytes)).toBe(true)
    expect(new Set(proofs)).toEqual(new Set(['source+target']))
    expect(Object.fromEntries(counts)).toEqual({ list: 1, readWhole: 60, writeWhole: 60 })
    expect(entries.filter(({ kind }) => kind === 'object')).toHaveLength(60)
  })

  it('are streamed where they are larger', async () => {
    const bytes = patternedBytes(wholeByteCountMax + 1, 3)
    const { counts, proofs } = await carry(await unload({ larger: bytes }))
    expect((await arrived('larger')).equals(bytes)).toBe(true)
    expect([counts.get('read'), counts.get('write'), counts.get('readWhole')]).toEqual([1, 1, undefined])
    expect(proofs).toEqual(['source+target'])
  })

  it.each([
    ['short answers', () => s3Fault({ do: 'truncate', byteCount: 5 }, { times: 2 }), 3, 1],
    ['answers cut in the middle', () => s3Fault({ do: 'cut', when: 'during' }, { times: 2 }), 3, 1],
    ['an object that changes on the way in', () => s3Fault({ do: 'corrupt', at: 3 }), 2, 1],
    ['an object that changes on the way out', () => ossFault({ do: 'corrupt', at: 3 }), 2, 2],
    ['a throttled source', () => s3Fault({ do: 'throttle' }, { times: 4 }), 5, 1],
    ['a throttled target', () => ossFault({ do: 'throttle' }, { times: 2 }), 3, 3],
    ['a source that fails', () => s3Fault({ do: 'fail', status: 500, code: 'InternalError' }, { times: 3 }), 4, 1],
    ['a target that fails', () => ossFault({ do: 'fail', status: 502, code: 'BadGateway' }, { times: 2 }), 3, 3],
    // Known again by its CRC: the source is read once more, as a stream, and nothing is written twice.
    ['a lost reply', () => ossFault({ do: 'cut', when: 'after' }), 1, 1],
  ])('outlive %s', async (_what, order, readCount, writeCount) => {
    const bytes = patternedBytes(50_000, 7)
    const parts = await unload({ small: bytes })
    order()
    const { counts, proofs } = await carry(parts)
    expect((await arrived('small')).equals(bytes)).toBe(true)
    expect(proofs).toEqual(['source+target'])
    expect([counts.get('readWhole'), counts.get('writeWhole')]).toEqual([readCount, writeCount])
  })

  it.each([
    ['in', () => s3Fault({ do: 'corrupt', at: 3 }, { times: 99 }), /other bytes came than its checksum tells/],
    ['out', () => ossFault({ do: 'corrupt', at: 3 }, { times: 99 }), /holds other bytes than were read/],
  ])('are given up where they change on every way %s', async (_way, order, words) => {
    const parts = await unload({ small: patternedBytes(50_000, 7) })
    order()
    const failure = await failureOf(carry(parts))
    expect(failure).toMatchObject({ code: 'transfer-corrupt', transient: false })
    expect(failure.message).toMatch(words)
    expect(failure.message).toMatch(/small: from offset 0.*tried 3 times/)
    expect(await oss.store.stat(below(target, 'small'), testCall())).toBeUndefined()
  })

  /** A store whose objects have etags that are no MD5s, as with keys of KMS, and these checksums. */
  function withoutMd5(real: string, checksums: WholeObject['checksums'] | 'as told'): S3Store {
    return Object.assign(Object.create(s3.store) as S3Store, {
      readWhole: async (at: Location, of: { byteCount: number }, call: Call) => {
        const found = await s3.store.readWhole(at, { ...of, ifMatch: real }, call)
        return checksums === 'as told' ? found : { bytes: found.bytes, ...(checksums && { checksums }) }
      },
    })
  }

  it.each([
    ['the checksum that comes along', 'as told' as const, 'source+target'],
    ['nothing, where none comes', undefined, 'target-only'],
    ['a CRC-32C', { crc32c: 'e3069283' }, 'source+target'],
  ])('whose etag is no MD5 are proven by %s', async (_what, checksums, proof) => {
    const bytes = Buffer.from('123456789')
    const [part] = await unload({ small: bytes })
    const parts = [{ ...(part as Part), etag: '0123456789abcdef0123456789abcdef-1' }]
    const { proofs, counts } = await carry(parts, { from: withoutMd5(part?.etag ?? '', checksums) })
    expect(proofs).toEqual([proof])
    expect(counts.get('stat')).toBeUndefined()
    expect((await arrived('small')).equals(bytes)).toBe(true)
  })

  it('come with all their bytes, also where nothing else proves them', async () => {
    const bytes = patternedBytes(5_000, 4)
    const [part] = await unload({ small: bytes })
    s3Fault({ do: 'truncate', byteCount: 5 })
    const parts = [{ ...(part as Part), etag: '0123456789abcdef0123456789abcdef-1' }]
    const { counts } = await carry(parts, { from: withoutMd5(part?.etag ?? '', undefined) })
    expect((await arrived('small')).equals(bytes)).toBe(true)
    expect([counts.get('readWhole'), counts.get('writeWhole')]).toEqual([2, 1])
  })

  it.each([10, 100_000, 250_000])(
    'are not taken at another length than they have: %i of 200,000',
    async (byteCount) => {
      const [part] = await unload({ other: patternedBytes(200_000, 1) })
      const { location, etag = '' } = part as Part
      const failure = await failureOf(s3.store.readWhole(location, { byteCount, ifMatch: etag }, testCall()))
      expect(failure).toMatchObject({ code: 'store-failed', transient: true })
      expect(failure.message).toMatch(/^read s3:.*200000/)
    },
  )

  it('are refused when they are gone, or another object has taken their place', async () => {
    const parts = await unload({ gone: patternedBytes(100, 1), other: patternedBytes(100, 2) })
    const [gone, other] = parts as [Part, Part]
    await s3.store.remove(gone.location, testCall())
    await s3.store.remove(other.location, testCall())
    const meta = { run: '', source: '', sourceEtag: '' }
    await s3.store.write(other.location, Readable.from([patternedBytes(100, 3)]), 100, meta, testCall())
    expect(await failureOf(carry([gone]))).toMatchObject({ code: 'transfer-failed', message: /the object is gone/ })
    expect(await failureOf(carry([other]))).toMatchObject({ code: 'transfer-failed', message: /is not the one with/ })
  })

  it('never overwrite what stands in their place', async () => {
    const parts = await unload({ small: patternedBytes(100, 1) })
    const theirs = patternedBytes(100, 9)
    const meta = { run: 'theirs', source: 'elsewhere', sourceEtag: '' }
    await oss.store.writeWhole(below(target, 'small'), theirs, meta, testCall())
    expect(await failureOf(carry(parts))).toMatchObject({ code: 'transfer-failed', message: /exists already/ })
    expect(await failureOf(oss.store.writeWhole(below(target, 'small'), theirs, meta, testCall()))).toMatchObject({
      code: 'store-refused',
    })
    expect((await arrived('small')).equals(theirs)).toBe(true)
  })

  it('stop when they are interrupted in the middle', async () => {
    const parts = await unload({ small: patternedBytes(100_000, 1) })
    s3Fault({ do: 'delay', milliseconds: 5_000 })
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 100)
    const call: Call = { ...testCall(), signal: controller.signal }
    expect(await failureOf(carry(parts, { call }))).toMatchObject({ code: 'interrupted' })
  })
})
