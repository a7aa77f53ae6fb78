import { constants } from 'node:fs'
import { mkdir, open, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { onDisk } from './disk.js'
import { syncFolder } from './sync-folder.js'

/** Bytes that one write takes; what is appended beyond waits for the next. */
const batchByteCountMax = 4 * 1024 * 1024

/** Where lines come from several at once, those of so long are written together: a sync costs more than the wait. */
const gatherMilliseconds = 2

interface Waiting {
  readonly bytes: Buffer
  readonly done: () => void
  readonly failed: (error: unknown) => void
}

/**
 * A file of lines that only grows. Lines that come while one `fdatasync` runs are written and synced together by the
 * next, so that a thousand lines cost a few syncs. After a failed write nothing more is written: behind half a line no
 * other line may stand, and a second sync would call pages written that were lost.
 */
export class AppendFile {
  readonly #path: string
  readonly #handle: FileHandle
  #waiting: Waiting[] = []
  #draining: Promise<void> | undefined
  #failure: Error | undefined
  /** The last batch was of several lines; who appends one after the other is never kept waiting. */
  #wasCrowded = false

  private constructor(path: string, handle: FileHandle) {
    this.#path = path
    this.#handle = handle
  }

  /** Opens or makes the file, readable by its owner only; the file's name is durable too. */
  static async open(path: string): Promise<AppendFile> {
    return onDisk(path, async () => {
      await mkdir(dirname(path), { recursive: true })
      const handle = await open(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, 0o600)
      await syncFolder(dirname(path)).catch(async (error: unknown) => {
        await handle.close()
        throw error
      })
      return new AppendFile(path, handle)
    })
  }

  /** Resolves when the line is on the disk. Throws `disk`. */
  append(line: string): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    return new Promise((done, failed) => {
      this.#waiting.push({ bytes: Buffer.from(line + '\n'), done, failed })
      this.#draining ??= this.#drain()
    })
  }

  async close(): Promise<void> {
    await this.#draining
    await this.#handle.close()
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      if (this.#wasCrowded) await sleep(gatherMilliseconds)
      const batch = takeBatch(this.#waiting)
      this.#wasCrowded = batch.length > 1
      try {
        await onDisk(this.#path, async () => {
          await this.#handle.appendFile(Buffer.concat(batch.map(({ bytes }) => bytes)))
          await this.#handle.datasync()
        })
        for (const { done } of batch) done()
      } catch (error) {
        this.#fail(error, batch)
      }
    }
    this.#draining = undefined
  }

  #fail(error: unknown, batch: readonly Waiting[]): void {
    this.#failure = error instanceof Error ? error : new Error(String(error))
    for (const { failed } of [...batch, ...this.#waiting.splice(0)]) failed(error)
  }
}

function takeBatch(waiting: Waiting[]): Waiting[] {
  let byteCount = 0
  let count = 0
  for (const { bytes } of waiting) {
    byteCount += bytes.length
    if (count > 0 && byteCount > batchByteCountMax) break
    count += 1
  }
  return waiting.splice(0, count)
}
