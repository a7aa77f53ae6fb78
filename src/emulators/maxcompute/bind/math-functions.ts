import { engineType, isFloating, isInteger, isNumeric, isText, types, type DataType } from '../data-type.js'
import { semanticError, unsupported } from '../odps-error.js'
import { argument, asDouble } from './common-type.js'
import { badArgument, checkCount, literalOf, nth, type CallPlace, type FunctionRule } from './function-rule.js'
import { applyOperator } from './operators.js'
import { typed, type Typed } from './typed.js'

const asBigint = (value: Typed, place: CallPlace): string => argument(value, types.bigint, place).sql

/** A number as itself, a text as DOUBLE. */
function number(value: Typed, place: CallPlace): Typed {
  if (isNumeric(value.type)) return value
  if (isText(value.type) || value.type.base === 'void') return asDouble(value, place)
  throw badArgument(place, `expect a number, actual ${value.type.base}`)
}

const abs: FunctionRule = (values, place) => {
  checkCount(values, 1, 1, place)
  const value = number(nth(values, 0), place)
  const type = isInteger(value.type) ? types.bigint : value.type
  return typed(`CAST(abs(${value.sql}) AS ${engineType(type)})`, type, value)
}

/** Halves go away from zero. DOUBLE stays DOUBLE, a decimal gets the asked scale. */
const round: FunctionRule = (values, place) => {
  checkCount(values, 1, 2, place)
  const value = number(nth(values, 0), place)
  const digits = values[1] === undefined ? '0' : literalOf(values[1], place)
  if (!/^-?\d+$/.test(digits)) throw semanticError(place.at, 'ROUND needs a whole number of digits')
  if (value.type.base === 'decimal') {
    const scale = Math.min(value.type.scale ?? 18, Math.max(0, Number(digits)))
    const whole = (value.type.precision ?? 38) - (value.type.scale ?? 18)
    const type: DataType = { base: 'decimal', precision: Math.min(38, whole + 1 + scale), scale }
    return typed(`CAST(round(${value.sql}, ${digits}) AS ${engineType(type)})`, type, value)
  }
  return typed(`round(CAST(${value.sql} AS DOUBLE), ${digits})`, types.double, value)
}

/** BIGINT; in Hive mode a decimal stays one (maxcompute.md 5.6). */
function whole(engine: string): FunctionRule {
  return (values, place) => {
    checkCount(values, 1, 1, place)
    const value = number(nth(values, 0), place)
    if (value.type.base === 'decimal' && place.bind.settings.hive) {
      const type: DataType = { base: 'decimal', precision: value.type.precision ?? 38, scale: 0 }
      return typed(`CAST(${engine}(${value.sql}) AS ${engineType(type)})`, type, value)
    }
    return typed(`CAST(${engine}(${value.sql}) AS BIGINT)`, types.bigint, value)
  }
}

const trunc: FunctionRule = (values, place) => {
  checkCount(values, 1, 2, place)
  const value = number(nth(values, 0), place)
  const digits = values[1] === undefined ? '0' : literalOf(values[1], place)
  if (!/^\d$|^1[0-8]$/.test(digits)) throw unsupported(place.at, `TRUNC to ${digits} digits`)
  if (value.type.base !== 'decimal') {
    return typed(`(trunc(CAST(${value.sql} AS DOUBLE) * 1e${digits}) / 1e${digits})`, types.double, value)
  }
  if (digits !== '0') throw unsupported(place.at, `TRUNC of a decimal to ${digits} digits`)
  return typed(`CAST(trunc(${value.sql}) AS ${engineType(value.type)})`, value.type, value)
}

function double(engine: string, count = 1): FunctionRule {
  return (values, place) => {
    checkCount(values, count, count, place)
    return typed(`${engine}(${values.map((value) => asDouble(value, place).sql).join(', ')})`, types.double, ...values)
  }
}

const sign: FunctionRule = (values, place) => {
  checkCount(values, 1, 1, place)
  const value = number(nth(values, 0), place)
  if (isFloating(value.type) || value.type.base === 'decimal')
    return typed(`CAST(sign(${value.sql}) AS DOUBLE)`, types.double, value)
  return typed(`CAST(sign(${value.sql}) AS INTEGER)`, types.int, value)
}

const mod: FunctionRule = (values, place) => {
  checkCount(values, 2, 2, place)
  return applyOperator('%', nth(values, 0), nth(values, 1), place)
}

/** CONV(text, 16, 10) and CONV(number, 10, 16): up to 64 bits, NULL beyond (redshift.md 5.1). */
const conv: FunctionRule = (values, place) => {
  checkCount(values, 3, 3, place)
  const value = nth(values, 0)
  const [from, to] = [literalOf(nth(values, 1), place), literalOf(nth(values, 2), place)]
  const source = argument(value, types.string, place).sql
  const digits: Readonly<Record<string, string>> = { 2: '0b', 10: '', 16: '0x' }
  const prefix = digits[from]
  if (prefix === undefined || !['2', '10', '16'].includes(to))
    throw unsupported(place.at, `CONV from base ${from} to base ${to}`)
  const read =
    from === '2'
      ? `TRY_CAST(('0b' || ${source}) AS UBIGINT)`
      : `TRY_CAST((${prefix === '' ? source : `'0x' || ${source}`}) AS UBIGINT)`
  const written = to === '10' ? `CAST(${read} AS VARCHAR)` : to === '16' ? `to_hex(${read})` : `to_binary(${read})`
  return typed(written, types.string, value)
}

const bits =
  (operator: string): FunctionRule =>
  (values, place) => {
    checkCount(values, 2, 2, place)
    return typed(
      `(${asBigint(nth(values, 0), place)} ${operator} ${asBigint(nth(values, 1), place)})`,
      types.bigint,
      ...values,
    )
  }

export const mathFunctions: Readonly<Record<string, FunctionRule>> = {
  abs,
  round,
  floor: whole('floor'),
  ceil: whole('ceil'),
  ceiling: whole('ceil'),
  trunc,
  sqrt: double('sqrt'),
  exp: double('exp'),
  ln: double('ln'),
  log10: double('log10'),
  log2: double('log2'),
  pow: double('pow', 2),
  power: double('pow', 2),
  sin: double('sin'),
  cos: double('cos'),
  tan: double('tan'),
  sign,
  mod,
  conv,
  shiftleft: bits('<<'),
  shiftright: bits('>>'),
}
