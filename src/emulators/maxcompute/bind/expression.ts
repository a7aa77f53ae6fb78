import { isInteger, isNumeric, isText, resolveType, types, typeText, type DataType } from '../data-type.js'
import { semanticError, unsupported, type Position } from '../odps-error.js'
import type { Expression, Order, Window } from '../sql/ast.js'
import { bindCall } from './call.js'
import { castExplicitly } from './cast.js'
import { argument, unify } from './common-type.js'
import { bindInterval, bindNumber, bindTypedLiteral } from './literals.js'
import { applyOperator, compare, condition } from './operators.js'
import type { Scope } from './scope.js'
import type { BindContext } from './bind-context.js'
import { elementOf, fieldOf } from './nested.js'
import { text, typed, type Typed } from './typed.js'

/** An expression in a scope, with its type; throws the service's refusal. */
export function bindExpression(expression: Expression, scope: Scope, bind: BindContext): Typed {
  const { at } = expression
  switch (expression.kind) {
    case 'null':
      return { sql: 'NULL', type: types.void }
    case 'boolean':
      return { sql: String(expression.value), type: types.boolean }
    case 'string':
      return { sql: text(expression.value), type: types.string, literal: expression.value }
    case 'number':
      return bindNumber(expression.digits, expression.suffix, at, bind)
    case 'typed':
      return bindTypedLiteral(expression, bind)
    case 'interval':
      return bindInterval(expression, bind)
    case 'column':
      return bindColumn(expression.parts, at, scope)
    case 'element':
      return bindElement(expression, scope, bind)
    case 'field':
      return fieldIn(bindExpression(expression.of, scope, bind), expression.name, at)
    case 'row':
      throw semanticError(at, 'a row of values is only allowed before IN (SELECT …)')
    case 'star':
      throw semanticError(at, '* is only allowed in SELECT and COUNT')
    case 'call':
      return bindCallExpression(expression, scope, bind)
    case 'unary':
      return bindUnary(expression, scope, bind)
    case 'cast': {
      const type = resolveType(expression.type, bind.settings.flags)
      return castExplicitly(bindExpression(expression.operand, scope, bind), type, { at, bind })
    }
    case 'binary': {
      const [left, right] = [expression.left, expression.right].map((side) => bindExpression(side, scope, bind))
      if (left === undefined || right === undefined) throw new Error('a binary operator has two sides')
      return applyOperator(expression.operator, left, right, { at, bind })
    }
    case 'case':
      return bindCase(expression, scope, bind)
    case 'between':
    case 'in':
    case 'is':
    case 'like':
    case 'in-query':
    case 'exists':
    case 'scalar':
      return bindTest(expression, scope, bind)
  }
}

/** A column, or fields inside a column that is a struct: `t.s.a.b`. */
function bindColumn(parts: readonly string[], at: Position, scope: Scope): Typed {
  const column = scope.tryColumn(parts, at)
  if (column !== undefined) return column
  const last = parts[parts.length - 1] ?? ''
  const outer = parts.length > 1 ? bindStruct(parts.slice(0, -1), at, scope) : undefined
  return outer === undefined ? scope.column(parts, at) : fieldIn(outer, last, at)
}

function bindStruct(parts: readonly string[], at: Position, scope: Scope): Typed | undefined {
  const column = scope.tryColumn(parts, at)
  if (column !== undefined) return column
  const outer = parts.length > 1 ? bindStruct(parts.slice(0, -1), at, scope) : undefined
  return outer === undefined ? undefined : fieldOf(outer, parts[parts.length - 1] ?? '')
}

function fieldIn(of: Typed, name: string, at: Position): Typed {
  const field = fieldOf(of, name)
  if (field === undefined) throw semanticError(at, `field ${name} cannot be resolved in ${typeText(of.type)}`)
  return field
}

function bindElement(expression: Extract<Expression, { kind: 'element' }>, scope: Scope, bind: BindContext): Typed {
  const of = bindExpression(expression.of, scope, bind)
  return elementOf(of, bindExpression(expression.index, scope, bind), { at: expression.at, bind })
}

type TestExpression = Extract<Expression, { kind: 'between' | 'in' | 'is' | 'like' | 'in-query' | 'exists' | 'scalar' }>

