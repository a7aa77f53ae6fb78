import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CarryOutcome, Consignment } from '../../src/carrier/carrier.js'
import { StreamingCarrier } from '../../src/carrier/streaming-carrier.js'
import type { StreamingCarrierLimits } from '../../src/carrier/streaming-carrier.js'
import { FileLedger } from '../../src/journal/file-ledger.js'
import type { LedgerEntry } from '../../src/model/ledger.js'
import type { Part } from '../../src/model/manifest.js'
import { below, locationText } from '../../src/model/names.js'
import type { Location } from '../../src/model/names.js'
import type { Call } from '../../src/model/work.js'
import type { ObjectInfo } from '../../src/store/store.js'
import type { OssStore } from '../../src/store/oss-store.js'
import { RetryingStore } from '../../src/store/retrying-store.js'
import type { S3Store } from '../../src/store/s3-store.js'
import { failureOf, patternedBytes, testCall } from './store-contract.js'
import { emulateOss, emulateS3 } from './store-emulators.js'
import type { Emulated } from './store-emulators.js'
import { WatchedStore } from './watched-store.js'

const kibibyte = 1024
const limits: StreamingCarrierLimits = {
  chunksInFlight: 4,
  chunkByteCount: 128 * kibibyte,
  smallObjectByteCountMax: 100 * kibibyte,
  chunkAttemptCountMax: 3,
}
const attempt = { token: 't1', number: 1 }
const retries = { attemptCountMax: 5, firstDelayMilliseconds: 1, delayMillisecondsMax: 5, retryCountMax: 100 }
const large = patternedBytes(1_000_000, 3)
const largeChunkCount = Math.ceil(large.length / limits.chunkByteCount)

