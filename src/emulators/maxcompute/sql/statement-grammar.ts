import { parseError } from '../odps-error.js'
import { readAlterTable } from './alter-grammar.js'
import type { Expression, Query } from './ast.js'
import { readExpression } from './expression-grammar.js'
import { readQuery, readValues } from './query-grammar.js'
import type { Load, Statement } from './statement.js'
import { readCreateTable, readNames, readPartition, readProperties } from './table-grammar.js'
import { startsQuery } from './query-start.js'
import { TokenReader } from './token-reader.js'
import { readCreateView, readDropView } from './view-grammar.js'

/** Bytes of one statement text (maxcompute.md 5.3). */
export const statementByteCountMax = 2 * 1024 * 1024

/**
 * One statement, or several in script mode. SET is honoured in script mode alone: elsewhere it belongs into the
 * settings of the task (maxcompute.md 2.1). Whatever is not in the grammar is ODPS-0130161 with its place.
 */
export function parseStatements(text: string, script: boolean): Statement[] {
  if (Buffer.byteLength(text) > statementByteCountMax) {
    throw parseError({ line: 1, column: 1 }, `statement is longer than ${statementByteCountMax} bytes`)
  }
  const reader = new TokenReader(text, { expression: readExpression, query: readQuery })
  const statements: Statement[] = []
  while (!reader.atEnd) {
    if (reader.takeMark(';')) continue
    const only = statements.length > 0 && !script
    if (only) throw reader.unexpected('EOF')
    statements.push(readStatement(reader, script))
    if (!reader.atEnd) reader.expectMark(';')
  }
  if (statements.length === 0) throw reader.unexpected('a statement')
  return statements
}

function readStatement(reader: TokenReader, script: boolean): Statement {
  const at = reader.at
  if (startsQuery(reader)) return { kind: 'query', query: reader.query(), at }
  if (reader.takeWords('CREATE', 'TABLE')) return readCreateTable(reader)
  const ofView = readCreateView(reader) ?? readDropView(reader)
  if (ofView !== undefined) return ofView
  if (reader.takeWords('CREATE', 'SCHEMA')) {
    const ifNotExists = reader.takeWords('IF', 'NOT', 'EXISTS')
    return { kind: 'create-schema', ifNotExists, name: reader.qualifiedName(), at }
  }
  if (reader.takeWords('DROP', 'TABLE')) {
    const ifExists = reader.takeWords('IF', 'EXISTS')
    return { kind: 'drop', ifExists, table: reader.qualifiedName(), at }
  }
  if (reader.takeWords('TRUNCATE', 'TABLE')) {
    return { kind: 'truncate', table: reader.qualifiedName(), partition: readOptionalPartition(reader), at }
  }
  if (reader.takeWords('ALTER', 'TABLE')) return readAlterTable(reader)
  if (reader.takeWords('INSERT')) return readInsert(reader)
  if (reader.takeWords('LOAD')) return readLoad(reader)
  if (reader.takeWords('DESC') || reader.takeWords('DESCRIBE')) return readDescribe(reader)
  if (reader.takeWords('SHOW')) return readShow(reader)
  if (script && reader.takeWords('SET')) return readSet(reader)
  return readRefused(reader)
}

function readOptionalPartition(reader: TokenReader) {
  return reader.takeWords('PARTITION') ? readPartition(reader) : []
}

function readInsert(reader: TokenReader): Statement {
  const at = reader.at
  const overwrite = reader.takeWords('OVERWRITE')
  if (!overwrite) reader.expectWords('INTO')
  reader.takeWords('TABLE')
  const table = reader.qualifiedName()
  const partition = readOptionalPartition(reader)
  const columns = reader.isMark('(') && !startsQuery(reader) ? readNames(reader) : []
  if (reader.isWords('VALUES')) {
    if (overwrite) throw parseError(reader.at, 'INSERT OVERWRITE does not take VALUES')
    return { kind: 'insert', overwrite, table, partition, columns, query: valuesQuery(reader), at }
  }
  return { kind: 'insert', overwrite, table, partition, columns, query: reader.query(), at }
}

