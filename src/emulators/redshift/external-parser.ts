import type { ExternalColumn, ExternalStatement, ExternalTable } from './external-statements.js'
import { unsupported } from './fault.js'
import type { TokenCursor } from './token-cursor.js'

/** SVV_EXTERNAL_SCHEMAS.eskind as its page lists them; the others are refused by name. */
const sourceKinds: Readonly<Record<string, number>> = { data: 1, hive: 2, postgres: 3, redshift: 4, mysql: 7 }

/** After `CREATE EXTERNAL SCHEMA`. */
export function parseExternalSchema(cursor: TokenCursor): ExternalStatement {
  const ifNotExists = cursor.acceptWord('if', 'not', 'exists')
  const name = cursor.identifier()
  cursor.expectWord('from')
  const word = cursor.next().text
  const sourceKind = sourceKinds[word]
  if (sourceKind === undefined) throw unsupported(`an external schema FROM ${word.toUpperCase()}`)
  cursor.acceptWord(word === 'data' ? 'catalog' : 'metastore')
  const options: Record<string, string> = {}
  let database = ''
  while (!cursor.isEnd()) {
    if (cursor.acceptWord('database')) database = cursor.string()
    else if (cursor.acceptWord('create', 'external', 'database', 'if', 'not', 'exists')) options['CREATE'] = 'true'
    else options[cursor.label().toUpperCase()] = optionValue(cursor)
  }
  return { kind: 'create-external-schema', name, ifNotExists, sourceKind, database, options }
}

function optionValue(cursor: TokenCursor): string {
  if (cursor.isOneOf(['default', 'session']) || ['string', 'number'].includes(cursor.peek().kind))
    return cursor.next().text
  throw cursor.syntaxError()
}

interface Format {
  readonly input: string
  readonly output: string
  readonly serde: string
}

const hadoop = 'org.apache.hadoop'
const text = { input: `${hadoop}.mapred.TextInputFormat`, output: `${hadoop}.hive.ql.io.HiveIgnoreKeyTextOutputFormat` }

/** Hive's own classes for its words. */
const formats: Readonly<Record<string, Format>> = {
  textfile: { ...text, serde: `${hadoop}.hive.serde2.lazy.LazySimpleSerDe` },
  parquet: {
    input: `${hadoop}.hive.ql.io.parquet.MapredParquetInputFormat`,
    output: `${hadoop}.hive.ql.io.parquet.MapredParquetOutputFormat`,
    serde: `${hadoop}.hive.ql.io.parquet.serde.ParquetHiveSerDe`,
  },
  orc: {
    input: `${hadoop}.hive.ql.io.orc.OrcInputFormat`,
    output: `${hadoop}.hive.ql.io.orc.OrcOutputFormat`,
    serde: `${hadoop}.hive.ql.io.orc.OrcSerde`,
  },
  avro: {
    input: `${hadoop}.hive.ql.io.avro.AvroContainerInputFormat`,
    output: `${hadoop}.hive.ql.io.avro.AvroContainerOutputFormat`,
    serde: `${hadoop}.hive.serde2.avro.AvroSerDe`,
  },
  sequencefile: {
    input: `${hadoop}.mapred.SequenceFileInputFormat`,
    output: `${hadoop}.hive.ql.io.HiveSequenceFileOutputFormat`,
    serde: `${hadoop}.hive.serde2.lazy.LazySimpleSerDe`,
  },
}

type Draft = { -readonly [K in keyof ExternalTable]: ExternalTable[K] }

/** After `CREATE EXTERNAL TABLE`. */
export function parseExternalTable(cursor: TokenCursor): ExternalStatement {
  const ifNotExists = cursor.acceptWord('if', 'not', 'exists')
  const names = cursor.qualifiedName()
  if (cursor.isWord('as')) throw unsupported('CREATE EXTERNAL TABLE AS')
  const columns = cursor.list(() => parseColumn(cursor))
  const serde = { inputFormat: text.input, outputFormat: text.output, serialization: formats['textfile']?.serde ?? '' }
  const table: Draft = {
    ...{ names, ifNotExists, columns, partitionedBy: [], ...serde },
    ...{ serdeParameters: {}, location: '', parameters: {} },
  }
  while (!cursor.isEnd()) parseClause(cursor, table)
  if (table.location === '') throw cursor.syntaxError()
  return { kind: 'create-external-table', table }
}

