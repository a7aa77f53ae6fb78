import { quoteIdentifier as quoteTarget } from '../dialect/maxcompute/identifier.js'
import { quoteIdentifier } from '../dialect/redshift/identifier.js'
import type { CatalogColumn } from '../model/catalog.js'
import type { Concern, ValueKind } from '../model/plan.js'
import { concernOf, type ConcernCodeName } from './concern-codes.js'
import { textOf } from './text-form.js'
import { charLengthMax, mapType, type TypeDraft } from './type-mapping.js'
import { carefulDataPolicy, type TypeOverride, type TypePolicy } from './type-policy.js'

/** A target type taken apart: `DECIMAL(38,18)` is DECIMAL, [38, 18]. */
interface TargetType {
  readonly base: string
  readonly arguments: readonly number[]
  readonly text: string
}

const kinds: Readonly<Record<string, ValueKind>> = {
  TINYINT: 'integer',
  SMALLINT: 'integer',
  INT: 'integer',
  BIGINT: 'integer',
  DECIMAL: 'decimal',
  FLOAT: 'float',
  DOUBLE: 'float',
  BOOLEAN: 'boolean',
  DATE: 'date',
  DATETIME: 'timestamptz',
  TIMESTAMP: 'timestamptz',
  TIMESTAMP_NTZ: 'timestamp',
  STRING: 'text',
  VARCHAR: 'text',
  CHAR: 'text',
  BINARY: 'text',
  JSON: 'text',
}

const integerDigitCounts: Readonly<Record<string, number>> = { TINYINT: 3, SMALLINT: 5, INT: 10, BIGINT: 19 }

/** The draft for a column whose type the user chose. What cannot be done is a blocking concern, never a guess. */
export function overrideType(
  column: CatalogColumn,
  override: TypeOverride,
  general: TypePolicy,
  target: string,
): TypeDraft {
  // The type is the override's choice: what the policy would make of such columns has no say.
  const policy = { ...general, ...carefulDataPolicy }
  const natural = mapType(column, policy, target, false)
  const type = parseType(override.type)
  if (type === undefined) return refused(natural, column, `${override.type} is no type of a MaxCompute column`)
  if (override.expression !== undefined) return byExpression(column, override.expression, type, target)
  if (type.text === natural.targetType && column.type.base !== 'unknown') return mapType(column, policy, target, true)
  const draft = convert(column, natural, type, target)
  return draft ?? refused(natural, column, `no conversion from ${column.type.text} to ${type.text} is known`)
}

function refused(natural: TypeDraft, column: CatalogColumn, reason: string): TypeDraft {
  return { ...natural, concerns: [concernOf('RS0119', `${column.name}: ${reason}`, column.name)] }
}

function parseType(text: string): TargetType | undefined {
  const match = /^([A-Z_]+)(?:\((\d{1,5})(?:,(\d{1,5}))?\))?$/.exec(text.toUpperCase().replace(/\s+/g, ''))
  if (match === null || match[1] === undefined || !Object.hasOwn(kinds, match[1])) return undefined
  const numbers = [match[2], match[3]].flatMap((digits) => (digits === undefined ? [] : [Number(digits)]))
  return isLegal(match[1], numbers)
    ? { base: match[1], arguments: numbers, text: typeText(match[1], numbers) }
    : undefined
}

function typeText(base: string, numbers: readonly number[]): string {
  return numbers.length === 0 ? base : `${base}(${numbers.join(',')})`
}

/** The bounds of maxcompute.md 5.2, except that Redshift ends DECIMAL at scale 37. */
function isLegal(base: string, numbers: readonly number[]): boolean {
  const [first = 0, second = 0] = numbers
  if (base === 'DECIMAL') return numbers.length === 2 && first >= 1 && first <= 38 && second <= Math.min(first, 37)
  if (base === 'VARCHAR') return numbers.length === 1 && first >= 1 && first <= 65535
  if (base === 'CHAR') return numbers.length === 1 && first >= 1 && first <= charLengthMax
  return numbers.length === 0
}

