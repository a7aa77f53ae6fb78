import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Access } from '../../src/access/access.js'
import { assumedRoleCredentials, staticCredentials } from '../../src/access/credentials.js'
import { StreamingCarrier } from '../../src/carrier/streaming-carrier.js'
import { Faults } from '../../src/emulators/faults.js'
import { startOss } from '../../src/emulators/object-store/oss-server.js'
import { startS3 } from '../../src/emulators/object-store/s3-server.js'
import type { Service } from '../../src/emulators/service.js'
import { defaultWorld } from '../../src/emulators/world.js'
import type { AccessKeys, Credentials } from '../../src/model/credentials.js'
import { exitCodes } from '../../src/model/errors.js'
import type { LedgerEntry } from '../../src/model/ledger.js'
import type { Part } from '../../src/model/manifest.js'
import { below } from '../../src/model/names.js'
import { sdkCredentials } from '../../src/store/aws-credentials.js'
import { OssStore } from '../../src/store/oss-store.js'
import { RetryingStore } from '../../src/store/retrying-store.js'
import { S3Store } from '../../src/store/s3-store.js'
import { failureOf, patternedBytes, testCall } from './store-contract.js'
import { freshKey } from './store-emulators.js'
import { WatchedStore } from './watched-store.js'

const script = new URL('../../dist/carrier/copy-worker.js', import.meta.url)
const kibibyte = 1024
const chunkByteCount = 128 * kibibyte
const chunksInFlight = 4
const large = patternedBytes(1_500_000, 5)
const small = patternedBytes(50 * kibibyte, 6)
const chunkCount = Math.ceil(large.length / chunkByteCount)

/** Temporary keys of both clouds, which a test lets expire when it likes; the emulated services then refuse them. */
class Mint {
  readonly world = { ...structuredClone(defaultWorld()) }
  readonly counts = { s3: 0, oss: 0 }
  readonly #live: { s3?: { expiresAt: number }; oss?: { expiresAt: number } } = {}

  async keys(side: 's3' | 'oss'): Promise<AccessKeys> {
    const number = (this.counts[side] += 1)
    const [accessKeyId, token] = [`${side === 's3' ? 'ASIA' : 'STS.'}${number}`, `token-${side}-${number}`]
    // While they are on their way others come and ask.
    await new Promise((resolve) => setTimeout(resolve, 30))
    const until = { expiresAt: Date.now() + 3_600_000 }
    const { aws, alibaba } = this.world
    if (side === 's3') {
      const key = Object.assign(until, { accessKeyId, secretAccessKey: 'secret', sessionToken: token })
      ;(aws.keys as object[]).push(key)
    } else {
      const key = Object.assign(until, { accessKeyId, accessKeySecret: 'secret', securityToken: token })
      ;(alibaba.keys as object[]).push(key)
    }
    this.#live[side] = until
    // What they believe themselves is later, as with keys that are withdrawn, or a clock that is behind.
    return { accessKeyId, accessKeySecret: 'secret', securityToken: token, expiresAt: until.expiresAt }
  }

  expire(side: 's3' | 'oss'): void {
    const key = this.#live[side]
    if (key !== undefined) key.expiresAt = Date.now() - 1
  }
}

