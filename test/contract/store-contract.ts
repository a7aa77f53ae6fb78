import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MigrationError } from '../../src/model/errors.js'
import { below } from '../../src/model/names.js'
import type { Location } from '../../src/model/names.js'
import type { Call } from '../../src/model/work.js'
import type { ObjectStore, Provenance } from '../../src/store/store.js'

/** A store to be judged, and what the suite needs to know of the place it stands for. */
export interface StoreUnderTest {
  readonly store: ObjectStore
  /** Empty, and ours alone. */
  readonly prefix: Location
  /** The same service with a secret that does not belong to the key. */
  readonly stranger: ObjectStore
  /** Least size of a chunk that is not the last. */
  readonly chunkByteCountMin: number
  readonly tellsCrc64: boolean
  close(): Promise<void>
}

const meta: Provenance = { run: 'r1', source: 's3://stage/prefix/über 100%+.parquet', sourceEtag: 'abc-2' }
/** More than a page of every listing. */
const manyCount = 1003

export function testCall(milliseconds = 60_000, signal = new AbortController().signal): Call {
  return { signal, deadlineAt: Date.now() + milliseconds, note: () => undefined }
}

export function patternedBytes(byteCount: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(byteCount)
  let state = seed
  for (let at = 0; at < byteCount; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[at] = state >>> 24
  }
  return bytes
}

export async function failureOf(work: Promise<unknown>): Promise<MigrationError> {
  const error: unknown = await work.then(
    (value) => new Error(`it worked and gave ${JSON.stringify(value)}`),
    (failure: unknown) => failure,
  )
  if (error instanceof MigrationError) return error
  throw error
}

