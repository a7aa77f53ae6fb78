import { asyncBufferFromFile, parquetMetadataAsync, type SchemaElement } from 'hyparquet'
import { cutToMillisecond, sizedSql } from '../bind/cast.js'
import { instantSql } from '../bind/engine-text.js'
import { name, text } from '../bind/typed.js'
import { engineType, isInstant, typeText, type DataType } from '../data-type.js'
import { readerError } from '../odps-error.js'
import { partitionValueSql } from '../run/partition.js'
import { notNullSql } from '../run/insert.js'
import type { RunContext } from '../run/run-context.js'
import { allColumns, type Column, type Table } from '../table.js'
import { misfit } from './parquet-fit.js'

export interface ParquetFile {
  readonly file: string
  /** For messages: `oss://bucket/key`. */
  readonly location: string
}

/** The engine query that reads one file as rows of the table; columns meet by name, a missing one is NULL (maxcompute.md 4.4). */
export async function parquetSelect(
  source: ParquetFile,
  table: Table,
  values: readonly string[],
  run: RunContext,
): Promise<string> {
  const elements = await readColumns(source)
  const partition = table.partitionColumns.find((column) => findElement(elements, column, run) !== undefined)
  if (partition !== undefined)
    throw readerError(`file ${source.location} contains the partition column ${partition.name}`)
  const items = allColumns(table).map((column) => {
    const index = table.partitionColumns.indexOf(column)
    if (index >= 0) return partitionValueSql(table, index, values[index] ?? '')
    const element = findElement(elements, column, run)
    if (element === undefined) return notNullSql(`CAST(NULL AS ${engineType(column.type)})`, column)
    const unfit = misfit(element, column.type)
    if (unfit !== undefined) {
      throw readerError(
        `${source.location}: column ${element.name} of type ${unfit} cannot be read as ${typeText(column.type)}`,
      )
    }
    return notNullSql(columnSql(element, column, run), column)
  })
  return `SELECT ${items.join(', ')} FROM read_parquet(${text(source.file)})`
}

async function readColumns({ file, location }: ParquetFile): Promise<readonly SchemaElement[]> {
  const buffer = await asyncBufferFromFile(file)
  try {
    const { schema } = await parquetMetadataAsync(buffer)
    return topLevel(schema)
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error)
    throw readerError(`java.lang.RuntimeException: ${location} is not a Parquet file (${cause})`)
  }
}

/** The columns of the root; what is inside a group is skipped. */
function topLevel(schema: readonly SchemaElement[]): readonly SchemaElement[] {
  const columns: SchemaElement[] = []
  let index = 1
  const skip = (): void => {
    const element = schema[index]
    index += 1
    for (let i = 0; i < (element?.num_children ?? 0); i += 1) skip()
  }
  while (index < schema.length) {
    const element = schema[index]
    if (element !== undefined) columns.push(element)
    skip()
  }
  return columns
}

function findElement(elements: readonly SchemaElement[], column: Column, run: RunContext): SchemaElement | undefined {
  const sensitive = run.project.switches.parquetNameCase === 'sensitive'
  return elements.find((element) => (sensitive ? element.name : element.name.toLowerCase()) === column.name)
}

function columnSql(element: SchemaElement, column: Column, run: RunContext): string {
  const { type } = column
  const source = `CAST(${name(element.name)} AS ${engineType(type)})`
  if (type.length !== undefined) return sizedSql(source, type, column.name)
  return isInstant(type) ? momentSql(source, type, run) : source
}

/** A timestamp of the file is an instant in UTC, or, as JNI readers have it, the wall clock of the session or the project. */
function momentSql(source: string, type: DataType, run: RunContext): string {
  const { switches, world } = run.project
  if (switches.parquetTimestampZone === 'utc') return cutToMillisecond(source, type)
  const zone = switches.parquetTimestampZone === 'session' ? run.bind.settings.timeZone : world.maxcompute.timeZone
  return cutToMillisecond(instantSql(source, zone), type)
}