describe('the streaming carrier', () => {
  let s3: Emulated<S3Store>
  let oss: Emulated<OssStore>
  let from: WatchedStore
  let to: WatchedStore
  let dir: string
  let source: Location
  let target: Location
  let ledgers: FileLedger[] = []

  beforeAll(async () => {
    s3 = await emulateS3()
    oss = await emulateOss()
  })
  afterAll(async () => {
    await s3.close()
    await oss.close()
  })
  beforeEach(async () => {
    from = new WatchedStore(s3.store)
    to = new WatchedStore(oss.store)
    source = s3.prefix()
    target = oss.prefix()
    dir = await mkdtemp(join(tmpdir(), 'carrier-'))
  })
  afterEach(async () => {
    s3.faults.clear()
    oss.faults.clear()
    await Promise.all(ledgers.map((ledger) => ledger.close()))
    ledgers = []
    await rm(dir, { recursive: true, force: true })
  })

  const ledgerPath = () => join(dir, 'ledger.jsonl')
  const openLedger = () => {
    const ledger = new FileLedger(ledgerPath())
    ledgers.push(ledger)
    return ledger
  }
  const readEntries = async () =>
    (await readFile(ledgerPath(), 'utf8'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LedgerEntry)
  async function unload(objects: Readonly<Record<string, Buffer>>, prefix = source): Promise<Consignment> {
    const parts: Part[] = []
    for (const [name, bytes] of Object.entries(objects)) {
      const location = below(prefix, `r-1/${name}`)
      const meta = { run: 'unload', source: 'redshift', sourceEtag: '-' }
      const { etag } = await s3.store.write(location, Readable.from([bytes]), bytes.length, meta, testCall())
      parts.push({ location, byteCount: bytes.length, rowCount: bytes.length % 97, etag })
    }
    return consignmentOf(parts, prefix)
  }
  function consignmentOf(parts: readonly Part[], prefix = source): Consignment {
    const byteCount = parts.reduce((sum, part) => sum + part.byteCount, 0)
    const manifest = {
      document: 'manifest',
      side: 'source',
      relationId: 'r-1',
      relation: { schema: 's', name: 't' },
      snapshot: 'now',
      location: below(prefix, 'r-1/'),
      parts,
      rowCount: 0,
      byteCount,
      columns: [],
    } as const
    return { id: 'c1', run: 'run7', manifests: [manifest], from: prefix, to: target }
  }
  const open = (some: Partial<StreamingCarrierLimits> = {}) =>
    new StreamingCarrier({ from, to, limits: { ...limits, ...some } })
  async function carry(consignment: Consignment, call: Call = testCall(), carrier = open()): Promise<CarryOutcome> {
    const work = carrier.carry(consignment, openLedger())
    return work.settle(await work.begin(attempt, call), call)
  }
  const arrived = async (name: string) => buffer(await oss.store.read(below(target, `r-1/${name}`), {}, testCall()))
  const stored = async () => {
    const infos: ObjectInfo[] = []
    for await (const info of oss.store.list(target, testCall())) infos.push(info)
    return infos.map(({ location }) => location.key.slice(target.key.length)).sort()
  }

  it('carries every manifested part, and nothing else, byte by byte', async () => {
    const objects = {
      'small.parquet': patternedBytes(5000, 1),
      'large.parquet': large,
      'exact.parquet': patternedBytes(3 * limits.chunkByteCount, 4),
      'empty.parquet': Buffer.alloc(0),
      'odd ü+%&.parquet': patternedBytes(150_000, 5),
    }
    const consignment = await unload(objects)
    await s3.store.write(
      below(source, 'r-1/manifest'),
      Readable.from(['{}']),
      2,
      { run: '', source: '', sourceEtag: '' },
      testCall(),
    )
    const outcome = await carry(consignment)
    expect(await stored()).toEqual(
      Object.keys(objects)
        .map((name) => `r-1/${name}`)
        .sort(),
    )
    for (const [name, bytes] of Object.entries(objects)) expect((await arrived(name)).equals(bytes)).toBe(true)
    const byteCount = Object.values(objects).reduce((sum, bytes) => sum + bytes.length, 0)
    expect(outcome).toMatchObject({ byteCount, sentByteCount: byteCount })
    expect(outcome.parts.map(({ key }) => key)).toEqual(
      consignment.manifests[0]?.parts.map(({ location }) => location.key),
    )
    for (const part of outcome.parts) {
      const found = await oss.store.stat({ ...target, key: target.key + part.key.slice(source.key.length) }, testCall())
      expect(found).toMatchObject({ crc64: part.crc64, etag: part.etag, byteCount: part.byteCount })
      expect(found?.provenance).toMatchObject({ run: 'run7', source: locationText({ ...source, key: part.key }) })
    }
  })

  it('says how far each part is proven', async () => {
    const outcome = await carry(await unload({ small: patternedBytes(5000), large }))
    expect(outcome.parts.map(({ proof }) => proof)).toEqual(['source+target', 'source+target'])
  })

  it('notes what it relies on, and reports running totals', async () => {
    const totals: number[] = []
    const call: Call = { ...testCall(), note: ({ byteCount }) => void totals.push(byteCount ?? -1) }
    await carry(await unload({ small: patternedBytes(5000), large }), call)
    const kinds = (await readEntries()).map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 'upload')).toHaveLength(1)
    expect(kinds.filter((kind) => kind === 'chunk')).toHaveLength(largeChunkCount)
    expect(kinds.filter((kind) => kind === 'object')).toHaveLength(2)
    expect(totals).toEqual([...totals].sort((one, other) => one - other))
    expect(totals.at(-1)).toBe(large.length + 5000)
  })

  it('sends nothing again when everything is there, and gives the same parts', async () => {
    const consignment = await unload({ small: patternedBytes(5000), large })
    const first = await carry(consignment)
    const written = to.writtenByteCount
    const readCount = from.count('read')
    const again = await carry(consignment)
    expect(again.parts).toEqual(first.parts)
    expect(again.sentByteCount).toBe(0)
    expect(to.writtenByteCount).toBe(written)
    expect(from.count('read')).toBe(readCount)
    expect((await readEntries()).filter(({ kind }) => kind === 'object')).toHaveLength(2)
  })

  it('finds its way by the ledger: never begun, or begun', async () => {
    const consignment = await unload({ small: patternedBytes(10) })
    const work = open().carry(consignment, openLedger())
    expect(await work.find(attempt, testCall())).toBe('never')
    await carry(consignment)
    expect(await open().carry(consignment, openLedger()).find(attempt, testCall())).toEqual({
      begun: { consignment: 'c1', token: 't1' },
    })
  })

  it('holds one limit for all consignments together', async () => {
    const other = s3.prefix()
    const [one, two] = [await unload({ large }), { ...(await unload({ large }, other)), to: oss.prefix() }]
    const carrier = open({ chunksInFlight: 3 })
    const settle = async (consignment: Consignment, name: string) => {
      const ledger = new FileLedger(join(dir, name))
      ledgers.push(ledger)
      const work = carrier.carry(consignment, ledger)
      return work.settle(await work.begin(attempt, testCall()), testCall())
    }
    await Promise.all([settle(one, 'one'), settle(two, 'two')])
    expect(to.inFlightCountMax).toBe(3)
  })

  it('reads no further than the target takes', async () => {
    const consignment = await unload({ large: patternedBytes(8 * 1024 * kibibyte) })
    let readByteCount = 0
    from.onBody = (body) => {
      const counted = new PassThrough()
      counted.on('pipe', () => body.on('data', (piece: Buffer) => (readByteCount += piece.length)))
      return body.pipe(counted)
    }
    let seen = -1
    to.before = async (operation) => {
      if (operation !== 'writeChunk') return
      await new Promise((resolve) => setTimeout(resolve, 400))
      seen = readByteCount
    }
    await carry(consignment, testCall(), open({ chunkByteCount: 8 * 1024 * kibibyte }))
    expect(readByteCount).toBe(8 * 1024 * kibibyte)
    expect(seen).toBeLessThan(1024 * kibibyte)
  })

  describe('against faults', () => {
    const s3Fault = (operation: string, action: object, more: object = {}) =>
      s3.faults.add([{ service: 's3', operation, action, ...more } as never])
    const ossFault = (operation: string, action: object, more: object = {}) =>
      oss.faults.add([{ service: 'oss', operation, action, ...more } as never])

    it.each([
      ['short answers', () => s3Fault('GetObject', { do: 'truncate', byteCount: 5 }, { times: 2 })],
      ['answers cut in the middle', () => s3Fault('GetObject', { do: 'cut', when: 'during' }, { times: 2 })],
      ['connections cut before a chunk', () => ossFault('UploadPart', { do: 'cut', when: 'before' }, { times: 2 })],
      ['lost replies to chunks', () => ossFault('UploadPart', { do: 'cut', when: 'after' }, { times: 2 })],
      ['chunks that change on the way', () => ossFault('UploadPart', { do: 'corrupt', at: 77 }, { times: 2 })],
      ['a lost reply to an object', () => ossFault('PutObject', { do: 'cut', when: 'after' })],
      ['an object that changes on the way out', () => ossFault('PutObject', { do: 'corrupt', at: 3 })],
      [
        'a small object that changes on the way in',
        () => s3Fault('GetObject', { do: 'corrupt', at: 3 }, { contains: 'small' }),
      ],
      ['a lost reply to the completion', () => ossFault('CompleteMultipartUpload', { do: 'cut', when: 'after' })],
      ['a throttled completion', () => ossFault('CompleteMultipartUpload', { do: 'throttle' })],
      [
        'chunks that the service fails on',
        () => ossFault('UploadPart', { do: 'fail', status: 500, code: 'InternalError' }, { times: 2 }),
      ],
      [
        'an object that the service fails on',
        () => ossFault('PutObject', { do: 'fail', status: 502, code: 'BadGateway' }, { times: 2 }),
      ],
      ['throttled chunks', () => ossFault('UploadPart', { do: 'throttle' }, { times: 2 })],
    ])('outlives %s', async (_what, order) => {
      const small = patternedBytes(5000)
      const consignment = await unload({ small, large })
      order()
      const outcome = await carry(consignment)
      expect((await arrived('small')).equals(small)).toBe(true)
      expect((await arrived('large')).equals(large)).toBe(true)
      expect(outcome.parts.map(({ proof }) => proof)).toEqual(['source+target', 'source+target'])
      expect(await stored()).toEqual(['r-1/large', 'r-1/small'])
    })

    it('outlives a burst of 503 in all requests around the bodies', async () => {
      const consignment = await unload({ small: patternedBytes(5000), large })
      ossFault('HeadObject', { do: 'throttle' }, { times: 3 })
      ossFault('InitiateMultipartUpload', { do: 'throttle' }, { times: 3 })
      s3Fault('GetObject', { do: 'throttle' }, { times: 6 })
      const carrier = new StreamingCarrier({
        from: new RetryingStore(from, retries),
        to: new RetryingStore(to, retries),
        limits,
      })
      await carry(consignment, testCall(), carrier)
      expect((await arrived('large')).equals(large)).toBe(true)
    })

    it.each([
      ['UploadPart', 'large', /from offset 0,.*tried 3 times/],
      ['PutObject', 'small', /from offset 0,.*tried 3 times/],
    ])(
      'gives up when bytes change on every %s, and names the object and the offset',
      async (operation, name, words) => {
        const consignment = await unload({ small: patternedBytes(5000), large })
        ossFault(operation, { do: 'corrupt', at: 1 }, { times: 999, contains: name })
        const failure = await failureOf(carry(consignment, testCall(), open({ chunksInFlight: 1 })))
        expect(failure).toMatchObject({ code: 'transfer-corrupt', transient: false })
        expect(failure.message).toMatch(words)
        expect(failure.message).toContain(`r-1/${name}`)
        expect(await stored()).not.toContain(`r-1/${name}`)
      },
    )

    it('gives up when a small object never comes as its etag tells', async () => {
      const consignment = await unload({ small: patternedBytes(5000) })
      s3Fault('GetObject', { do: 'corrupt', at: 3 }, { times: 999 })
      const failure = await failureOf(carry(consignment))
      expect(failure).toMatchObject({ code: 'transfer-corrupt', transient: false })
      expect(await stored()).toEqual([])
    })

    it('finds the one chunk that came otherwise than the source tells, and sends it again', async () => {
      const consignment = await unload({ large })
      s3Fault('GetObject', { do: 'corrupt', at: 3 }, { times: 1 })
      const outcome = await carry(consignment)
      expect((await arrived('large')).equals(large)).toBe(true)
      expect(outcome.parts.map(({ proof }) => proof)).toEqual(['source+target'])
      expect(to.count('writeChunk')).toBe(largeChunkCount + 1)
      expect(from.count('read')).toBe(2 * largeChunkCount + 1)
    })

    it('gives up when an object is not what the source tells, names it, and completes nothing', async () => {
      const consignment = await unload({ large })
      const stat = from.stat.bind(from)
      from.stat = async (location, call) => {
        const found = await stat(location, call)
        return found && { ...found, checksums: { crc64nvme: '0123456789abcdef' } }
      }
      const failure = await failureOf(carry(consignment))
      expect(failure).toMatchObject({ code: 'transfer-corrupt', transient: false })
      expect(failure.message).toMatch(/r-1\/large: from offset 0, other bytes came than its crc64nvme 0123456789abcdef/)
      expect(to.count('writeChunk')).toBe(largeChunkCount)
      expect(await stored()).toEqual([])
    })

    it.each([
      ['its MD5s of parts', [5 * 1024 * kibibyte, 5 * 1024 * kibibyte, 70 * kibibyte], 'source+target'],
      [
        'nothing, where the parts differ',
        [5 * 1024 * kibibyte, 6 * 1024 * kibibyte, 5 * 1024 * kibibyte],
        'target-only',
      ],
    ])('proves an object without a checksum by %s', async (_what, byteCounts, proof) => {
      const bytes = patternedBytes(
        byteCounts.reduce((sum, one) => sum + one, 0),
        5,
      )
      const location = below(source, 'r-1/in-parts')
      const upload = await s3.store.openUpload(location, { run: '', source: '', sourceEtag: '' }, testCall())
      const receipts = []
      let start = 0
      for (const [index, byteCount] of byteCounts.entries()) {
        const body = Readable.from([bytes.subarray(start, (start += byteCount))])
        receipts.push(await s3.store.writeChunk(upload, index + 1, body, byteCount, testCall()))
      }
      const { etag } = await s3.store.complete(upload, receipts, testCall())
      const stat = from.stat.bind(from)
      from.stat = async (at, call) => {
        const { checksums: _checksums, ...found } = (await stat(at, call)) as ObjectInfo
        return found
      }
      const partByteCount = (at: Location, number: number, call: Call) => s3.store.partByteCount(at, number, call)
      Object.assign(from, { partByteCount })
      s3Fault('GetObject', { do: 'corrupt', at: 3 }, { times: proof === 'source+target' ? 1 : 0 })
      const consignment = consignmentOf([{ location, byteCount: bytes.length, rowCount: 0, etag }])
      const outcome = await carry(consignment)
      expect(outcome.parts.map((part) => part.proof)).toEqual([proof])
      expect((await arrived('in-parts')).equals(bytes)).toBe(true)
    })

    it('refuses an object that was replaced between two chunks', async () => {
      const consignment = await unload({ large })
      const location = consignment.manifests[0]?.parts[0]?.location as Location
      from.before = async (operation, count) => {
        if (operation !== 'read' || count !== 3) return
        const other = patternedBytes(large.length, 9)
        await s3.store.remove(location, testCall())
        await s3.store.write(
          location,
          Readable.from([other]),
          other.length,
          { run: '', source: '', sourceEtag: '' },
          testCall(),
        )
      }
      const failure = await failureOf(carry(consignment, testCall(), open({ chunksInFlight: 1 })))
      expect(failure).toMatchObject({ code: 'transfer-failed', transient: false })
      expect(failure.message).toContain(locationText(location))
      expect(await stored()).toEqual([])
    })

    it('refuses a part that is gone', async () => {
      const consignment = await unload({ large })
      await s3.store.remove(consignment.manifests[0]?.parts[0]?.location as Location, testCall())
      const failure = await failureOf(carry(consignment))
      expect(failure).toMatchObject({ code: 'transfer-failed' })
      expect(failure.message).toContain('is gone')
    })

    it('does not take an etag for an MD5 that is none, copying or recognising', async () => {
      const part = (await unload({ large })).manifests[0]?.parts[0] as Part
      const real = part.etag ?? ''
      const kms = '0123456789abcdef0123456789abcdef'
      const disguised = Object.assign(Object.create(s3.store) as S3Store, {
        read: (at: Location, of: { ifMatch?: string }, call: Call) =>
          s3.store.read(at, { ...of, ...(of.ifMatch === kms && { ifMatch: real }) }, call),
        stat: async () => ({ location: part.location, byteCount: large.length, etag: kms, etagIsMd5: false }),
      })
      from = new WatchedStore(disguised)
      const consignment = consignmentOf([{ ...part, etag: kms }])
      const small = open({ smallObjectByteCountMax: large.length })
      const first = await carry(consignment, testCall(), small)
      expect(first.parts.map(({ proof }) => proof)).toEqual(['target-only'])
      expect((await arrived('large')).equals(large)).toBe(true)
      for (const carrier of [small, open()]) {
        await rm(ledgerPath())
        expect((await carry(consignment, testCall(), carrier)).parts).toEqual(first.parts)
      }
    })
  })

  describe('on return', () => {
    /** Interrupts the carrying when so many chunks were begun. */
    async function carryUntil(consignment: Consignment, chunkCount: number): Promise<number> {
      const controller = new AbortController()
      to.before = (operation, count) => {
        if (operation === 'writeChunk' && count > chunkCount) controller.abort()
      }
      const failure = await failureOf(
        carry(consignment, testCall(60_000, controller.signal), open({ chunksInFlight: 1 })),
      )
      expect(failure.code).toBe('interrupted')
      to.before = () => undefined
      return (await readEntries()).filter(({ kind }) => kind === 'chunk').length
    }

    it('sends only what is missing', async () => {
      const consignment = await unload({ large })
      const notedCount = await carryUntil(consignment, 3)
      expect(notedCount).toBe(3)
      to.writtenByteCount = 0
      const outcome = await carry(consignment)
      expect(outcome.sentByteCount).toBe(large.length - 3 * limits.chunkByteCount)
      expect(to.writtenByteCount).toBe(outcome.sentByteCount)
      expect(to.count('openUpload')).toBe(1)
      expect((await arrived('large')).equals(large)).toBe(true)
    })

    it('goes on with the chunk size of the upload, not with that of the day', async () => {
      const consignment = await unload({ large })
      await carryUntil(consignment, 3)
      const outcome = await carry(consignment, testCall(), open({ chunkByteCount: 256 * kibibyte }))
      expect(outcome.sentByteCount).toBe(large.length - 3 * limits.chunkByteCount)
      expect((await arrived('large')).equals(large)).toBe(true)
    })

    it('sends a chunk again whose line was lost', async () => {
      const consignment = await unload({ large })
      await carryUntil(consignment, 3)
      const lines = (await readFile(ledgerPath(), 'utf8')).trimEnd().split('\n')
      await writeFile(ledgerPath(), lines.slice(0, -1).join('\n') + '\n' + '{"kind":"chunk","ke')
      const outcome = await carry(consignment)
      expect(outcome.sentByteCount).toBe(large.length - 2 * limits.chunkByteCount)
      expect((await arrived('large')).equals(large)).toBe(true)
    })

    it('begins anew when the upload is gone', async () => {
      const consignment = await unload({ large })
      await carryUntil(consignment, 3)
      const upload = (await readEntries()).find(({ kind }) => kind === 'upload')
      const uploadId = upload?.kind === 'upload' ? upload.uploadId : ''
      await oss.store.abort({ location: below(target, 'r-1/large'), uploadId }, testCall())
      const outcome = await carry(consignment)
      expect(outcome.sentByteCount).toBe(large.length)
      expect((await arrived('large')).equals(large)).toBe(true)
    })

    it('begins anew when the object has changed since', async () => {
      const consignment = await unload({ large })
      await carryUntil(consignment, 3)
      const part = consignment.manifests[0]?.parts[0] as Part
      const other = patternedBytes(large.length, 11)
      await s3.store.remove(part.location, testCall())
      const unloaded = await unload({ large: other })
      const outcome = await carry(unloaded)
      expect(outcome.sentByteCount).toBe(large.length)
      expect((await arrived('large')).equals(other)).toBe(true)
    })

    it('does not take a failing listing for an upload without chunks', async () => {
      const consignment = await unload({ large })
      await carryUntil(consignment, 3)
      oss.faults.add([
        { service: 'oss', operation: 'ListParts', action: { do: 'fail', status: 500, code: 'InternalError' } },
      ])
      const openedBefore = to.count('openUpload')
      expect(await failureOf(carry(consignment))).toMatchObject({ code: 'store-failed', transient: true })
      expect(to.count('openUpload')).toBe(openedBefore)
    })

    it('knows its objects without a ledger, by reading the source once more', async () => {
      const small = patternedBytes(5000)
      const consignment = await unload({ small, large })
      const first = await carry(consignment)
      await rm(ledgerPath())
      to.writtenByteCount = 0
      const again = await carry(consignment)
      // Read as a whole, the large one is proven by its etag too, which its chunks could not be.
      expect(again.parts).toEqual(first.parts.map((part) => ({ ...part, proof: 'source+target' })))
      expect(to.writtenByteCount).toBe(0)
      expect((await readEntries()).map((entry) => entry.kind === 'object' && entry.skipped)).toEqual([true, true])
    })

    it('refuses an object of somebody else, and leaves it alone', async () => {
      const consignment = await unload({ large, small: patternedBytes(10) })
      const theirs = below(target, 'r-1/large')
      await oss.store.write(
        theirs,
        Readable.from(['theirs']),
        6,
        { run: 'run7', source: 'x', sourceEtag: 'y' },
        testCall(),
      )
      const failure = await failureOf(carry(consignment))
      expect(failure).toMatchObject({ code: 'transfer-failed', transient: false })
      expect(failure.message).toContain(locationText(theirs))
      expect((await arrived('large')).toString()).toBe('theirs')
    })

    it('refuses an object that says it is ours and holds other bytes', async () => {
      const consignment = await unload({ large })
      const part = consignment.manifests[0]?.parts[0] as Part
      const meta = { run: 'run7', source: locationText(part.location), sourceEtag: part.etag ?? '' }
      const other = patternedBytes(large.length, 12)
      await oss.store.write(below(target, 'r-1/large'), Readable.from([other]), other.length, meta, testCall())
      expect(await failureOf(carry(consignment))).toMatchObject({ code: 'transfer-corrupt', transient: false })
    })

    it('copies again what was removed from the target', async () => {
      const consignment = await unload({ large })
      await carry(consignment)
      await oss.store.remove(below(target, 'r-1/large'), testCall())
      const outcome = await carry(consignment)
      expect(outcome.sentByteCount).toBe(large.length)
      expect((await arrived('large')).equals(large)).toBe(true)
    })

    it('leaves no upload open when it is cancelled', async () => {
      const consignment = await unload({ large })
      await carryUntil(consignment, 3)
      const work = open().carry(consignment, openLedger())
      await work.cancel({ consignment: 'c1', token: 't1' }, testCall())
      const upload = (await readEntries()).find(({ kind }) => kind === 'upload')
      const uploadId = upload?.kind === 'upload' ? upload.uploadId : ''
      const listing = oss.store.listChunks({ location: below(target, 'r-1/large'), uploadId }, testCall())
      expect(await failureOf(listing[Symbol.asyncIterator]().next())).toMatchObject({ code: 'store-missing' })
    })
  })

  it('carries nothing that lies outside the consignment', async () => {
    const consignment = await unload({ small: patternedBytes(10) })
    const stray = { ...consignment, from: below(source, 'other/') }
    expect(await failureOf(carry(stray))).toMatchObject({ code: 'transfer-failed' })
  })
})
