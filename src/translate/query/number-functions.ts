import { refuse, tell } from './bench.js'
import { arithmetic } from './arithmetic.js'
import { asDouble } from './coerce.js'
import { argument, counted, mismatch, titleOf, type Call, type FunctionRule } from './function-call.js'
import { families, isNumber, made, type QueryType, type Value } from './value.js'

function number(call: Call, n: number): Value {
  const value = argument(call, n)
  return isNumber(value) ? value : mismatch(call, value)
}

const abs: FunctionRule = (call) => {
  counted(call, 1)
  const value = number(call, 0)
  return made(`ABS(${value.sql})`, value.type, [value])
}

/** Halves go away from zero on both sides; digits before the point are not on the list. */
const round: FunctionRule = (call) => {
  counted(call, 1, 2)
  const value = number(call, 0)
  if (value.type.family === 'integer' && call.values.length === 1) return value
  const digits = call.values.length === 1 ? 0 : Number(call.values[1]?.literal ?? NaN)
  if (!Number.isInteger(digits) || digits < 0) return refuse(titleOf(call), 'needs a literal number of digits', call.at)
  if (value.exactness !== 'exact')
    return refuse(
      `${titleOf(call)} of a quotient or a float`,
      'a last digit that differs can be rounded the other way',
      call.at,
    )
  const scale = Math.min(digits, value.type.scale ?? 0)
  const precision = Math.min(38, (value.type.precision ?? 38) - (value.type.scale ?? 0) + 1 + scale)
  const type: QueryType = value.type.family === 'decimal' ? { family: 'decimal', precision, scale } : value.type
  return made(`ROUND(${value.sql}, ${digits})`, type, [value])
}

/** A whole number in the argument's own type: BIGINT would divide as a DOUBLE afterwards. */
const toWhole =
  (name: 'FLOOR' | 'CEIL'): FunctionRule =>
  (call) => {
    counted(call, 1)
    const value = number(call, 0)
    if (value.type.family === 'integer') return value
    if (value.exactness === 'divided')
      return refuse(`${titleOf(call)} of a quotient`, 'its last digit can differ', call.at)
    return wholePart(name, value, call)
  }

function wholePart(name: 'FLOOR' | 'CEIL' | 'TRUNC', value: Value, call: Call): Value {
  tell(call.bench, name, 'a whole number in the type of the argument')
  if (value.type.family === 'float') {
    return made(`CAST(${name}(${value.sql}) AS DOUBLE)`, families.float, [value], { exactness: 'float' })
  }
  const precision = Math.min(38, (value.type.precision ?? 38) - (value.type.scale ?? 0) + 1)
  const type: QueryType = { family: 'decimal', precision, scale: 0 }
  return made(`CAST(${name}(${value.sql}) AS DECIMAL(${precision},0))`, type, [value])
}

export const roundedDown: FunctionRule = (call) => {
  counted(call, 1)
  const value = number(call, 0)
  if (value.type.family === 'integer') return value
  if (value.exactness !== 'exact')
    return refuse(`${titleOf(call)} of a quotient or a float`, 'its last digit can differ', call.at)
  return wholePart('TRUNC', value, call)
}

const float =
  (name: string, count = 1): FunctionRule =>
  (call) => {
    counted(call, count)
    const values = Array.from({ length: count }, (_, n) => asDouble(number(call, n)))
    const sql = `${name}(${values.map((value) => value.sql).join(', ')})`
    return made(sql, families.float, values, { exactness: 'float', nullable: true })
  }

const mod: FunctionRule = (call) => {
  counted(call, 2)
  tell(call.bench, 'MOD', '%')
  return arithmetic('%', number(call, 0), number(call, 1), call.bench, call.at)
}

const sign: FunctionRule = (call) => {
  counted(call, 1)
  const value = number(call, 0)
  tell(call.bench, 'SIGN', 'CASE')
  const zero = value.type.family === 'decimal' ? '0BD' : '0'
  const sql = `CASE WHEN ${value.sql} > ${zero} THEN 1 WHEN ${value.sql} < ${zero} THEN -1 WHEN ${value.sql} = ${zero} THEN 0 END`
  return made(sql, families.integer, [value])
}

export const numberFunctions: Readonly<Record<string, FunctionRule>> = {
  abs,
  round,
  floor: toWhole('FLOOR'),
  ceil: toWhole('CEIL'),
  ceiling: toWhole('CEIL'),
  mod,
  sign,
  power: float('POW', 2),
  pow: float('POW', 2),
  sqrt: float('SQRT'),
  exp: float('EXP'),
  dexp: float('EXP'),
  ln: float('LN'),
  log: float('LOG10'),
  dlog10: float('LOG10'),
}
