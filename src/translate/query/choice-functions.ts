import { tell } from './bench.js'
import { unified } from './coerce.js'
import { cases, compared, isNull, type Branch } from './conditions.js'
import { argument, counted, type Call, type FunctionRule } from './function-call.js'
import { families, levels, made, type Value } from './value.js'

const coalesce: FunctionRule = (call) => {
  counted(call, 1, Infinity)
  const { values, type } = unified(call.values, call.at)
  if (values.length === 1) return argument({ ...call, values }, 0)
  const nullable = values.every((value) => value.nullable)
  const midnight = values.every((value) => value.midnight === true)
  const sql = `COALESCE(${values.map((value) => value.sql).join(', ')})`
  return made(sql, type, values, { nullable, ...(midnight ? { midnight } : {}) })
}

const nvl2: FunctionRule = (call) => {
  counted(call, 3)
  tell(call.bench, 'NVL2', 'CASE WHEN … IS NOT NULL')
  return cases([{ when: isNull(argument(call, 0), true), then: argument(call, 1) }], argument(call, 2), call.at)
}

/** DECODE finds NULL by NULL. */
const decode: FunctionRule = (call) => {
  counted(call, 3, Infinity)
  tell(call.bench, 'DECODE', 'CASE, in which NULL equals NULL')
  const [subject, ...rest] = call.values as [Value, ...Value[]]
  const pairCount = Math.floor(rest.length / 2)
  const branches = Array.from({ length: pairCount }, (_, n): Branch => {
    const [search, then] = [rest[2 * n], rest[2 * n + 1]] as [Value, Value]
    return { when: sameOrNull(subject, search, call), then }
  })
  return cases(branches, rest.length % 2 === 1 ? rest.at(-1) : undefined, call.at)
}

function sameOrNull(subject: Value, search: Value, call: Call): Value {
  if (search.type.family === 'null') return isNull(subject, false)
  const equal = compared('=', subject, search, call.bench, call.at)
  if (!search.nullable || !subject.nullable) return equal
  const none = `${isNull(subject, false).sql} AND ${isNull(search, false).sql}`
  return made(`${equal.sql} OR ${none}`, families.boolean, [equal], { level: levels.or })
}

const nullIf: FunctionRule = (call) => {
  counted(call, 2)
  const [value, other] = [argument(call, 0), argument(call, 1)]
  const equal = compared('=', value, other, call.bench, call.at)
  const { literal: _, ...rest } = made(`CASE WHEN ${equal.sql} THEN NULL ELSE ${value.sql} END`, value.type, [value], {
    nullable: true,
  })
  return rest
}

/** NULLs are passed over there, and make the whole NULL here. */
const extreme =
  (name: 'GREATEST' | 'LEAST'): FunctionRule =>
  (call) => {
    counted(call, 2, 8)
    const { values, type } = unified(call.values, call.at)
    if (!values.some((value) => value.nullable)) {
      return made(`${name}(${values.map((value) => value.sql).join(', ')})`, type, values)
    }
    tell(call.bench, name, 'each argument gives way to the next where it is NULL')
    const filled = values.map((value, n) => {
      const others = [...values.slice(n + 1), ...values.slice(0, n)]
      return value.nullable ? `COALESCE(${[value, ...others].map((one) => one.sql).join(', ')})` : value.sql
    })
    return made(`${name}(${filled.join(', ')})`, type, values, { nullable: values.every((value) => value.nullable) })
  }

export const choiceFunctions: Readonly<Record<string, FunctionRule>> = {
  coalesce,
  nvl: coalesce,
  ifnull: coalesce,
  isnull: coalesce,
  nvl2,
  decode,
  nullif: nullIf,
  greatest: extreme('GREATEST'),
  least: extreme('LEAST'),
}
