import { quoteLiteral } from '../../dialect/maxcompute/literal.js'
import { refuse, tell, type Bench } from './bench.js'
import { asDouble, asText, typeName } from './coerce.js'
import { condition } from './conditions.js'
import { families, inside, isNumber, levels, made, type QueryType, type Value } from './value.js'

export interface AggregateCall {
  readonly name: string
  /** Undefined for COUNT(*). */
  readonly value: Value | undefined
  readonly distinct: boolean
  readonly bench: Bench
  readonly at: unknown
  /** What follows the call where it is a window function: ` OVER (…)`. */
  readonly over: string
}

type Rule = (call: AggregateCall, value: Value) => Value

export const aggregateNames = new Set([
  'count',
  'sum',
  'avg',
  'min',
  'max',
  'stddev',
  'stddev_samp',
  'stddev_pop',
  'variance',
  'var_samp',
  'var_pop',
  'logical_and',
  'logical_or',
])

/** COUNT(*), and COUNT of a value. */
export function aggregate(call: AggregateCall): Value {
  const { value, name, at } = call
  if (value === undefined) {
    if (name !== 'count') return refuse(`${name.toUpperCase()}(*)`, 'is not on the list', at)
    return finished(call, 'COUNT(*)', families.bigint, [], { nullable: false })
  }
  if (value.aggregate) return refuse(`${name.toUpperCase()} of an aggregate`, 'is not on the list', at)
  const rule = rules[name]
  return rule === undefined ? refuse(`aggregate ${name.toUpperCase()}`, 'is not on the list', at) : rule(call, value)
}

/** `call` with OVER behind it, as an aggregate or a window function. */
function finished(
  call: AggregateCall,
  sql: string,
  type: QueryType,
  from: readonly Value[],
  extra: { readonly nullable?: boolean; readonly exactness?: Value['exactness']; readonly level?: number } = {},
): Value {
  const windowed = call.over !== ''
  const base = made(`${sql}${call.over}`, type, from, { nullable: true, ...extra })
  return { ...base, windowed: base.windowed || windowed, aggregate: !windowed }
}

const distinct = (call: AggregateCall): string => (call.distinct ? 'DISTINCT ' : '')

const count: Rule = (call, value) =>
  finished(call, `COUNT(${distinct(call)}${value.sql})`, families.bigint, [value], {
    nullable: false,
    exactness: 'exact',
  })

/** The sum of BIGINT is NUMERIC there, and overflows here. */
const sum: Rule = (call, value) => {
  if (!isNumber(value)) return unknown(call, value)
  const { family, precision = 19, scale = 0 } = value.type
  const text = (sql: string): string => `SUM(${distinct(call)}${sql})`
  if (family === 'float') return finished(call, text(value.sql), families.float, [value], { exactness: 'float' })
  if (family === 'decimal') return finished(call, text(value.sql), { family, precision: 38, scale }, [value])
  if (precision <= 10) return finished(call, text(value.sql), families.bigint, [value])
  tell(call.bench, 'SUM of BIGINT', 'is summed as DECIMAL(38,0), which does not overflow')
  return finished(call, text(`CAST(${value.sql} AS DECIMAL(38,0))`), { family: 'decimal', precision: 38, scale: 0 }, [
    value,
  ])
}

/** The average of integers is cut there, and a DOUBLE here (maxcompute.md 6). */
const avg: Rule = (call, value) => {
  if (!isNumber(value)) return unknown(call, value)
  const { family, scale = 0 } = value.type
  if (family === 'integer') {
    tell(call.bench, 'AVG of integers', 'is cut to a whole number: SUM DIV COUNT')
    const parts = ['SUM', 'COUNT'].map((name) => `${name}(${distinct(call)}${value.sql})${call.over}`)
    const windowed = call.over !== ''
    const base = made(parts.join(' DIV '), families.bigint, [value], { nullable: true, level: levels.product })
    return { ...base, windowed, aggregate: !windowed }
  }
  if (family === 'float')
    return finished(call, `AVG(${distinct(call)}${value.sql})`, families.float, [value], { exactness: 'float' })
  tell(call.bench, 'AVG of NUMERIC', 'has another scale', 'by one unit of the last digit that both have')
  return finished(call, `AVG(${distinct(call)}${value.sql})`, { family: 'decimal', precision: 38, scale }, [value], {
    exactness: 'divided',
  })
}

const extreme =
  (name: 'MIN' | 'MAX'): Rule =>
  (call, value) => {
    if (['boolean', 'opaque', 'null'].includes(value.type.family)) return unknown(call, value)
    const held = value.type.family === 'literal' ? families.text : value.type
    const result = finished(call, `${name}(${value.sql})`, held, [value])
    return value.midnight === true ? { ...result, midnight: true } : result
  }

/** STDDEV and VARIANCE are those of a sample there, and of the whole here. */
const spread =
  (name: string): Rule =>
  (call, value) => {
    if (!isNumber(value)) return unknown(call, value)
    if (call.name.toUpperCase() !== name) tell(call.bench, call.name.toUpperCase(), name)
    return finished(call, `${name}(${distinct(call)}${asDouble(value).sql})`, families.float, [value], {
      exactness: 'float',
    })
  }

const truth =
  (name: 'MIN' | 'MAX'): Rule =>
  (call, value) => {
    const held = condition(value, call.at)
    tell(call.bench, name === 'MIN' ? 'BOOL_AND' : 'BOOL_OR', `${name} of 1 and 0`)
    const number = `CASE WHEN ${held.sql} THEN 1 WHEN NOT ${inside(held, levels.atom)} THEN 0 END`
    const inner = finished(call, `${name}(${number})`, families.integer, [held])
    return { ...inner, sql: `${inner.sql} = 1`, type: families.boolean, level: levels.test }
  }

function unknown(call: AggregateCall, value: Value): never {
  return refuse(`${call.name.toUpperCase()} of ${typeName(value.type)}`, 'is not on the list', call.at)
}

const rules: Readonly<Record<string, Rule>> = {
  count,
  sum,
  avg,
  min: extreme('MIN'),
  max: extreme('MAX'),
  stddev: spread('STDDEV_SAMP'),
  stddev_samp: spread('STDDEV_SAMP'),
  stddev_pop: spread('STDDEV'),
  variance: spread('VAR_SAMP'),
  var_samp: spread('VAR_SAMP'),
  var_pop: spread('VARIANCE'),
  logical_and: truth('MIN'),
  logical_or: truth('MAX'),
}

/** LISTAGG with an order; without one neither side promises any. */
export function listAgg(call: AggregateCall, value: Value, separator: string, order: string): Value {
  const text = asText(value, call.at)
  tell(call.bench, 'LISTAGG', 'WM_CONCAT(separator, text), the separator first')
  if (order === '') call.bench.doubts.add('LISTAGG without an order')
  const within = order === '' ? '' : ` WITHIN GROUP (ORDER BY ${order})`
  const sql = `WM_CONCAT(${distinct(call)}${quoteLiteral(separator)}, ${text.sql})${within}`
  return finished(call, sql, families.text, [text])
}
