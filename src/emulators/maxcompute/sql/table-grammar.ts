import { parseError } from '../odps-error.js'
import type { Name } from './ast.js'
import { readPrimary, readType } from './primary-grammar.js'
import type { Clustering, ColumnDefinition, PartitionItem, Statement, TableOptions } from './statement.js'
import type { TokenReader } from './token-reader.js'

/** After CREATE TABLE. */
export function readCreateTable(reader: TokenReader): Statement {
  const at = reader.at
  const ifNotExists = reader.takeWords('IF', 'NOT', 'EXISTS')
  const table = reader.qualifiedName()
  if (reader.takeWords('LIKE')) return readLike(reader, table, ifNotExists)
  const columns: ColumnDefinition[] = []
  const primaryKey: string[] = []
  if (reader.isMark('(')) {
    reader.inParentheses(() =>
      reader.list(() => {
        if (reader.takeWords('PRIMARY', 'KEY')) primaryKey.push(...readNames(reader))
        else columns.push(readColumnDefinition(reader))
      }),
    )
  }
  const options = readOptions(reader)
  if (columns.length > 0) return { kind: 'create', table, ifNotExists, columns, primaryKey, options, at }
  reader.expectWords('AS')
  return { kind: 'create-as', table, ifNotExists, options, query: reader.query(), at }
}

function readLike(reader: TokenReader, table: Name, ifNotExists: boolean): Statement {
  const like = reader.qualifiedName()
  const lifecycle = reader.takeWords('LIFECYCLE') ? Number(reader.digits()) : undefined
  return {
    kind: 'create-like',
    table,
    ifNotExists,
    like,
    at: table.at,
    ...(lifecycle === undefined ? {} : { lifecycle }),
  }
}

export function readColumnDefinition(reader: TokenReader): ColumnDefinition {
  const at = reader.at
  const name = reader.identifier()
  const type = readType(reader)
  let notNull = false
  let defaultValue: ColumnDefinition['defaultValue']
  let comment = ''
  for (;;) {
    if (reader.takeWords('NOT', 'NULL')) notNull = true
    else if (reader.takeWords('NULL')) notNull = false
    else if (reader.takeWords('DEFAULT')) defaultValue = reader.expression()
    else if (reader.takeWords('COMMENT')) comment = reader.string()
    else return { name, type, notNull, comment, at, ...(defaultValue && { defaultValue }) }
  }
}

/** The clauses after the columns, in the order of the service (maxcompute.md 5.5). */
function readOptions(reader: TokenReader): TableOptions {
  const comment = reader.takeWords('COMMENT') ? reader.string() : ''
  if (reader.isWords('AUTO', 'PARTITIONED'))
    throw parseError(reader.at, 'AUTO PARTITIONED BY is not supported by this emulator')
  const partitionedBy = reader.takeWords('PARTITIONED', 'BY')
    ? reader.inParentheses(() => reader.list(() => readColumnDefinition(reader)))
    : []
  const clustering = readClustering(reader)
  const properties = reader.takeWords('TBLPROPERTIES') ? readProperties(reader) : {}
  if (reader.takeWords('STORED', 'AS')) {
    if (!reader.takeWords('ALIORC')) throw reader.unexpected('ALIORC')
  }
  const late = reader.takeWords('TBLPROPERTIES') ? readProperties(reader) : {}
  const lifecycle = reader.takeWords('LIFECYCLE') ? Number(reader.digits()) : undefined
  return {
    comment,
    partitionedBy,
    properties: { ...properties, ...late },
    ...(clustering && { clustering }),
    ...(lifecycle === undefined ? {} : { lifecycle }),
  }
}

function readClustering(reader: TokenReader): Clustering | undefined {
  const at = reader.at
  const range = reader.takeWords('RANGE')
  if (!reader.takeWords('CLUSTERED', 'BY')) {
    if (range) throw reader.unexpected('CLUSTERED')
    return undefined
  }
  const columns = reader.inParentheses(() => reader.list(() => readSortColumn(reader))).map((item) => item.column)
  const sortedBy = reader.takeWords('SORTED', 'BY')
    ? reader.inParentheses(() => reader.list(() => readSortColumn(reader)))
    : []
  let bucketCount = 0
  if (reader.takeWords('INTO')) {
    bucketCount = Number(reader.digits())
    reader.expectWords('BUCKETS')
  }
  if (!range && bucketCount === 0) throw parseError(at, 'CLUSTERED BY needs INTO n BUCKETS')
  if (bucketCount > 4096) throw parseError(at, `bucket count ${bucketCount} is above 4096`)
  return { type: range ? 'range' : 'hash', columns, sortedBy, bucketCount }
}

function readSortColumn(reader: TokenReader): { column: string; descending: boolean } {
  const column = reader.identifier()
  const descending = reader.takeWords('DESC')
  if (!descending) reader.takeWords('ASC')
  return { column, descending }
}

export function readNames(reader: TokenReader): string[] {
  return reader.inParentheses(() => reader.list(() => reader.identifier()))
}

/** `('key'='value', …)` */
export function readProperties(reader: TokenReader): Record<string, string> {
  return reader.inParentheses(() =>
    Object.fromEntries(
      reader.list((): [string, string] => {
        const key = reader.string()
        reader.expectMark('=')
        return [key, reader.string()]
      }),
    ),
  )
}

/** `(ds='20200101', hh)` */
export function readPartition(reader: TokenReader): PartitionItem[] {
  return reader.inParentheses(() =>
    reader.list((): PartitionItem => {
      const at = reader.at
      const column = reader.identifier()
      if (!reader.takeMark('=')) return { column, at }
      const negative = reader.takeMark('-')
      const value = readPrimary(reader)
      return { column, value: negative ? { kind: 'unary', operator: '-', operand: value, at } : value, at }
    }),
  )
}