describe('keys that expire on the way', () => {
  let mint: Mint
  let services: { s3: Service; oss: Service }
  let dir: string
  const closing: (() => Promise<void> | void)[] = []

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'carrier-keys-'))
    mint = new Mint()
    const [s3Faults, ossFaults] = [new Faults(), new Faults()]
    services = {
      s3: await startS3({ world: mint.world, faults: s3Faults, dir: join(dir, 's3') }),
      oss: await startOss({ world: mint.world, faults: ossFaults, dir: join(dir, 'oss') }),
    }
  })
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
    await services.s3.close()
    await services.oss.close()
    await rm(dir, { recursive: true })
  })

  const placeOf = (side: 's3' | 'oss') => {
    const { aws, alibaba } = mint.world
    const { region } = (side === 's3' ? aws.buckets[0] : alibaba.buckets[0]) as { region: string }
    const endpoint = `http://127.0.0.1:${services[side].port}`
    return { region, endpoint, pathStyle: true, socketCountMax: 16 }
  }
  const bucketOf = (side: 's3' | 'oss') =>
    ((side === 's3' ? mint.world.aws.buckets[0] : mint.world.alibaba.buckets[0]) as { name: string }).name
  const open = (side: 's3' | 'oss', credentials: Credentials) => {
    const options = { bucket: bucketOf(side), ...placeOf(side), credentials }
    const store = side === 's3' ? new S3Store(options) : new OssStore(options)
    closing.push(() => store.close())
    return store
  }
  const lasting = (side: 's3' | 'oss') => {
    const { aws, alibaba } = defaultWorld()
    const [amazon, ali] = [aws.keys[0], alibaba.keys[0]]
    return staticCredentials({
      accessKeyId: (side === 's3' ? amazon?.accessKeyId : ali?.accessKeyId) ?? '',
      accessKeySecret: (side === 's3' ? amazon?.secretAccessKey : ali?.accessKeySecret) ?? '',
    })
  }
  /** As STS gives them for a role; S3's as the chain of the AWS SDK does. */
  const renewable = (side: 's3' | 'oss'): Credentials => {
    if (side === 'oss') return assumedRoleCredentials({ assume: () => mint.keys('oss') } as unknown as Access, 'role')
    let held: Promise<AccessKeys> | undefined
    return sdkCredentials(async (asked) => {
      if (held === undefined || asked?.forceRefresh === true) held = mint.keys('s3')
      const { accessKeyId, accessKeySecret, securityToken = '', expiresAt = 0 } = await held
      const expiration = new Date(expiresAt)
      return { accessKeyId, secretAccessKey: accessKeySecret, sessionToken: securityToken, expiration }
    })
  }

  interface Cargo {
    readonly parts: readonly Part[]
    readonly entries: LedgerEntry[]
    readonly source: string
    readonly target: string
  }

  async function load(): Promise<Cargo> {
    const store = open('s3', lasting('s3'))
    const source = freshKey()
    const parts: Part[] = []
    for (const [name, bytes] of Object.entries({ large, small })) {
      const location = { store: 's3', bucket: bucketOf('s3'), key: source + name } as const
      const meta = { run: 'r', source: 's', sourceEtag: '-' }
      const { etag } = await store.write(location, Readable.from([bytes]), bytes.length, meta, testCall())
      parts.push({ location, byteCount: bytes.length, rowCount: 0, etag })
    }
    return { parts, entries: [], source, target: freshKey() }
  }

  async function carry(
    cargo: Cargo,
    keys: { readonly from: Credentials; readonly to: Credentials },
    watch: (from: WatchedStore, to: WatchedStore) => void,
    workers?: number,
  ) {
    const [s3, oss] = [open('s3', keys.from), open('oss', keys.to)]
    const [from, to] = [new WatchedStore(s3), new WatchedStore(oss)]
    watch(from, to)
    const places = { from: placeOf('s3'), to: placeOf('oss') }
    const credentials = { from: keys.from, to: keys.to }
    const carrier = new StreamingCarrier({
      from: new RetryingStore(from),
      to: new RetryingStore(to),
      limits: { chunksInFlight, chunkByteCount, smallObjectByteCountMax: 100 * kibibyte, chunkAttemptCountMax: 3 },
      ...(workers !== undefined && { workers: { count: workers, script, places, credentials } }),
      ...(workers !== undefined && { onChunk: () => void to.before('writeChunk', 0, cargoLocation(cargo)) }),
    })
    const ledger = {
      entries: async function* () {
        yield* [...cargo.entries]
      },
      note: async (entry: LedgerEntry) => void cargo.entries.push(entry),
    }
    const manifest = { relationId: 'r-1', parts: cargo.parts } as never
    const prefix = { store: 's3', bucket: bucketOf('s3'), key: cargo.source } as const
    const way = { from: prefix, to: { store: 'oss', bucket: bucketOf('oss'), key: cargo.target } as const }
    const work = carrier.carry({ id: 'c', run: 'r', manifests: [manifest], ...way }, ledger)
    const outcome = await work
      .settle(await work.begin({ token: 't', number: 1 }, testCall()), testCall())
      .finally(() => carrier.close())
    return { outcome, from, to }
  }

  const cargoLocation = ({ target }: Cargo) => ({ store: 'oss', bucket: bucketOf('oss'), key: target }) as const
  async function expectArrived(cargo: Cargo): Promise<void> {
    const store = open('oss', lasting('oss'))
    for (const [name, bytes] of Object.entries({ large, small })) {
      const body = await store.read(below(cargoLocation(cargo), name), {}, testCall())
      expect((await buffer(body)).equals(bytes)).toBe(true)
    }
  }
  const proofs = ['source+target', 'source+target']

  it.each([
    ['of OSS', 'oss' as const],
    ['of S3', 's3' as const],
  ])('%s are renewed, once for all chunks in flight, and the copy ends well', async (_of, side) => {
    const cargo = await load()
    const { outcome, to } = await carry(cargo, { from: renewable('s3'), to: renewable('oss') }, (from, into) => {
      const [watched, operation] = side === 's3' ? [from, 'read' as const] : [into, 'writeChunk' as const]
      let callCount = 0
      watched.before = (called) => {
        // All four that are in flight then are refused.
        if (called === operation && (callCount += 1) === 5) mint.expire(side)
      }
    })
    await expectArrived(cargo)
    expect(outcome.parts.map(({ proof }) => proof)).toEqual(proofs)
    expect(outcome.sentByteCount).toBe(outcome.byteCount)
    expect(mint.counts).toEqual({ s3: 1, oss: 1, [side]: 2 })
    expect(to.count('writeChunk')).toBeLessThanOrEqual(chunkCount + (side === 'oss' ? chunksInFlight : 0))
  })

  it.each(['oss', 's3'] as const)('of %s are renewed for threads, too', async (side) => {
    const cargo = await load()
    let arrivedCount = 0
    const { outcome } = await carry(
      cargo,
      { from: renewable('s3'), to: renewable('oss') },
      (_from, to) => {
        to.before = (_operation, count) => {
          if (count === 0 && (arrivedCount += 1) === 4) mint.expire(side)
        }
      },
      2,
    )
    await expectArrived(cargo)
    expect(outcome.sentByteCount).toBe(outcome.byteCount)
    expect(mint.counts).toEqual({ s3: 1, oss: 1, [side]: 2 })
  })

  it.each([
    ['oss', 'stat'],
    ['oss', 'openUpload'],
    ['oss', 'complete'],
    ['s3', 'stat'],
    ['s3', 'partByteCount'],
  ] as const)('of %s are renewed for %s, whose answer may have no words', async (side, operation) => {
    const store = open(side, renewable(side))
    const location = { store: side, bucket: bucketOf(side), key: freshKey() } as const
    const meta = { run: 'r', source: 's', sourceEtag: 'e' }
    const written = await store.write(location, Readable.from(['x']), 1, meta, testCall())
    const other = { ...location, key: freshKey() }
    const upload = await store.openUpload(other, meta, testCall())
    const receipt = await store.writeChunk(upload, 1, Readable.from(['x']), 1, testCall())
    mint.expire(side)
    if (operation === 'stat') expect(await store.stat(location, testCall())).toMatchObject({ etag: written.etag })
    if (operation === 'partByteCount') await (store as S3Store).partByteCount(location, 1, testCall())
    if (operation === 'openUpload') await store.openUpload({ ...location, key: freshKey() }, meta, testCall())
    if (operation === 'complete') await store.complete(upload, [receipt], testCall())
    expect(mint.counts[side]).toBe(2)
  })

  it.each([
    ['OSS', 'oss', undefined, /SecurityTokenExpired/],
    ['OSS, in threads', 'oss', 1, /SecurityTokenExpired/],
    ['S3', 's3', undefined, /ExpiredToken/],
    ['S3, in threads', 's3', 1, /ExpiredToken/],
  ] as const)(
    'of %s that nobody can renew end it clearly; others send only what is missing',
    async (_of, side, workers, says) => {
      const cargo = await load()
      const given = { s3: staticCredentials(await mint.keys('s3')), oss: staticCredentials(await mint.keys('oss')) }
      const expireAtFifth = (from: WatchedStore, to: WatchedStore): void => {
        let callCount = 0
        to.before = (called, count) => {
          if (workers !== undefined ? count === 0 : called === 'writeChunk') callCount += 1
          if (callCount === 5) mint.expire(side)
        }
        from.before = () => undefined
      }
      const failure = await failureOf(carry(cargo, { from: given.s3, to: given.oss }, expireAtFifth, workers))
      expect(failure).toMatchObject({ code: 'store-denied', transient: false })
      expect(exitCodes[failure.code]).toBe(7)
      expect(failure.message).toMatch(says)
      expect(failure.message).not.toContain('token-')
      expect(failure.hint).toMatch(/temporary keys have expired; hand over fresh ones/)
      const notedByteCount = cargo.entries.reduce(
        (sum, entry) => sum + (entry.kind === 'chunk' || entry.kind === 'object' ? entry.byteCount : 0),
        0,
      )
      expect(notedByteCount).toBeGreaterThan(0)
      const again = await carry(cargo, { from: lasting('s3'), to: lasting('oss') }, () => undefined, workers)
      await expectArrived(cargo)
      expect(again.outcome.sentByteCount).toBe(large.length + small.length - notedByteCount)
    },
  )
})
