import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { DataFiles } from './data-files.js'
import type { DigestName } from './digests.js'
import { KeyIndex } from './key-index.js'
import { listPage, type ListPage, type ListQuery } from './listing.js'
import type { BucketRecord, ObjectAttributes, ObjectRecord, Staged } from './object-record.js'
import { UploadState } from './upload-state.js'

/** Called once the bytes lie on disk, synchronously with what follows: it refuses by throwing, or describes the object. */
export type Decide = (staged: Staged, existing: ObjectRecord | undefined) => ObjectAttributes

interface Bucket {
  readonly record: BucketRecord
  readonly objects: KeyIndex<ObjectRecord>
}

interface ObjectSidecar {
  readonly bucket: string
  readonly object: ObjectRecord
}

/** Buckets, objects and uploads of one service: an index in memory, everything on disk. Knows no protocol. */
export class ObjectState {
  readonly uploads: UploadState
  readonly #files: DataFiles
  readonly #buckets = new Map<string, Bucket>()
  readonly #given: readonly { readonly name: string; readonly region: string }[]
  readonly #digests: readonly DigestName[]

  /** `digests` are kept of every object and part, besides what a request asks for. */
  constructor(
    dir: string,
    buckets: readonly { readonly name: string; readonly region: string }[],
    digests: readonly DigestName[],
  ) {
    this.#files = new DataFiles(dir)
    this.#given = buckets
    this.#digests = digests
    this.uploads = new UploadState(this.#files, digests)
  }

  /** Reads back what an earlier process left and makes the buckets of the world. */
  open(): void {
    this.#files.make()
    for (const record of this.#files.readSidecars<BucketRecord>('buckets')) this.#addBucket(record)
    for (const given of this.#given) if (!this.#buckets.has(given.name)) this.createBucket(given.name, given.region)
    const used = this.uploads.load()
    for (const { bucket, object } of this.#files.readSidecars<ObjectSidecar>('objects')) {
      this.#buckets.get(bucket)?.objects.set(object.key, object)
      used.add(object.file)
    }
    this.#files.sweep(used)
  }

  buckets(): readonly BucketRecord[] {
    return [...this.#buckets.values()].map((bucket) => bucket.record).sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  bucket(name: string): BucketRecord | undefined {
    return this.#buckets.get(name)?.record
  }

  createBucket(name: string, region: string): BucketRecord {
    const record: BucketRecord = { name, region, createdAt: Date.now() }
    this.#files.writeSidecar(`buckets/${name}.json`, record)
    this.#addBucket(record)
    return record
  }

  /** False when it still holds objects or uploads. */
  deleteBucket(name: string): boolean {
    if ((this.#buckets.get(name)?.objects.size ?? 0) > 0 || this.uploads.of(name).length > 0) return false
    this.#files.removeSidecar(`buckets/${name}.json`)
    this.#buckets.delete(name)
    return true
  }

  find(bucket: string, key: string): ObjectRecord | undefined {
    return this.#buckets.get(bucket)?.objects.get(key)
  }

  list(bucket: string, query: ListQuery): ListPage<ObjectRecord> {
    const objects = this.#buckets.get(bucket)?.objects
    return objects === undefined ? { entries: [], prefixes: [] } : listPage(objects, query)
  }

  read(file: string): Promise<FileHandle> {
    return this.#files.read(file)
  }

  async put(
    bucket: string,
    key: string,
    body: AsyncIterable<Uint8Array>,
    digests: Iterable<DigestName>,
    decide: Decide,
  ): Promise<ObjectRecord> {
    const staged = await this.#files.stage(body, [...this.#digests, ...digests])
    try {
      return this.#commit(bucket, key, staged, decide(staged, this.find(bucket, key)))
    } catch (error) {
      this.#files.discard(staged.file)
      throw error
    }
  }

  remove(bucket: string, key: string): void {
    const record = this.find(bucket, key)
    if (record === undefined) return
    this.#files.removeSidecar(sidecarPath(bucket, key))
    this.#buckets.get(bucket)?.objects.delete(key)
    this.#files.discard(record.file)
  }

  #commit(bucket: string, key: string, staged: Staged, attributes: ObjectAttributes): ObjectRecord {
    const existing = this.find(bucket, key)
    const object: ObjectRecord = { ...attributes, ...staged, key, modifiedAt: Date.now() }
    this.#files.writeSidecar(sidecarPath(bucket, key), { bucket, object } satisfies ObjectSidecar)
    this.#buckets.get(bucket)?.objects.set(key, object)
    if (existing !== undefined) this.#files.discard(existing.file)
    return object
  }

  #addBucket(record: BucketRecord): void {
    this.#buckets.set(record.name, { record, objects: new KeyIndex() })
  }
}

// Keys may be longer than file names and hold any character.
function sidecarPath(bucket: string, key: string): string {
  const hash = createHash('sha256').update(key).digest('hex')
  return `objects/${bucket}/${hash.slice(0, 2)}/${hash}.json`
}
