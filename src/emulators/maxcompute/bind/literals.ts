import { engineType, isInstant, types, type DataType } from '../data-type.js'
import { parseError, semanticError, unsupported, type Position } from '../odps-error.js'
import type { Expression } from '../sql/ast.js'
import { cutToMillisecond } from './cast.js'
import { instantSql } from './engine-text.js'
import type { BindContext } from './bind-context.js'
import { text, type Typed } from './typed.js'

const bigintMax = 2n ** 63n - 1n
const intMax = 2n ** 31n - 1n
const suffixTypes: Readonly<Record<string, DataType>> = {
  Y: { base: 'tinyint' },
  S: { base: 'smallint' },
  L: types.bigint,
  F: { base: 'float' },
  D: types.double,
}

/** A number as written: INT in the 2.0 edition and BIGINT in 1.0, DOUBLE with a point or beyond BIGINT (maxcompute.md 5.2). */
export function bindNumber(digits: string, suffix: string, at: Position, bind: BindContext): Typed {
  if (suffix === 'BD') return decimalLiteral(digits, at)
  const whole = /^\d+$/.test(digits)
  const suffixed = suffixTypes[suffix]
  if (suffixed !== undefined) return suffixedNumber(digits, suffixed, whole, at)
  if (!whole || BigInt(digits) > bigintMax) return { sql: `CAST('${digits}' AS DOUBLE)`, type: types.double }
  const type = bind.settings.flags.odps2 && BigInt(digits) <= intMax ? types.int : types.bigint
  return { sql: `CAST(${digits} AS ${engineType(type)})`, type, literal: digits }
}

function suffixedNumber(digits: string, type: DataType, whole: boolean, at: Position): Typed {
  if (type.base === 'float' || type.base === 'double') return { sql: `CAST('${digits}' AS ${engineType(type)})`, type }
  const max = type.base === 'tinyint' ? 127n : type.base === 'smallint' ? 32_767n : bigintMax
  if (!whole || BigInt(digits) > max) throw semanticError(at, `literal ${digits} is out of the range of ${type.base}`)
  return { sql: `CAST(${digits} AS ${engineType(type)})`, type, literal: digits }
}

function decimalLiteral(digits: string, at: Position): Typed {
  if (/e/i.test(digits)) throw unsupported(at, 'a DECIMAL literal with an exponent')
  const [whole = '', fraction = ''] = digits.split('.')
  const precision = Math.max(1, whole.replace(/^0+/, '').length + fraction.length)
  if (precision > 38 || fraction.length > 18)
    throw semanticError(at, `literal ${digits}BD is out of the range of decimal`)
  const type: DataType = { base: 'decimal', precision, scale: fraction.length }
  return { sql: `CAST('${digits}' AS ${engineType(type)})`, type }
}

const datePattern = /^\d{4}-\d{2}-\d{2}$/
const momentPattern = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{1,9})?$/

/** DATE'…', DATETIME'…', TIMESTAMP'…', TIMESTAMP_NTZ'…', X'…'. */
export function bindTypedLiteral(literal: Extract<Expression, { kind: 'typed' }>, bind: BindContext): Typed {
  const { type, value, at } = literal
  if (type === 'x') {
    if (!/^(?:[0-9a-f]{2})*$/i.test(value)) throw parseError(at, `invalid binary literal X'${value}'`)
    return { sql: `from_hex('${value}')`, type: types.binary }
  }
  if (type === 'json') return { sql: `CAST(json(${text(value)}) AS VARCHAR)`, type: { base: 'json' } }
  if (type === 'date') {
    if (!datePattern.test(value)) throw parseError(at, `invalid date literal '${value}'`)
    return { sql: `CAST('${value}' AS DATE)`, type: types.date }
  }
  return bindMoment(type as 'datetime' | 'timestamp' | 'timestamp_ntz', value, at, bind)
}

function bindMoment(
  base: 'datetime' | 'timestamp' | 'timestamp_ntz',
  value: string,
  at: Position,
  bind: BindContext,
): Typed {
  if (!momentPattern.test(value)) throw parseError(at, `invalid ${base} literal '${value}'`)
  if (/\.\d{6}0*[1-9]/.test(value)) throw unsupported(at, 'a fraction of a second finer than a microsecond')
  const type: DataType = { base }
  const wall = `CAST('${value}' AS TIMESTAMP)`
  return { sql: cutToMillisecond(isInstant(type) ? instantSql(wall, bind.settings.timeZone) : wall, type), type }
}

const intervalUnits: Readonly<Record<string, string>> = {
  year: 'YEAR',
  years: 'YEAR',
  month: 'MONTH',
  months: 'MONTH',
  day: 'DAY',
  days: 'DAY',
  hour: 'HOUR',
  hours: 'HOUR',
  minute: 'MINUTE',
  minutes: 'MINUTE',
  second: 'SECOND',
  seconds: 'SECOND',
}

/** INTERVAL '1' DAY; compound intervals are refused. Needs the 2.0 types (maxcompute.md 6). */
export function bindInterval(literal: Extract<Expression, { kind: 'interval' }>, bind: BindContext): Typed {
  const { value, unit, at } = literal
  if (!bind.settings.flags.odps2) {
    const hint = 'Please set odps.sql.type.system.odps2=true to use it'
    throw semanticError(at, `INTERVAL type is not enabled in current mode. ${hint}.`)
  }
  const engineUnit = intervalUnits[unit]
  if (literal.to !== undefined) throw unsupported(at, `INTERVAL … ${unit} TO ${literal.to}`)
  if (engineUnit === undefined || !/^-?\d+$/.test(value.trim()))
    throw parseError(at, `invalid interval '${value}' ${unit}`)
  const base = engineUnit === 'YEAR' || engineUnit === 'MONTH' ? 'interval_year_month' : 'interval_day_time'
  return { sql: `(INTERVAL '${value.trim()}' ${engineUnit})`, type: { base } }
}
