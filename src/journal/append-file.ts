import { open, type FileHandle } from 'node:fs/promises'
import { onDisk } from './disk.js'

/**
 * A file of lines that only grows. Lines that are appended together are written and synced together.
 * After a failed write nothing more is written: behind half a line no other line may stand.
 */
export class AppendFile {
  readonly #path: string
  readonly #handle: FileHandle
  #waiting: { readonly line: string; readonly done: () => void; readonly failed: (error: unknown) => void }[] = []
  #draining: Promise<void> | undefined
  #failure: Error | undefined

  private constructor(path: string, handle: FileHandle) {
    this.#path = path
    this.#handle = handle
  }

  /** Opens or makes the file; `byteCount`, when given, is its valid length: what a crash left behind it is cut off. */
  static async open(path: string, byteCount?: number): Promise<AppendFile> {
    return onDisk(path, async () => {
      const handle = await open(path, 'a')
      if (byteCount !== undefined) {
        await handle.truncate(byteCount)
        await handle.datasync()
      }
      return new AppendFile(path, handle)
    })
  }

  /** Resolves when the line is on the disk. */
  append(line: string): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    const appended = new Promise<void>((done, failed) => this.#waiting.push({ line, done, failed }))
    this.#draining ??= this.#drain().finally(() => (this.#draining = undefined))
    return appended
  }

  async close(): Promise<void> {
    await this.#draining
    await this.#handle.close()
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      try {
        await onDisk(this.#path, async () => {
          await this.#handle.appendFile(batch.map((entry) => entry.line + '\n').join(''))
          await this.#handle.datasync()
        })
        for (const entry of batch) entry.done()
      } catch (error) {
        this.#failure = error as Error
        for (const entry of [...batch, ...this.#waiting]) entry.failed(error)
        this.#waiting = []
      }
    }
  }
}
