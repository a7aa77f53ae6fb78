import type { EngineConnection } from '../sql-engine.js'
import { quoteName, quoteText } from './binding.js'
import { engineSchema, localName, type NameScope, userRelation } from './catalog-store.js'
import { encodings } from './catalog-tables.js'
import type { ColumnDefinition, ConstraintDefinition, TableAttributes, TableDefinition } from './definitions.js'
import { RedshiftFault } from './fault.js'
import { typeByteLength, typeModifier, typeOid, typeText } from './type-facts.js'
import { quotedAsNeeded } from './name-text.js'
import { cellText } from './cell-text.js'

export interface RecordedColumn {
  readonly oid: number
  readonly number: number
  readonly column: ColumnDefinition
  readonly table: TableDefinition
  readonly schema: string
}

/** Rows of pg_attribute, and the sequences of identity columns. Appended: as SQL a wide table takes long to parse. */
export async function recordColumns(connection: EngineConnection, recorded: readonly RecordedColumn[]): Promise<void> {
  const sequences = recorded.map(sequenceSql).join('')
  if (sequences !== '') await connection.run(sequences)
  const rows = recorded.map(columnRow)
  const appender = await connection.native.createAppender('attribute', 'rs')
  for (const row of rows) {
    for (const value of row) {
      if (value === undefined) appender.appendNull()
      else if (typeof value === 'string') appender.appendVarchar(value)
      else if (typeof value === 'number') appender.appendInteger(value)
      else appender.appendBoolean(value)
    }
    appender.endRow()
  }
  appender.closeSync()
}

function columnRow(recorded: RecordedColumn): (string | number | boolean | undefined)[] {
  const { oid, number, column, table } = recorded
  const { type } = column
  const position = positionOf(table, column)
  const distKey = column.distKey || table.attributes.distKey === column.name
  const notNull = column.notNull || column.identity !== undefined || isPrimary(table, column)
  return [
    ...[oid, number, column.name, typeText(type), typeOid(type), typeByteLength(type), typeModifier(type)],
    ...[encodingOf(column, position), distKey, position, notNull, defaultOf(recorded), false, column.collation],
  ]
}

function isPrimary(table: TableDefinition, column: ColumnDefinition): boolean {
  return table.constraints.some((constraint) => constraint.kind === 'p' && constraint.columns.includes(column.name))
}

function positionOf(table: TableDefinition, column: ColumnDefinition): number {
  if (table.attributes.sortKey.length === 0) return column.sortKey ? 1 : 0
  return sortPosition(table.attributes, column.name)
}

/** Interleaved keys alternate their signs, the first negative (redshift.md 3.2). */
export function sortPosition(attributes: TableAttributes, name: string): number {
  const position = attributes.sortKey.indexOf(name) + 1
  return attributes.sortStyle === 'INTERLEAVED' && position % 2 === 1 ? -position : position
}

export function checkEncoding(name: string): void {
  if ((encodings as readonly string[]).includes(name)) return
  throw new RedshiftFault('42704', `Unknown encoding type: ${name}`)
}

/** What Redshift picks when the table does not say: sort keys raw, texts LZO, numbers and dates AZ64. */
function encodingOf(column: ColumnDefinition, position: number): string {
  if (column.encoding !== undefined) {
    checkEncoding(column.encoding)
    return column.encoding
  }
  if (position !== 0) return 'none'
  if (['char', 'varchar', 'varbyte', 'super'].includes(column.type.name)) return 'lzo'
  return ['bool', 'float4', 'float8', 'geometry', 'geography', 'hllsketch'].includes(column.type.name) ? 'none' : 'az64'
}

/** pg_attrdef.adsrc: an identity shows as a call of "identity" (redshift.md 3.2). */
function defaultOf({ column, oid, number }: RecordedColumn): string | undefined {
  const { identity, defaultText } = column
  if (identity === undefined) return defaultText
  const name = identity.byDefault ? 'default_identity' : '"identity"'
  return `${name}(${oid}, ${number - 1}, '${identity.seed},${identity.step}'::text)`
}

