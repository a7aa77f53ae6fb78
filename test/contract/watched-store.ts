import type { Readable } from 'node:stream'
import type { Location } from '../../src/model/names.js'
import type { Call } from '../../src/model/work.js'
import type { ByteRange, ChunkReceipt, ObjectInfo, ObjectStore, Provenance, Upload } from '../../src/store/store.js'

export type Operation = Exclude<keyof ObjectStore, 'ping'>

/** A store that counts what is asked of the one below, and lets a test step in before it is done. */
export class WatchedStore implements ObjectStore {
  readonly counts = new Map<Operation, number>()
  /** Bytes of the bodies that were written. */
  writtenByteCount = 0
  inFlightCount = 0
  inFlightCountMax = 0
  before: (operation: Operation, count: number, location: Location) => Promise<void> | void = () => undefined
  /** May stand in for the body that is read. */
  onBody: (body: Readable) => Readable = (body) => body
  readonly #store: ObjectStore

  constructor(store: ObjectStore) {
    this.#store = store
  }

  count(operation: Operation): number {
    return this.counts.get(operation) ?? 0
  }

  ping(call: Call): Promise<void> {
    return this.#store.ping(call)
  }

  async *list(prefix: Location, call: Call): AsyncGenerator<ObjectInfo> {
    await this.#see('list', prefix)
    yield* this.#store.list(prefix, call)
  }

  async stat(location: Location, call: Call): Promise<ObjectInfo | undefined> {
    await this.#see('stat', location)
    return this.#store.stat(location, call)
  }

  async read(location: Location, of: { range?: ByteRange; ifMatch?: string }, call: Call): Promise<Readable> {
    await this.#see('read', location)
    return this.onBody(await this.#store.read(location, of, call))
  }

  async write(location: Location, body: Readable, byteCount: number, meta: Provenance, call: Call) {
    await this.#see('write', location)
    return this.#flight(byteCount, () => this.#store.write(location, body, byteCount, meta, call))
  }

  async openUpload(location: Location, meta: Provenance, call: Call): Promise<Upload> {
    await this.#see('openUpload', location)
    return this.#store.openUpload(location, meta, call)
  }

  async writeChunk(upload: Upload, chunkNumber: number, body: Readable, byteCount: number, call: Call) {
    await this.#see('writeChunk', upload.location)
    return this.#flight(byteCount, () => this.#store.writeChunk(upload, chunkNumber, body, byteCount, call))
  }

  async *listChunks(upload: Upload, call: Call): AsyncGenerator<ChunkReceipt> {
    await this.#see('listChunks', upload.location)
    yield* this.#store.listChunks(upload, call)
  }

  async complete(upload: Upload, receipts: readonly ChunkReceipt[], call: Call): Promise<ObjectInfo> {
    await this.#see('complete', upload.location)
    return this.#store.complete(upload, receipts, call)
  }

  async abort(upload: Upload, call: Call): Promise<void> {
    await this.#see('abort', upload.location)
    return this.#store.abort(upload, call)
  }

  async *listUploads(prefix: Location, call: Call): AsyncGenerator<Upload> {
    await this.#see('listUploads', prefix)
    yield* this.#store.listUploads(prefix, call)
  }

  async remove(location: Location, call: Call): Promise<void> {
    await this.#see('remove', location)
    return this.#store.remove(location, call)
  }

  async #see(operation: Operation, location: Location): Promise<void> {
    const count = this.count(operation) + 1
    this.counts.set(operation, count)
    await this.before(operation, count, location)
  }

  async #flight<Result>(byteCount: number, work: () => Promise<Result>): Promise<Result> {
    this.inFlightCountMax = Math.max(this.inFlightCountMax, (this.inFlightCount += 1))
    try {
      const result = await work()
      this.writtenByteCount += byteCount
      return result
    } finally {
      this.inFlightCount -= 1
    }
  }
}
