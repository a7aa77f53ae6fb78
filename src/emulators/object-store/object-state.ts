import { createHash } from 'node:crypto'
import { combineDigests } from './crc-combine.js'
import { DataFiles, type StoredBytes } from './data-files.js'
import type { DigestName } from './digests.js'
import { KeyIndex } from './key-index.js'
import { listPage, type ListPage, type ListQuery } from './listing.js'
import type {
  BucketRecord,
  Content,
  ObjectAttributes,
  ObjectRecord,
  PartRecord,
  Piece,
  UploadRecord,
} from './object-record.js'
import { UploadState } from './upload-state.js'

/** Called once the bytes lie on disk, synchronously with what follows: it refuses by throwing, or describes the object. */
export type Decide = (content: Content, existing: ObjectRecord | undefined) => ObjectAttributes

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
    const used = new Set<string>()
    for (const { bucket, object } of this.#files.readSidecars<ObjectSidecar>('objects')) {
      this.#buckets.get(bucket)?.objects.set(object.key, object)
      for (const { file } of object.pieces) used.add(file)
    }
    this.#files.sweep(this.uploads.load(used))
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

  read(
    { pieces, byteCount }: ObjectRecord,
    span: { readonly first: number; readonly last: number } = { first: 0, last: byteCount - 1 },
  ): Promise<StoredBytes> {
    return this.#files.read(pieces, span.first, span.last - span.first + 1)
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
      return this.#commit(bucket, key, [staged], staged, decide(staged, this.find(bucket, key)))
    } catch (error) {
      this.#files.discard(staged.file)
      throw error
    }
  }

  /** Makes an object of an upload's parts where they lie, and ends the upload; what was not chosen of it is removed. */
  join({ uploadId, bucket, key }: UploadRecord, parts: readonly PartRecord[], decide: Decide): ObjectRecord {
    const byteCount = parts.reduce((sum, part) => sum + part.byteCount, 0)
    const content = { byteCount, digests: combineDigests(parts) }
    const record = this.#commit(bucket, key, parts, content, decide(content, this.find(bucket, key)))
    this.uploads.remove(uploadId, parts)
    return record
  }

  remove(bucket: string, key: string): void {
    const record = this.find(bucket, key)
    if (record === undefined) return
    this.#files.removeSidecar(sidecarPath(bucket, key))
    this.#buckets.get(bucket)?.objects.delete(key)
    for (const { file } of record.pieces) this.#files.discard(file)
  }

  #commit(
    bucket: string,
    key: string,
    bodies: readonly Piece[],
    { byteCount, digests }: Content,
    attributes: ObjectAttributes,
  ): ObjectRecord {
    const pieces = bodies.map((body): Piece => ({ file: body.file, byteCount: body.byteCount }))
    const existing = this.find(bucket, key)
    const object: ObjectRecord = { ...attributes, byteCount, digests, pieces, key, modifiedAt: Date.now() }
    this.#files.writeSidecar(sidecarPath(bucket, key), { bucket, object } satisfies ObjectSidecar)
    this.#buckets.get(bucket)?.objects.set(key, object)
    for (const { file } of existing?.pieces ?? []) this.#files.discard(file)
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
