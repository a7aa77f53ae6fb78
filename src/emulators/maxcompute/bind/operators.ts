import { engineType, isFloating, isInteger, isNumeric, isTemporal, isText, typeText, types } from '../data-type.js'
import { implicitCastError, semanticError } from '../odps-error.js'
import { castExplicitly } from './cast.js'
import { argument, asDouble, cappedDecimal, commonNumber, commonType, decimalShape } from './common-type.js'
import { instantSql, wallSql } from './engine-text.js'
import type { Place } from './bind-context.js'
import { refuseNested } from './nested.js'
import { fails, typed, type Typed } from './typed.js'

/** `a operator b`, with the service's types (maxcompute.md 6). */
export function applyOperator(operator: string, left: Typed, right: Typed, place: Place): Typed {
  if (operator === 'and' || operator === 'or') {
    const [a, b] = [condition(left, place), condition(right, place)]
    return typed(`(${a.sql} ${operator.toUpperCase()} ${b.sql})`, types.boolean, left, right)
  }
  if (['=', '<>', '<', '<=', '>', '>=', '<=>'].includes(operator)) return compare(operator, left, right, place)
  if (operator === '||') {
    const [a, b] = [argument(left, types.string, place), argument(right, types.string, place)]
    return typed(`(${a.sql} || ${b.sql})`, types.string, left, right)
  }
  if (['&', '|', '^'].includes(operator)) return bitwise(operator, left, right, place)
  if (isInterval(left) || isInterval(right)) return shift(operator, left, right, place)
  return arithmetic(operator, left, right, place)
}

export function condition(value: Typed, place: Place): Typed {
  if (value.type.base === 'boolean') return value
  if (value.type.base === 'void') return typed('CAST(NULL AS BOOLEAN)', types.boolean)
  throw semanticError(place.at, `expect a BOOLEAN expression, actual type is ${typeText(value.type).toUpperCase()}`)
}

function arithmetic(operator: string, left: Typed, right: Typed, place: Place): Typed {
  const [a, b] = [numeric(left, place), numeric(right, place)]
  const decimal = [a, b].some((side) => side.type.base === 'decimal') && ![a, b].some((side) => isFloating(side.type))
  if (operator === 'div') return integerDivision(a, b, place)
  if (decimal) return decimalArithmetic(operator, a, b)
  if (operator === '/') {
    const [x, y] = [asDouble(a, place), asDouble(b, place)]
    return typed(`(${x.sql} / NULLIF(${y.sql}, 0))`, types.double, left, right)
  }
  const type = commonNumber(a, b)
  const [x, y] = [a, b].map((side) => `CAST(${side.sql} AS ${engineType(type)})`)
  return typed(`(${x} ${operator} ${operator === '%' ? `NULLIF(${y}, 0)` : y})`, type, left, right)
}

/** A text in arithmetic is a DOUBLE. */
function numeric(value: Typed, place: Place): Typed {
  if (isNumeric(value.type)) return value
  if (value.type.base === 'void') return castExplicitly(value, types.bigint, place)
  if (isText(value.type)) return castExplicitly(value, types.double, place)
  throw implicitCastError(place.at, typeText(value.type), 'double')
}

function integerDivision(a: Typed, b: Typed, place: Place): Typed {
  if (!isInteger(a.type) || !isInteger(b.type)) throw implicitCastError(place.at, typeText(b.type), 'bigint')
  return typed(`(CAST(${a.sql} AS BIGINT) // NULLIF(${b.sql}, 0))`, types.bigint, a, b)
}

function decimalArithmetic(operator: string, a: Typed, b: Typed): Typed {
  const [x, y] = [decimalShape(a), decimalShape(b)]
  if (operator === '/') return decimalQuotient(a, b, x, y)
  if (operator === '*') {
    const type = cappedDecimal(x.precision + y.precision + 1, x.scale + y.scale)
    return typed(`CAST((${decimalSql(a, x)} * ${decimalSql(b, y)}) AS ${engineType(type)})`, type, a, b)
  }
  const scale = Math.max(x.scale, y.scale)
  const whole = Math.max(x.precision - x.scale, y.precision - y.scale)
  const type = cappedDecimal(whole + scale + 1, scale)
  const divisor = operator === '%' ? `NULLIF(${decimalSql(b, y)}, 0)` : decimalSql(b, y)
  return typed(`CAST((${decimalSql(a, x)} ${operator} ${divisor}) AS ${engineType(type)})`, type, a, b)
}

function decimalSql(value: Typed, shape: { precision: number; scale: number }): string {
  return value.type.base === 'decimal' ? value.sql : `CAST(${value.sql} AS DECIMAL(${shape.precision},${shape.scale}))`
}