/** The expression must give what LOAD reads into the type, or into the type that it is staged as. */
function byExpression(column: CatalogColumn, expression: string, type: TargetType, target: string): TypeDraft {
  const unloadExpression = expression.replaceAll('{column}', () => quoteIdentifier(column.name))
  const message = `${column.name} is unloaded as ${unloadExpression}`
  const concerns = [concernOf('RS0120', message, column.name)]
  return drafted(type, unloadExpression, target, concerns)
}

function drafted(type: TargetType, expression: string, target: string, concerns: readonly Concern[]): TypeDraft {
  const [first, second] = type.arguments
  const digits = type.base === 'DECIMAL' ? { precision: first ?? 38, scale: second ?? 0 } : undefined
  const whole = integerDigitCounts[type.base]
  const staging = stagingOf(type, target)
  return {
    targetType: type.text,
    unloadExpression: expression,
    kind: kinds[type.base] ?? 'text',
    ...(digits ?? (whole === undefined ? {} : { precision: whole, scale: 0 })),
    ...(staging === undefined ? {} : { staging }),
    concerns,
  }
}

/** The types that no Parquet reader produces (maxcompute.md 4.4), and BINARY, which travels as hexadecimal text. */
function stagingOf(type: TargetType, target: string): TypeDraft['staging'] {
  const value = quoteTarget(target)
  if (type.base === 'TIMESTAMP_NTZ') return { type: 'TIMESTAMP', expression: `CAST(${value} AS TIMESTAMP_NTZ)` }
  if (type.base === 'DATETIME') return { type: 'TIMESTAMP', expression: `CAST(${value} AS DATETIME)` }
  if (type.base === 'JSON') return { type: 'STRING', expression: `JSON_PARSE(${value})` }
  if (type.base === 'BINARY') return { type: 'STRING', expression: `UNHEX(${value})` }
  return undefined
}

function convert(column: CatalogColumn, natural: TypeDraft, type: TargetType, target: string): TypeDraft | undefined {
  switch (kinds[type.base]) {
    case 'integer':
    case 'decimal':
    case 'float':
      return convertNumber(column, type, target)
    case 'timestamp':
    case 'timestamptz':
      return convertTimestamp(column, type, target)
    case 'text':
      return convertText(column, natural, type, target)
    default:
      return undefined
  }
}

const sourceDigits: Readonly<Record<string, readonly [number, number]>> = {
  smallint: [5, 0],
  integer: [10, 0],
  bigint: [19, 0],
}

/** Significant decimal digits that a binary fraction holds for certain. */
const doubleDigitCount = 15
const floatDigitCount = 6

function convertNumber(column: CatalogColumn, type: TargetType, target: string): TypeDraft | undefined {
  const value = quoteIdentifier(column.name)
  if (column.type.base === 'real' && type.base === 'DOUBLE') {
    const concern = concernOf('RS0106', `${column.name} is verified by the number of its values`, column.name)
    return drafted(type, `CAST(${value} AS DOUBLE PRECISION)`, target, [concern])
  }
  const numeric = [column.type.precision ?? 18, column.type.scale ?? 0] as const
  const digits = column.type.base === 'numeric' ? numeric : sourceDigits[column.type.base]
  if (digits === undefined) return undefined
  return fromExact(column, digits, type, target)
}

