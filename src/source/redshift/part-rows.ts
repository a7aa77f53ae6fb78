import { parquetMetadataAsync, parquetReadObjects, type AsyncBuffer, type FileMetaData } from 'hyparquet'
import { MigrationError } from '../../model/errors.js'
import type { Part } from '../../model/manifest.js'
import { locationText } from '../../model/names.js'
import type { Call } from '../../model/work.js'
import type { ObjectStore } from '../../store/store.js'

/** Exact text of each column; null for NULL. */
export type PartRow = Readonly<Record<string, string | null>>

type Parsers = NonNullable<Parameters<typeof parquetReadObjects>[0]['parsers']>

/** Largest row group that is held in memory, in bytes as it lies in the file: four times what UNLOAD writes at most. */
const rowGroupByteCountMax = 536_870_912
const dayNanoseconds = 86_400_000_000_000n
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Each row of a Parquet part as UNLOAD writes them, one row group after the other. Throws `source-failed` for what is none. */
export async function* readPartRows(
  store: ObjectStore,
  part: Part,
  subject: string,
  call: Call,
): AsyncGenerator<PartRow> {
  const file = bufferOver(store, part, call)
  const metadata = await parquetMetadataAsync(file, { geoparquet: false })
  const scales = decimalsAsBytes(metadata)
  let rowStart = 0
  for (const group of metadata.row_groups) {
    if (Number(group.total_byte_size) > rowGroupByteCountMax) {
      throw new MigrationError(
        'source-failed',
        `${subject}: ${locationText(part.location)}: a row group of ${group.total_byte_size} bytes`,
      )
    }
    const rowEnd = rowStart + Number(group.num_rows)
    const rows = (await parquetReadObjects({ file, metadata, rowStart, rowEnd, parsers })) as Record<string, unknown>[]
    for (const row of rows) {
      yield Object.fromEntries(Object.entries(row).map(([name, value]) => [name, cellText(value, scales.get(name))]))
    }
    rowStart = rowEnd
  }
}

function bufferOver(store: ObjectStore, part: Part, call: Call): AsyncBuffer {
  const ifMatch = part.etag === undefined ? {} : { ifMatch: part.etag }
  return {
    byteLength: part.byteCount,
    slice: async (start, end = part.byteCount) => {
      const chunks: Buffer[] = []
      const range = { first: start, last: end - 1 }
      for await (const chunk of await store.read(part.location, { range, ...ifMatch }, call))
        chunks.push(chunk as Buffer)
      const bytes = Buffer.concat(chunks)
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
    },
  }
}

/** The reader's own parsers lose microseconds; SUPER is wanted as it was written. */
const parsers = {
  timestampFromNanoseconds: momentText,
  timestampFromMicroseconds: (micros: bigint) => momentText(micros * 1000n),
  dateFromDays: (days: number | null | undefined) => (days == null ? null : dateText(days)),
  stringFromBytes: (bytes: Uint8Array | undefined) => (bytes === undefined ? null : utf8.decode(bytes)),
  jsonFromBytes: (bytes: Uint8Array | undefined) => (bytes === undefined ? null : utf8.decode(bytes)),
} as unknown as Parsers

/** Without its annotation a decimal comes as its bytes or whole number, and not as a float. Gives the scales by column. */
function decimalsAsBytes(metadata: FileMetaData): ReadonlyMap<string, number> {
  const scales = new Map<string, number>()
  for (const element of metadata.schema) {
    if (element.converted_type !== 'DECIMAL' && element.logical_type?.type !== 'DECIMAL') continue
    scales.set(element.name, element.scale ?? 0)
    delete element.converted_type
    delete element.logical_type
  }
  return scales
}

function cellText(value: unknown, scale: number | undefined): string | null {
  if (value === null || value === undefined) return null
  if (scale !== undefined) return decimalText(unscaled(value), scale)
  if (value instanceof Uint8Array) return utf8.decode(value)
  if (typeof value === 'string') return value
  if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new MigrationError('source-failed', `a cell of a part is a ${typeof value}`)
}

/** Two's complement, the most significant byte first. */
function unscaled(value: unknown): bigint {
  if (typeof value === 'bigint' || typeof value === 'number') return BigInt(value)
  if (!(value instanceof Uint8Array) || value.length === 0) throw new TypeError('a decimal without digits')
  return value.reduce((sum, byte) => sum * 256n + BigInt(byte), (value[0] ?? 0) > 127 ? -1n : 0n)
}

function decimalText(value: bigint, scale: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0')
  const sign = value < 0n ? '-' : ''
  const point = digits.length - scale
  return sign + (scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`)
}

/** `YYYY-MM-DD HH:MM:SS.ffffff` at UTC; nanoseconds that a microsecond does not hold are shown. */
function momentText(nanoseconds: bigint): string {
  const ofDay = ((nanoseconds % dayNanoseconds) + dayNanoseconds) % dayNanoseconds
  const days = Number((nanoseconds - ofDay) / dayNanoseconds)
  const seconds = ofDay / 1_000_000_000n
  const clock = new Date(Number(seconds) * 1000).toISOString().slice(11, 19)
  const fraction = (ofDay % 1_000_000_000n).toString().padStart(9, '0').replace(/000$/, '')
  return `${dateText(days)} ${clock}.${fraction}`
}

/** Of the years 1 to 9999. */
function dateText(days: number): string {
  return new Date(days * 86_400_000).toISOString().slice(0, 10)
}
