import { engineType, isFloating, isInteger, isText, types, typeText, type DataType } from '../data-type.js'
import { unsupported } from '../odps-error.js'
import { argument, asDouble } from './common-type.js'
import { badArgument, checkCount, literalOf, nth, wholeOf, type CallPlace } from './function-rule.js'
import { condition } from './operators.js'
import type { Typed } from './typed.js'

/** An aggregate in two pieces, so that OVER can stand between them: `wrap(call + over)`. */
export interface Aggregate {
  readonly call: string
  readonly type: DataType
  wrap(sql: string): string
}

export type AggregateRule = (values: readonly Typed[], place: CallPlace) => Aggregate

const bare = (call: string, type: DataType): Aggregate => ({ call, type, wrap: (sql) => sql })
const distinctText = (place: CallPlace): string => (place.distinct ? 'DISTINCT ' : '')

/** COUNT(DISTINCT a, b) counts pairs without NULL. */
const count: AggregateRule = (values, place) => {
  checkCount(values, 1, Infinity, place)
  if (values.length === 1) return bare(`count(${distinctText(place)}${nth(values, 0).sql})`, types.bigint)
  const anyNull = values.map((value) => `${value.sql} IS NULL`).join(' OR ')
  const row = `row(${values.map((value) => value.sql).join(', ')})`
  return bare(`count(${distinctText(place)}CASE WHEN ${anyNull} THEN NULL ELSE ${row} END)`, types.bigint)
}

const countIf: AggregateRule = (values, place) => {
  checkCount(values, 1, 1, place)
  return bare(`count(CASE WHEN ${condition(nth(values, 0), place).sql} THEN 1 END)`, types.bigint)
}

/** Integers give BIGINT or an overflow, decimals DECIMAL(38, s), all else DOUBLE (maxcompute.md 6). */
const sum: AggregateRule = (values, place) => {
  checkCount(values, 1, 1, place)
  const value = nth(values, 0)
  const call = (sql: string): string => `sum(${distinctText(place)}${sql})`
  if (isInteger(value.type))
    return { call: call(value.sql), type: types.bigint, wrap: (sql) => `CAST(${sql} AS BIGINT)` }
  if (value.type.base === 'decimal') {
    const scale = place.bind.switches.sumDecimalScale === 'argument' ? (value.type.scale ?? 18) : 18
    const type: DataType = { base: 'decimal', precision: 38, scale }
    return { call: call(value.sql), type, wrap: (sql) => `CAST(${sql} AS ${engineType(type)})` }
  }
  if (!isFloating(value.type) && !isText(value.type) && value.type.base !== 'void') {
    throw badArgument(place, `expect a number, actual ${typeText(value.type)}`)
  }
  return bare(call(asDouble(value, place).sql), types.double)
}

/** DECIMAL for decimals with four more digits (the real scale is unknown, maxcompute.md 6), DOUBLE for all else. */
const avg: AggregateRule = (values, place) => {
  checkCount(values, 1, 1, place)
  const value = nth(values, 0)
  if (value.type.base !== 'decimal') {
    if (value.type.base === 'boolean' || value.type.base === 'date')
      throw badArgument(place, `actual ${typeText(value.type)}`)
    return bare(`avg(${distinctText(place)}${asDouble(value, place).sql})`, types.double)
  }
  const type: DataType = { base: 'decimal', precision: 38, scale: Math.min(18, (value.type.scale ?? 18) + 4) }
  return { call: `avg(${distinctText(place)}${value.sql})`, type, wrap: (sql) => `CAST(${sql} AS ${engineType(type)})` }
}

/** Keeps its type; not for BOOLEAN (maxcompute.md 6). */
const extreme =
  (engine: 'min' | 'max'): AggregateRule =>
  (values, place) => {
    checkCount(values, 1, 1, place)
    const value = nth(values, 0)
    if (value.type.base === 'boolean') throw badArgument(place, 'BOOLEAN is not supported')
    return bare(`${engine}(${value.sql})`, value.type)
  }

const anyValue: AggregateRule = (values, place) => {
  checkCount(values, 1, 1, place)
  return bare(`any_value(${nth(values, 0).sql})`, nth(values, 0).type)
}

const spread =
  (engine: string): AggregateRule =>
  (values, place) => {
    checkCount(values, 1, 1, place)
    return bare(`${engine}(${distinctText(place)}${asDouble(nth(values, 0), place).sql})`, types.double)
  }

const wmConcat: AggregateRule = (values, place) => {
  checkCount(values, 2, 2, place)
  literalOf(nth(values, 0), place)
  const [separator, value] = [nth(values, 0), argument(nth(values, 1), types.string, place)]
  const order = place.order === undefined ? '' : ` ORDER BY ${place.order.join(', ')}`
  return bare(`string_agg(${distinctText(place)}${value.sql}, ${separator.sql}${order})`, types.string)
}

