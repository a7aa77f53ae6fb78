import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { MigrationError } from '../model/errors.js'
import { onDisk } from './disk.js'
import { readLines } from './lines.js'
import { syncFolder } from './sync-folder.js'

/** Bytes that a document of lines gathers before it is written out. */
const writeByteCountMax = 1024 * 1024

/**
 * One run, one folder. Every document is written whole: temporary file, file sync, rename, folder sync;
 * a document that is there is complete.
 */
export class RunFolder {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  file(name: string): string {
    return join(this.path, name)
  }

  /** Returns the document's SHA-256. */
  async writeDocument(name: string, document: object): Promise<string> {
    return this.writeText(name, [JSON.stringify(document, undefined, 2) + '\n'])
  }

  /** JSON lines, streamed. Returns the SHA-256 of the file. */
  async writeLines(name: string, lines: AsyncIterable<object> | Iterable<object>): Promise<string> {
    return this.writeText(name, jsonLines(lines))
  }

  async writeText(name: string, texts: AsyncIterable<string> | Iterable<string>): Promise<string> {
    const path = this.file(name)
    return onDisk(path, async () => {
      await mkdir(dirname(path), { recursive: true })
      const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`
      const hash = await writeSynced(temporary, texts)
      await rename(temporary, path)
      await syncFolder(dirname(path))
      return hash
    })
  }

  /** Undefined when it was never written. */
  async readDocument<T>(name: string): Promise<T | undefined> {
    const path = this.file(name)
    const text = await onDisk(path, () => readFile(path, 'utf8').catch(absentIsUndefined))
    return text === undefined ? undefined : parse<T>(path, text)
  }

  /** The lines of a document of lines; throws where it is missing or broken. */
  async *readLines<T>(name: string): AsyncGenerator<T> {
    const path = this.file(name)
    let lineCount = 0
    for await (const line of readLines(path)) {
      lineCount += 1
      yield parse<T>(path, line.text)
    }
    if (lineCount === 0)
      throw new MigrationError('disk', `${path}: missing or empty`, { hint: 'run migrate plan first' })
  }
}

function parse<T>(path: string, text: string): T {
  try {
    return JSON.parse(text) as T
  } catch (error) {
    throw new MigrationError('disk', `${path}: not JSON`, { cause: error })
  }
}

function absentIsUndefined(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
  return undefined
}

async function* jsonLines(lines: AsyncIterable<object> | Iterable<object>): AsyncGenerator<string> {
  for await (const line of lines) yield JSON.stringify(line) + '\n'
}

async function writeSynced(path: string, texts: AsyncIterable<string> | Iterable<string>): Promise<string> {
  const hash = createHash('sha256')
  const handle = await open(path, 'w')
  try {
    let waiting: string[] = []
    let waitingLength = 0
    const flush = async (): Promise<void> => {
      const text = waiting.join('')
      hash.update(text)
      await handle.appendFile(text)
      waiting = []
      waitingLength = 0
    }
    for await (const text of texts) {
      waiting.push(text)
      waitingLength += text.length
      if (waitingLength >= writeByteCountMax) await flush()
    }
    await flush()
    await handle.sync()
  } finally {
    await handle.close()
  }
  return hash.digest('hex')
}