/** `VALUES (…)` as the query `SELECT * FROM (VALUES …)`. */
function valuesQuery(reader: TokenReader): Query {
  const at = reader.at
  const rows: Expression[][] = readValues(reader)
  const from = { kind: 'values', rows, columns: [], at } as const
  const body = {
    kind: 'select',
    at,
    distinct: false,
    items: [{ expression: { kind: 'star', at } }],
    from,
    groupBy: [],
  } as const
  return { at, with: [], body, orderBy: [] }
}

function readLoad(reader: TokenReader): Statement {
  const at = reader.at
  const overwrite = reader.takeWords('OVERWRITE')
  if (!overwrite) reader.expectWords('INTO')
  reader.expectWords('TABLE')
  const table = reader.qualifiedName()
  const partition = readOptionalPartition(reader)
  reader.expectWords('FROM', 'LOCATION')
  const locationAt = reader.at
  const location = reader.string()
  return { kind: 'load', overwrite, table, partition, location, locationAt, at, ...readFormat(reader) }
}

function readFormat(reader: TokenReader): Pick<Load, 'serde' | 'handler' | 'properties' | 'format'> {
  if (reader.takeWords('STORED', 'BY')) {
    const handler = reader.string()
    return { handler, properties: readSerdeProperties(reader) }
  }
  const serde = reader.takeWords('ROW', 'FORMAT', 'SERDE') ? reader.string() : undefined
  const properties = serde === undefined ? {} : readSerdeProperties(reader)
  reader.expectWords('STORED', 'AS')
  const format = reader.next().text.toUpperCase()
  return { properties, format, ...(serde === undefined ? {} : { serde }) }
}

function readSerdeProperties(reader: TokenReader): Record<string, string> {
  return reader.takeWords('WITH', 'SERDEPROPERTIES') ? readProperties(reader) : {}
}

function readDescribe(reader: TokenReader): Statement {
  const at = reader.at
  const extended = reader.takeWords('EXTENDED')
  reader.takeWords('TABLE')
  return { kind: 'describe', extended, table: reader.qualifiedName(), partition: readOptionalPartition(reader), at }
}

function readShow(reader: TokenReader): Statement {
  const at = reader.at
  if (reader.takeWords('PARTITIONS')) return { kind: 'show-partitions', table: reader.qualifiedName(), at }
  if (reader.takeWords('SCHEMAS')) return { kind: 'show-schemas', at }
  reader.expectWords('TABLES')
  if (reader.takeWords('IN') || reader.takeWords('FROM')) reader.qualifiedName()
  const pattern = reader.takeWords('LIKE') ? reader.string() : undefined
  return { kind: 'show-tables', at, ...(pattern === undefined ? {} : { pattern }) }
}

/** `SET a.b=c`: names and values are free text. */
function readSet(reader: TokenReader): Statement {
  const at = reader.at
  const match = /^([^=\s]+)\s*=\s*(.*)$/s.exec(reader.rawUntilSemicolon().trim())
  if (match === null) throw parseError(at, 'SET needs name=value')
  const [, name = '', value = ''] = match
  return { kind: 'set', name, value: value.trim(), at }
}

/** UPDATE, DELETE and MERGE exist for transactional tables alone; the refusal names the table (maxcompute.md 8). */
function readRefused(reader: TokenReader): Statement {
  const at = reader.at
  for (const words of [['UPDATE'], ['DELETE', 'FROM'], ['MERGE', 'INTO']]) {
    if (!reader.takeWords(...words)) continue
    const table = reader.qualifiedName()
    const isWhole = words[0] === 'DELETE' && reader.rawUntilSemicolon().trim() === ''
    if (isWhole) return { kind: 'delete-all', table, at }
    reader.rawUntilSemicolon()
    return { kind: 'refused', what: words[0] ?? '', table, at }
  }
  const word = reader.token.text.toUpperCase()
  if (
    ['CREATE', 'DROP', 'ALTER', 'GRANT', 'REVOKE', 'EXPLAIN', 'ANALYZE', 'USE', 'MSCK', 'EXPORT', 'UNLOAD'].includes(
      word,
    )
  ) {
    throw parseError(at, `${word} ${reader.peek(1).text.toUpperCase()} is not supported by this emulator`)
  }
  throw reader.unexpected('a statement')
}
