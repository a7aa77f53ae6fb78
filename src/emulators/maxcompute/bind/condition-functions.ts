import { types } from '../data-type.js'
import { unify } from './common-type.js'
import { checkCount, nth, type FunctionRule } from './function-rule.js'
import { compare, condition } from './operators.js'
import { typed, type Typed } from './typed.js'

const coalesce: FunctionRule = (values, place) => {
  checkCount(values, 1, Infinity, place)
  const { values: same, type } = unify(values, place)
  return typed(`coalesce(${same.map((value) => value.sql).join(', ')})`, type, ...values)
}

const nvl: FunctionRule = (values, place) => {
  checkCount(values, 2, 2, place)
  return coalesce(values, place)
}

const iff: FunctionRule = (values, place) => {
  checkCount(values, 3, 3, place)
  const test = condition(nth(values, 0), place)
  const { values: same, type } = unify(values.slice(1), place)
  return typed(`CASE WHEN ${test.sql} THEN ${nth(same, 0).sql} ELSE ${nth(same, 1).sql} END`, type, ...values)
}

const nullIf: FunctionRule = (values, place) => {
  checkCount(values, 2, 2, place)
  const [value, other] = [nth(values, 0), nth(values, 1)]
  const equal = compare('=', value, other, place)
  return typed(`CASE WHEN ${equal.sql} THEN NULL ELSE ${value.sql} END`, value.type, ...values)
}

/** DECODE(x, search, result, …, otherwise): NULL equals NULL. */
const decode: FunctionRule = (values, place) => {
  checkCount(values, 3, Infinity, place)
  const subject = nth(values, 0)
  const rest = values.slice(1)
  const pairCount = Math.floor(rest.length / 2)
  const results = Array.from({ length: pairCount }, (_, i) => nth(rest, 2 * i + 1))
  const otherwise: Typed = rest[2 * pairCount] ?? { sql: 'NULL', type: types.void }
  const { values: same, type } = unify([...results, otherwise], place)
  const branches = results.map((_, i) => {
    const test = compare('<=>', subject, nth(rest, 2 * i), place)
    return `WHEN ${test.sql} THEN ${nth(same, i).sql}`
  })
  return typed(`CASE ${branches.join(' ')} ELSE ${nth(same, pairCount).sql} END`, type, ...values)
}

const extreme =
  (engine: 'greatest' | 'least'): FunctionRule =>
  (values, place) => {
    checkCount(values, 2, Infinity, place)
    const { values: same, type } = unify(values, place)
    const list = same.map((value) => value.sql).join(', ')
    // The engine passes NULL by, as GREATEST does: NULL is the smallest. In Hive mode NULL makes the whole NULL.
    if (engine === 'greatest' && !place.bind.settings.hive) return typed(`greatest(${list})`, type, ...values)
    const anyNull = same.map((value) => `${value.sql} IS NULL`).join(' OR ')
    return typed(`CASE WHEN ${anyNull} THEN NULL ELSE ${engine}(${list}) END`, type, ...values)
  }

export const conditionFunctions: Readonly<Record<string, FunctionRule>> = {
  coalesce,
  nvl,
  if: iff,
  nullif: nullIf,
  decode,
  greatest: extreme('greatest'),
  least: extreme('least'),
  isnan: (values, place) => {
    checkCount(values, 1, 1, place)
    return typed(`isnan(CAST(${nth(values, 0).sql} AS DOUBLE))`, types.boolean, ...values)
  },
  isnull: (values, place) => {
    checkCount(values, 1, 1, place)
    return typed(`(${nth(values, 0).sql} IS NULL)`, types.boolean, ...values)
  },
}
