import { quoteLiteral } from '../../dialect/maxcompute/literal.js'
import { refuse, tell, type Bench } from './bench.js'
import { asDouble, asTimestamp, typeName } from './coerce.js'
import { asBeside, nullValue } from './literals.js'
import { isFields, type Fields } from './node.js'
import { families, inside, isNumber, levels, made, type QueryType, type Value } from './value.js'

const integers: Readonly<Record<string, { readonly precision: number; readonly name: string }>> = {
  small_int: { precision: 5, name: 'SMALLINT' },
  int: { precision: 10, name: 'INT' },
  big_int: { precision: 19, name: 'BIGINT' },
}

/** CAST and `::`, with the conversions that both sides make alike. */
export function cast(value: Value, to: unknown, bench: Bench, at: unknown): Value {
  if (!isFields(to)) return refuse('CAST', 'to this type is not on the list', at)
  const name = typeKey(to)
  const integer = integers[name]
  if (integer !== undefined) return toInteger(value, integer.name, integer.precision, bench, at)
  switch (name) {
    case 'decimal':
      return toDecimal(value, Number(to['precision'] ?? 18), Number(to['scale'] ?? 0), bench, at)
    case 'double':
    case 'float':
      return toFloat(value, to, bench, at)
    case 'var_char':
    case 'text':
      return toText(value, to, bench, at)
    case 'date':
      return toDate(value, at)
    case 'timestamp':
      return to['timezone'] === true ? refuse('CAST to TIMESTAMPTZ', 'is not on the list', at) : toTimestamp(value, at)
    case 'boolean':
      return toBoolean(value, at)
    default:
      return refuse(`CAST to ${typeWord(to)}`, 'is not on the list', at)
  }
}

/** Redshift's other names of a type, which the parser leaves as they are. */
const otherNames: Readonly<Record<string, string>> = {
  INT2: 'small_int',
  INT4: 'int',
  INT8: 'big_int',
  FLOAT8: 'double',
  BOOL: 'boolean',
}

function typeKey(to: Fields): string {
  return to['data_type'] === 'custom' ? (otherNames[String(to['name'])] ?? 'custom') : String(to['data_type'])
}

function typeWord(to: Fields): string {
  return String(to['data_type'] === 'custom' ? to['name'] : to['data_type'])
    .toUpperCase()
    .replaceAll('_', '')
}

function failing(bench: Bench): void {
  tell(bench, 'CAST of text', 'gives NULL where Redshift fails', 'for texts that are no number')
}

/** A number with digits behind the point is rounded by one side and cut by the other. */
function toInteger(value: Value, name: string, precision: number, bench: Bench, at: unknown): Value {
  const type: QueryType = { family: 'integer', precision, scale: 0 }
  const typed = asBeside(value, type, at)
  if (typed.type.family === 'boolean') {
    const sql = `CASE WHEN ${typed.sql} THEN 1 WHEN NOT ${inside(typed, levels.atom)} THEN 0 END`
    return made(`CAST(${sql} AS ${name})`, type, [typed])
  }
  if (typed.type.family === 'text') failing(bench)
  const whole = typed.type.family === 'integer' || (typed.type.family === 'decimal' && (typed.type.scale ?? 0) === 0)
  if (!whole && typed.type.family !== 'text' && typed.type.family !== 'null')
    return refuse(`CAST of ${typeName(typed.type)} to ${name}`, 'write ROUND(…, 0) or TRUNC(…) inside it', at)
  const nullable = typed.nullable || typed.type.family === 'text'
  return made(`CAST(${typed.sql} AS ${name})`, type, [typed], { nullable })
}