/** Every store passes this: the emulated ones always, the real ones where credentials are given. */
export function storeContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} as an object store`, () => {
    let subject: StoreUnderTest
    let store: ObjectStore
    const call = (): Call => testCall()
    const at = (key: string): Location => below(subject.prefix, key)
    const put = (location: Location, bytes: Buffer) =>
      store.write(location, Readable.from([bytes]), bytes.length, meta, call())
    const get = async (location: Location, of = {}) => buffer(await store.read(location, of, call()))
    const keysBelow = async (prefix: Location) => {
      const keys: string[] = []
      for await (const info of store.list(prefix, call())) keys.push(info.location.key)
      return keys
    }

    beforeAll(async () => {
      subject = await open()
      store = subject.store
    })
    afterAll(async () => {
      for await (const { location } of store.list(subject.prefix, call())) await store.remove(location, call())
      await subject.close()
    }, 300_000)

    describe('bucket and keys', () => {
      it('answers a ping', async () => {
        await expect(store.ping(call())).resolves.toBeUndefined()
      })

      it('says that a bucket is missing, whatever was asked', async () => {
        const nowhere: Location = { ...subject.prefix, bucket: `${subject.prefix.bucket}-gone-missing`, key: 'a/b' }
        const asked = [
          store.stat(nowhere, call()),
          store.read(nowhere, {}, call()),
          store.list(nowhere, call())[Symbol.asyncIterator]().next(),
          store.write(nowhere, Readable.from(['x']), 1, meta, call()),
        ]
        for (const one of await Promise.all(asked.map(failureOf))) {
          expect(one).toMatchObject({ code: 'store-missing', transient: false })
        }
      })

      it('refuses a wrong secret, with a hint and without the secret', async () => {
        const failure = await failureOf(subject.stranger.ping(call()))
        expect(failure).toMatchObject({ code: 'store-denied', transient: false })
        expect(failure.message).toContain('SignatureDoesNotMatch')
        expect(failure.hint).toMatch(/secret|credentials/)
        expect(JSON.stringify([failure.message, failure.hint])).not.toContain('not-the-secret')
      })
    })

    describe('objects', () => {
      it('gives back what was written, with size, etag and provenance', async () => {
        const bytes = patternedBytes(300_000)
        const written = await put(at('object'), bytes)
        expect(written).toMatchObject({ byteCount: bytes.length, provenance: meta })
        expect(written.etag).toMatch(/^[0-9a-fA-F]{32}$/)
        expect((await get(at('object'))).equals(bytes)).toBe(true)
        const found = await store.stat(at('object'), call())
        expect(found).toMatchObject({ byteCount: bytes.length, etag: written.etag, provenance: meta })
      })

      it('tells the CRC-64 where it has one', async () => {
        const written = await put(at('crc'), Buffer.from('123456789'))
        const expected = subject.tellsCrc64 ? '11051210869376104954' : undefined
        expect(written.crc64).toBe(expected)
        expect((await store.stat(at('crc'), call()))?.crc64).toBe(expected)
      })

      it('holds empty objects', async () => {
        await put(at('empty'), Buffer.alloc(0))
        expect(await store.stat(at('empty'), call())).toMatchObject({ byteCount: 0 })
        expect((await get(at('empty'))).length).toBe(0)
      })

      it('never overwrites', async () => {
        await put(at('once'), Buffer.from('first'))
        expect(await failureOf(put(at('once'), Buffer.from('second')))).toMatchObject({
          code: 'store-refused',
          transient: false,
        })
        expect((await get(at('once'))).toString()).toBe('first')
      })

      it('knows no object that is not there', async () => {
        expect(await store.stat(at('absent'), call())).toBeUndefined()
        expect(await failureOf(store.read(at('absent'), {}, call()))).toMatchObject({ code: 'store-missing' })
      })

      it('reads exactly the range that was asked for, of exactly the object that was meant', async () => {
        const bytes = patternedBytes(1000, 7)
        const { etag } = await put(at('range'), bytes)
        const range = { first: 10, last: 499 }
        expect((await get(at('range'), { range, ifMatch: etag })).equals(bytes.subarray(10, 500))).toBe(true)
        expect((await get(at('range'), { range: { first: 999, last: 999 } })).equals(bytes.subarray(999))).toBe(true)
        const changed = await failureOf(store.read(at('range'), { range, ifMatch: '0'.repeat(32) }, call()))
        expect(changed).toMatchObject({ code: 'store-refused', transient: false })
        const beyond = await failureOf(
          (async () => buffer(await store.read(at('range'), { range: { first: 990, last: 1009 } }, call())))(),
        )
        expect(['store-failed', 'store-refused']).toContain(beyond.code)
        const outside = await failureOf(store.read(at('range'), { range: { first: 2000, last: 2009 } }, call()))
        expect(['store-failed', 'store-refused']).toContain(outside.code)
      })

      it('removes, and is quiet when there is nothing to remove', async () => {
        await put(at('brief'), Buffer.from('x'))
        await store.remove(at('brief'), call())
        expect(await store.stat(at('brief'), call())).toBeUndefined()
        await expect(store.remove(at('brief'), call())).resolves.toBeUndefined()
      })
    })

    describe('bodies that are not as declared', () => {
      it.each([
        ['shorter', 999],
        ['longer', 1001],
      ])('stores nothing of one that is %s, and does not wait for it', async (word, byteCount) => {
        const body = Readable.from([patternedBytes(byteCount)])
        const begun = Date.now()
        const failure = await failureOf(store.write(at(word), body, 1000, meta, call()))
        expect(failure).toMatchObject({ code: 'store-failed', transient: true })
        expect(Date.now() - begun).toBeLessThan(5_000)
        expect(await store.stat(at(word), call())).toBeUndefined()
      })

      it('reports the error of one that breaks off', async () => {
        const broken = new MigrationError('store-unreachable', 'read elsewhere: cut', { transient: true })
        const body = Readable.from(
          (async function* () {
            yield patternedBytes(400)
            await new Promise((resolve) => setTimeout(resolve, 20))
            throw broken
          })(),
        )
        await expect(store.write(at('broken'), body, 1000, meta, call())).rejects.toBe(broken)
        expect(await store.stat(at('broken'), call())).toBeUndefined()
      })
    })

    describe('listings', () => {
      const odd = ['a b', 'a+b', 'a%2Bb', 'a&b', "a'b", 'a(b)', 'a<b>', 'aüb', 'a😀b', 'a~b!*']

      it('gives every object below a prefix, in key order, over several pages', async () => {
        const prefix = at('many/')
        const keys = Array.from({ length: manyCount }, (_, index) => `${prefix.key}${String(index).padStart(5, '0')}`)
        for (let from = 0; from < keys.length; from += 50) {
          const some = keys.slice(from, from + 50)
          await Promise.all(some.map((key) => put({ ...prefix, key }, Buffer.from(key))))
        }
        const found: string[] = []
        for await (const info of store.list(prefix, call())) {
          expect(info.byteCount).toBe(info.location.key.length)
          expect(info.etag).not.toContain('"')
          found.push(info.location.key)
        }
        expect(found).toEqual(keys)
      })

      it('spells keys as they are', async () => {
        const prefix = at('odd/')
        for (const key of odd) await put(below(prefix, key), Buffer.from(key))
        const expected = odd.map((key) => prefix.key + key)
        expect((await keysBelow(prefix)).sort()).toEqual(expected.sort())
        for (const key of odd) expect((await get(below(prefix, key))).toString()).toBe(key)
      })

      it('takes a prefix as a string, not as a folder', async () => {
        await put(at('pre/x'), Buffer.from('1'))
        await put(at('prefix'), Buffer.from('2'))
        expect(await keysBelow(at('pre'))).toEqual([at('pre/x').key, at('prefix').key])
        expect(await keysBelow(at('pre/'))).toEqual([at('pre/x').key])
        expect(await keysBelow(at('nothing/'))).toEqual([])
      })
    })

    describe('uploads', () => {
      it('puts chunks together in order of their numbers; one that is written again counts anew', async () => {
        const size = subject.chunkByteCountMin
        const chunks = [patternedBytes(size, 1), patternedBytes(size, 2), patternedBytes(321, 3)]
        const upload = await store.openUpload(at('large'), meta, call())
        const write = (number: number, bytes: Buffer) =>
          store.writeChunk(upload, number, Readable.from([bytes]), bytes.length, call())
        await write(2, patternedBytes(size, 99))
        const third = await write(3, chunks[2] as Buffer)
        const first = await write(1, chunks[0] as Buffer)
        const second = await write(2, chunks[1] as Buffer)
        const listed = []
        for await (const chunk of store.listChunks(upload, call())) listed.push(chunk)
        expect(listed).toEqual(
          [first, second, third].map(({ number, byteCount, etag }) => ({ number, byteCount, etag })),
        )
        expect(await store.stat(at('large'), call())).toBeUndefined()
        const whole = Buffer.concat(chunks)
        const done = await store.complete(upload, [first, second, third], call())
        expect(done.byteCount).toBe(whole.length)
        const found = await store.stat(at('large'), call())
        expect(found).toMatchObject({ byteCount: whole.length, etag: done.etag, provenance: meta })
        expect(found?.crc64).toBe(done.crc64)
        expect((await get(at('large'))).equals(whole)).toBe(true)
      })

      it('lists more chunks than a page holds', async () => {
        const upload = await store.openUpload(at('chunks'), meta, call())
        const numbers = Array.from({ length: manyCount }, (_, index) => index + 1)
        for (let from = 0; from < numbers.length; from += 50) {
          const some = numbers.slice(from, from + 50)
          await Promise.all(
            some.map((n) => store.writeChunk(upload, n, Readable.from([`chunk ${n}`]), `chunk ${n}`.length, call())),
          )
        }
        const listed: number[] = []
        for await (const { number } of store.listChunks(upload, call())) listed.push(number)
        expect(listed).toEqual(numbers)
        await store.abort(upload, call())
      })

      it('lists a lone chunk and none at all', async () => {
        const upload = await store.openUpload(at('lone'), meta, call())
        const count = async () => {
          const numbers: number[] = []
          for await (const { number } of store.listChunks(upload, call())) numbers.push(number)
          return numbers.length
        }
        expect(await count()).toBe(0)
        await store.writeChunk(upload, 1, Readable.from(['x']), 1, call())
        expect(await count()).toBe(1)
        await store.abort(upload, call())
      })

      it('lists those that are neither completed nor aborted, below a prefix, with keys as they are', async () => {
        const keys = ['open/a b+ü%2B', 'open/lone', 'open/twice', 'open/twice']
        const opened = []
        for (const key of keys) opened.push(await store.openUpload(at(key), meta, call()))
        const beside = await store.openUpload(at('opener'), meta, call())
        const done = await store.openUpload(at('open/done'), meta, call())
        await store.complete(done, [await store.writeChunk(done, 1, Readable.from(['x']), 1, call())], call())
        const found = async () => {
          const texts = new Set<string>()
          for await (const { location, uploadId } of store.listUploads(at('open/'), call()))
            texts.add(`${location.bucket} ${location.key} ${uploadId}`)
          return [...texts].sort()
        }
        const texts = opened.map(({ location, uploadId }) => `${location.bucket} ${location.key} ${uploadId}`)
        expect(await found()).toEqual(texts.sort())
        for (const upload of [...opened, beside]) await store.abort(upload, call())
        expect(await found()).toEqual([])
      })

      it('lists more uploads than a page holds', async () => {
        const keys = Array.from({ length: manyCount }, (_, index) => `queue/${String(index % 900).padStart(4, '0')}`)
        const opened = new Set<string>()
        for (let from = 0; from < keys.length; from += 50) {
          const some = keys.slice(from, from + 50)
          const uploads = await Promise.all(some.map((key) => store.openUpload(at(key), meta, call())))
          for (const { uploadId } of uploads) opened.add(uploadId)
        }
        const found = []
        for await (const upload of store.listUploads(at('queue/'), call())) found.push(upload)
        expect(new Set(found.map(({ uploadId }) => uploadId))).toEqual(opened)
        for (let from = 0; from < found.length; from += 50)
          await Promise.all(found.slice(from, from + 50).map((upload) => store.abort(upload, call())))
      })

      it('forgets an upload that was aborted, quietly twice, and harms no other', async () => {
        const gone = await store.openUpload(at('gone'), meta, call())
        const other = await store.openUpload(at('other'), meta, call())
        const writing = store.writeChunk(other, 1, slowly(patternedBytes(5000)), 5000, call())
        await store.abort(gone, call())
        await expect(store.abort(gone, call())).resolves.toBeUndefined()
        const listing = store.listChunks(gone, call())[Symbol.asyncIterator]().next()
        expect(await failureOf(listing)).toMatchObject({ code: 'store-missing' })
        const late = store.writeChunk(gone, 1, Readable.from(['x']), 1, call())
        expect(await failureOf(late)).toMatchObject({ code: 'store-missing' })
        await store.complete(other, [await writing], call())
        expect((await get(at('other'))).equals(patternedBytes(5000))).toBe(true)
      })

      it('does not complete over an object that is there, nor the same upload as two objects', async () => {
        await put(at('taken'), Buffer.from('first'))
        const opened = await store.openUpload(at('taken'), meta, call()).then(
          (upload) => upload,
          (error: unknown) => error as MigrationError,
        )
        if (opened instanceof MigrationError) expect(opened.code).toBe('store-refused')
        else {
          const receipt = await store.writeChunk(opened, 1, Readable.from(['x']), 1, call())
          expect(await failureOf(store.complete(opened, [receipt], call()))).toMatchObject({ code: 'store-refused' })
          await store.abort(opened, call())
        }
        expect((await get(at('taken'))).toString()).toBe('first')
      })
    })

    describe('waiting', () => {
      it('stops at once when interrupted', async () => {
        const controller = new AbortController()
        const body = new Readable({ read: () => undefined })
        const writing = failureOf(store.write(at('interrupted'), body, 1000, meta, testCall(60_000, controller.signal)))
        setTimeout(() => controller.abort(), 50)
        expect(await writing).toMatchObject({ code: 'interrupted' })
        expect(body.destroyed).toBe(true)
        expect(await failureOf(store.ping(testCall(60_000, controller.signal)))).toMatchObject({ code: 'interrupted' })
      })

      it('gives up at the deadline', async () => {
        const body = new Readable({ read: () => undefined })
        const begun = Date.now()
        expect(await failureOf(store.write(at('late'), body, 1000, meta, testCall(200)))).toMatchObject({
          code: 'store-failed',
          transient: true,
        })
        expect(Date.now() - begun).toBeLessThan(5_000)
      })

      it('stops a read in the middle', async () => {
        await put(at('stopped'), patternedBytes(3_000_000))
        const controller = new AbortController()
        const body = await store.read(at('stopped'), {}, testCall(60_000, controller.signal))
        const reading = failureOf(
          (async () => {
            let byteCount = 0
            for await (const piece of body as AsyncIterable<Buffer>) {
              byteCount += piece.length
              controller.abort()
            }
            return byteCount
          })(),
        )
        expect(await reading).toMatchObject({ code: 'interrupted' })
      })
    })
  })
}

function slowly(bytes: Buffer): Readable {
  return Readable.from(
    (async function* () {
      for (let at = 0; at < bytes.length; at += 1000) {
        await new Promise((resolve) => setTimeout(resolve, 30))
        yield bytes.subarray(at, at + 1000)
      }
    })(),
  )
}