function bindTest(expression: TestExpression, scope: Scope, bind: BindContext): Typed {
  const place = { at: expression.at, bind }
  if (expression.kind === 'exists') {
    return { sql: `EXISTS (${bind.bindQuery(expression.query, scope).sql})`, type: types.boolean }
  }
  if (expression.kind === 'scalar') return bindScalar(expression, scope, bind)
  if (expression.kind === 'in-query' && expression.operand.kind === 'row')
    return bindRowInQuery(expression, expression.operand.items, scope, bind)
  const operand = bindExpression(expression.operand, scope, bind)
  const not = expression.not ? 'NOT ' : ''
  switch (expression.kind) {
    case 'between': {
      const low = compare('>=', operand, bindExpression(expression.low, scope, bind), place)
      const high = compare('<=', operand, bindExpression(expression.high, scope, bind), place)
      return typed(`(${not}(${low.sql} AND ${high.sql}))`, types.boolean, operand, low, high)
    }
    case 'in': {
      const values = expression.values.map((value) => bindExpression(value, scope, bind))
      const tests = values.map((value) => compare('=', operand, value, place).sql)
      const plain = [operand, ...values].every((value) => isPlain(value.type))
      const list = plain ? `${operand.sql} IN (${values.map((value) => value.sql).join(', ')})` : tests.join(' OR ')
      return typed(`(${not}(${list}))`, types.boolean, operand, ...values)
    }
    case 'is': {
      const tested = expression.what === 'null' ? operand : condition(operand, place)
      return typed(`(${tested.sql} IS ${not}${expression.what.toUpperCase()})`, types.boolean, operand)
    }
    case 'like':
      return bindLike(expression, operand, scope, bind)
    case 'in-query':
      return bindInQuery(expression, operand, scope, bind)
  }
}

/** Compared by the engine as the service does; a long list then needs no deep expression. */
function isPlain(type: DataType): boolean {
  return isInteger(type) || type.base === 'string' || type.base === 'varchar' || type.base === 'date'
}

function bindLike(
  expression: Extract<Expression, { kind: 'like' }>,
  operand: Typed,
  scope: Scope,
  bind: BindContext,
): Typed {
  const place = { at: expression.at, bind }
  const pattern = argument(bindExpression(expression.pattern, scope, bind), types.string, place)
  const value = argument(operand, types.string, place)
  const test = expression.regular
    ? `regexp_matches(${value.sql}, ${pattern.sql})`
    : `${value.sql} LIKE ${pattern.sql} ESCAPE '\\'`
  return typed(`(${expression.not ? 'NOT ' : ''}(${test}))`, types.boolean, operand, pattern)
}

function bindScalar(expression: Extract<Expression, { kind: 'scalar' }>, scope: Scope, bind: BindContext): Typed {
  const query = bind.bindQuery(expression.query, scope)
  const [column] = query.columns
  if (column === undefined || query.columns.length > 1) {
    throw semanticError(expression.at, `scalar subquery must return one column, found ${query.columns.length}`)
  }
  return { sql: `(${query.sql})`, type: column.type }
}

function bindInQuery(
  expression: Extract<Expression, { kind: 'in-query' }>,
  operand: Typed,
  scope: Scope,
  bind: BindContext,
): Typed {
  const query = bind.bindQuery(expression.query, scope)
  const [column] = query.columns
  if (column === undefined || query.columns.length > 1) {
    throw semanticError(expression.at, `IN subquery must return one column, found ${query.columns.length}`)
  }
  compare('=', operand, { sql: 'NULL', type: column.type }, { at: expression.at, bind })
  const sql = `(${operand.sql} ${expression.not ? 'NOT ' : ''}IN (${query.sql}))`
  return typed(sql, types.boolean, operand)
}

/** `(a, b) IN (SELECT …)` */
function bindRowInQuery(
  expression: Extract<Expression, { kind: 'in-query' }>,
  items: readonly Expression[],
  scope: Scope,
  bind: BindContext,
): Typed {
  const place = { at: expression.at, bind }
  if (expression.not) throw unsupported(expression.at, 'NOT IN of several columns')
  const query = bind.bindQuery(expression.query, scope)
  if (query.columns.length !== items.length) {
    throw semanticError(expression.at, `IN subquery must return ${items.length} columns, found ${query.columns.length}`)
  }
  const names = query.columns.map((_, i) => `c${i}`)
  const tests = items.map((item, i) => {
    const column: Typed = { sql: `_r.c${i}`, type: query.columns[i]?.type ?? types.void }
    return compare('=', bindExpression(item, scope, bind), column, place).sql
  })
  const sql = `EXISTS (SELECT 1 FROM (${query.sql}) AS _r(${names.join(', ')}) WHERE ${tests.join(' AND ')})`
  return { sql, type: types.boolean }
}

