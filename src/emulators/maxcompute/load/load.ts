import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { resolveTable } from '../bind/relation.js'
import { readerError, unsupported, type Position } from '../odps-error.js'
import { fillTable } from '../run/fill-table.js'
import { splitPartition } from '../run/partition.js'
import type { Outcome, RunContext } from '../run/run-context.js'
import type { Load } from '../sql/statement.js'
import type { Table } from '../table.js'
import { resolveLocation, type LoadLocation } from './location.js'
import { downloadObject, listObjects, type OssObject } from './oss-reader.js'
import { unreadable } from './parquet-fit.js'
import { parquetSelect } from './parquet-select.js'
import { textFormatOf, type TextFormat } from './text-format.js'
import { textSelect } from './text-select.js'

/** Bytes of one file (maxcompute.md 4.2). */
export const fileByteCountMax = 3 * 1024 ** 3

const parquetSerde = 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'

/** LOAD … FROM LOCATION of Parquet or text: every object under the location is read (maxcompute.md 4). */
export async function load(statement: Load & { readonly at: Position }, run: RunContext): Promise<Outcome> {
  const table = resolveTable(statement.table, run.bind)
  const format = textFormatOf(statement)
  checkFormat(statement, format, run)
  const { values, dynamic } = splitPartition(table, statement.partition, statement.at, run.bind)
  if (format === undefined) checkTypes(table, run)
  const location = resolveLocation(statement, run)
  const objects = await findObjects(location)
  const dir = join(run.dir, `load-${run.instance}`)
  await mkdir(dir, { recursive: true })
  try {
    const read = (file: ReadFile): Promise<string> => {
      const all = [...values, ...folderValues(file.key.slice(location.prefix.length), dynamic)]
      return format === undefined
        ? parquetSelect(file, table, all, run)
        : textSelect(file, table, all, format, run, statement.at)
    }
    const selects = await fetchAll(objects, location, dir, read)
    const rowCount = await fillTable(table, { overwrite: statement.overwrite, values, selects }, run)
    return { kind: 'text', text: '', rowCount }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

function checkFormat(statement: Load & { readonly at: Position }, text: TextFormat | undefined, run: RunContext): void {
  const { at, handler, format = '', serde } = statement
  if (handler !== undefined) {
    if (text !== undefined) return
    throw unsupported(at, `LOAD … STORED BY '${handler}'`)
  }
  if (text === undefined && format !== 'PARQUET' && format !== 'TEXTFILE')
    throw unsupported(at, `LOAD … STORED AS ${format}`)
  if (text === undefined && serde !== undefined && serde !== parquetSerde)
    throw unsupported(at, `LOAD … ROW FORMAT SERDE '${serde}'`)
  if (!run.project.switches.loadNeedsHive || run.bind.settings.hive) return
  throw readerError('java.lang.ClassNotFoundException: com.aliyun.odps.hive.wrapper.HiveStorageHandlerWrapper')
}

function checkTypes(table: Table, run: RunContext): void {
  const native = run.bind.settings.parquetNative && run.project.switches.parquetNative === 'heeded'
  for (const column of table.columns) {
    const refused = unreadable(column.type, native)
    if (refused !== undefined) throw readerError(`column ${column.name}: ${refused}`)
  }
}

async function findObjects(location: LoadLocation): Promise<readonly OssObject[]> {
  const { place, prefix } = location
  const objects = await listObjects(place, prefix)
  if (objects.length === 0) throw readerError(`oss://${place.bucket}/${prefix} has no objects`)
  const large = objects.find((object) => object.byteCount > fileByteCountMax)
  if (large === undefined) return objects
  throw readerError(
    `oss://${place.bucket}/${large.key} has ${large.byteCount} bytes, the maximum is ${fileByteCountMax}`,
  )
}

interface ReadFile {
  readonly file: string
  readonly location: string
  readonly key: string
}

/** `ds=20200909/` directly below the location: the values of the dynamic partitions (maxcompute.md 4.2). */
function folderValues(key: string, columns: readonly string[]): readonly string[] {
  if (columns.length === 0) return []
  const folders = key.split('/').slice(0, -1)
  if (folders.length !== columns.length) throw readerError(`${key} does not lie in a folder of partitions`)
  return columns.map((column, n) => {
    const [name, ...value] = (folders[n] ?? '').split('=')
    if (name?.toLowerCase() === column && value.length > 0) return value.join('=')
    throw readerError(`${key} does not lie in a folder of partition column ${column}`)
  })
}

/** Files are fetched one after the other; their rows are read by the engine. */
async function fetchAll(
  objects: readonly OssObject[],
  { place }: LoadLocation,
  dir: string,
  read: (file: ReadFile) => Promise<string>,
): Promise<readonly string[]> {
  const selects: string[] = []
  for (const [index, object] of objects.entries()) {
    const file = join(dir, `${index}.part`)
    await downloadObject(place, object.key, file)
    selects.push(await read({ file, location: `oss://${place.bucket}/${object.key}`, key: object.key }))
  }
  return selects
}
