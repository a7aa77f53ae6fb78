import { createReadStream } from 'node:fs'
import { MigrationError } from '../model/errors.js'
import { onDisk } from './disk.js'

/** Longest line that is read; a longer one is a broken file, not data. */
export const lineByteCountMax = 64 * 1024 * 1024

export interface Line {
  readonly text: string
  /** Where the next line starts. */
  readonly endsAt: number
  /** False for a last line without its newline: torn by a crash. */
  readonly whole: boolean
}

/** The lines of a file, one at a time; a missing file has none. */
export async function* readLines(path: string): AsyncGenerator<Line> {
  let rest: Buffer = Buffer.alloc(0)
  let endsAt = 0
  for await (const chunk of chunks(path)) {
    let buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (let at = buffer.indexOf(10); at >= 0; at = buffer.indexOf(10)) {
      endsAt += at + 1
      yield { text: buffer.toString('utf8', 0, at), endsAt, whole: true }
      buffer = buffer.subarray(at + 1)
    }
    if (buffer.length > lineByteCountMax) throw new MigrationError('disk', `${path}: a line is over 64 MiB long`)
    rest = buffer
  }
  if (rest.length > 0) yield { text: rest.toString('utf8'), endsAt: endsAt + rest.length, whole: false }
}

async function* chunks(path: string): AsyncGenerator<Buffer> {
  const stream = createReadStream(path)
  const iterator = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  try {
    for (;;) {
      const next = await onDisk(path, () => iterator.next())
      if (next.done === true) return
      yield next.value
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  } finally {
    stream.destroy()
  }
}
