import { MigrationError } from '../model/errors.js'
import type { Ledger, LedgerEntry } from '../model/ledger.js'
import { AppendFile } from './append-file.js'
import { onDisk } from './disk.js'
import { readLines } from './lines.js'
import { cutTornTail } from './torn-tail.js'

/**
 * A consignment's ledger as JSON lines; `note` resolves when its line is on the disk.
 * Errors: `disk` (full, failing, or a line that cannot be read back). After a failed write nothing more is written.
 */
export class FileLedger implements Ledger {
  readonly #path: string
  #file: Promise<AppendFile> | undefined
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
    const file = await this.#open()
    await file.append(JSON.stringify(entry))
  }

  /** What was noted before is durable; the file is closed. */
  async close(): Promise<void> {
    this.#closed = true
    const file = await this.#file?.catch(() => undefined)
    await file?.close()
  }

  #open(): Promise<AppendFile> {
    this.#file ??= openLedger(this.#path)
    return this.#file
  }
}

async function openLedger(path: string): Promise<AppendFile> {
  await onDisk(path, () => cutTornTail(path))
  return AppendFile.open(path)
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
