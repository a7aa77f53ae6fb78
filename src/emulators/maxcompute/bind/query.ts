import { engineType } from '../data-type.js'
import { semanticError, type Position } from '../odps-error.js'
import type { Query, QueryBody, SetOperation } from '../sql/ast.js'
import { commonType } from './common-type.js'
import { castExplicitly } from './cast.js'
import { bindExpression, orderSql } from './expression.js'
import { Scope, type OutputColumn } from './scope.js'
import { bindSelect } from './select.js'
import type { BindContext, BoundQuery } from './bind-context.js'
import { limitSql, renamed } from './query-parts.js'
import { name, type Typed } from './typed.js'

export function bindQuery(query: Query, parent: Scope | undefined, bind: BindContext): BoundQuery {
  const scope = new Scope(parent)
  const ctes = query.with.map((cte) => {
    const bound = bindQuery(cte.query, scope, bind)
    const columns = renamed(bound.columns, cte.columns, query.at)
    scope.addCte(cte.name, columns)
    return `${name(cte.name)}(${columns.map((column) => name(column.name)).join(', ')}) AS (${bound.sql})`
  })
  const body = bindBody(query.body, scope, bind, query)
  return { sql: ctes.length === 0 ? body.sql : `WITH ${ctes.join(', ')} ${body.sql}`, columns: body.columns }
}

/** ORDER BY and LIMIT belong to the whole: to the SELECT itself, or to the result of a union (maxcompute.md 5.6). */
function bindBody(body: QueryBody, scope: Scope, bind: BindContext, query: Query): BoundQuery {
  checkOrder(query, bind)
  if (body.kind === 'select') return bindSelect(body, scope, bind, query)
  const inner = bindOperand(body, scope, bind)
  const over = new Scope(scope)
  over.addRelation({ alias: '_u', qualifiers: [], columns: inner.columns }, query.at)
  const keys = query.orderBy.map((order) => orderSql(order, bindExpression(order.expression, over, bind).sql, bind))
  const tail = `${keys.length === 0 ? '' : ` ORDER BY ${keys.join(', ')}`}${limitSql(query)}`
  if (tail === '') return inner
  return { sql: `SELECT * FROM (${inner.sql}) AS _u${tail}`, columns: inner.columns }
}

function bindOperand(body: QueryBody, scope: Scope, bind: BindContext): BoundQuery {
  if (body.kind === 'nested') return bindQuery(body.query, scope, bind)
  if (body.kind !== 'select') return bindSet(body, scope, bind)
  return bindSelect(body, scope, bind, { at: body.at, with: [], body, orderBy: [] })
}

function bindSet(operation: SetOperation, scope: Scope, bind: BindContext): BoundQuery {
  const [left, right] = [bindOperand(operation.left, scope, bind), bindOperand(operation.right, scope, bind)]
  if (left.columns.length !== right.columns.length) {
    throw semanticError(
      operation.at,
      `${operation.kind} has ${left.columns.length} columns on the left and ${right.columns.length} on the right`,
    )
  }
  const columns = left.columns.map((column, i): OutputColumn => {
    const other = right.columns[i] ?? column
    return { name: column.name, type: commonType(asTyped(column), asTyped(other), { at: operation.at, bind }) }
  })
  const keyword = `${operation.kind.toUpperCase()}${operation.all ? ' ALL' : ''}`
  const sides = [left, right].map((side) => convertAll(side, columns, operation.at, bind))
  return { sql: `(${sides.join(`) ${keyword} (`)})`, columns }
}

function asTyped(column: OutputColumn): Typed {
  return { sql: `_s.${name(column.name)}`, type: column.type }
}

/** One side of a union with the columns' common names and types. */
function convertAll(side: BoundQuery, columns: readonly OutputColumn[], at: Position, bind: BindContext): string {
  const items = columns.map((column, i) => {
    const source = side.columns[i] ?? column
    const value: Typed = { sql: `_s.${name(`c${i}`)}`, type: source.type }
    const same = source.type.base === column.type.base && engineType(source.type) === engineType(column.type)
    const sql = same || column.type.base === 'void' ? value.sql : castExplicitly(value, column.type, { at, bind }).sql
    return `${sql} AS ${name(column.name)}`
  })
  const names = columns.map((_, i) => name(`c${i}`)).join(', ')
  return `SELECT ${items.join(', ')} FROM (${side.sql}) AS _s(${names})`
}

function checkOrder(query: Query, bind: BindContext): void {
  if (query.orderAt === undefined || query.limit !== undefined || !bind.settings.orderByNeedsLimit) return
  const hint = 'please set odps.sql.validate.orderby.limit=false to use it'
  throw semanticError(query.orderAt, `ORDER BY must be used with a LIMIT clause, ${hint}.`)
}
