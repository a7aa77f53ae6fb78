import { type BindContext, relationOf } from './bind-context.js'
import { type BoundColumn, quoteName, type Relation } from './binding.js'
import { momentLiteral } from './cast-binder.js'
import { scaled } from './decimal-digits.js'
import { RedshiftFault } from './fault.js'
import { Scope } from './scope.js'
import { bindSources } from './source-binder.js'
import { bindAnyCast, refuseInfinity } from './special-cast.js'
import type { Statement } from './statements.js'
import type { Expression, Query, Source } from './syntax-tree.js'
import { engineType } from './type-facts.js'
import type { RsType } from './types.js'

type Of<K extends Statement['kind']> = Extract<Statement, { kind: K }>

/** The engine's expression for a column's DEFAULT, by column name; absent: NULL. */
export type Defaults = ReadonlyMap<string, string>

/** Writing takes the value into the column's type: lengths are checked in bytes, decimals are rounded. */
export function storable(sql: string, type: RsType): string {
  if (type.name === 'varchar') return `rs.store_varchar(CAST(${sql} AS VARCHAR), ${type.length ?? 65535})`
  if (type.name === 'char') return `rs.store_char(CAST(${sql} AS VARCHAR), ${type.length ?? 1})`
  if (type.name === 'varbyte') return `rs.store_bytes(CAST(${sql} AS BLOB), ${type.length ?? 64000})`
  if (type.name === 'numeric' && type.precision === 19) {
    // Stored in 8 bytes (redshift.md 4.1).
    const most = scaled('9223372036854775807', type).sql
    return `rs.store_within(CAST(${sql} AS ${engineType(type)}), ${most})`
  }
  return `CAST(${sql} AS ${engineType(type)})`
}

function writable(names: readonly string[], context: BindContext): Relation & { engineName: string } {
  const relation = relationOf(names, context)
  if (relation.kind === 'catalog') throw new RedshiftFault('42501', `permission denied for relation ${relation.name}`)
  const { engineName } = relation
  if (engineName === undefined) throw new RedshiftFault('0A000', `cannot change a view ("${relation.name}")`)
  return { ...relation, engineName }
}

function targets(relation: Relation, names: readonly string[]): readonly BoundColumn[] {
  if (names.length === 0) return relation.columns
  return names.map((name) => columnOf(relation, name))
}

function columnOf(relation: Relation, name: string): BoundColumn {
  const column = relation.columns.find((candidate) => candidate.name === name)
  if (column !== undefined) return column
  throw new RedshiftFault('42703', `column "${name}" of relation "${relation.name}" does not exist`)
}

export function bindInsert(statement: Of<'insert'>, context: BindContext, defaults: Defaults): string {
  const relation = writable(statement.names, context)
  context.compute.add(relation.name)
  const { source } = statement
  const columns = source === 'defaults' ? [] : targets(relation, statement.columns)
  const { sql, width } = sourceText(source, columns, context, defaults)
  if (width > columns.length) throw new RedshiftFault('42601', 'INSERT has more expressions than target columns')
  if (width < columns.length && statement.columns.length > 0) {
    throw new RedshiftFault('42601', 'INSERT has more target columns than expressions')
  }
  const given = columns.slice(0, width)
  const names = given.map((_, i) => `c${i}`)
  const values = relation.columns.map((column) => {
    const at = given.findIndex((candidate) => candidate.name === column.name)
    const value = at < 0 ? (defaults.get(column.name) ?? 'NULL') : `src.c${at}`
    return storable(value, column.type ?? { name: 'varchar' })
  })
  const from = width === 0 ? '' : ` FROM (${sql}) AS src(${names.join(', ')})`
  return `INSERT INTO ${relation.engineName} SELECT ${values.join(', ')}${from}`
}

function sourceText(
  source: Of<'insert'>['source'],
  columns: readonly BoundColumn[],
  context: BindContext,
  defaults: Defaults,
): { sql: string; width: number } {
  if (source === 'defaults') return { sql: '', width: 0 }
  if (isQuery(source)) {
    const bound = context.bindQuery(source)
    return { sql: bound.sql, width: bound.columns.length }
  }
  const width = source[0]?.length ?? 0
  const rows = source.map(
    (row) => `(${row.map((value, i) => valueText(value, columns[i], context, defaults)).join(', ')})`,
  )
  return { sql: `VALUES ${rows.join(', ')}`, width }
}

function isQuery(source: Query | readonly unknown[]): source is Query {
  return !Array.isArray(source)
}

/** Their texts are read by rules that the engine does not have. */
const unlikeEngine = ['timetz', 'intervaly2m', 'intervald2s', 'super', 'varbyte', 'geometry', 'geography', 'hllsketch']

function valueText(
  value: Expression | undefined,
  column: BoundColumn | undefined,
  context: BindContext,
  defaults: Defaults,
): string {
  if (value === undefined) return defaults.get(column?.name ?? '') ?? 'NULL'
  const bound = context.bindExpression(value, new Scope())
  // Literals of one column may look unlike (1, 2.5): the column's type joins them. Texts wait for their length check.
  const texts = column?.type?.name === 'varchar' || column?.type?.name === 'char'
  if (column?.type === undefined || texts) return bound.sql
  if (unlikeEngine.includes(column.type.name)) return bindAnyCast(bound, column.type).sql
  refuseInfinity(bound, column.type)
  return `CAST(${momentLiteral(bound, column.type)} AS ${engineType(column.type)})`
}

/** A row is found again by the engine's row id, so that joins in FROM need no second grammar. */
export function bindUpdate(statement: Of<'update'>, context: BindContext, defaults: Defaults): string {
  const relation = writable(statement.target.names, context)
  const { from, where, alias, scope } = bindTarget(statement.target, statement.from, statement.where, relation, context)
  const values = statement.assignments.map(({ column, value }, i) => {
    columnOf(relation, column)
    return `${value === undefined ? (defaults.get(column) ?? 'NULL') : context.bindExpression(value, scope).sql} AS c${i}`
  })
  const sets = statement.assignments.map(({ column }, i) => {
    const type = columnOf(relation, column).type ?? { name: 'varchar' }
    return `${quoteName(column)} = ${storable(`src.c${i}`, type)}`
  })
  const rows = `SELECT ${alias}.rowid AS rid, ${values.join(', ')}${from}${where}`
  return `UPDATE ${relation.engineName} AS changed SET ${sets.join(', ')} FROM (${rows}) AS src WHERE changed.rowid = src.rid`
}

export function bindDelete(statement: Of<'delete'>, context: BindContext): string {
  const relation = writable(statement.target.names, context)
  const { from, where, alias } = bindTarget(statement.target, statement.from, statement.where, relation, context)
  return `DELETE FROM ${relation.engineName} WHERE rowid IN (SELECT ${alias}.rowid${from}${where})`
}

function bindTarget(
  target: Extract<Source, { kind: 'table' }>,
  others: readonly Source[],
  condition: Expression | undefined,
  relation: Relation & { engineName: string },
  context: BindContext,
): { from: string; where: string; alias: string; scope: Scope } {
  const scope = new Scope()
  const name = target.alias ?? relation.name
  context.compute.add(relation.name)
  scope.addTable(name, relation.columns, relation.schema)
  const more = bindSources(others, scope, context).replace(' FROM ', ', ')
  const where = condition === undefined ? '' : ` WHERE ${context.bindExpression(condition, scope).sql}`
  return { from: ` FROM ${relation.engineName} AS ${quoteName(name)}${more}`, where, alias: quoteName(name), scope }
}
