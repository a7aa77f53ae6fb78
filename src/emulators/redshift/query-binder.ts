import type { BindContext } from './bind-context.js'
import { type Bound, type BoundColumn, type BoundQuery, orderItemText, quoteName } from './binding.js'
import { renamed } from './column-names.js'
import { RedshiftFault } from './fault.js'
import { schemaElement } from './function-parser.js'
import { bindSources } from './source-binder.js'
import { Scope } from './scope.js'
import type { Expression, OrderItem, Query, QueryBody, Select, SelectItem } from './syntax-tree.js'
import { unifyTypes } from './type-unifier.js'

/** Turns a query into the engine's SQL with Redshift's meaning, and tells its columns. */
export function bindQuery(query: Query, context: BindContext, parent?: Scope): BoundQuery {
  const outer = new Scope(parent)
  const ctes = query.with.map((cte) => bindCte(cte, query.recursive, context, outer))
  const withText = ctes.length === 0 ? '' : `WITH ${query.recursive ? 'RECURSIVE ' : ''}${ctes.join(', ')} `
  const { sql, columns, scope } = bindBody(query.body, context, outer)
  const order = query.orderBy.map((item) => bindOrdering(item, columns, scope, context))
  const orderText = order.length === 0 ? '' : ` ORDER BY ${order.join(', ')}`
  const limit = query.limit === undefined ? '' : ` LIMIT ${context.bindExpression(query.limit, outer).sql}`
  const offset = query.offset === undefined ? '' : ` OFFSET ${context.bindExpression(query.offset, outer).sql}`
  return { sql: withText + sql + orderText + limit + offset, columns }
}

function bindCte(cte: Query['with'][number], recursive: boolean, context: BindContext, scope: Scope): string {
  // A recursive one sees itself, with the columns that its list names.
  if (recursive)
    scope.addCte(
      cte.name,
      cte.columns.map((name) => ({ name })),
    )
  const bound = bindQuery(cte.query, context, scope)
  const columns = renamed(bound.columns, cte.columns, cte.name)
  scope.addCte(cte.name, columns)
  const names = columns.map((column) => quoteName(column.name)).join(', ')
  return `${quoteName(cte.name)}(${names}) AS (${bound.sql})`
}

interface BoundBody extends BoundQuery {
  /** Set for a plain select: its ORDER BY may use what the select list does not show. */
  readonly scope?: Scope
}

function bindBody(body: QueryBody, context: BindContext, parent: Scope): BoundBody {
  switch (body.kind) {
    case 'select':
      return bindSelect(body, context, new Scope(parent))
    case 'values':
      return bindValues(body.rows, context, parent)
    case 'set':
      return bindSetOperation(body, context, parent)
    case 'query': {
      const bound = bindQuery(body, context, parent)
      return { sql: `(${bound.sql})`, columns: bound.columns }
    }
  }
}

function bindSetOperation(body: Extract<QueryBody, { kind: 'set' }>, context: BindContext, parent: Scope): BoundBody {
  const left = bindBody(body.left, context, parent)
  const right = bindBody(body.right, context, parent)
  if (left.columns.length !== right.columns.length) {
    throw new RedshiftFault('42601', `each ${body.operator} query must have the same number of columns`)
  }
  const columns = left.columns.map((column, i) => {
    const type = unifyTypes([column.type, right.columns[i]?.type])
    return type === undefined ? { name: column.name } : { name: column.name, type }
  })
  return { sql: `(${left.sql}) ${body.operator} (${right.sql})`, columns }
}

function bindValues(rows: readonly (readonly Expression[])[], context: BindContext, scope: Scope): BoundBody {
  const bound = rows.map((row) => row.map((item) => context.bindExpression(item, scope)))
  const width = bound[0]?.length ?? 0
  if (bound.some((row) => row.length !== width)) {
    throw new RedshiftFault('42601', 'VALUES lists must all be the same length')
  }
  const columns = Array.from({ length: width }, (_, i) => {
    const type = unifyTypes(bound.map((row) => (row[i]?.isNull === true ? undefined : row[i]?.type)))
    return type === undefined ? { name: `column${i + 1}` } : { name: `column${i + 1}`, type }
  })
  const text = bound.map((row) => `(${row.map((item) => item.sql).join(', ')})`).join(', ')
  const names = columns.map((column) => quoteName(column.name)).join(', ')
  return { sql: `SELECT * FROM (VALUES ${text}) AS valuelist(${names})`, columns }
}

