import { types, type DataType } from '../data-type.js'
import { semanticError, tableNotFound } from '../odps-error.js'
import type { Name, Relation } from '../sql/ast.js'
import { allColumns, defaultSchema, schemaOf, tableKey, titleOf, type Table } from '../table.js'
import { castExplicitly } from './cast.js'
import { unify } from './common-type.js'
import { bindExpression } from './expression.js'
import { condition } from './operators.js'
import { renamed } from './query-parts.js'
import type { OutputColumn, Scope } from './scope.js'
import type { BindContext } from './bind-context.js'
import { name, type Typed } from './typed.js'

type Naming = Pick<BindContext, 'project' | 'settings'>

/** A table by its name: `table`, `project.table`, `schema.table`, `project.schema.table`; ODPS-0130131 when there is none. */
export function resolveTable(table: Name, bind: Naming & Pick<BindContext, 'findTable' | 'bindView'>): Table {
  const key = tableName(table, bind)
  const found = bind.findTable(key)
  if (found === undefined && bind.bindView(key, table.at) !== undefined)
    throw semanticError(table.at, `${key} is a view: it can only be read, by SELECT`)
  if (found === undefined) throw tableNotFound(table.at, bind.project, table.parts.join('.'))
  return found
}

/** The key of a name that stays in the project. */
export function tableName(table: Name, { project, settings }: Naming): string {
  const parts = [...table.parts]
  const last = parts.pop() ?? ''
  const { inNames, current } = settings.schemas
  const [first, second] = parts
  const isProject = first === project.toLowerCase()
  if (first === undefined) return tableKey(current, last)
  if (second === undefined && inNames) return tableKey(first, last)
  if (second === undefined && (isProject || first === defaultSchema)) return last
  if (second !== undefined && isProject && (inNames || second === defaultSchema)) return tableKey(second, last)
  throw tableNotFound(table.at, first, last)
}

/** A FROM in the engine's SQL; its relations enter the scope. */
export function bindRelation(relation: Relation, scope: Scope, bind: BindContext): string {
  switch (relation.kind) {
    case 'table':
      return bindTable(relation, scope, bind)
    case 'subquery': {
      const query = bind.bindQuery(relation.query, scope)
      const columns = renamed(query.columns, relation.columns, relation.at)
      return addDerived(query.sql, columns, relation, scope)
    }
    case 'values':
      return bindValues(relation, scope, bind)
    case 'join':
      return bindJoin(relation, scope, bind)
  }
}

function bindTable(relation: Extract<Relation, { kind: 'table' }>, scope: Scope, bind: BindContext): string {
  const { name: written, at } = relation
  const [single = ''] = written.parts
  const cte = written.parts.length === 1 ? scope.cte(single) : undefined
  if (cte !== undefined) {
    const alias = relation.alias ?? single
    scope.addRelation({ alias, qualifiers: [], columns: cte }, at)
    return `${name(single)} AS ${name(alias)}`
  }
  const { key, columns, sql } = rowsOf(written, bind)
  const title = titleOf(key)
  const alias = relation.alias ?? title
  const [project, schema] = [bind.project.toLowerCase(), schemaOf(key)]
  const whole = [
    `${project}.${title}`,
    ...(bind.settings.schemas.inNames ? [`${schema}.${title}`, `${project}.${schema}.${title}`] : []),
  ]
  const qualifiers = relation.alias === undefined ? whole : []
  scope.addRelation({ alias, qualifiers, columns }, at)
  return `${sql} AS ${name(alias)}`
}

interface Rows {
  readonly key: string
  readonly columns: readonly OutputColumn[]
  /** In parentheses. */
  readonly sql: string
}

/** The rows of a table or of a view, under the names of their columns. */
function rowsOf(written: Name, bind: BindContext): Rows {
  const key = tableName(written, bind)
  const view = bind.findTable(key) === undefined ? bind.bindView(key, written.at) : undefined
  if (view !== undefined) {
    const names = view.columns.map((column) => name(column.name)).join(', ')
    const columns = view.columns.map(({ name, type }) => ({ name, type }))
    return { key, columns, sql: `(SELECT * FROM (${view.sql}) AS _v(${names}))` }
  }
  const table = resolveTable(written, bind)
  const columns = allColumns(table).map((column): OutputColumn => {
    const partition = table.partitionColumns.includes(column)
    return { name: column.name, type: column.type, ...(partition ? { partitionOf: table.name } : {}) }
  })
  return { key, columns, sql: tableSql(table) }
}

/** A table's rows under its own column names. */
export function tableSql(table: Table): string {
  const items = allColumns(table).map((column) => `${column.physical} AS ${name(column.name)}`)
  return `(SELECT ${items.join(', ')} FROM ${table.physical})`
}

let derivedCount = 0

function addDerived(
  sql: string,
  columns: readonly OutputColumn[],
  relation: { readonly alias?: string; readonly at: Relation['at'] },
  scope: Scope,
): string {
  const alias = relation.alias ?? `_q${(derivedCount += 1)}`
  scope.addRelation({ alias, qualifiers: [], columns: columns.map(({ name, type }) => ({ name, type })) }, relation.at)
  return `(${sql}) AS ${name(alias)}(${columns.map((column) => name(column.name)).join(', ')})`
}

function bindValues(relation: Extract<Relation, { kind: 'values' }>, scope: Scope, bind: BindContext): string {
  const rows = relation.rows.map((row) => row.map((value) => bindExpression(value, scope, bind)))
  const width = rows[0]?.length ?? 0
  const uneven = rows.find((row) => row.length !== width)
  if (uneven !== undefined)
    throw semanticError(relation.at, `VALUES has rows of ${width} and of ${uneven.length} values`)
  const place = { at: relation.at, bind }
  const unified = Array.from({ length: width }, (_, i) =>
    unify(
      rows.map((row) => row[i] ?? { sql: 'NULL', type: types.void }),
      place,
    ),
  )
  const columns = unified.map(({ type }, i): OutputColumn => ({ name: relation.columns[i] ?? `_c${i}`, type }))
  const sql = rows.map((_, r) => `(${unified.map(({ values, type }) => cell(values[r], type, place)).join(', ')})`)
  return addDerived(`VALUES ${sql.join(', ')}`, columns, relation, scope)
}

function cell(value: Typed | undefined, type: DataType, place: Parameters<typeof castExplicitly>[2]): string {
  if (value === undefined) return 'NULL'
  return value.type.base === 'void' && type.base !== 'void' ? castExplicitly(value, type, place).sql : value.sql
}

const engineJoins = {
  inner: 'JOIN',
  left: 'LEFT JOIN',
  right: 'RIGHT JOIN',
  full: 'FULL JOIN',
  cross: 'CROSS JOIN',
  'left semi': 'SEMI JOIN',
  'left anti': 'ANTI JOIN',
} as const

function bindJoin(relation: Extract<Relation, { kind: 'join' }>, scope: Scope, bind: BindContext): string {
  const left = bindRelation(relation.left, scope, bind)
  const leftCount = scope.relations.length
  const right = bindRelation(relation.right, scope, bind)
  const { join, on, at } = relation
  if (on === undefined && join !== 'cross' && join !== 'inner')
    throw semanticError(at, `${join} join needs an ON condition`)
  const sql =
    on === undefined
      ? `${left} CROSS JOIN ${right}`
      : `${left} ${join === 'cross' ? 'JOIN' : engineJoins[join]} ${right} ON ${condition(bindExpression(on, scope, bind), { at, bind }).sql}`
  if (join === 'left semi' || join === 'left anti') scope.relations.length = leftCount
  return sql
}
