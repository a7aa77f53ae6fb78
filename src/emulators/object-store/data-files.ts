import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { openDigests, type DigestName } from './digests.js'
import type { Piece, Staged } from './object-record.js'

const readAheadByteCount = 1024 * 1024

/** Bytes of a stored object, to be read once; closed by whoever reads them, whether they were read or not. */
export interface StoredBytes {
  readonly byteCount: number
  readonly bytes: AsyncIterable<Uint8Array>
  close(): Promise<void>
}

/** Bodies and their sidecars on disk. A body counts once a sidecar names it; sidecars appear by rename. */
export class DataFiles {
  readonly #dir: string

  constructor(dir: string) {
    this.#dir = dir
  }

  make(): void {
    mkdirSync(join(this.#dir, 'data'), { recursive: true })
  }

  /** Streams a body to a new file; nothing of it stays when the stream fails. */
  async stage(body: AsyncIterable<Uint8Array>, digestNames: Iterable<DigestName>): Promise<Staged> {
    const digests = await openDigests(digestNames)
    const file = randomUUID()
    const handle = await open(join(this.#dir, 'data', file), 'wx')
    let byteCount = 0
    try {
      for await (const chunk of body) {
        digests.update(chunk)
        await writeAll(handle, chunk)
        byteCount += chunk.length
      }
    } catch (error) {
      this.discard(file)
      throw error
    } finally {
      await handle.close()
    }
    return { file, byteCount, digests: digests.finish() }
  }

  /**
   * What lies in one piece is opened now, so that it can be read to its end whatever becomes of the object; pieces of
   * which there are many are opened one at a time.
   */
  async read(pieces: readonly Piece[], first: number, byteCount: number): Promise<StoredBytes> {
    const [lone, ...more] = pieces
    if (byteCount === 0 || lone === undefined) return { byteCount, bytes: nothing(), close: () => Promise.resolve() }
    if (more.length > 0) return { byteCount, bytes: this.#readPieces(pieces, first, byteCount), close: async () => {} }
    const handle = await this.#open(lone)
    return { byteCount, bytes: readHandle(handle, first, byteCount), close: () => handle.close() }
  }

  #open({ file }: Piece): Promise<FileHandle> {
    return open(join(this.#dir, 'data', file), 'r')
  }

  async *#readPieces(pieces: readonly Piece[], first: number, byteCount: number): AsyncGenerator<Uint8Array> {
    let [skip, left] = [first, byteCount]
    for (const piece of pieces) {
      const wanted = Math.min(piece.byteCount - skip, left)
      if (wanted > 0) {
        const handle = await this.#open(piece)
        try {
          yield* readHandle(handle, skip, wanted)
        } finally {
          await handle.close()
        }
        left -= wanted
      }
      skip = Math.max(0, skip - piece.byteCount)
      if (left === 0) return
    }
  }

  discard(file: string): void {
    rmSync(join(this.#dir, 'data', file), { force: true })
  }

  /** Synchronous, so that no other request runs between a caller's check and the rename. */
  writeSidecar(path: string, value: unknown): void {
    const place = join(this.#dir, path)
    mkdirSync(dirname(place), { recursive: true })
    const temporary = `${place}.${randomUUID()}.tmp`
    writeFileSync(temporary, JSON.stringify(value))
    renameSync(temporary, place)
  }

  removeSidecar(path: string): void {
    rmSync(join(this.#dir, path), { force: true, recursive: true })
  }

  /** Every sidecar below a folder. */
  *readSidecars<T>(folder: string): Generator<T> {
    for (const name of this.#names(folder)) {
      if (name.endsWith('.json')) yield JSON.parse(readFileSync(join(this.#dir, folder, name), 'utf8')) as T
    }
  }

  /** Removes bodies that no sidecar names: what a killed process left. */
  sweep(used: ReadonlySet<string>): void {
    for (const file of this.#names('data')) if (!used.has(file)) this.discard(file)
  }

  #names(folder: string): string[] {
    try {
      return readdirSync(join(this.#dir, folder), { recursive: true, encoding: 'utf8' })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // An empty object.
}

function readHandle(handle: FileHandle, first: number, byteCount: number): AsyncIterable<Uint8Array> {
  const of = { start: first, end: first + byteCount - 1, highWaterMark: readAheadByteCount, autoClose: false }
  return handle.createReadStream(of) as AsyncIterable<Uint8Array>
}

async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  let written = 0
  while (written < chunk.length) {
    written += (await handle.write(chunk, written, chunk.length - written)).bytesWritten
  }
}
