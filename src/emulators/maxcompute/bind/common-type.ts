import { isFloating, isInteger, isInstant, isNested, isNumeric, isText, types, type DataType } from '../data-type.js'
import { implicitCastError } from '../odps-error.js'
import { typeText } from '../data-type.js'
import { castExplicitly, convertImplicitly } from './cast.js'
import type { Place } from './bind-context.js'
import { sameNested } from './nested.js'
import { typed, type Typed } from './typed.js'

const order = ['tinyint', 'smallint', 'int', 'bigint']
const integerDigits: Readonly<Record<string, number>> = { tinyint: 3, smallint: 5, int: 10, bigint: 19 }

/** Precision and scale of a number taken as a decimal; a literal needs its own digits only. */
export function decimalShape(value: Typed): { precision: number; scale: number } {
  const { type, literal } = value
  if (type.base === 'decimal') return { precision: type.precision ?? 38, scale: type.scale ?? 18 }
  return { precision: literal?.replace('-', '').length ?? integerDigits[type.base] ?? 19, scale: 0 }
}

/** DECIMAL of at most 38 digits: the scale gives way down to six, and never passes 18 (maxcompute.md 6: a guess). */
export function cappedDecimal(precision: number, scale: number): DataType {
  if (precision <= 38 && scale <= 18) return { base: 'decimal', precision, scale }
  const whole = precision - scale
  const kept = precision <= 38 ? scale : Math.max(38 - whole, Math.min(scale, 6))
  const capped = Math.min(kept, 18)
  return { base: 'decimal', precision: Math.min(38, whole + capped), scale: capped }
}

/** The type that both become in CASE, COALESCE, UNION, IN; the refusal of the service when there is none. */
export function commonType(a: Typed, b: Typed, place: Place): DataType {
  const [left, right] = [a.type, b.type]
  if (left.base === 'void') return right
  if (right.base === 'void') return left
  if (sameNested(left, right)) return left
  if (isText(left) && isText(right))
    return left.base === right.base && left.length === right.length ? left : types.string
  if (isNumeric(left) && isNumeric(right)) return commonNumber(a, b)
  if (left.base === right.base && !isNested(left)) return left
  if (isInstant(left) && isInstant(right)) return types.timestamp
  if (left.base === 'date' && isInstant(right)) return right
  if (isInstant(left) && right.base === 'date') return left
  if (place.bind.settings.hive && (isText(left) || isText(right))) return types.string
  throw implicitCastError(place.at, typeText(right), typeText(left))
}

export function commonNumber(a: Typed, b: Typed): DataType {
  const [left, right] = [a.type, b.type]
  if (isFloating(left) || isFloating(right)) {
    return left.base === 'float' && right.base === 'float' ? left : types.double
  }
  if (isInteger(left) && isInteger(right)) {
    return order.indexOf(left.base) >= order.indexOf(right.base) ? left : right
  }
  const [x, y] = [decimalShape(a), decimalShape(b)]
  const scale = Math.max(x.scale, y.scale)
  return {
    base: 'decimal',
    scale,
    precision: Math.min(38, Math.max(x.precision - x.scale, y.precision - y.scale) + scale),
  }
}

/** All values as one type. */
export function unify(
  values: readonly Typed[],
  place: Place,
): { readonly values: readonly Typed[]; readonly type: DataType } {
  const [first, ...rest] = values
  if (first === undefined) return { values, type: types.void }
  let common = first
  for (const value of rest) common = { sql: '', type: commonType(common, value, place) }
  return { type: common.type, values: values.map((value) => toCommon(value, common.type, place)) }
}

function toCommon(value: Typed, type: DataType, place: Place): Typed {
  if (isText(value.type) && isText(type)) return value
  return convertImplicitly(value, type, place) ?? castExplicitly(value, type, place)
}

/** An argument as the wanted type, by the implicit conversions alone. */
export function argument(value: Typed, type: DataType, place: Place): Typed {
  const converted = convertImplicitly(value, type, place)
  if (converted === undefined) throw implicitCastError(place.at, typeText(value.type), typeText(type))
  return value.literal === undefined ? converted : { ...converted, literal: value.literal }
}

/** Any number, or a text that is one. */
export function asDouble(value: Typed, place: Place): Typed {
  if (isNumeric(value.type)) return typed(`CAST(${value.sql} AS DOUBLE)`, types.double, value)
  return argument(value, types.double, place)
}