/** The engine's sequences begin at 1, or end at -1, unless they are told; identities begin at any number, often at 0. */
function sequenceSql({ column, schema, oid, number }: RecordedColumn): string {
  const { identity } = column
  if (identity === undefined) return ''
  const bounds = 'MINVALUE -9223372036854775807 MAXVALUE 9223372036854775807'
  const sequence = identitySequence(schema, oid, number)
  return `CREATE SEQUENCE ${sequence} INCREMENT BY ${identity.step} ${bounds} START WITH ${identity.seed};`
}

export function identitySequence(schema: string, oid: number, number: number): string {
  return `${engineSchema(schema)}.${quoteName(`identity_${oid}_${number}`)}`
}

export interface RecordedConstraint {
  readonly oid: number
  readonly constraint: ConstraintDefinition
  readonly columns: readonly { readonly name: string; readonly number: number }[]
  readonly place: { readonly schema: string; readonly namespace: number; readonly name: string }
  readonly scope: NameScope
}

/** One row of pg_constraint; nothing enforces it. */
export async function recordConstraint(connection: EngineConnection, recorded: RecordedConstraint): Promise<void> {
  const { oid, constraint, place } = recorded
  const names = recorded.columns.map((column) => column.name)
  const missing = constraint.columns.find((column) => !names.includes(column))
  if (missing !== undefined) throw new RedshiftFault('42703', `column "${missing}" named in key does not exist`)
  const { text, target, targetKeys } = await definitionText(connection, recorded)
  const suffix = { p: 'pkey', u: `${constraint.columns.join('_')}_key`, f: `${constraint.columns.join('_')}_fkey` }
  const name = constraint.name ?? `${place.name}_${suffix[constraint.kind]}`
  const keys = constraint.columns
    .map((name) => recorded.columns.find((column) => column.name === name)?.number ?? 0)
    .join(', ')
  await connection.run(`INSERT INTO rs.constraint_ VALUES (nextval('rs.oids')::INTEGER, ${quoteText(name)},
    '${constraint.kind}', ${oid}, ${place.namespace}, ${target}, [${keys}], ${targetKeys}, ${quoteText(text)})`)
}

async function definitionText(
  connection: EngineConnection,
  { constraint, scope }: RecordedConstraint,
): Promise<{ text: string; target: number; targetKeys: string }> {
  const columns = constraint.columns.map(quotedAsNeeded).join(', ')
  if (constraint.kind !== 'f' || constraint.references === undefined) {
    return { text: `${constraint.kind === 'p' ? 'PRIMARY KEY' : 'UNIQUE'} (${columns})`, target: 0, targetKeys: 'NULL' }
  }
  const { names, columns: targets } = constraint.references
  const relation = await userRelation(connection, names, scope)
  if (relation === undefined) throw new RedshiftFault('42P01', `relation "${names.join('.')}" does not exist`)
  const { schema } = localName(names, scope.database)
  const target = [...(schema === undefined ? [] : [schema]), relation.name].map(quotedAsNeeded).join('.')
  const keys = targets.length > 0 ? targets : await primaryKey(connection, relation.oid)
  return {
    text: `FOREIGN KEY (${columns}) REFERENCES ${target}(${keys.map(quotedAsNeeded).join(', ')})`,
    target: relation.oid,
    targetKeys: `(SELECT list(a.attnum ORDER BY list_position([${keys.map(quoteText).join(', ')}], a.attname)) FROM rs.attribute a
      WHERE a.attrelid = ${relation.oid} AND a.attname IN (${keys.map(quoteText).join(', ')}))`,
  }
}

async function primaryKey(connection: EngineConnection, oid: number): Promise<string[]> {
  const { rows } = await connection.query(`SELECT a.attname FROM rs.constraint_ c, rs.attribute a
    WHERE c.conrelid = ${oid} AND c.contype = 'p' AND a.attrelid = ${oid} AND list_contains(c.conkey, a.attnum) ORDER BY a.attnum`)
  if (rows.length === 0) throw new RedshiftFault('42830', 'there is no primary key for the referenced table')
  return rows.map(([name]) => cellText(name))
}
