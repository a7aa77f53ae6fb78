import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { PassThrough } from 'node:stream'
import { readerError } from '../odps-error.js'
import type { TextFormat } from './text-format.js'

/** Characters of one record: over twice a cell in hexadecimal. */
const recordLengthMax = 64 * 1024 * 1024
const chunkByteCount = 1024 * 1024

export interface TextField {
  readonly text: string
  readonly quoted: boolean
}

/** The records of a file, header and skipped lines left out; `location` is for messages. */
export async function* readRecords(
  file: string,
  location: string,
  format: TextFormat,
): AsyncGenerator<readonly TextField[]> {
  // Hive cuts lines before its reader sees a quote; the built-in reader, which has no escapes, looks at quotes first.
  const splitter = new RecordSplitter(format.escape === undefined ? format.quote : undefined)
  let lineNumber = 0
  for await (const text of decoded(file, location, format)) {
    for (const record of splitter.take(text, location)) {
      lineNumber += 1
      const fields = lineNumber > format.headerLineCount ? fieldsOf(record, format, location) : undefined
      if (fields !== undefined) yield fields
    }
  }
  const last = splitter.rest(location)
  if (last === undefined || lineNumber + 1 <= format.headerLineCount) return
  const fields = fieldsOf(last, format, location)
  if (fields !== undefined) yield fields
}

async function* decoded(file: string, location: string, { gzip }: TextFormat): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const source = createReadStream(file, { highWaterMark: chunkByteCount })
  const bytes = new PassThrough({ highWaterMark: chunkByteCount })
  const middle = gzip ? [createGunzip({ chunkSize: chunkByteCount })] : []
  const flow = pipeline([source, ...middle, bytes]).catch((cause: unknown) => bytes.destroy(cause as Error))
  try {
    for await (const chunk of bytes) yield decoder.decode(chunk as Buffer, { stream: true })
    yield decoder.decode()
  } catch (error) {
    throw readerError(`java.io.IOException: ${location}: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    source.destroy()
    await flow
  }
}

/** Cuts text into records; line ends within quotes belong to the field. */
class RecordSplitter {
  readonly #quote: string | undefined
  #text = ''
  /** Up to here there is no end of the first record. */
  #scanned = 0
  #isOpen = false

  constructor(quote: string | undefined) {
    this.#quote = quote
  }

  *take(text: string, location: string): Generator<string> {
    this.#text += text
    let start = 0
    for (let end = this.#nextEnd(); end >= 0; end = this.#nextEnd()) {
      yield this.#text.slice(start, end)
      start = end + 1
    }
    this.#text = this.#text.slice(start)
    this.#scanned -= start
    if (this.#text.length > recordLengthMax) throw readerError(`${location}: a record is over ${recordLengthMax} long`)
  }

  rest(location: string): string | undefined {
    if (this.#isOpen) throw unclosed(location)
    return this.#text === '' ? undefined : this.#text
  }

  /** A doubled quote closes and opens again, which comes to the same. */
  #nextEnd(): number {
    for (;;) {
      const quote = this.#quote === undefined ? -1 : this.#text.indexOf(this.#quote, this.#scanned)
      const end = this.#isOpen ? -1 : this.#text.indexOf('\n', this.#scanned)
      if (end >= 0 && (quote < 0 || end < quote)) {
        this.#scanned = end + 1
        return end
      }
      this.#scanned = quote < 0 ? this.#text.length : quote + 1
      if (quote < 0) return -1
      this.#isOpen = !this.#isOpen
    }
  }
}

/** Undefined for an empty line that is ignored. */
function fieldsOf(record: string, format: TextFormat, location: string): readonly TextField[] | undefined {
  const line = record.endsWith('\r') ? record.slice(0, -1) : record
  if (line === '' && format.ignoresEmptyLines) return undefined
  const { delimiter, quote, escape } = format
  const isPlain = (quote === undefined || !line.includes(quote)) && (escape === undefined || !line.includes(escape))
  if (isPlain && line.includes('\r')) throw readerError(`${location}: a carriage return stands outside quotes`)
  return isPlain ? line.split(delimiter).map((text) => ({ text, quoted: false })) : cut(line, format, location)
}

function cut(line: string, { delimiter, quote, escape }: TextFormat, location: string): readonly TextField[] {
  const fields: TextField[] = []
  let text = ''
  let quoted = false
  let isOpen = false
  for (let at = 0; at < line.length; at += 1) {
    const character = line.charAt(at)
    if (character === escape) {
      at += 1
      text += line.charAt(at)
    } else if (isOpen && character === quote && line.charAt(at + 1) === quote) {
      at += 1
      text += quote
    } else if (character === quote && (isOpen || text === '')) {
      isOpen = !isOpen
      quoted = true
    } else if (!isOpen && character === delimiter) {
      fields.push({ text, quoted })
      text = ''
      quoted = false
    } else if (!isOpen && (quoted || character === quote)) {
      throw readerError(`${location}: something stands beside a quote: ${JSON.stringify(line.slice(0, 80))}`)
    } else text += character
  }
  if (isOpen) throw unclosed(location)
  fields.push({ text, quoted })
  return fields
}

function unclosed(location: string): Error {
  return readerError(`${location}: a quote is not closed`)
}
