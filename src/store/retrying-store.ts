import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { MigrationError } from '../model/errors.js'
import type { Location } from '../model/names.js'
import { retryDelay } from '../model/retry.js'
import type { RetryLimits } from '../model/retry.js'
import type { Call } from '../model/work.js'
import type { ByteRange, ChunkReceipt, ObjectInfo, ObjectStore, Provenance, Upload } from './store.js'

export interface RetryingStoreLimits extends RetryLimits {
  /** Retries of all requests of this store together: a service that fails every other request is not to be hammered for days. */
  readonly retryCountMax: number
}

export const defaultRetryingStoreLimits: RetryingStoreLimits = {
  attemptCountMax: 6,
  firstDelayMilliseconds: 200,
  delayMillisecondsMax: 20_000,
  retryCountMax: 100_000,
}

/**
 * Tries again what failed for a transient reason, within signal, deadline and budget. Not the bodies: a write's stream
 * cannot be read twice, and a read that breaks off is its reader's to take up; the carrier does both.
 */
export class RetryingStore implements ObjectStore {
  readonly #store: ObjectStore
  readonly #limits: RetryingStoreLimits
  /** Neither is tried again here: they are bodies. */
  readonly readWhole?: NonNullable<ObjectStore['readWhole']>
  readonly writeWhole?: NonNullable<ObjectStore['writeWhole']>
  #retryCount = 0

  constructor(store: ObjectStore, limits: RetryingStoreLimits = defaultRetryingStoreLimits) {
    this.#store = store
    this.#limits = limits
    if (store.readWhole !== undefined) this.readWhole = store.readWhole.bind(store)
    if (store.writeWhole !== undefined) this.writeWhole = store.writeWhole.bind(store)
  }

  ping(call: Call): Promise<void> {
    return this.#retry(call, () => this.#store.ping(call))
  }

  /** After a failed page the listing starts again and passes over what was given already (keys come in order). */
  async *list(prefix: Location, call: Call): AsyncGenerator<ObjectInfo> {
    yield* this.#resume(
      call,
      () => this.#store.list(prefix, call),
      (one, other) => compareKeys(one.location, other.location),
    )
  }

  stat(location: Location, call: Call): Promise<ObjectInfo | undefined> {
    return this.#retry(call, () => this.#store.stat(location, call))
  }

  partByteCount(location: Location, number: number, call: Call): Promise<number | undefined> {
    return this.#retry(call, async () => this.#store.partByteCount?.(location, number, call))
  }

  read(
    location: Location,
    of: { readonly range?: ByteRange; readonly ifMatch?: string },
    call: Call,
  ): Promise<Readable> {
    return this.#retry(call, () => this.#store.read(location, of, call))
  }

  write(location: Location, body: Readable, byteCount: number, meta: Provenance, call: Call): Promise<ObjectInfo> {
    return this.#store.write(location, body, byteCount, meta, call)
  }

  openUpload(location: Location, meta: Provenance, call: Call): Promise<Upload> {
    return this.#retry(call, () => this.#store.openUpload(location, meta, call))
  }

  writeChunk(
    upload: Upload,
    chunkNumber: number,
    body: Readable,
    byteCount: number,
    call: Call,
  ): Promise<ChunkReceipt> {
    return this.#store.writeChunk(upload, chunkNumber, body, byteCount, call)
  }

  async *listChunks(upload: Upload, call: Call): AsyncGenerator<ChunkReceipt> {
    yield* this.#resume(
      call,
      () => this.#store.listChunks(upload, call),
      (one, other) => one.number - other.number,
    )
  }

  /** When an answer was lost, the second try finds the upload gone (`store-missing`): then `stat` tells what became of it. */
  complete(upload: Upload, receipts: readonly ChunkReceipt[], call: Call): Promise<ObjectInfo> {
    return this.#retry(call, () => this.#store.complete(upload, receipts, call))
  }

  abort(upload: Upload, call: Call): Promise<void> {
    return this.#retry(call, () => this.#store.abort(upload, call))
  }

  /** Uploads of one key come in an order of the store's own: those of the key that a page ended with may come twice. */
  async *listUploads(prefix: Location, call: Call): AsyncGenerator<Upload> {
    yield* this.#resume(
      call,
      () => this.#store.listUploads(prefix, call),
      (one, other) => compareKeys(one.location, other.location) || 1,
    )
  }

  remove(location: Location, call: Call): Promise<void> {
    return this.#retry(call, () => this.#store.remove(location, call))
  }

  async #retry<Result>(call: Call, request: () => Promise<Result>): Promise<Result> {
    for (let attemptNumber = 1; ; attemptNumber += 1) {
      try {
        return await request()
      } catch (error) {
        await this.#waitOrThrow(error, attemptNumber, call)
      }
    }
  }

  async *#resume<Item>(
    call: Call,
    open: () => AsyncIterable<Item>,
    order: (one: Item, other: Item) => number,
  ): AsyncGenerator<Item> {
    let last: Item | undefined
    for (let attemptNumber = 1; ; attemptNumber += 1) {
      try {
        for await (const item of open()) {
          if (last !== undefined && order(item, last) <= 0) continue
          last = item
          attemptNumber = 1
          yield item
        }
        return
      } catch (error) {
        await this.#waitOrThrow(error, attemptNumber, call)
      }
    }
  }

  async #waitOrThrow(error: unknown, attemptNumber: number, call: Call): Promise<void> {
    if (!(error instanceof MigrationError) || !error.transient) throw error
    if (attemptNumber >= this.#limits.attemptCountMax || this.#retryCount >= this.#limits.retryCountMax) throw error
    const delay = retryDelay(attemptNumber, this.#limits, Math.random())
    if (call.signal.aborted || Date.now() + delay >= call.deadlineAt) throw error
    this.#retryCount += 1
    await sleep(delay, undefined, { signal: call.signal }).catch(() => {
      throw new MigrationError('interrupted', `${error.message} (interrupted while waiting to try again)`)
    })
  }
}

/** By bytes, as stores order their listings. */
function compareKeys(one: Location, other: Location): number {
  return Buffer.compare(Buffer.from(one.key), Buffer.from(other.key))
}
