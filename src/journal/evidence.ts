import { createHash } from 'node:crypto'
import { createReadStream, type Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { MigrationError } from '../model/errors.js'
import { onDisk } from './disk.js'
import { readLines } from './lines.js'

/** A file of a run folder, as it was at one moment. */
export interface Evidence {
  /** Relative to the run folder, with `/`. */
  readonly path: string
  readonly byteCount: number
  /** Hexadecimal. */
  readonly sha256: string
}

/** Up to where a journal was read: the hash of line n holds all lines before it. */
export interface JournalHead {
  readonly lineCount: number
  /** SHA-256 of that line, hexadecimal. */
  readonly sha256: string
}

/** What may change without a run changing: the journal has its own chain, the lock tells who works. */
const passing = [/^journal\.jsonl$/, /^lock\.json/, /\.tmp$/, /^certificate\.json$/, /^evidence\.jsonl$/]

/** Every document of a run folder with its hash, in order of path; one file in memory at a time. */
export async function* readEvidence(folder: string): AsyncGenerator<Evidence> {
  for await (const path of filesBelow(folder, '')) {
    if (passing.some((pattern) => pattern.test(path))) continue
    yield { path, ...(await digest(join(folder, path))) }
  }
}

/** Bytes and hash of a file; ENOENT where there is none. */
export async function digest(path: string): Promise<Omit<Evidence, 'path'>> {
  return onDisk(path, async () => {
    const hash = createHash('sha256')
    let byteCount = 0
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      hash.update(chunk)
      byteCount += chunk.length
    }
    return { byteCount, sha256: hash.digest('hex') }
  })
}

/**
 * Reads a journal's chain: every whole line must hold the hash of the line before it. With `until`, no further than
 * that line. Throws `disk` where a line does not follow.
 */
export async function readJournalHead(path: string, until = Number.MAX_SAFE_INTEGER): Promise<JournalHead> {
  let head: JournalHead = { lineCount: 0, sha256: '0'.repeat(64) }
  for await (const { text, whole } of readLines(path)) {
    if (!whole || head.lineCount >= until) break
    if (previousOf(text) !== head.sha256) {
      throw new MigrationError('disk', `${path}: line ${head.lineCount + 1} does not follow the line before it`)
    }
    head = { lineCount: head.lineCount + 1, sha256: createHash('sha256').update(text).digest('hex') }
  }
  return head
}

function previousOf(text: string): unknown {
  try {
    return (JSON.parse(text) as { prev?: unknown }).prev
  } catch {
    return undefined
  }
}

async function* filesBelow(folder: string, below: string): AsyncGenerator<string> {
  const entries = await onDisk(folder, () => readdir(join(folder, below), { withFileTypes: true }))
  for (const entry of entries.sort(byName)) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory()) yield* filesBelow(folder, path)
    else yield path
  }
}

function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : 1
}
