import { semanticError } from '../odps-error.js'
import type { Expression, Grouping, Order, Query, Select, SelectItem } from '../sql/ast.js'
import { bindExpression, orderSql } from './expression.js'
import { condition } from './operators.js'
import { limitSql } from './query-parts.js'
import { bindRelation } from './relation.js'
import { checkScan } from './scan-rules.js'
import { Scope, type OutputColumn } from './scope.js'
import type { BindContext, BoundQuery } from './bind-context.js'
import { name, type Typed } from './typed.js'

interface Output extends OutputColumn {
  readonly sql: string
  readonly expression: Expression | undefined
  readonly alias: string | undefined
}

/** One SELECT with the ORDER BY and LIMIT of the query it is. */
export function bindSelect(select: Select, parent: Scope, bind: BindContext, query: Query): BoundQuery {
  const scope = new Scope(parent)
  const from = select.from === undefined ? '' : ` FROM ${bindRelation(select.from, scope, bind)}`
  const where = select.where === undefined ? '' : ` WHERE ${bindWhere(select.where, scope, bind)}`
  checkScan(select, scope, bind)
  for (const { name, window } of select.windows ?? []) scope.addWindow(name, window)
  const outputs = select.items.flatMap((item) => bindItem(item, scope, bind)).map(nameOutput)
  const groupBy = [
    ...select.groupBy.map((key) => groupKey(key, outputs, scope, bind)),
    ...(select.groupings ?? []).map((grouping) => groupingSql(grouping, outputs, scope, bind)),
  ]
  if (groupBy.length > 0 && select.distinct) {
    throw semanticError(select.at, 'SELECT DISTINCT and GROUP BY cannot be used in the same query')
  }
  const having =
    select.having === undefined
      ? ''
      : ` HAVING ${condition(bindExpression(select.having, scope, bind), { at: select.having.at, bind }).sql}`
  scope.nameOutputs(outputs)
  const qualify =
    select.qualify === undefined
      ? ''
      : ` QUALIFY ${condition(bindExpression(select.qualify, scope, bind), { at: select.qualify.at, bind }).sql}`
  const orderBy = query.orderBy.map((order) => orderKey(order, outputs, scope, bind))
  const items = outputs.map((output) => `${output.sql} AS ${name(output.name)}`)
  const sql = [
    `SELECT ${select.distinct ? 'DISTINCT ' : ''}${items.join(', ')}${from}${where}`,
    groupBy.length === 0 ? '' : ` GROUP BY ${groupBy.join(', ')}`,
    having,
    qualify,
    orderBy.length === 0 ? '' : ` ORDER BY ${orderBy.join(', ')}`,
    limitSql(query),
  ].join('')
  return { sql, columns: outputs.map(({ name, type }) => ({ name, type })) }
}

function bindWhere(where: Expression, scope: Scope, bind: BindContext): string {
  const bound = bindExpression(where, scope, bind)
  if (bound.aggregate === true) throw semanticError(where.at, 'aggregate function is not allowed in WHERE')
  return condition(bound, { at: where.at, bind }).sql
}

type Unnamed = Omit<Output, 'name'> & { readonly name: string | undefined }

function bindItem(item: SelectItem, scope: Scope, bind: BindContext): readonly Unnamed[] {
  const { expression, alias } = item
  if (expression.kind === 'star') return expandStar(expression, scope)
  const bound = bindExpression(expression, scope, bind)
  const own = expression.kind === 'column' ? expression.parts[expression.parts.length - 1] : undefined
  return [{ sql: bound.sql, type: bound.type, expression, alias, name: alias ?? own }]
}

function expandStar(star: Extract<Expression, { kind: 'star' }>, scope: Scope): readonly Unnamed[] {
  const { qualifier } = star
  const relations = scope.relations.filter(
    (one) => qualifier === undefined || one.alias === qualifier || one.qualifiers.includes(qualifier),
  )
  if (relations.length === 0) throw semanticError(star.at, `${qualifier ?? ''}* cannot be resolved`)
  return relations.flatMap((relation) =>
    relation.columns
      .filter((column) => !(star.except ?? []).includes(column.name))
      .map((column) => ({
        sql: `${name(relation.alias)}.${name(column.name)}`,
        type: column.type,
        name: column.name,
        expression: undefined,
        alias: undefined,
      })),
  )
}

/** An expression without an alias is called after its place: `_c0`. */
function nameOutput(output: Unnamed, index: number): Output {
  return { ...output, name: output.name ?? `_c${index}` }
}

/** A whole number is a position only with the flag (maxcompute.md 6). */
function position(
  key: Expression,
  outputs: readonly Output[],
  allowed: boolean,
  clause: string,
  flag: string,
): number | undefined {
  if (key.kind !== 'number' || !/^\d+$/.test(key.digits)) return undefined
  if (!allowed) {
    throw semanticError(key.at, `${clause} position ${key.digits} is a constant, please set ${flag}=true to use it`)
  }
  const index = Number(key.digits)
  if (index < 1 || index > outputs.length)
    throw semanticError(key.at, `${clause} position ${index} is not in the select list`)
  return index
}

/** Columns of the input come before aliases of the output. */
function groupKey(key: Expression, outputs: readonly Output[], scope: Scope, bind: BindContext): string {
  const index = position(key, outputs, bind.settings.groupByPosition, 'GROUP BY', 'odps.sql.groupby.position.alias')
  if (index !== undefined) return outputs[index - 1]?.sql ?? ''
  const [alias, ...more] = key.kind === 'column' ? key.parts : []
  const output = more.length === 0 && alias !== undefined ? outputs.find((one) => one.alias === alias) : undefined
  if (key.kind === 'column' && output !== undefined && scope.tryColumn(key.parts, key.at) === undefined)
    return output.sql
  const bound: Typed = bindExpression(key, scope, bind)
  if (bound.aggregate === true) throw semanticError(key.at, 'aggregate function is not allowed in GROUP BY')
  return bound.sql
}

/** GROUPING SETS ((a, b), ()), ROLLUP (a, b), CUBE (a, b). */
function groupingSql(grouping: Grouping, outputs: readonly Output[], scope: Scope, bind: BindContext): string {
  const sets = grouping.sets.map((set) => `(${set.map((key) => groupKey(key, outputs, scope, bind)).join(', ')})`)
  return `${grouping.kind} (${sets.join(', ')})`
}

/** Names of the output come before columns of the input. */
function orderKey(order: Order, outputs: readonly Output[], scope: Scope, bind: BindContext): string {
  const key = order.expression
  const flagged = position(key, outputs, bind.settings.orderByPosition, 'ORDER BY', 'odps.sql.orderby.position.alias')
  if (flagged !== undefined) return orderSql(order, String(flagged), bind)
  const single = key.kind === 'column' && key.parts.length === 1 ? key.parts[0] : undefined
  const found = outputs.findIndex((one) => one.name === single)
  if (single !== undefined && found >= 0) return orderSql(order, String(found + 1), bind)
  return orderSql(order, bindExpression(key, scope, bind).sql, bind)
}
