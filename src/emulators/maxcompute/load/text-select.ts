import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { castExplicitly, sizedSql } from '../bind/cast.js'
import { fails, text } from '../bind/typed.js'
import { isText, typeText } from '../data-type.js'
import { readerError, type Position } from '../odps-error.js'
import { notNullSql } from '../run/insert.js'
import { partitionValueSql } from '../run/partition.js'
import type { RunContext } from '../run/run-context.js'
import { allColumns, type Column, type Table } from '../table.js'
import { isUnknown, type TextFormat } from './text-format.js'
import { readRecords, type TextField } from './text-records.js'

export interface TextFile {
  readonly file: string
  /** For messages: `oss://bucket/key`. */
  readonly location: string
}

/** Bytes of a line of JSON that the engine takes in any case. */
const lineByteCountLeast = 1024 * 1024

/**
 * The engine query that reads one text file as rows of the table; columns meet by position. The file is rewritten as lines
 * of JSON first: quoting and NULL are the service's affair, not the engine's.
 */
export async function textSelect(
  { file, location }: TextFile,
  table: Table,
  values: readonly string[],
  format: TextFormat,
  run: RunContext,
  at: Position,
): Promise<string> {
  const { columns } = table
  const unknown = columns.find((column) => isUnknown(column.type, format))
  if (unknown !== undefined) {
    throw readerError(`column ${unknown.name}: ${typeText(unknown.type)} is not supported by the text reader`)
  }
  const lines = `${file}.json`
  const lineByteCountMax = await rewrite(file, lines, location, columns.length, format, run)
  const items = allColumns(table).map((column) => {
    const index = columns.indexOf(column)
    if (index < 0)
      return partitionValueSql(
        table,
        table.partitionColumns.indexOf(column),
        values[table.partitionColumns.indexOf(column)] ?? '',
      )
    return notNullSql(fieldSql(`c${index}`, column, run, at), column)
  })
  const names = columns.map((_, index) => `c${index}: 'VARCHAR'`)
  const how = `format='newline_delimited', columns={${names.join(', ')}}, maximum_object_size=${lineByteCountMax}`
  return `SELECT ${items.join(', ')} FROM read_json(${text(lines)}, ${how})`
}

/** Returns how long a line may be, in bytes. */
async function rewrite(
  file: string,
  lines: string,
  location: string,
  columnCount: number,
  format: TextFormat,
  run: RunContext,
): Promise<number> {
  let longest = lineByteCountLeast
  async function* objects(): AsyncGenerator<string> {
    for await (const fields of readRecords(file, location, format)) {
      if (format.strict && fields.length !== columnCount) throw mismatch(location, fields.length, columnCount)
      const line = `${JSON.stringify(objectOf(fields, columnCount, format, run))}\n`
      longest = Math.max(longest, 2 * line.length)
      yield line
    }
  }
  await pipeline(Readable.from(objects()), createWriteStream(lines))
  return longest
}

function mismatch(location: string, found: number, expected: number): Error {
  const what = `${location} has ${found} columns, the table has ${expected}`
  return readerError(`java.lang.RuntimeException: SCHEMA MISMATCH: ${what}`)
}

function objectOf(
  fields: readonly TextField[],
  columnCount: number,
  { nullText }: TextFormat,
  { project }: RunContext,
): Readonly<Record<string, string | null>> {
  const isNull = ({ text: value, quoted }: TextField): boolean =>
    value === nullText && (!quoted || project.switches.quotedNullIndicator === 'null')
  const cells = Array.from({ length: columnCount }, (_, index) => {
    const field = fields[index]
    return [`c${index}`, field === undefined || isNull(field) ? null : field.text] as const
  })
  return Object.fromEntries(cells)
}

/** What is no value of the column's type fails the statement. */
function fieldSql(name: string, column: Column, run: RunContext, at: Position): string {
  const { type } = column
  if (isText(type)) return type.length === undefined ? name : sizedSql(name, type, column.name)
  if (type.base !== 'boolean')
    return castExplicitly({ sql: name, type: { base: 'string' } }, type, { at, bind: run.bind }).sql
  const failure = fails('0123131', `User defined function exception - column ${column.name} holds no boolean`)
  return `CASE lower(${name}) WHEN 'true' THEN true WHEN 'false' THEN false ELSE CASE WHEN ${name} IS NOT NULL THEN ${failure} END END`
}
