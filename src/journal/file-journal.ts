import { createHash } from 'node:crypto'
import { MigrationError } from '../model/errors.js'
import { AppendFile } from './append-file.js'
import { onDisk } from './disk.js'
import { pending, type Journal, type JournalEvent, type StepEvent, type StepName, type StepStatus } from './journal.js'
import { readLines } from './lines.js'
import { nextStatus } from './next-status.js'
import { cutTornTail } from './torn-tail.js'

export interface JournalOptions {
  /** Takes every secret out of a line before it is hashed and written. */
  readonly redact: (line: string) => string
  readonly now: () => Date
}

const firstPrevious = '0'.repeat(64)

/** What the lines read so far add up to. */
class Memory {
  readonly steps = new Map<StepName, StepStatus>()
  readonly tables = new Set<string>()
  readonly documents = new Map<string, string>()
  lastVerdict: { readonly command: string; readonly exitCode: number } | undefined
  lineCount = 0
  previous = firstPrevious

  /** False where the event is impossible now. */
  take(event: JournalEvent): boolean {
    if ('step' in event) return this.#takeStep(event)
    if (event.event === 'table-created') this.tables.add(event.table)
    if (event.event === 'document') this.documents.set(event.path, event.sha256)
    if (event.event === 'verdict') this.lastVerdict = { command: event.command, exitCode: event.exitCode }
    return true
  }

  #takeStep(event: StepEvent): boolean {
    const next = nextStatus(this.steps.get(event.step) ?? pending, event)
    if (next === undefined) return false
    this.steps.set(event.step, next)
    return true
  }
}

/**
 * `journal.jsonl`: a line an event, each with the hash of the line before it (`prev`), never rewritten.
 * A last line that a crash tore is cut off on opening; any other damage is refused with its line number.
 */
export class FileJournal implements Journal {
  readonly #memory: Memory
  readonly #file: AppendFile
  readonly #options: JournalOptions
  /** Bytes of a torn last line that opening cut off. */
  readonly cutByteCount: number

  private constructor(memory: Memory, file: AppendFile, cutByteCount: number, options: JournalOptions) {
    this.#memory = memory
    this.#file = file
    this.cutByteCount = cutByteCount
    this.#options = options
  }

  static async open(path: string, options: JournalOptions): Promise<FileJournal> {
    const memory = new Memory()
    const cutByteCount = await onDisk(path, () => cutTornTail(path))
    await readBack(path, memory)
    return new FileJournal(memory, await AppendFile.open(path), cutByteCount, options)
  }

  /** For readers without a lock: a torn tail is ignored and left alone; `append` must not be called. */
  static async read(path: string): Promise<Pick<Journal, 'status' | 'steps' | 'created' | 'documentHash' | 'verdict'>> {
    const memory = new Memory()
    await readBack(path, memory)
    return journalView(memory)
  }

  async append(event: JournalEvent): Promise<void> {
    if (!this.#memory.take(event)) throw new Error(`journal: ${JSON.stringify(event)} is impossible now`)
    const memory = this.#memory
    const head = { v: 1, n: memory.lineCount + 1, at: this.#options.now().toISOString(), prev: memory.previous }
    const line = this.#options.redact(JSON.stringify({ ...head, ...event }))
    memory.lineCount += 1
    memory.previous = hashOf(line)
    await this.#file.append(line)
  }

  status(step: StepName): StepStatus {
    return this.#memory.steps.get(step) ?? pending
  }

  steps(): Iterable<readonly [StepName, StepStatus]> {
    return this.#memory.steps
  }

  created(table: string): boolean {
    return this.#memory.tables.has(table)
  }

  documentHash(path: string): string | undefined {
    return this.#memory.documents.get(path)
  }

  verdict(): { readonly command: string; readonly exitCode: number } | undefined {
    return this.#memory.lastVerdict
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}

function journalView(memory: Memory): Pick<Journal, 'status' | 'steps' | 'created' | 'documentHash' | 'verdict'> {
  return {
    status: (step) => memory.steps.get(step) ?? pending,
    steps: () => memory.steps,
    created: (table) => memory.tables.has(table),
    documentHash: (path) => memory.documents.get(path),
    verdict: () => memory.lastVerdict,
  }
}

async function readBack(path: string, memory: Memory): Promise<void> {
  for await (const line of readLines(path)) if (line.whole) takeLine(path, line.text, memory)
}

function takeLine(path: string, text: string, memory: Memory): void {
  const number = memory.lineCount + 1
  const refuse = (why: string): MigrationError =>
    new MigrationError('disk', `${path}: line ${number} ${why}`, {
      hint: 'the journal was changed by something else; restore it from a copy, or start a new run with --new',
    })
  let parsed: JournalEvent & { v: number; n: number; prev: string }
  try {
    parsed = JSON.parse(text) as JournalEvent & { v: number; n: number; prev: string }
  } catch {
    throw refuse('is not JSON')
  }
  if (parsed.v !== 1) throw refuse(`has version ${parsed.v}, which this version cannot read`)
  if (parsed.n !== number || parsed.prev !== memory.previous) throw refuse('does not follow the line before it')
  if (!memory.take(parsed)) throw refuse(`says ${parsed.event}, which is impossible there`)
  memory.lineCount = number
  memory.previous = hashOf(text)
}

function hashOf(line: string): string {
  return createHash('sha256').update(line).digest('hex')
}
