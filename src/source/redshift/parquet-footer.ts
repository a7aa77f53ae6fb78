import { parquetMetadata, type FileMetaData } from 'hyparquet'
import { MigrationError } from '../../model/errors.js'
import { locationText } from '../../model/names.js'
import type { FileColumn } from '../../model/manifest.js'
import type { Call } from '../../model/work.js'
import type { ByteRange, ObjectInfo, ObjectStore } from '../../store/store.js'

/** Bytes of the tail that the first request asks for: holds the footer of all but very wide files. */
const tailByteCount = 65_536
/** Largest footer that is read at all, in bytes. */
const footerByteCountMax = 67_108_864
/** Footer length (4 bytes) and the magic `PAR1`. */
const trailerByteCount = 8

export interface ParquetFooter {
  readonly rowCount: number
  readonly columns: readonly FileColumn[]
}

/**
 * Reads a Parquet file's footer by range requests pinned to the object's etag: row count, column names, physical types
 * and how many NULLs its statistics count, no values. Throws `source-failed` for what is no flat Parquet file, and the store's own errors.
 */
export async function readParquetFooter(store: ObjectStore, object: ObjectInfo, call: Call): Promise<ParquetFooter> {
  const tail = await readRange(store, object, tailRange(object, tailByteCount), call)
  const footerByteCount = lengthOf(tail, object)
  const bytes =
    footerByteCount <= tail.length ? tail : await readRange(store, object, tailRange(object, footerByteCount), call)
  return footerOf(decoded(bytes, object), object)
}

function tailRange(object: ObjectInfo, byteCount: number): ByteRange {
  return { first: Math.max(0, object.byteCount - byteCount), last: object.byteCount - 1 }
}

async function readRange(store: ObjectStore, object: ObjectInfo, range: ByteRange, call: Call): Promise<Buffer> {
  if (object.byteCount < trailerByteCount) throw noParquet(object, `it has ${object.byteCount} bytes`)
  const chunks: Buffer[] = []
  for await (const chunk of await store.read(object.location, { range, ifMatch: object.etag }, call)) {
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

/** Bytes of footer and trailer together, as the trailer says. */
function lengthOf(tail: Buffer, object: ObjectInfo): number {
  if (tail.toString('latin1', tail.length - 4) !== 'PAR1') throw noParquet(object, 'it does not end in PAR1')
  const byteCount = tail.readUInt32LE(tail.length - trailerByteCount) + trailerByteCount
  if (byteCount > Math.min(object.byteCount, footerByteCountMax)) {
    throw noParquet(object, `its footer claims ${byteCount} bytes`)
  }
  return byteCount
}

function decoded(bytes: Buffer, object: ObjectInfo): FileMetaData {
  try {
    return parquetMetadata(bytes, { geoparquet: false })
  } catch (error) {
    throw noParquet(object, 'its footer cannot be decoded', error)
  }
}

function footerOf(metadata: FileMetaData, object: ObjectInfo): ParquetFooter {
  const inGroups = metadata.row_groups.reduce((sum, group) => sum + group.num_rows, 0n)
  if (inGroups !== metadata.num_rows) {
    throw noParquet(object, `its footer counts ${metadata.num_rows} rows, its row groups ${inGroups}`)
  }
  // The first element is the root of the schema; what UNLOAD writes has leaves below it and nothing else.
  const columns = metadata.schema.slice(1).map(({ name, type }, n) => {
    if (type === undefined) throw noParquet(object, `its column ${name} is nested`)
    return { name, physicalType: type, ...counted(nullsInGroups(metadata, n)) }
  })
  return { rowCount: Number(metadata.num_rows), columns }
}

/** Undefined where a row group has no such statistics; that is nothing unusual (redshift.md 2). */
function nullsInGroups({ row_groups: groups }: FileMetaData, column: number): number | undefined {
  return total(
    groups.map((group) => {
      const nulls = group.columns[column]?.meta_data?.statistics?.null_count
      return nulls === undefined ? undefined : Number(nulls)
    }),
  )
}

/** The columns of all parts as one: NULLs are known where every footer counts them. */
export function columnsOfAll(footers: readonly ParquetFooter[]): readonly FileColumn[] {
  return (footers[0]?.columns ?? []).map(({ name, physicalType }, n) => {
    return { name, physicalType, ...counted(total(footers.map((footer) => footer.columns[n]?.nullCount))) }
  })
}

function total(figures: readonly (number | undefined)[]): number | undefined {
  return figures.reduce((sum, figure) => (sum === undefined || figure === undefined ? undefined : sum + figure), 0)
}

function counted(nullCount: number | undefined): Pick<FileColumn, 'nullCount'> {
  return nullCount === undefined ? {} : { nullCount }
}

function noParquet(object: ObjectInfo, what: string, cause?: unknown): MigrationError {
  const message = `${locationText(object.location)}: no Parquet file that can be carried: ${what}`
  return new MigrationError('source-failed', message, { cause })
}
