import type { Bound } from './binding.js'
import { bindCast, textOf } from './cast-binder.js'
import { decimalText, type Digits, powerOfTen, scaled, unscaled } from './decimal-digits.js'
import { RedshiftFault } from './fault.js'
import { digits, isFloat, isInteger, isNumber, isText, unifyTypes } from './type-unifier.js'
import { engineType, typeText } from './type-facts.js'
import { numeric, rsType, type RsType, varchar } from './types.js'

export function integerLiteralType(value: bigint): RsType {
  if (value <= 2147483647n) return rsType('int4')
  return value <= 9223372036854775807n ? rsType('int8') : numeric(value.toString().length, 0)
}

export function bindArithmetic(operator: string, left: Bound, right: Bound): Bound {
  if (operator === '||') return concatenate(left, right)
  const [a, b] = adaptLiterals(left, right)
  if (a.type !== undefined && b.type !== undefined && isNumber(a.type) && isNumber(b.type))
    return numbers(operator, a, b, a.type, b.type)
  if (operator === '+' && isText(a.type) && isText(b.type)) return concatenate(a, b)
  if (a.type === undefined || b.type === undefined) return untyped(operator, a, b)
  return dates(operator, a, b, a.type, b.type)
}

export function concatenate(left: Bound, right: Bound): Bound {
  if (left.type?.name === 'varbyte' && right.type?.name === 'varbyte') {
    return { sql: `(${left.sql} || ${right.sql})`, type: { name: 'varbyte' } }
  }
  return { sql: `(${textOf(left)} || ${textOf(right)})`, type: varchar() }
}

/** A string literal beside a number is a number; beside an interval, a timestamp. */
function adaptLiterals(left: Bound, right: Bound): [Bound, Bound] {
  if (left.literal !== undefined && right.type !== undefined && right.literal === undefined) {
    return [bindCast(left, partnerOf(right.type)), right]
  }
  if (right.literal !== undefined && left.type !== undefined && left.literal === undefined) {
    return [left, bindCast(right, partnerOf(left.type))]
  }
  return [left, right]
}

function partnerOf(type: RsType): RsType {
  return type.name === 'interval' ? rsType('timestamp') : type
}

function untyped(operator: string, left: Bound, right: Bound): Bound {
  return { sql: `(${left.sql} ${operator} ${right.sql})` }
}

function numbers(operator: string, a: Bound, b: Bound, left: RsType, right: RsType): Bound {
  if (operator === '^') return { sql: `power(${a.sql}, ${b.sql})`, type: rsType('float8') }
  if (isFloat(left) || isFloat(right)) return floats(operator, a, b)
  if (isInteger(left) && isInteger(right)) return integers(operator, a, b, unifyTypes([left, right]) ?? rsType('int8'))
  return decimals(operator, a, b, left, right)
}

function floats(operator: string, a: Bound, b: Bound): Bound {
  const [left, right] = [a, b].map((bound) => `CAST(${bound.sql} AS DOUBLE)`)
  const type = rsType('float8')
  if (operator === '/') return { sql: `rs.divide_float(${left}, ${right})`, type }
  return { sql: `(${left} ${operator} ${right})`, type }
}

function integers(operator: string, a: Bound, b: Bound, type: RsType): Bound {
  const name = engineType(type)
  if (operator === '/') return { sql: `CAST(rs.divide_integer(${a.sql}, ${b.sql}) AS ${name})`, type }
  if (operator === '%') return { sql: `CAST(rs.modulo(${a.sql}, ${b.sql}) AS ${name})`, type }
  if (operator === '#') return { sql: `xor(CAST(${a.sql} AS ${name}), CAST(${b.sql} AS ${name}))`, type }
  return { sql: `(CAST(${a.sql} AS ${name}) ${operator} CAST(${b.sql} AS ${name}))`, type }
}

function decimals(operator: string, a: Bound, b: Bound, left: RsType, right: RsType): Bound {
  const [l, r] = [digits(left), digits(right)]
  const scaleMax = Math.max(l.scale, r.scale)
  switch (operator) {
    case '+':
    case '-': {
      const precision = Math.min(38, Math.max(l.precision - l.scale, r.precision - r.scale) + 1 + scaleMax)
      const type = numeric(precision, scaleMax)
      return { sql: `CAST((${decimalText(a, type)} ${operator} ${decimalText(b, type)}) AS ${engineType(type)})`, type }
    }
    case '*': {
      const type = numeric(Math.min(38, l.precision + r.precision + 1), Math.min(37, l.scale + r.scale))
      // One wide operand makes the engine multiply in 128 bits, where 64 could overflow.
      const wide = decimalText(a, numeric(Math.max(19, l.precision), l.scale))
      return { sql: `CAST((${wide} * ${decimalText(b, numeric(r.precision, r.scale))}) AS ${engineType(type)})`, type }
    }
    case '/':
      return divideDecimals(a, b, l, r)
    case '%': {
      const type = numeric(38, scaleMax)
      return { sql: `rs.modulo(${decimalText(a, type)}, ${decimalText(b, type)})`, type }
    }
    default:
      throw new RedshiftFault('42883', `operator does not exist: numeric ${operator} numeric`)
  }
}

/**
 * redshift.md 5.1: scale = max(4, s1+p2-s2+1), precision = p1-s1+s2+scale; above 38 digits the scale gives way, down to 4.
 * The quotient is cut, not rounded.
 */
function divideDecimals(a: Bound, b: Bound, l: Digits, r: Digits): Bound {
  const wanted = Math.max(4, l.scale + r.precision - r.scale + 1)
  const precision = l.precision - l.scale + r.scale + wanted
  const scale = Math.min(37, precision <= 38 ? wanted : Math.max(4, 38 + wanted - precision))
  const shift = scale + r.scale - l.scale
  const top = unscaled(a, l)
  const numerator = shift >= 0 ? `${top} * ${powerOfTen(shift)}` : `${top} // ${powerOfTen(-shift)}`
  const quotient = `rs.divide_integer(${numerator}, ${unscaled(b, r)})`
  return scaled(quotient, numeric(Math.min(38, precision), scale))
}

const moments = ['date', 'timestamp', 'timestamptz']

function dates(operator: string, a: Bound, b: Bound, left: RsType, right: RsType): Bound {
  const sql = `(${a.sql} ${operator} ${b.sql})`
  if (operator === '+' || operator === '-') {
    if (isInterval(left) && isInterval(right)) return { sql, type: rsType('interval') }
    if (moments.includes(left.name) && isInterval(right)) return { sql, type: momentOf(left) }
    if (operator === '+' && isInterval(left) && moments.includes(right.name)) return { sql, type: momentOf(right) }
    if (left.name === 'date' && isInteger(right)) return { sql: `CAST(${sql} AS DATE)`, type: left }
    if (operator === '-' && left.name === 'date' && right.name === 'date') return { sql, type: rsType('int8') }
    if (operator === '-' && moments.includes(left.name) && moments.includes(right.name)) {
      return { sql, type: rsType('interval') }
    }
  }
  if (isInterval(left) && isNumber(right)) return { sql, type: left }
  throw new RedshiftFault('42883', `operator does not exist: ${typeText(left)} ${operator} ${typeText(right)}`)
}

function isInterval(type: RsType): boolean {
  return type.name.startsWith('interval')
}

function momentOf(type: RsType): RsType {
  return type.name === 'date' ? rsType('timestamp') : type
}
