import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { Binary, DataType, tableFromIPC, Vector } from 'apache-arrow'
import { parquetMetadata, parquetReadObjects, type FileMetaData } from 'hyparquet'
import { readParquet } from 'parquet-wasm'
import type { Clouds } from './rehearsal.js'

/** A cell as it lies in the file, as exact text; floats as numbers, since their bits are what counts. */
export type Cell = string | number | null

/** The bucket that UNLOAD writes to, as Amazon's own client sees it. */
export class StageBucket implements Disposable {
  readonly #client: S3Client
  readonly #bucket: string

  constructor({ s3 }: Pick<Clouds, 's3'>) {
    const { endpoint, region, bucket, accessKeyId, secretAccessKey } = s3
    this.#bucket = bucket
    this.#client = new S3Client({
      endpoint,
      region,
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    })
  }

  async keys(prefix: string): Promise<string[]> {
    const keys: string[] = []
    for (let token: string | undefined; ;) {
      const request = { Bucket: this.#bucket, Prefix: prefix, ContinuationToken: token }
      const page = await this.#client.send(new ListObjectsV2Command(request))
      keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key))
      if (page.NextContinuationToken === undefined) return keys
      token = page.NextContinuationToken
    }
  }

  async read(key: string): Promise<Uint8Array> {
    const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }))
    if (Body === undefined) throw new Error(`no body: ${key}`)
    return Body.transformToByteArray()
  }

  [Symbol.dispose](): void {
    this.#client.destroy()
  }
}

/** Every row of a Parquet file, by column. */
export async function readPart(bytes: Uint8Array): Promise<Record<string, Cell>[]> {
  const file = new Uint8Array(bytes).buffer
  const metadata = parquetMetadata(file)
  const scales = decimalsAsBytes(metadata)
  const rows = (await parquetReadObjects({ file, metadata, parsers })) as Record<string, unknown>[]
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, cellOf(value, scales.get(name))])),
  )
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The reader's own parsers lose microseconds; JSON is wanted as it was written. */
const parsers = {
  timestampFromNanoseconds: (nanos: bigint) => momentOf(nanos),
  dateFromDays: (days: number | null | undefined) => (days === null || days === undefined ? days : dayText(days)),
  stringFromBytes: (bytes: Uint8Array | undefined) => (bytes === undefined ? bytes : utf8.decode(bytes)),
  jsonFromBytes: (bytes: Uint8Array | undefined) => (bytes === undefined ? bytes : utf8.decode(bytes)),
} as unknown as NonNullable<Parameters<typeof parquetReadObjects>[0]['parsers']>

/** The reader makes floats of decimals: without their annotation it hands out the bytes. Gives the scales by column. */
function decimalsAsBytes(metadata: FileMetaData): ReadonlyMap<string, number> {
  const scales = new Map<string, number>()
  for (const element of metadata.schema) {
    if (element.converted_type !== 'DECIMAL') continue
    scales.set(element.name, element.scale ?? 0)
    delete element.converted_type
    delete element.logical_type
  }
  return scales
}

function cellOf(value: unknown, scale: number | undefined): Cell {
  if (value === null || value === undefined) return null
  if (value instanceof Uint8Array) return decimalOf(value, scale ?? 0)
  if (typeof value === 'number' && scale === undefined) return value
  if (typeof value === 'string') return value
  if (typeof value === 'bigint' || typeof value === 'boolean' || typeof value === 'number') return String(value)
  throw new Error(`a value of the type ${typeof value}`)
}

function decimalOf(bytes: Uint8Array, scale: number): string {
  const unscaled = BigInt.asIntN(8 * bytes.length, BigInt(`0x${Buffer.from(bytes).toString('hex')}`))
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  const sign = unscaled < 0n ? '-' : ''
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

const dayNanos = 86_400_000_000_000n

/** `YYYY-MM-DD HH:MM:SS.ffffff`; nanoseconds below the microsecond would be a mistake and are shown. */
function momentOf(nanos: bigint): string {
  const days = (nanos - (((nanos % dayNanos) + dayNanos) % dayNanos)) / dayNanos
  const ofDay = nanos - days * dayNanos
  const pad = (value: bigint, width = 2): string => value.toString().padStart(width, '0')
  const seconds = ofDay / 1_000_000_000n
  const fraction = pad(ofDay % 1_000_000_000n, 9).replace(/000$/, '')
  return `${dayText(Number(days))} ${pad(seconds / 3600n)}:${pad((seconds / 60n) % 60n)}:${pad(seconds % 60n)}.${fraction}`
}

/** Of the years 1 to 9999. */
function dayText(days: number): string {
  return new Date(days * 86_400_000).toISOString().slice(0, 10)
}

/** The same by another reader, Arrow's; without moments, of whose INT96 it makes nanoseconds that do not reach far enough. */
export function readPartByArrow(bytes: Uint8Array): Record<string, Cell>[] {
  const table = tableFromIPC(readParquet(bytes).intoIPCStream())
  const columns = table.schema.fields.flatMap((field, at) => {
    if (DataType.isTimestamp(field.type)) return []
    const vector = table.getChildAt(at)
    return vector === null ? [] : [[field.name, bytesOfText(vector)] as const]
  })
  return Array.from({ length: table.numRows }, (_, row) =>
    Object.fromEntries(columns.map(([name, vector]) => [name, arrowCell(vector, row)])),
  )
}

/** Arrow's own decoder takes U+FEFF at the beginning of a text for a mark of the encoding. */
function bytesOfText(vector: Vector): Vector {
  return DataType.isUtf8(vector.type) ? new Vector(vector.data.map((data) => data.clone(new Binary()))) : vector
}

function arrowCell(vector: Vector, row: number): Cell {
  const value: unknown = vector.get(row)
  const type = vector.type as DataType
  if (value === null) return null
  if (DataType.isBinary(type)) return utf8.decode(value as Uint8Array)
  if (DataType.isDecimal(type)) return decimalOf(bigEndian(value as Uint32Array), type.scale)
  if (DataType.isDate(type)) return new Date(Number(value)).toISOString().slice(0, 10)
  return cellOf(value, undefined)
}

function bigEndian(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength).slice().reverse()
}
