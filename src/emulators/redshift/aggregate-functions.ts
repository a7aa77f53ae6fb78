import { scaled, unscaled } from './decimal-digits.js'
import type { Bound } from './binding.js'
import { RedshiftFault } from './fault.js'
import type { BoundCall, FunctionRule, FunctionTable } from './function-rule.js'
import { digits, isFloat, isInteger } from './type-unifier.js'
import { numeric, rsType, type RsType, varchar } from './types.js'

const int8 = rsType('int8')
const float8 = rsType('float8')

/** `name([DISTINCT] x) OVER (…)` */
function aggregate(call: BoundCall, name: string, args = call.args.map((argument) => argument.sql)): string {
  return `${name}(${call.call.distinct ? 'DISTINCT ' : ''}${args.join(', ')})${call.over}`
}

function first(call: BoundCall): Bound {
  return call.args[0] ?? { sql: 'NULL', isNull: true }
}

/** redshift.md 5.1: integers up to 32 bits sum to BIGINT, BIGINT to NUMERIC(38,0) or to itself, decimals keep their scale. */
function sum(call: BoundCall): Bound {
  const { type } = first(call)
  const text = aggregate(call, 'sum')
  if (type === undefined) return { sql: text }
  const small = type.name === 'int2' || type.name === 'int4'
  const narrow = type.name === 'int8' && call.context.session.switches.sumOfBigint === 'bigint'
  if (small || narrow) return { sql: `CAST(${text} AS BIGINT)`, type: int8 }
  if (type.name === 'int8') return { sql: `CAST(${text} AS DECIMAL(38,0))`, type: numeric(38, 0) }
  if (type.name === 'numeric') return { sql: text, type: numeric(38, digits(type).scale) }
  if (isFloat(type)) return { sql: text, type: float8 }
  throw refused(call, type)
}

/** Integers are averaged with the fraction cut off; decimals exactly, with their own scale. */
function average(call: BoundCall): Bound {
  const { type } = first(call)
  if (type === undefined || isFloat(type)) return { sql: aggregate(call, 'avg'), type: float8 }
  const quotient = (total: string): string => `(${total} // ${aggregate(call, 'count')})`
  if (isInteger(type)) return { sql: `CAST(${quotient(aggregate(call, 'sum'))} AS BIGINT)`, type: int8 }
  if (type.name !== 'numeric') throw refused(call, type)
  const total = numeric(38, digits(type).scale)
  return scaled(quotient(unscaled({ sql: aggregate(call, 'sum') }, digits(total))), total)
}

function refused(call: BoundCall, type: RsType): RedshiftFault {
  return new RedshiftFault('42883', `function ${call.name}(${type.name}) does not exist`)
}

function extreme(call: BoundCall): Bound {
  const { type } = first(call)
  if (type?.name === 'bool') throw new RedshiftFault('42883', `function ${call.name}(boolean) does not exist`)
  return typed(aggregate(call, call.name), type)
}

function typed(sql: string, type: RsType | undefined): Bound {
  return type === undefined ? { sql } : { sql, type }
}

function count(call: BoundCall): Bound {
  const sql = call.call.star ? `count(*)${call.over}` : aggregate(call, 'count')
  return { sql, type: int8 }
}

function listagg(call: BoundCall): Bound {
  const [value, delimiter] = call.args
  const distinct = call.call.distinct ? 'DISTINCT ' : ''
  const order = call.order === '' ? '' : ` ${call.order}`
  const sql = `string_agg(${distinct}${value?.sql ?? ''}, ${delimiter?.sql ?? "''"}${order})${call.over}`
  return { sql, type: varchar(65535) }
}

function statistic(name: string): FunctionRule {
  return { arity: [1, 1], bind: (call) => ({ sql: aggregate(call, name), type: float8 }) }
}

function numbering(name: string, most = 0): FunctionRule {
  return { arity: [0, most], bind: (call) => ({ sql: aggregate(call, name), type: int8 }) }
}

/** Window functions that hand a row's value on. */
function navigation(name: string, most: number): FunctionRule {
  const bind = (call: BoundCall): Bound => {
    const args = call.args.map((argument) => argument.sql).join(', ')
    const nulls = call.call.ignoreNulls === true ? ' IGNORE NULLS' : ''
    return typed(`${name}(${args}${nulls})${call.over}`, first(call).type)
  }
  return { arity: [1, most], bind }
}

function logical(name: string): FunctionRule {
  return { arity: [1, 1], bind: (call) => ({ sql: aggregate(call, name), type: rsType('bool') }) }
}

export const aggregateFunctions: FunctionTable = {
  count: { arity: [0, 1], bind: count },
  sum: { arity: [1, 1], bind: sum },
  avg: { arity: [1, 1], bind: average },
  min: { arity: [1, 1], bind: extreme },
  max: { arity: [1, 1], bind: extreme },
  any_value: { arity: [1, 1], bind: (call) => typed(aggregate(call, 'any_value'), first(call).type) },
  listagg: { arity: [1, 2], bind: listagg },
  median: statistic('median'),
  stddev: statistic('stddev_samp'),
  stddev_samp: statistic('stddev_samp'),
  stddev_pop: statistic('stddev_pop'),
  variance: statistic('var_samp'),
  var_samp: statistic('var_samp'),
  var_pop: statistic('var_pop'),
  bool_and: logical('bool_and'),
  bool_or: logical('bool_or'),
  row_number: numbering('row_number'),
  rank: numbering('rank'),
  dense_rank: numbering('dense_rank'),
  ntile: numbering('ntile', 1),
  lag: navigation('lag', 3),
  lead: navigation('lead', 3),
  first_value: navigation('first_value', 1),
  last_value: navigation('last_value', 1),
  nth_value: navigation('nth_value', 2),
}
