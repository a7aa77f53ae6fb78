import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { openDigests, type DigestName } from './digests.js'
import type { Staged } from './object-record.js'

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

  read(file: string): Promise<FileHandle> {
    return open(join(this.#dir, 'data', file), 'r')
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

async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  let written = 0
  while (written < chunk.length) {
    written += (await handle.write(chunk, written, chunk.length - written)).bytesWritten
  }
}