interface BoundItem extends Bound {
  readonly name: string
}

function bindSelect(select: Select, context: BindContext, scope: Scope): BoundBody {
  const from = bindSources(select.from, scope, context)
  const items = select.items.flatMap((item) => bindItem(item, scope, context))
  const list = items.map((item) => `${item.sql} AS ${quoteName(item.name)}`).join(', ')
  const clause = (word: string, expression: Expression | undefined): string =>
    expression === undefined ? '' : ` ${word} ${context.bindExpression(expression, scope).sql}`
  const groups = select.groupBy.map((expression) => bindGrouping(expression, items, scope, context))
  const sql =
    `SELECT ${select.distinct ? 'DISTINCT ' : ''}${list}${from}${clause('WHERE', select.where)}` +
    (groups.length === 0 ? '' : ` GROUP BY ${groups.join(', ')}`) +
    clause('HAVING', select.having) +
    clause('QUALIFY', select.qualify)
  // The clauses may use what the select list named; Amazon's own drivers do.
  scope.aliases.clear()
  const columns = items.map((item) =>
    item.type === undefined ? { name: item.name } : { name: item.name, type: item.type },
  )
  return select.distinct ? { sql, columns } : { sql, columns, scope }
}

function bindItem(item: SelectItem, scope: Scope, context: BindContext): BoundItem[] {
  if (item.expression.kind === 'star') {
    if (scope.tableCount === 0) throw new RedshiftFault('42601', 'SELECT * with no tables specified is not valid')
    return scope.expand(item.expression.table)
  }
  const bound = context.bindExpression(item.expression, scope)
  const name = item.alias ?? nameOf(item.expression)
  if (item.alias !== undefined) scope.aliases.set(item.alias, { ...bound, sql: `(${bound.sql})` })
  return [{ ...bound, name }]
}

/** PostgreSQL's names for unnamed select items. */
function nameOf(expression: Expression): string {
  switch (expression.kind) {
    case 'column':
      return expression.names[expression.names.length - 1] ?? '?column?'
    case 'call':
      return expression.name === schemaElement ? 'current_schemas' : expression.name
    case 'cast':
      return expression.operand.kind === 'string' ? expression.type.name : nameOf(expression.operand)
    case 'case':
      return 'case'
    default:
      return '?column?'
  }
}

function bindGrouping(expression: Expression, items: readonly BoundItem[], scope: Scope, context: BindContext): string {
  if (expression.kind === 'number') return groupedItem(Number(expression.text), items).sql
  const [name] = expression.kind === 'column' && expression.names.length === 1 ? expression.names : []
  if (name !== undefined && scope.ownColumn(name) === undefined) {
    const item = items.find((candidate) => candidate.name === name)
    if (item !== undefined) return item.sql
  }
  return context.bindExpression(expression, scope).sql
}

function groupedItem(position: number, items: readonly BoundItem[]): BoundItem {
  const item = items[position - 1]
  if (item === undefined) throw new RedshiftFault('42P10', `GROUP BY position ${position} is not in select list`)
  return item
}

function bindOrdering(
  item: OrderItem,
  columns: readonly BoundColumn[],
  scope: Scope | undefined,
  context: BindContext,
): string {
  const { expression } = item
  if (expression.kind === 'number') {
    if (columns[Number(expression.text) - 1] === undefined) {
      throw new RedshiftFault('42P10', `ORDER BY position ${expression.text} is not in select list`)
    }
    return orderItemText(item, expression.text)
  }
  const [name] = expression.kind === 'column' && expression.names.length === 1 ? expression.names : []
  const position = columns.findIndex((column) => column.name === name)
  if (position >= 0) return orderItemText(item, String(position + 1))
  if (scope === undefined) throw new RedshiftFault('42703', `column "${name ?? ''}" does not exist`)
  return orderItemText(item, context.bindExpression(expression, scope).sql)
}
