import { refuse, tell, type Bench } from './bench.js'
import { asDecimal, asDouble, asText, become, commonType, typeName } from './coerce.js'
import { shiftByDays, shiftByInterval, daysBetween } from './moments.js'
import { asBeside } from './literals.js'
import type { Interval } from './interval.js'
import { families, inside, isMoment, isNumber, isText, levels, made, type QueryType, type Value } from './value.js'

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%'

const digitCountMax = 38
/** MaxCompute's DECIMAL without the flag for extended scale (maxcompute.md 5.2). */
const scaleMax = 18
/** A product of more than 38 digits keeps at least so many behind the point. */
const keptScale = 6

export function arithmetic(operator: ArithmeticOperator, left: Value, right: Value, bench: Bench, at: unknown): Value {
  if (isMoment(left) || isMoment(right)) return momentArithmetic(operator, left, right, bench, at)
  if (operator === '+' && isText(left) && isText(right)) return concatenated([left, right], bench, at)
  const [a, b] = [asBeside(left, numberBeside(right), at), asBeside(right, numberBeside(left), at)]
  if (a.type.family === 'null' || b.type.family === 'null') return refuse(`NULL ${operator}`, 'is always NULL', at)
  if (!isNumber(a) || !isNumber(b))
    return refuse(`${typeName(a.type)} ${operator} ${typeName(b.type)}`, 'is not on the list', at)
  const type = commonType(a.type, b.type, at)
  if (type.family === 'float') return floats(operator, a, b, bench)
  if (type.family === 'integer') return integers(operator, a, b, type, bench)
  return decimals(operator, asDecimal(a, type), asDecimal(b, type), bench)
}

function numberBeside(value: Value): QueryType {
  return isNumber(value) ? value.type : families.integer
}

function plain(operator: ArithmeticOperator, a: Value, b: Value): { sql: string; level: number } {
  const level = operator === '+' || operator === '-' ? levels.sum : levels.product
  return { sql: `${inside(a, level)} ${operator} ${inside(b, level + 1)}`, level }
}

function divisionByZero(bench: Bench): void {
  tell(bench, 'division by zero', 'is NULL where Redshift fails', 'where a divisor is zero')
}

/** A quotient of integers is cut there; here it would be a DOUBLE (maxcompute.md 6). */
function integers(operator: ArithmeticOperator, a: Value, b: Value, type: QueryType, bench: Bench): Value {
  if (operator !== '/' && operator !== '%') {
    const { sql, level } = plain(operator, a, b)
    return made(sql, type, [a, b], { level })
  }
  const zeroFree = b.literal !== undefined && b.literal !== '0'
  if (!zeroFree) divisionByZero(bench)
  if (operator === '%') {
    const { sql, level } = plain(operator, a, b)
    return made(sql, type, [a, b], { level, ...(zeroFree ? {} : { nullable: true }) })
  }
  tell(bench, 'integer division', '/ of integers is DIV')
  const sql = `${inside(a, levels.product)} DIV ${inside(b, levels.product + 1)}`
  return made(sql, type, [a, b], { level: levels.product, ...(zeroFree ? {} : { nullable: true }) })
}

function floats(operator: ArithmeticOperator, a: Value, b: Value, bench: Bench): Value {
  if (operator === '/' || operator === '%') divisionByZero(bench)
  const { sql, level } = plain(operator, asDouble(a), asDouble(b))
  return made(sql, families.float, [a, b], { level, exactness: 'float', nullable: true })
}

function decimals(operator: ArithmeticOperator, a: Value, b: Value, bench: Bench): Value {
  const { sql, level } = plain(operator, a, b)
  const [p1 = digitCountMax, s1 = 0] = [a.type.precision, a.type.scale]
  const [p2 = digitCountMax, s2 = 0] = [b.type.precision, b.type.scale]
  const wholes = [p1 - s1, p2 - s2]
  if (operator === '/') {
    divisionByZero(bench)
    tell(bench, 'quotient', 'a quotient of NUMERIC has another scale', 'by one unit of the last digit that both have')
    const scale = Math.min(scaleMax, Math.max(4, s1 + p2 - s2 + 1))
    const type: QueryType = { family: 'decimal', precision: digitCountMax, scale }
    return made(sql, type, [a, b], { level, exactness: 'divided' })
  }
  if (operator === '%') divisionByZero(bench)
  const product = operator === '*'
  const scale = product ? s1 + s2 : Math.max(s1, s2)
  const precision = product ? p1 + p2 + 1 : Math.max(...wholes) + scale + 1
  const cut = scale > scaleMax || (precision > digitCountMax && scale > keptScale)
  if (cut)
    tell(
      bench,
      'long NUMERIC',
      'a result of over 38 digits, or 18 behind the point, is shortened',
      'in its last digits',
    )
  const type: QueryType = {
    family: 'decimal',
    precision: Math.min(digitCountMax, precision),
    scale: Math.min(scale, scaleMax),
  }
  return made(sql, type, [a, b], { level, ...(cut ? { exactness: 'divided' } : {}) })
}

export function negated(value: Value, at: unknown): Value {
  if (!isNumber(value)) return refuse(`- ${typeName(value.type)}`, 'is not on the list', at)
  const { literal: _, ...rest } = made(`-${inside(value, levels.atom)}`, value.type, [value], { level: levels.sign })
  return rest
}

/** Moments and days: `date - date` is a number of days, `date + n` a date. */
function momentArithmetic(operator: ArithmeticOperator, left: Value, right: Value, bench: Bench, at: unknown): Value {
  const bothDates = left.type.family === 'date' && right.type.family === 'date'
  if (operator === '-' && bothDates) return daysBetween(left, right, bench)
  if (operator === '+' && right.type.family === 'date') return shiftByDays(right, left, 1, bench, at)
  if (operator === '+' || operator === '-') return shiftByDays(left, right, operator === '+' ? 1 : -1, bench, at)
  return refuse(`${typeName(left.type)} ${operator} ${typeName(right.type)}`, 'is not on the list', at)
}

export function withInterval(value: Value, interval: Interval, sign: 1 | -1, bench: Bench, at: unknown): Value {
  const moment = value.type.family === 'literal' ? become(value, families.timestamp, at) : value
  return shiftByInterval(moment, interval, sign, bench, at)
}

/** NULL makes the whole NULL on both sides; numbers become texts there by themselves. */
export function concatenated(values: readonly Value[], bench: Bench, at: unknown): Value {
  const texts = values.map((value) => {
    if (value.type.family !== 'integer') return asText(value, at)
    tell(bench, '||', 'an integer is cast to text')
    return made(`CAST(${value.sql} AS STRING)`, families.text, [value])
  })
  if (texts.some((text) => text.type.padded === true))
    return refuse('CHAR ||', 'write RTRIM: its blanks do not travel', at)
  const parts = texts.map((text) =>
    text.sql.replace(/^CONCAT\((.*)\)$/s, (whole, list: string) =>
      text.literal === undefined && isFlat(list) ? list : whole,
    ),
  )
  return made(`CONCAT(${parts.join(', ')})`, families.text, values)
}

/** Whether this is the inside of one call, whose parts may be written into another. */
function isFlat(list: string): boolean {
  return !/[()'`]/.test(list.replace(/'(?:[^'\\]|\\.)*'|`(?:[^`]|``)*`/g, ''))
}