function bindUnary(expression: Extract<Expression, { kind: 'unary' }>, scope: Scope, bind: BindContext): Typed {
  const place = { at: expression.at, bind }
  const operand = bindExpression(expression.operand, scope, bind)
  if (expression.operator === 'not') return typed(`(NOT ${condition(operand, place).sql})`, types.boolean, operand)
  if (expression.operator === '~')
    return typed(`(~${argument(operand, types.bigint, place).sql})`, types.bigint, operand)
  if (operand.type.base.startsWith('interval') && expression.operator === '-')
    return typed(`(-${operand.sql})`, operand.type, operand)
  const value = isText(operand.type) ? castExplicitly(operand, types.double, place) : operand
  if (!isNumeric(value.type))
    throw semanticError(place.at, `operator ${expression.operator} cannot be applied to ${typeText(value.type)}`)
  if (expression.operator === '+') return value
  const negative = typed(`(-${value.sql})`, value.type, operand)
  return value.literal === undefined ? negative : { ...negative, literal: `-${value.literal}` }
}

function bindCase(expression: Extract<Expression, { kind: 'case' }>, scope: Scope, bind: BindContext): Typed {
  const place = { at: expression.at, bind }
  const subject = expression.subject === undefined ? undefined : bindExpression(expression.subject, scope, bind)
  const tests = expression.branches.map(({ when }) => {
    const value = bindExpression(when, scope, bind)
    return subject === undefined ? condition(value, place) : compare('=', subject, value, place)
  })
  const results = expression.branches.map(({ then }) => bindExpression(then, scope, bind))
  const otherwise = expression.otherwise === undefined ? undefined : bindExpression(expression.otherwise, scope, bind)
  const { values, type } = unify(otherwise === undefined ? results : [...results, otherwise], place)
  const branches = tests.map((test, i) => `WHEN ${test.sql} THEN ${values[i]?.sql ?? 'NULL'}`)
  const last = otherwise === undefined ? '' : ` ELSE ${values[values.length - 1]?.sql ?? 'NULL'}`
  return typed(`CASE ${branches.join(' ')}${last} END`, type, ...tests, ...values)
}

function bindCallExpression(call: Extract<Expression, { kind: 'call' }>, scope: Scope, bind: BindContext): Typed {
  const values = call.arguments.map((value): Typed => {
    const counted = value.kind === 'star' && value.qualifier === undefined && call.name === 'count' && !call.distinct
    return counted ? { sql: '*', type: types.bigint } : bindExpression(value, scope, bind)
  })
  const clauses = {
    over: call.over === undefined ? undefined : bindWindow(call.over, call.at, scope, bind),
    filter:
      call.filter === undefined
        ? undefined
        : condition(bindExpression(call.filter, scope, bind), { at: call.filter.at, bind }).sql,
    order: call.withinGroup?.map((one) => orderSql(one, bindExpression(one.expression, scope, bind).sql, bind)),
  }
  return bindCall(call, values, clauses, bind)
}

function bindWindow(written: Window, at: Position, scope: Scope, bind: BindContext): string {
  const window = written.named === undefined ? written : scope.window(written.named)
  if (window === undefined) throw semanticError(at, `window ${written.named ?? ''} cannot be resolved`)
  const partition = window.partitionBy.map((value) => bindExpression(value, scope, bind).sql)
  const order = window.orderBy.map((one) => orderSql(one, bindExpression(one.expression, scope, bind).sql, bind))
  // Without a frame the default is ROWS, and RANGE in Hive mode (maxcompute.md 6).
  const usual = order.length > 0 && !bind.settings.hive ? 'ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW' : ''
  return [
    ...(partition.length === 0 ? [] : [`PARTITION BY ${partition.join(', ')}`]),
    ...(order.length === 0 ? [] : [`ORDER BY ${order.join(', ')}`]),
    window.frame ?? usual,
  ].join(' ')
}

/** One key of ORDER BY, with the place of NULL spelled out. */
export function orderSql(order: Order, sql: string, bind: BindContext): string {
  const smallest = bind.switches.nullOrder === 'smallest'
  const nulls = order.nulls ?? (smallest === order.descending ? 'last' : 'first')
  return `${sql} ${order.descending ? 'DESC' : 'ASC'} NULLS ${nulls.toUpperCase()}`
}
