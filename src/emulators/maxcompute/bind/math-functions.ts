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
  const scale = Math.min(value.type.scale ?? 18, Number(digits))
  const digitText = `CAST(${value.sql} AS VARCHAR)`
  const cut =
    scale === 0 ? `split_part(${digitText}, '.', 1)` : `regexp_extract(${digitText}, '^-?[0-9]*[.]?[0-9]{0,${scale}}')`
  const result = `CAST(CASE WHEN ${cut} IN ('', '-') THEN '0' ELSE ${cut} END AS ${engineType(value.type)})`
  return typed(`CASE WHEN ${value.sql} IS NOT NULL THEN ${result} END`, value.type, value)
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

const bases = ['2', '8', '10', '16']

/** CONV(text, 16, 10) and CONV(number, 10, 16): up to 64 bits, NULL beyond (redshift.md 5.1). */
const conv: FunctionRule = (values, place) => {
  checkCount(values, 3, 3, place)
  if (values.some((value) => value.type.base === 'void')) return typed('CAST(NULL AS VARCHAR)', types.string, ...values)
  const [from, to] = [literalOf(nth(values, 1), place), literalOf(nth(values, 2), place)]
  const wrong = [from, to].find((base) => !bases.includes(base))
  if (wrong !== undefined) throw badArgument(place, `expect a base of ${bases.join(', ')}, actual ${wrong}`)
  const source = argument(nth(values, 0), types.string, place).sql
  return typed(`maxcompute.to_base_${to}(maxcompute.from_base_${from}(${source}))`, types.string, nth(values, 0))
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
  asin: double('asin'),
  acos: double('acos'),
  atan: double('atan'),
  atan2: double('atan2', 2),
  sinh: double('sinh'),
  cosh: double('cosh'),
  tanh: double('tanh'),
  cot: double('cot'),
  cbrt: double('cbrt'),
  degrees: double('degrees'),
  radians: double('radians'),
  pi: double('pi', 0),
  e: (values, place) => {
    checkCount(values, 0, 0, place)
    return typed('exp(1.0::DOUBLE)', types.double)
  },
  // LOG(base, number)
  log: (values, place) => {
    checkCount(values, 2, 2, place)
    const [base, number] = values.map((value) => asDouble(value, place).sql)
    return typed(`(ln(${number ?? ''}) / ln(${base ?? ''}))`, types.double, ...values)
  },
  factorial: (values, place) => {
    checkCount(values, 1, 1, place)
    return typed(
      `CAST(factorial(CAST(${asBigint(nth(values, 0), place)} AS INTEGER)) AS BIGINT)`,
      types.bigint,
      ...values,
    )
  },
  bin: (values, place) => {
    checkCount(values, 1, 1, place)
    return typed(`to_binary(${asBigint(nth(values, 0), place)})`, types.string, ...values)
  },
  sign,
  mod,
  conv,
  shiftleft: bits('<<'),
  shiftright: bits('>>'),
}