function parseClause(cursor: TokenCursor, table: Draft): void {
  if (cursor.acceptWord('partitioned', 'by')) table.partitionedBy = cursor.list(() => parseColumn(cursor))
  else if (cursor.acceptWord('row', 'format', 'delimited')) parseDelimited(cursor, table)
  else if (cursor.acceptWord('row', 'format', 'serde')) {
    table.serialization = cursor.string()
    if (cursor.acceptWord('with', 'serdeproperties')) table.serdeParameters = parseProperties(cursor)
  } else if (cursor.acceptWord('stored', 'as')) parseStored(cursor, table)
  else if (cursor.acceptWord('location')) table.location = cursor.string()
  else if (cursor.acceptWord('table', 'properties')) table.parameters = parseProperties(cursor)
  else throw cursor.syntaxError()
}

const delimiters: Readonly<Record<string, string>> = { fields: 'field.delim', lines: 'line.delim' }

function parseDelimited(cursor: TokenCursor, table: Draft): void {
  while (cursor.isOneOf(['fields', 'lines'])) {
    const key = delimiters[cursor.next().text] ?? ''
    cursor.expectWord('terminated', 'by')
    table.serdeParameters = { ...table.serdeParameters, [key]: cursor.string() }
  }
}

function parseStored(cursor: TokenCursor, table: Draft): void {
  if (cursor.acceptWord('inputformat')) {
    table.inputFormat = cursor.string()
    cursor.expectWord('outputformat')
    table.outputFormat = cursor.string()
    return
  }
  const word = cursor.next().text
  const format = formats[word]
  if (format === undefined) throw unsupported(`STORED AS ${word.toUpperCase()}`)
  table.inputFormat = format.input
  table.outputFormat = format.output
  if (word !== 'textfile') table.serialization = format.serde
}

function parseProperties(cursor: TokenCursor): Record<string, string> {
  const pairs = cursor.list(() => {
    const key = cursor.string()
    cursor.expectOperator('=')
    return [key, cursor.string()] as const
  })
  return Object.fromEntries(pairs)
}

function parseColumn(cursor: TokenCursor): ExternalColumn {
  return { name: cursor.identifier(), type: parseHiveType(cursor) }
}

/** Redshift's word, and Hive's, in which the Data Catalog keeps it. */
const hiveNames: Readonly<Record<string, string>> = {
  ...{
    smallint: 'smallint',
    int2: 'smallint',
    integer: 'int',
    int: 'int',
    int4: 'int',
    bigint: 'bigint',
    int8: 'bigint',
  },
  ...{ real: 'float', float4: 'float', float: 'double', float8: 'double', boolean: 'boolean', bool: 'boolean' },
  ...{
    date: 'date',
    timestamp: 'timestamp',
    string: 'string',
    binary: 'binary',
    varbyte: 'binary',
    varbinary: 'binary',
  },
  ...{
    decimal: 'decimal',
    numeric: 'decimal',
    char: 'char',
    character: 'char',
    varchar: 'varchar',
    tinyint: 'tinyint',
  },
}

function parseHiveType(cursor: TokenCursor): string {
  const word = cursor.next().text
  if (word === 'double') {
    cursor.acceptWord('precision')
    return 'double'
  }
  if (word === 'array' || word === 'map') return `${word}<${parseNested(cursor, false)}>`
  if (word === 'struct') return `struct<${parseNested(cursor, true)}>`
  const name = hiveNames[word]
  if (name === undefined) throw unsupported(`type ${word} in an external table`)
  if (word === 'character' && cursor.acceptWord('varying')) return `varchar${parseLength(cursor)}`
  const length = parseLength(cursor)
  return name === 'binary' ? name : name === 'decimal' && length === '' ? 'decimal(18,0)' : name + length
}

function parseLength(cursor: TokenCursor): string {
  return cursor.isOperator('(') ? `(${cursor.list(() => cursor.integer()).join(',')})` : ''
}

/** `<type, type>`, `<name:type, …>`; two that close at once come as one `>>`. */
function parseNested(cursor: TokenCursor, named: boolean): string {
  cursor.expectOperator('<')
  const parts: string[] = []
  do {
    let prefix = ''
    if (named) {
      prefix = `${cursor.label()}:`
      cursor.expectOperator(':')
    }
    parts.push(prefix + parseHiveType(cursor))
  } while (cursor.acceptOperator(','))
  cursor.closeAngle()
  return parts.join(',')
}

/** After `ALTER TABLE name ADD`, at `[IF NOT EXISTS] PARTITION`. */
export function parsePartitions(cursor: TokenCursor, names: readonly string[]): ExternalStatement {
  const ifNotExists = cursor.acceptWord('if', 'not', 'exists')
  const partitions: { values: string[]; location: string }[] = []
  while (cursor.acceptWord('partition')) {
    const values = cursor.list(() => {
      cursor.identifier()
      cursor.expectOperator('=')
      return cursor.next().text
    })
    cursor.expectWord('location')
    partitions.push({ values, location: cursor.string() })
  }
  return { kind: 'add-partitions', names, ifNotExists, partitions }
}
