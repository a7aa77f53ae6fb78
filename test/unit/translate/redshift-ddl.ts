import { readFileSync, readdirSync } from 'node:fs'
import type { CatalogColumn, CatalogConstraint, CatalogEntry, SourceType } from '../../../src/model/catalog.js'

/**
 * Reads the plain CREATE TABLE files of ddl/ as Redshift would catalogue them: names in lower case, types by their full
 * names. Knows what those files use, and throws at anything else.
 */
export function readCatalogEntries(folder: URL): readonly CatalogEntry[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => readEntry(readFileSync(new URL(file, folder), 'utf8')))
}

function readEntry(text: string): CatalogEntry {
  const table = /^CREATE TABLE (\w+)\.(\w+) \(\n(.*)\n\)(.*);\s*$/is.exec(text)
  if (table === null) throw new Error(`not understood: ${text.slice(0, 60)}`)
  const [, schema = '', name = '', body = '', rest = ''] = table
  const lines = body.split('\n').map((line) => line.trim().replace(/,$/, ''))
  const dist = keyColumns(rest, 'DISTKEY')
  const sort = keyColumns(rest, 'SORTKEY')
  const columns = lines.filter((line) => !line.startsWith('PRIMARY KEY')).map((line, n) => readColumn(line, n + 1))
  return {
    schema: schema.toLowerCase(),
    name: name.toLowerCase(),
    kind: 'table',
    columns: columns.map((column) => ({
      ...column,
      distKey: dist.includes(column.name),
      sortKeyPosition: sort.indexOf(column.name) + 1,
    })),
    constraints: lines.filter((line) => line.startsWith('PRIMARY KEY')).map((line) => primaryKey(name, line)),
  }
}

function keyColumns(text: string, key: string): readonly string[] {
  const list = new RegExp(`${key} \\(([^)]*)\\)`, 'i').exec(text)?.[1]
  return list === undefined ? [] : list.split(',').map((name) => name.trim().toLowerCase())
}

function primaryKey(table: string, definition: string): CatalogConstraint {
  return { name: `${table}_pkey`, kind: 'primary-key', definition }
}

function readColumn(line: string, ordinal: number): CatalogColumn {
  const match = /^(\w+)\s+(\w+)(?:\((\d+)(?:,(\d+))?\))?( NOT NULL)?$/.exec(line)
  if (match === null) throw new Error(`not understood: ${line}`)
  const [, name = '', type = '', first, second, notNull] = match
  return {
    name: name.toLowerCase(),
    ordinal,
    type: sourceType(type.toLowerCase(), Number(first), Number(second)),
    notNull: notNull !== undefined,
    distKey: false,
    sortKeyPosition: 0,
  }
}

function sourceType(type: string, first: number, second: number): SourceType {
  if (type === 'int8') return { base: 'bigint', text: 'bigint' }
  if (type === 'int4' || type === 'int') return { base: 'integer', text: 'integer' }
  if (type === 'date') return { base: 'date', text: 'date' }
  if (type === 'timestamp') return { base: 'timestamp without time zone', text: 'timestamp without time zone' }
  if (type === 'char') return { base: 'character', text: `character(${first})`, length: first }
  if (type === 'varchar') return { base: 'character varying', text: `character varying(${first})`, length: first }
  if (type === 'numeric' || type === 'decimal') {
    return { base: 'numeric', text: `numeric(${first},${second})`, precision: first, scale: second }
  }
  throw new Error(`not understood: type ${type}`)
}
