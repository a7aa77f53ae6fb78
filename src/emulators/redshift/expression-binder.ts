import { bindArithmetic, integerLiteralType } from './arithmetic.js'
import type { BindContext } from './bind-context.js'
import { type Bound, quoteText } from './binding.js'
import { compare, isIn, matchPattern, within } from './comparison.js'
import { unsupported } from './fault.js'
import { bindCall } from './function-binder.js'
import type { Scope } from './scope.js'
import type { Expression } from './syntax-tree.js'
import { bindAnyCast, intervalOf } from './special-cast.js'
import { unifyTypes } from './type-unifier.js'
import { numeric, rsType } from './types.js'

const boolean = rsType('bool')

export function bindExpression(expression: Expression, scope: Scope, context: BindContext): Bound {
  const bind = (inner: Expression): Bound => bindExpression(inner, scope, context)
  switch (expression.kind) {
    case 'string':
      return { sql: quoteText(expression.text), type: rsType('unknown'), literal: expression.text }
    case 'number':
      return bindNumber(expression.text)
    case 'boolean':
      return { sql: String(expression.value), type: boolean }
    case 'null':
      return { sql: 'NULL', isNull: true }
    case 'parameter':
      return bindParameter(expression.number, context)
    case 'column':
      return scope.column(expression.names)
    case 'star':
      throw unsupported('* in an expression')
    case 'call':
      return bindCall(expression, scope, context)
    case 'unary':
      return bindUnary(expression.operator, bind(expression.operand))
    case 'binary':
      return bindBinary(expression.operator, bind(expression.left), bind(expression.right))
    case 'cast':
      return bindAnyCast(bind(expression.operand), expression.type)
    case 'case':
      return bindCase(expression, bind)
    case 'interval':
      return bindInterval(expression.text, expression.unit)
    case 'zone':
      return bindZone(bind(expression.operand), bind(expression.zone))
    case 'row':
      return { sql: `(${expression.items.map((item) => bind(item).sql).join(', ')})` }
    default:
      return bindPredicate(expression, scope, context)
  }
}

type Predicate = Extract<Expression, { kind: 'like' | 'between' | 'in' | 'is' | 'exists' | 'subquery' | 'quantified' }>

function bindPredicate(expression: Predicate, scope: Scope, context: BindContext): Bound {
  const bind = (inner: Expression): Bound => bindExpression(inner, scope, context)
  switch (expression.kind) {
    case 'like': {
      const escape = expression.escape === undefined ? undefined : bind(expression.escape)
      const { operator, negated } = expression
      return matchPattern(operator, negated, bind(expression.operand), bind(expression.pattern), escape)
    }
    case 'between':
      return within(expression.negated, bind(expression.operand), bind(expression.low), bind(expression.high))
    case 'in': {
      const { among, negated } = expression
      if ('kind' in among) return isIn(negated, bind(expression.operand), context.bindQuery(among, scope))
      return isIn(negated, bind(expression.operand), among.map(bind))
    }
    case 'is': {
      const what = expression.what === 'UNKNOWN' ? 'NULL' : expression.what
      return { sql: `(${bind(expression.operand).sql} IS ${expression.negated ? 'NOT ' : ''}${what})`, type: boolean }
    }
    case 'exists':
      return { sql: `EXISTS (${context.bindQuery(expression.query, scope).sql})`, type: boolean }
    case 'subquery': {
      const { sql, columns } = context.bindQuery(expression.query, scope)
      const type = columns[0]?.type
      return type === undefined ? { sql: `(${sql})` } : { sql: `(${sql})`, type }
    }
    case 'quantified': {
      const query = context.bindQuery(expression.query, scope)
      const operand = bind(expression.operand)
      return { sql: `(${operand.sql} ${expression.operator} ${expression.quantifier} (${query.sql}))`, type: boolean }
    }
  }
}

function bindNumber(text: string): Bound {
  if (/^\d+$/.test(text)) return { sql: text, type: integerLiteralType(BigInt(text)) }
  if (/[eE]/.test(text)) return { sql: `CAST('${text}' AS DOUBLE)`, type: rsType('float8') }
  const [whole = '', fraction = ''] = text.split('.')
  const precision = Math.max(whole.replace(/^0+/, '').length + fraction.length, 1)
  return {
    sql: `CAST('${text}' AS DECIMAL(${precision},${fraction.length}))`,
    type: numeric(precision, fraction.length),
  }
}

function bindParameter(number: number, context: BindContext): Bound {
  const bound = context.parameters[number - 1]
  if (bound === undefined) throw unsupported(`parameter $${number} in a simple query`)
  return bound
}

function bindUnary(operator: string, operand: Bound): Bound {
  if (operator === 'NOT') return { sql: `(NOT ${operand.sql})`, type: boolean }
  return { ...operand, sql: `(${operator} ${operand.sql})` }
}

const comparisons = ['=', '<>', '<', '>', '<=', '>=']

function bindBinary(operator: string, left: Bound, right: Bound): Bound {
  if (operator === 'AND' || operator === 'OR') {
    return { sql: `(${left.sql} ${operator} ${right.sql})`, type: boolean }
  }
  if (comparisons.includes(operator)) return compare(operator, left, right)
  if (operator.includes('~')) return matchPattern(operator, operator.startsWith('!'), left, right, undefined)
  return bindArithmetic(operator, left, right)
}

function bindCase(expression: Extract<Expression, { kind: 'case' }>, bind: (inner: Expression) => Bound): Bound {
  const operand = expression.operand === undefined ? undefined : bind(expression.operand)
  const branches = expression.whens.map(({ when, then }) => {
    const condition = operand === undefined ? bind(when) : compare('=', operand, bind(when))
    return { condition, result: bind(then) }
  })
  const otherwise = expression.otherwise === undefined ? undefined : bind(expression.otherwise)
  const results = [...branches.map((branch) => branch.result), ...(otherwise === undefined ? [] : [otherwise])]
  const type = unifyTypes(results.map((result) => result.type))
  const whens = branches.map((branch) => `WHEN ${branch.condition.sql} THEN ${branch.result.sql}`).join(' ')
  const sql = `(CASE ${whens}${otherwise === undefined ? '' : ` ELSE ${otherwise.sql}`} END)`
  return type === undefined ? { sql } : { sql, type }
}

/** `INTERVAL '1-2' YEAR TO MONTH`, `INTERVAL '1 02:03:04' DAY TO SECOND` have types of their own. */
function bindInterval(text: string, unit: string): Bound {
  const [first = '', last] = unit.split(' to ')
  if (last !== undefined) return intervalOf(quoteText(text), last, first === 'year' ? 'intervaly2m' : 'intervald2s')
  const sql = unit === '' ? `CAST(${quoteText(text)} AS INTERVAL)` : `INTERVAL ${quoteText(text)} ${unit}`
  return { sql, type: rsType('interval') }
}

function bindZone(operand: Bound, zone: Bound): Bound {
  const withZone = operand.type?.name === 'timestamptz'
  const value = operand.literal === undefined ? operand.sql : `CAST(${operand.sql} AS TIMESTAMP)`
  return { sql: `timezone(${zone.sql}, ${value})`, type: rsType(withZone ? 'timestamp' : 'timestamptz') }
}
