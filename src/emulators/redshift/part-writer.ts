import { randomInt } from 'node:crypto'
import { batchRowCountMax, type EngineRow } from '../sql-engine.js'
import type { UnloadedFile } from './history.js'
import type { PartEncoder } from './part-encoder.js'
import { roughByteCount, takeGroup } from './row-group.js'
import type { S3Writer } from './s3-writer.js'
import type { UnloadRequest } from './unload-request.js'

const megabyte = 1024 * 1024
/** Slices of the emulated cluster; fewer hold rows when there are few. */
const sliceCountMax = 4
/** All open parts together stay below 64 MB. */
const openByteCountMax = 64 * megabyte

interface Slice {
  readonly number: number
  buffered: EngineRow[]
  /** Rows in the open part. */
  rowCount: number
  byteCount: number
  partCount: number
}

/** Spreads rows over slices and writes each slice's parts as they fill. */
export class PartWriter {
  readonly #request: UnloadRequest
  readonly #encoder: PartEncoder
  readonly #store: S3Writer
  readonly #slices: readonly Slice[]
  readonly #partByteCountMax: number
  readonly #written: (file: UnloadedFile) => void
  #encoding: Promise<void> = Promise.resolve()

  constructor(request: UnloadRequest, encoder: PartEncoder, store: S3Writer, written: (file: UnloadedFile) => void) {
    this.#request = request
    this.#encoder = encoder
    this.#store = store
    this.#written = written
    this.#slices = sliceNumbers(request.parallel ? sliceCountMax : 1).map(emptySlice)
    this.#partByteCountMax = Math.min(fileSize(request), openByteCountMax / this.#slices.length)
  }

  /** Each slice takes a run of the batch. */
  async add(rows: readonly EngineRow[]): Promise<void> {
    const runLength = Math.ceil(rows.length / this.#slices.length)
    let from = 0
    for (const slice of this.#slices) {
      const run = rows.slice(from, from + runLength)
      from += runLength
      slice.buffered.push(...run)
      if (slice.buffered.length >= batchRowCountMax) await this.#encode(slice)
    }
  }

  async finish(): Promise<void> {
    for (const slice of this.#slices) {
      await this.#encode(slice)
      await this.#encoding
      if (slice.rowCount > 0) await this.#storePart(slice)
    }
  }

  /** The next batch is read while this one is encoded; an error shows at the next wait. */
  async #encode(slice: Slice): Promise<void> {
    await this.#encoding
    const rows = slice.buffered
    slice.buffered = []
    if (rows.length === 0) return
    this.#encoding = this.#addGroups(slice, rows)
    this.#encoding.catch(() => undefined)
  }

  /** A part is stored before a group that might carry it past the ceiling. */
  async #addGroups(slice: Slice, rows: readonly EngineRow[]): Promise<void> {
    const { paddingByteCount } = this.#encoder
    const limits = { byteCountMax: this.#partByteCountMax / 2, paddingByteCount }
    for (let from = 0; from < rows.length;) {
      const group = takeGroup(rows, from, limits)
      from += group.length
      const expected = slice.byteCount + roughByteCount(group, paddingByteCount)
      if (slice.rowCount > 0 && expected > this.#partByteCountMax) {
        await this.#storePart(slice)
      }
      slice.byteCount = await this.#encoder.add(slice.number, group)
      slice.rowCount += group.length
    }
  }

  async #storePart(slice: Slice): Promise<void> {
    const bytes = await this.#encoder.finish(slice.number)
    const key = this.#request.prefix + this.#name(slice)
    await this.#store.put(key, bytes)
    this.#written({
      url: `s3://${this.#request.bucket}/${key}`,
      slice: slice.number,
      rowCount: slice.rowCount,
      byteCount: bytes.byteLength,
    })
    slice.partCount += 1
    slice.rowCount = 0
    slice.byteCount = 0
  }

  /** redshift.md 1.4 */
  #name(slice: Slice): string {
    const { parallel, extension, format, compression } = this.#request
    const automatic = format === 'PARQUET' ? '.parquet' : compression === 'GZIP' ? '.gz' : ''
    const ending = extension === undefined ? automatic : `.${extension.replace(/^\./, '')}`
    const part = String(slice.partCount)
    if (!parallel) return part.padStart(3, '0') + ending
    return `${String(slice.number).padStart(4, '0')}_part_${part.padStart(2, '0')}${ending}`
  }
}

function emptySlice(number: number): Slice {
  return { number, buffered: [], rowCount: 0, byteCount: 0, partCount: 0 }
}

/** Not contiguous, and others each time: nobody may conclude anything from the names. */
function sliceNumbers(count: number): number[] {
  const numbers = new Set<number>()
  while (numbers.size < count) numbers.add(randomInt(0, 128))
  return [...numbers].sort((a, b) => a - b)
}

/** MAXFILESIZE, for Parquet rounded down to a multiple of 32 MB. */
function fileSize({ maxFileSize = 6.2 * 1024 * megabyte, format }: UnloadRequest): number {
  const unit = 32 * megabyte
  if (format !== 'PARQUET' || maxFileSize < unit) return maxFileSize
  return Math.floor(maxFileSize / unit) * unit
}