/** Digits get lost by cutting there, and by rounding here (redshift.md 4.1). */
function toDecimal(value: Value, precision: number, scale: number, bench: Bench, at: unknown): Value {
  const type: QueryType = { family: 'decimal', precision, scale }
  const name = `DECIMAL(${precision},${scale})`
  if (scale > 18) return refuse(`CAST to ${name}`, 'MaxCompute has 18 digits behind the point', at)
  const typed = asBeside(value, type, at)
  if (typed.type.family === 'text') {
    failing(bench)
    tell(
      bench,
      'CAST of text to NUMERIC',
      'digits behind the last are rounded',
      'for texts with more digits than the type',
    )
  } else if (typed.type.family !== 'null') {
    if (
      !isNumber(typed) ||
      typed.type.family === 'float' ||
      (typed.type.scale ?? 0) > scale ||
      typed.exactness === 'divided'
    )
      return refuse(`CAST of ${typeName(typed.type)} to ${name}`, 'loses digits: write ROUND or TRUNC inside it', at)
  }
  return made(`CAST(${typed.sql} AS ${name})`, type, [typed], {
    nullable: typed.nullable || typed.type.family === 'text',
  })
}

function toFloat(value: Value, to: Fields, bench: Bench, at: unknown): Value {
  if (to['data_type'] === 'float' && (to['real_spelling'] === true || Number(to['precision'] ?? 53) < 25))
    return refuse('CAST to REAL', 'write FLOAT8: a REAL is shown with other digits', at)
  const typed = value.type.family === 'literal' ? asBeside(value, { family: 'decimal' }, at) : value
  if (typed.type.family === 'text') failing(bench)
  if (!isNumber(typed) && typed.type.family !== 'text')
    return refuse(`CAST of ${typeName(typed.type)} to FLOAT8`, 'is not on the list', at)
  return asDouble(typed)
}

function toText(value: Value, to: Fields, bench: Bench, at: unknown): Value {
  const length = to['data_type'] === 'text' ? 256 : Number(to['length'] ?? 256)
  const { family } = value.type
  if (family === 'null') return made('CAST(NULL AS STRING)', families.text, [nullValue()])
  if (family === 'integer') return made(`CAST(${value.sql} AS STRING)`, families.text, [value])
  if (family === 'date') return made(`TO_CHAR(${value.sql}, 'yyyy-mm-dd')`, families.text, [value])
  if (family === 'text' || family === 'literal') {
    tell(
      bench,
      'CAST to VARCHAR',
      'characters are counted instead of bytes',
      'for texts that are cut within characters outside ASCII',
    )
    return made(`SUBSTR(${value.sql}, 1, ${length})`, families.text, [value])
  }
  return refuse(
    `CAST of ${typeName(value.type)} to VARCHAR`,
    'both sides spell it differently: write TO_CHAR with a format',
    at,
  )
}

function toDate(value: Value, at: unknown): Value {
  const typed = asBeside(value, families.date, at)
  if (typed.type.family === 'date') return typed
  if (typed.midnight === true) return { ...typed, type: families.date, midnight: false }
  if (typed.type.family === 'timestamp' || typed.type.family === 'null')
    return made(`CAST(${typed.sql} AS DATE)`, families.date, [typed])
  return refuse(
    `CAST of ${typeName(value.type)} to DATE`,
    `write TO_DATE with a format, ${quoteLiteral('YYYY-MM-DD')} for one`,
    at,
  )
}

function toTimestamp(value: Value, at: unknown): Value {
  const typed = asBeside(value, families.timestamp, at)
  if (typed.type.family === 'date') return { ...typed, type: families.timestamp, midnight: true }
  if (typed.type.family === 'timestamp') return typed
  if (typed.type.family === 'null') return asTimestamp(typed)
  return refuse(`CAST of ${typeName(value.type)} to TIMESTAMP`, 'texts are read differently by both sides', at)
}

function toBoolean(value: Value, at: unknown): Value {
  const typed = asBeside(value, families.boolean, at)
  if (typed.type.family === 'boolean') return typed
  if (typed.type.family === 'null') return made('CAST(NULL AS BOOLEAN)', families.boolean, [typed])
  if (typed.type.family !== 'integer')
    return refuse(`CAST of ${typeName(value.type)} to BOOLEAN`, 'is not on the list', at)
  return made(`${inside(typed, levels.sum)} <> 0`, families.boolean, [typed], { level: levels.test })
}