/** MAX_BY(value, key) and ARG_MAX(key, value): the value of the row with the largest key. */
const valueBy =
  (engine: 'arg_max' | 'arg_min', keyFirst: boolean): AggregateRule =>
  (values, place) => {
    checkCount(values, 2, 2, place)
    const [value, key] = keyFirst ? [nth(values, 1), nth(values, 0)] : [nth(values, 0), nth(values, 1)]
    return bare(`${engine}(${value.sql}, ${key.sql})`, value.type)
  }

/** PERCENTILE(integer, p): exact, between two values in proportion. */
const percentile: AggregateRule = (values, place) => {
  checkCount(values, 2, 2, place)
  const value = nth(values, 0)
  if (!isInteger(value.type)) throw badArgument(place, `expect an integer, actual ${typeText(value.type)}`)
  return bare(`quantile_cont(${asDouble(value, place).sql}, ${nth(values, 1).sql})`, types.double)
}

const pair =
  (engine: string): AggregateRule =>
  (values, place) => {
    checkCount(values, 2, 2, place)
    return bare(`${engine}(${values.map((value) => asDouble(value, place).sql).join(', ')})`, types.double)
  }

const bitwise =
  (engine: string): AggregateRule =>
  (values, place) => {
    checkCount(values, 1, 1, place)
    return bare(`${engine}(${argument(nth(values, 0), types.bigint, place).sql})`, types.bigint)
  }

/** Which keys a row of GROUPING SETS is not grouped by, as bits. */
const grouping: AggregateRule = (values, place) => {
  checkCount(values, 1, Infinity, place)
  return bare(`CAST(grouping(${values.map((value) => value.sql).join(', ')}) AS BIGINT)`, types.bigint)
}

const approxDistinct: AggregateRule = (values, place) => {
  checkCount(values, 1, 1, place)
  return bare(`approx_count_distinct(${nth(values, 0).sql})`, types.bigint)
}

export const aggregateFunctions: Readonly<Record<string, AggregateRule>> = {
  count,
  count_if: countIf,
  sum,
  avg,
  min: extreme('min'),
  max: extreme('max'),
  any_value: anyValue,
  median: spread('median'),
  stddev: spread('stddev_pop'),
  stddev_samp: spread('stddev_samp'),
  variance: spread('var_pop'),
  var_samp: spread('var_samp'),
  wm_concat: wmConcat,
  max_by: valueBy('arg_max', false),
  min_by: valueBy('arg_min', false),
  arg_max: valueBy('arg_max', true),
  arg_min: valueBy('arg_min', true),
  percentile,
  corr: pair('corr'),
  covar_pop: pair('covar_pop'),
  covar_samp: pair('covar_samp'),
  bitwise_and_agg: bitwise('bit_and'),
  bitwise_or_agg: bitwise('bit_or'),
  bitwise_xor_agg: bitwise('bit_xor'),
  grouping,
  grouping_id: grouping,
  stddev_pop: spread('stddev_pop'),
  var_pop: spread('var_pop'),
  approx_distinct: approxDistinct,
}

const rank =
  (engine: string, type: DataType = types.bigint): AggregateRule =>
  (values, place) => {
    checkCount(values, 0, 0, place)
    return bare(`${engine}()`, type)
  }

const neighbour =
  (engine: 'lag' | 'lead'): AggregateRule =>
  (values, place) => {
    checkCount(values, 1, 3, place)
    const value = nth(values, 0)
    const offset = values[1] === undefined ? '1' : literalOf(values[1], place)
    const otherwise = values[2] === undefined ? '' : `, ${argument(values[2], value.type, place).sql}`
    return bare(`${engine}(${value.sql}, ${offset}${otherwise})`, value.type)
  }

const edge =
  (engine: 'first_value' | 'last_value'): AggregateRule =>
  (values, place) => {
    checkCount(values, 1, 2, place)
    if (place.distinct) throw unsupported(place.at, `${engine} with DISTINCT`)
    const ignore = values[1] !== undefined && values[1].sql === 'true' ? ' IGNORE NULLS' : ''
    return bare(`${engine}(${nth(values, 0).sql}${ignore})`, nth(values, 0).type)
  }

/** Only with OVER. */
export const windowFunctions: Readonly<Record<string, AggregateRule>> = {
  row_number: rank('row_number'),
  rank: rank('rank'),
  dense_rank: rank('dense_rank'),
  percent_rank: rank('percent_rank', types.double),
  cume_dist: rank('cume_dist', types.double),
  ntile: (values, place) => {
    checkCount(values, 1, 1, place)
    return bare(`ntile(${literalOf(nth(values, 0), place)})`, types.bigint)
  },
  lag: neighbour('lag'),
  lead: neighbour('lead'),
  first_value: edge('first_value'),
  nth_value: (values, place) => {
    checkCount(values, 2, 3, place)
    const ignore = values[2] !== undefined && values[2].sql === 'true' ? ' IGNORE NULLS' : ''
    return bare(`nth_value(${nth(values, 0).sql}, ${wholeOf(nth(values, 1), 1, place)}${ignore})`, nth(values, 0).type)
  },
  last_value: edge('last_value'),
}
