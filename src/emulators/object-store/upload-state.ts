import { randomBytes } from 'node:crypto'
import type { DataFiles } from './data-files.js'
import type { DigestName } from './digests.js'
import type { PartRecord, Staged, UploadRecord } from './object-record.js'

interface Upload {
  readonly record: UploadRecord
  readonly parts: Map<number, PartRecord>
}

interface PartSidecar {
  readonly uploadId: string
  readonly part: PartRecord
}

/** Multipart uploads that are neither completed nor aborted. */
export class UploadState {
  readonly #files: DataFiles
  readonly #digests: readonly DigestName[]
  readonly #uploads = new Map<string, Upload>()

  constructor(files: DataFiles, digests: readonly DigestName[]) {
    this.#files = files
    this.#digests = digests
  }

  /** Adds the data files that uploads hold to those of objects. An upload whose parts an object has was completed. */
  load(used: ReadonlySet<string>): Set<string> {
    const held = new Set(used)
    for (const record of this.#files.readSidecars<UploadRecord>('uploads')) {
      this.#uploads.set(record.uploadId, { record, parts: new Map() })
    }
    const completed = new Set<string>()
    for (const { uploadId, part } of this.#files.readSidecars<PartSidecar>('parts')) {
      this.#uploads.get(uploadId)?.parts.set(part.number, part)
      if (used.has(part.file)) completed.add(uploadId)
      held.add(part.file)
    }
    for (const uploadId of completed) {
      this.remove(
        uploadId,
        this.parts(uploadId).filter(({ file }) => used.has(file)),
      )
    }
    return held
  }

  create(of: Omit<UploadRecord, 'uploadId' | 'initiatedAt'>): UploadRecord {
    const record = { ...of, uploadId: randomBytes(16).toString('hex').toUpperCase(), initiatedAt: Date.now() }
    this.#files.writeSidecar(`uploads/${record.uploadId}.json`, record)
    this.#uploads.set(record.uploadId, { record, parts: new Map() })
    return record
  }

  /** Undefined unless the upload belongs to this very object. */
  find(bucket: string, key: string, uploadId: string): UploadRecord | undefined {
    const record = this.#uploads.get(uploadId)?.record
    return record?.bucket === bucket && record.key === key ? record : undefined
  }

  /** Of one bucket, in the order of key bytes, then of creation. */
  of(bucket: string): readonly UploadRecord[] {
    const records = [...this.#uploads.values()].map((upload) => upload.record).filter((r) => r.bucket === bucket)
    return records.sort(
      (a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)) || (a.uploadId < b.uploadId ? -1 : 1),
    )
  }

  /** In ascending number. */
  parts(uploadId: string): readonly PartRecord[] {
    return [...(this.#uploads.get(uploadId)?.parts.values() ?? [])].sort((a, b) => a.number - b.number)
  }

  part(uploadId: string, number: number): PartRecord | undefined {
    return this.#uploads.get(uploadId)?.parts.get(number)
  }

  /** `accept` refuses by throwing; it runs when the bytes lie on disk, and is told whether the upload still exists. */
  async putPart(
    uploadId: string,
    number: number,
    body: AsyncIterable<Uint8Array>,
    digests: Iterable<DigestName>,
    accept: (staged: Staged, exists: boolean) => void,
  ): Promise<PartRecord> {
    const staged = await this.#files.stage(body, [...this.#digests, ...digests])
    try {
      accept(staged, this.#uploads.has(uploadId))
      return this.#commit(uploadId, number, staged)
    } catch (error) {
      this.#files.discard(staged.file)
      throw error
    }
  }

  /** The parts' bytes, one after the other. */
  async *join(parts: readonly PartRecord[]): AsyncGenerator<Uint8Array> {
    for (const part of parts) {
      const stored = await this.#files.read([part], 0, part.byteCount)
      try {
        yield* stored.bytes
      } finally {
        await stored.close()
      }
    }
  }

  /** `kept` are parts that belong to an object now. */
  remove(uploadId: string, kept: readonly PartRecord[] = []): void {
    const files = new Set(kept.map(({ file }) => file))
    const parts = this.parts(uploadId).filter(({ file }) => !files.has(file))
    this.#uploads.delete(uploadId)
    this.#files.removeSidecar(`uploads/${uploadId}.json`)
    this.#files.removeSidecar(`parts/${uploadId}`)
    for (const part of parts) this.#files.discard(part.file)
  }

  #commit(uploadId: string, number: number, staged: Staged): PartRecord {
    const before = this.part(uploadId, number)
    const isOpaque = this.#uploads.get(uploadId)?.record.opaqueEtags === true
    const etag = isOpaque ? randomBytes(16).toString('hex') : (staged.digests.md5 ?? '')
    const part: PartRecord = { ...staged, number, etag, modifiedAt: Date.now() }
    this.#files.writeSidecar(`parts/${uploadId}/${number}.json`, { uploadId, part } satisfies PartSidecar)
    this.#uploads.get(uploadId)?.parts.set(number, part)
    if (before !== undefined) this.#files.discard(before.file)
    return part
  }
}
