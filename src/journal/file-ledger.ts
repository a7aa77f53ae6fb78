import { constants } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { MigrationError } from '../model/errors.js'
import type { Ledger, LedgerEntry } from '../model/ledger.js'
import { onDisk } from './disk.js'
import { readLines } from './lines.js'
import { cutTornTail } from './torn-tail.js'

/** Bytes that one write takes; what is noted beyond waits for the next. */
const batchByteCountMax = 4 * 1024 * 1024

interface Waiting {
  readonly line: Buffer
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * A consignment's ledger as JSON lines. `note` resolves when its line is on the disk: lines that come while one
 * `fdatasync` runs are written and synced together by the next, so that a thousand chunks cost a few syncs.
 * Errors: `disk` (full, failing, or a line that cannot be read back). After a failed write nothing more is written.
 */
export class FileLedger implements Ledger {
  readonly #path: string
  readonly #waiting: Waiting[] = []
  #file: Promise<FileHandle> | undefined
  #flushing: Promise<void> | undefined
  #failure: Error | undefined
  #closed = false

  constructor(path: string) {
    this.#path = path
  }

  async *entries(): AsyncGenerator<LedgerEntry> {
    await this.#open()
    let lineNumber = 0
    for await (const { text, whole } of readLines(this.#path)) {
      // A line without its end is being written right now; it was cut if it was left by a crash.
      if (whole) yield parseEntry(this.#path, text, (lineNumber += 1))
    }
  }

  async note(entry: LedgerEntry): Promise<void> {
    if (this.#closed) throw new Error(`${this.#path} is closed`)
    if (this.#failure !== undefined) throw this.#failure
    const line = Buffer.from(`${JSON.stringify(entry)}\n`)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line, resolve, reject })
      this.#flushing ??= this.#flush()
    })
  }

  /** What was noted before is durable; the file is closed. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#flushing
    const file = await this.#file?.catch(() => undefined)
    this.#file = undefined
    await file?.close()
  }

  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = takeBatch(this.#waiting)
      try {
        const file = await this.#open()
        await onDisk(this.#path, async () => {
          await writeAll(file, Buffer.concat(batch.map(({ line }) => line)))
          await file.datasync()
        })
        for (const { resolve } of batch) resolve()
      } catch (error) {
        this.#fail(error, batch)
      }
    }
    this.#flushing = undefined
  }

  /** Half a line may have been written, and a second sync would call lost pages written: this ledger is over. */
  #fail(error: unknown, batch: readonly Waiting[]): void {
    this.#failure = error instanceof Error ? error : new Error(String(error))
    for (const { reject } of [...batch, ...this.#waiting.splice(0)]) reject(error)
  }

  #open(): Promise<FileHandle> {
    this.#file ??= openLedger(this.#path)
    return this.#file
  }
}

function openLedger(path: string): Promise<FileHandle> {
  return onDisk(path, async () => {
    await mkdir(dirname(path), { recursive: true })
    await cutTornTail(path)
    const file = await open(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, 0o600)
    await syncFolder(dirname(path))
    return file
  })
}

/** Without it a crash may take the file's name along. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function takeBatch(waiting: Waiting[]): Waiting[] {
  let byteCount = 0
  let count = 0
  for (const { line } of waiting) {
    byteCount += line.length
    if (count > 0 && byteCount > batchByteCountMax) break
    count += 1
  }
  return waiting.splice(0, count)
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let offset = 0; offset < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, offset, bytes.length - offset)
    offset += bytesWritten
  }
}

function parseEntry(path: string, text: string, number: number): LedgerEntry {
  try {
    return JSON.parse(text) as LedgerEntry
  } catch (error) {
    throw new MigrationError('disk', `ledger ${path}: line ${number} is not JSON`, {
      hint: 'the file was changed or damaged; move it away and this consignment is copied again from what the store holds',
      cause: error,
    })
  }
}