/** ROUND before a cast that takes digits away: an explicit CAST would cut them off (redshift.md 4.1). */
function fromExact(
  column: CatalogColumn,
  [precision, scale]: readonly [number, number],
  type: TargetType,
  target: string,
): TypeDraft | undefined {
  const value = quoteIdentifier(column.name)
  const [newPrecision = integerDigitCounts[type.base] ?? 0, newScale = 0] = type.arguments
  const sqlType = redshiftTypes[type.base] ?? type.text
  if (kinds[type.base] === 'float') {
    const holds = precision <= (type.base === 'DOUBLE' ? doubleDigitCount : floatDigitCount)
    return drafted(type, `CAST(${value} AS ${sqlType})`, target, narrowing(column, type, holds, 'RS0106'))
  }
  if (kinds[type.base] === 'integer' && scale > 0) return undefined
  const rounded = scale > newScale ? `ROUND(${value}, ${newScale})` : value
  const holds = newScale >= scale && newPrecision - newScale >= precision - scale && !isLastDigitShort(column, type)
  const extended: ConcernCodeName | undefined = newScale > 18 ? 'RS0108' : undefined
  const isSame = column.type.base === 'numeric' && newPrecision === precision && newScale === scale
  const expression = isSame && type.base === 'DECIMAL' ? value : `CAST(${rounded} AS ${sqlType})`
  return drafted(type, expression, target, narrowing(column, type, holds, extended))
}

/** NUMERIC(19,0) has nineteen nines, BIGINT does not; likewise ten for INT and five for SMALLINT. */
function isLastDigitShort(column: CatalogColumn, type: TargetType): boolean {
  return column.type.base === 'numeric' && integerDigitCounts[type.base] === (column.type.precision ?? 18)
}

const redshiftTypes: Readonly<Record<string, string>> = {
  TINYINT: 'SMALLINT',
  SMALLINT: 'SMALLINT',
  INT: 'INTEGER',
  BIGINT: 'BIGINT',
  FLOAT: 'REAL',
  DOUBLE: 'DOUBLE PRECISION',
}

function narrowing(
  column: CatalogColumn,
  type: TargetType,
  holds: boolean,
  further: ConcernCodeName | undefined,
): readonly Concern[] {
  const message = `${column.name} (${column.type.text}) becomes ${type.text}`
  return [
    ...(holds ? [] : [concernOf('RS0118', `${message}, which may not hold every value`, column.name)]),
    ...(further === undefined ? [] : [concernOf(further, message, column.name)]),
  ]
}

function convertTimestamp(column: CatalogColumn, type: TargetType, target: string): TypeDraft | undefined {
  const isPlain = column.type.base === 'timestamp without time zone'
  if (!isPlain && column.type.base !== 'timestamp with time zone') return undefined
  const natural = type.base === 'TIMESTAMP_NTZ' ? 'RS0101' : isPlain ? 'RS0102' : 'RS0103'
  const code = type.base === 'DATETIME' ? 'RS0145' : natural
  const message = `${column.name} (${column.type.text}) becomes ${type.text} at UTC`
  const value = quoteIdentifier(column.name)
  // Cut before it travels: whether CAST cuts or rounds never matters, and what is measured is what arrives.
  const expression = type.base === 'DATETIME' ? `DATE_TRUNC('milliseconds', ${value})` : value
  const draft = drafted(type, expression, target, [concernOf(code, message, column.name)])
  return { ...draft, kind: isPlain ? 'timestamp' : 'timestamptz' }
}

function convertText(
  column: CatalogColumn,
  natural: TypeDraft,
  type: TargetType,
  target: string,
): TypeDraft | undefined {
  if (type.base === 'BINARY') return undefined
  if (type.base === 'JSON') return column.type.base === 'super' ? parsedJson(column, type, target) : undefined
  const text = textOf(column, natural)
  if (text === undefined) return undefined
  const [length] = type.arguments
  const holds = length === undefined || text.byteCountMax <= length
  return drafted(type, text.expression, target, [...text.concerns, ...narrowing(column, type, holds, undefined)])
}

function parsedJson(column: CatalogColumn, type: TargetType, target: string): TypeDraft {
  const message = `${column.name} (${column.type.text}) becomes text, parsed into JSON behind a staging table`
  return drafted(type, quoteIdentifier(column.name), target, [concernOf('RS0111', message, column.name)])
}