/**
 * Exact, halves away from zero, at the scale that Hive gives: the service's own is documented nowhere (maxcompute.md 6).
 */
function decimalQuotient(
  a: Typed,
  b: Typed,
  x: { precision: number; scale: number },
  y: { precision: number; scale: number },
): Typed {
  const scale = Math.max(6, x.scale + y.precision + 1)
  const type = cappedDecimal(x.precision - x.scale + y.scale + scale, scale)
  const failure = fails('0121145', 'Data overflow - decimal is divided by zero')
  const kept = type.scale ?? 0
  // Digits behind the quotient of the two whole numbers that the decimals are without their points.
  const digits = kept + y.scale - x.scale
  const widening = `CAST('${'1'.padEnd(1 + Math.max(0, -digits), '0')}' AS HUGEINT)`
  const shape = `${widening}, ${Math.max(0, digits)}, ${kept}`
  const text = `maxcompute.quotient_text(${decimalSql(a, x)}, ${decimalSql(b, y)}, ${shape})`
  const quotient = `CAST(${text} AS ${engineType(type)})`
  return typed(`CASE WHEN ${b.sql} = 0 THEN ${failure} ELSE ${quotient} END`, type, a, b)
}

function bitwise(operator: string, left: Typed, right: Typed, place: Place): Typed {
  const [a, b] = [argument(left, types.bigint, place), argument(right, types.bigint, place)]
  const sql = operator === '^' ? `xor(${a.sql}, ${b.sql})` : `(${a.sql} ${operator} ${b.sql})`
  return typed(sql, types.bigint, left, right)
}

/** The engine's comparison of two values that the service can compare. */
export function compare(operator: string, left: Typed, right: Typed, place: Place): Typed {
  refuseNested([left, right], place, 'comparing values')
  const [a, b] = comparable(left, right, place)
  const floating = isFloating(left.type) || isFloating(right.type) || isFloating(commonType(left, right, place))
  if (operator === '<=>') return typed(`(${a} IS NOT DISTINCT FROM ${b})`, types.boolean, left, right)
  if (floating && !place.bind.settings.hive) return typed(compareDoubles(operator, a, b), types.boolean, left, right)
  return typed(`(${a} ${operator} ${b})`, types.boolean, left, right)
}

function compareDoubles(operator: string, a: string, b: string): string {
  const same = `maxcompute.same_double(${a}, ${b})`
  if (operator === '=') return `(${same})`
  if (operator === '<>') return `(NOT ${same})`
  const open = operator.charAt(0)
  return operator.endsWith('=') ? `(${a} ${open} ${b} OR ${same})` : `(${a} ${open} ${b} AND NOT ${same})`
}

function comparable(left: Typed, right: Typed, place: Place): readonly [string, string] {
  const type = commonType(left, right, place)
  if (isText(left.type) && isText(right.type)) {
    // CHAR's padding does not count (maxcompute.md 5.2).
    const padded = left.type.base === 'char' || right.type.base === 'char'
    return padded ? [`rtrim(${left.sql}, ' ')`, `rtrim(${right.sql}, ' ')`] : [left.sql, right.sql]
  }
  if (type.base === 'void') return [left.sql, right.sql]
  const convert = (side: Typed): string => {
    if (side.type.base === type.base && type.base !== 'decimal') return side.sql
    return type.base === 'decimal' ? side.sql : castExplicitly(side, type, place).sql
  }
  return [convert(left), convert(right)]
}

function isInterval(value: Typed): boolean {
  return value.type.base.startsWith('interval')
}

/** A moment plus or minus an interval, on the wall clock of the session. */
function shift(operator: string, left: Typed, right: Typed, place: Place): Typed {
  const [moment, interval] = isInterval(left) ? [right, left] : [left, right]
  const allowed = operator === '+' || (operator === '-' && isInterval(right))
  if (!allowed || !isTemporal(moment.type) || isInterval(moment)) {
    throw semanticError(
      place.at,
      `operator ${operator} cannot be applied to ${typeText(left.type)} and ${typeText(right.type)}`,
    )
  }
  const { timeZone } = place.bind.settings
  const moved = `(${wallSql(moment.sql, moment.type, timeZone)} ${operator} ${interval.sql})`
  if (moment.type.base === 'date') return typed(`CAST(${moved} AS DATE)`, types.date, left, right)
  const back = moment.type.base === 'timestamp_ntz' ? moved : instantSql(moved, timeZone)
  return typed(back, moment.type, left, right)
}
