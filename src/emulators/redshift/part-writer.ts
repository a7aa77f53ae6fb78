import { randomInt } from 'node:crypto'
import { batchRowCountMax, type EngineRow } from '../sql-engine.js'
import { unsupported } from './fault.js'
import type { UnloadedFile } from './history.js'
import type { PartEncoder } from './part-encoder.js'
import { partName } from './part-name.js'
import { roughByteCount, takeGroup } from './row-group.js'
import type { S3Writer } from './s3-writer.js'
import type { PartLayout } from './unload-partition.js'
import type { UnloadRequest } from './unload-request.js'

const megabyte = 1024 * 1024
/** Slices of the emulated cluster; fewer hold rows when there are few. */
const sliceCountMax = 4
/** All open parts together stay below 64 MB. */
const openByteCountMax = 64 * megabyte
/** Rows that wait for the encoder, of all partitions together. */
const bufferedRowCountMax = 2 * batchRowCountMax
/** One slice's files of one partition are remembered by number, so there is a limit to them. */
const chainCountMax = 40_000

/** What one slice writes into one folder: `0000_part_00`, `0000_part_01` … */
interface Chain {
  readonly id: number
  readonly folder: string
  readonly slice: number
  buffered: EngineRow[]
  /** Rows in the open part. */
  rowCount: number
  byteCount: number
  partCount: number
}

export interface PartWriting {
  readonly request: UnloadRequest
  readonly layout: PartLayout
  readonly encoder: PartEncoder
  readonly store: S3Writer
  /** Before the first part of a folder. */
  readonly prepareFolder?: (folder: string) => Promise<void>
  readonly written: (file: UnloadedFile) => void
}

/** Spreads rows over slices and folders, and writes each one's parts as they fill. */
export class PartWriter {
  readonly #writing: PartWriting
  readonly #slices: readonly number[]
  readonly #partByteCountMax: number
  readonly #chains = new Map<string, Chain>()
  readonly #prepared = new Set<string>()
  #bufferedRowCount = 0
  #openByteCount = 0
  #encoding: Promise<void> = Promise.resolve()

  constructor(writing: PartWriting) {
    this.#writing = writing
    this.#slices = sliceNumbers(writing.request.parallel ? sliceCountMax : 1)
    this.#partByteCountMax = Math.min(fileSize(writing.request), openByteCountMax / this.#slices.length)
  }

  /** Each slice takes a run of the batch. */
  async add(rows: readonly EngineRow[]): Promise<void> {
    const { layout, request } = this.#writing
    const runLength = Math.ceil(rows.length / this.#slices.length)
    for (const [i, slice] of this.#slices.entries()) {
      for (const row of rows.slice(i * runLength, (i + 1) * runLength)) {
        this.#chain(layout.folder(row), slice).buffered.push(layout.project(row))
      }
    }
    this.#bufferedRowCount += rows.length
    const all = request.partitionBy !== undefined && this.#bufferedRowCount >= bufferedRowCountMax
    for (const chain of this.#chains.values()) {
      if (all || chain.buffered.length >= batchRowCountMax) await this.#encode(chain)
    }
  }

  async finish(): Promise<void> {
    for (const chain of this.#chains.values()) {
      await this.#encode(chain)
      await this.#encoding
      if (chain.rowCount > 0) await this.#storePart(chain)
    }
  }

  /** A file without rows for every slice. */
  async finishEmpty(): Promise<void> {
    for (const slice of this.#slices) await this.#storePart(this.#chain('', slice))
  }

  #chain(folder: string, slice: number): Chain {
    const name = `${folder} ${slice}`
    const found = this.#chains.get(name)
    if (found !== undefined) return found
    if (this.#chains.size >= chainCountMax)
      throw unsupported(`UNLOAD to more than ${chainCountMax} files of partitions`)
    const chain = { id: this.#chains.size, folder, slice, buffered: [], rowCount: 0, byteCount: 0, partCount: 0 }
    this.#chains.set(name, chain)
    return chain
  }

  /** The next batch is read while this one is encoded; an error shows at the next wait. */
  async #encode(chain: Chain): Promise<void> {
    await this.#encoding
    const rows = chain.buffered
    chain.buffered = []
    this.#bufferedRowCount -= rows.length
    if (rows.length === 0) return
    this.#encoding = this.#addGroups(chain, rows)
    this.#encoding.catch(() => undefined)
  }

  /** A part is stored before a group that might carry it past the ceiling. */
  async #addGroups(chain: Chain, rows: readonly EngineRow[]): Promise<void> {
    const { encoder } = this.#writing
    const { paddingByteCount } = encoder
    const limits = { byteCountMax: this.#partByteCountMax / 2, paddingByteCount }
    for (let from = 0; from < rows.length;) {
      const group = takeGroup(rows, from, limits)
      from += group.length
      const expected = chain.byteCount + roughByteCount(group, paddingByteCount)
      if (chain.rowCount > 0 && expected > this.#partByteCountMax) await this.#storePart(chain)
      const byteCount = await encoder.add(chain.id, group)
      this.#openByteCount += byteCount - chain.byteCount
      chain.byteCount = byteCount
      chain.rowCount += group.length
      while (this.#openByteCount > openByteCountMax) await this.#storePart(this.#largest())
    }
  }

  #largest(): Chain {
    return [...this.#chains.values()].reduce((most, chain) => (chain.byteCount > most.byteCount ? chain : most))
  }

  async #storePart(chain: Chain): Promise<void> {
    const { request, encoder, store, written } = this.#writing
    await this.#prepareFolder(chain.folder)
    const bytes = await encoder.finish(chain.id)
    const key = request.prefix + chain.folder + partName(request, chain.slice, chain.partCount)
    await store.put(key, bytes)
    const { slice, rowCount } = chain
    written({ url: `s3://${request.bucket}/${key}`, slice, rowCount, byteCount: bytes.byteLength })
    this.#openByteCount -= chain.byteCount
    chain.partCount += 1
    chain.rowCount = 0
    chain.byteCount = 0
  }

  async #prepareFolder(folder: string): Promise<void> {
    if (this.#prepared.has(folder)) return
    this.#prepared.add(folder)
    await this.#writing.prepareFolder?.(folder)
  }
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
