import { quoteLiteral } from '../../dialect/maxcompute/literal.js'
import { refuse } from './bench.js'
import { nodeOf } from './node.js'
import { families, levels, made, type QueryType, type Value } from './value.js'

const intMax = 2n ** 31n - 1n
const bigintMax = 2n ** 63n - 1n
const digitCountMax = 38
/** Behind the point, without the flag for extended scale (maxcompute.md 5.2). */
const scaleMax = 18

export function literal(kind: unknown, text: string, at: unknown): Value {
  switch (kind) {
    case 'number':
      return numberLiteral(text, at)
    case 'string':
      return textLiteral(text, at)
    case 'date':
      return dateLiteral(text, at)
    case 'timestamp':
      return timestampLiteral(text, at)
    default:
      return refuse(`${String(kind).replaceAll('_', ' ')} literal`, 'is not on the list', at)
  }
}

/** A point makes it NUMERIC there, and would make it DOUBLE here: hence BD (maxcompute.md 5.2). */
export function numberLiteral(digits: string, at: unknown): Value {
  if (!/^\d+(\.\d*)?$|^\.\d+$/.test(digits)) return refuse(`number ${digits}`, 'has an exponent: write it out', at)
  if (/^\d+$/.test(digits) && BigInt(digits) <= bigintMax) {
    const small = BigInt(digits) <= intMax
    return made(small ? digits : `${digits}L`, small ? families.integer : families.bigint, [], { literal: digits })
  }
  const [whole = '', fraction = ''] = digits.split('.')
  const significant = whole.replace(/^0+/, '')
  const precision = Math.max(1, significant.length + fraction.length)
  if (precision > digitCountMax || fraction.length > scaleMax)
    return refuse(`number ${digits}`, `has more than ${digitCountMax} digits, or ${scaleMax} behind the point`, at)
  const plain = fraction === '' ? significant || '0' : `${significant || '0'}.${fraction}`
  return made(`${plain}BD`, { family: 'decimal', precision, scale: fraction.length }, [], { literal: plain })
}

/** A backslash escapes in every literal of Redshift (redshift.md 1.3). */
export function textLiteral(raw: string, at: unknown): Value {
  const text = raw.replace(/\\([\s\S])/g, (whole, character: string) => {
    if (/[\\'"%_]/.test(character)) return character
    return refuse(`text with the escape ${whole}`, 'write the character itself', at)
  })
  if (text.endsWith('\\') && !raw.endsWith('\\\\')) refuse('text that ends in a backslash', 'is not closed', at)
  return made(quoteLiteral(text), { family: 'literal' }, [], { literal: text })
}

export function nullValue(): Value {
  return made('NULL', families.null, [], { nullable: true })
}

function dateLiteral(text: string, at: unknown): Value {
  if (!isDate(text)) return refuse(`DATE '${text}'`, 'only YYYY-MM-DD is read alike on both sides', at)
  return made(`DATE'${text}'`, families.date, [])
}

function timestampLiteral(text: string, at: unknown): Value {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2})(?::(\d{2}(?:\.\d{1,6})?))?)?$/.exec(text)
  if (match === null || !isDate(match[1] ?? ''))
    return refuse(`TIMESTAMP '${text}'`, 'only YYYY-MM-DD HH:MM:SS is read alike on both sides', at)
  const clock = `${match[2] ?? '00:00'}:${match[3] ?? '00'}`
  if (!/^([01]\d|2[0-3]):[0-5]\d:[0-5]\d/.test(clock)) return refuse(`TIMESTAMP '${text}'`, 'is no moment', at)
  return made(`TIMESTAMP_NTZ'${match[1] ?? ''} ${clock}'`, families.timestamp, [])
}

function isDate(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`)
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

/** A text in quotes takes the type of what it stands beside, as in Redshift. */
export function asBeside(value: Value, type: QueryType, at: unknown): Value {
  if (value.type.family === 'null') return value
  if (value.type.family !== 'literal') return value
  const text = value.literal ?? ''
  switch (type.family) {
    case 'date':
      return dateLiteral(text, at)
    case 'timestamp':
      return timestampLiteral(text, at)
    case 'integer':
    case 'decimal':
      return signedNumber(text.trim(), at)
    case 'boolean':
      return booleanLiteral(text, at)
    case 'text':
    case 'literal':
    case 'null':
      return { ...value, type: families.text }
    default:
      return refuse(`'${text}'`, 'stands beside a value whose text form differs between both sides', at)
  }
}

function signedNumber(text: string, at: unknown): Value {
  if (!/^-?\d+(\.\d+)?$/.test(text)) return refuse(`'${text}'`, 'stands beside a number and is none', at)
  const value = numberLiteral(text.replace('-', ''), at)
  return text.startsWith('-') ? { ...value, sql: `-${value.sql}`, level: levels.sign, literal: text } : value
}

function booleanLiteral(text: string, at: unknown): Value {
  const word = text.trim().toLowerCase()
  if (['t', 'true', 'y', 'yes', '1'].includes(word)) return made('TRUE', families.boolean, [])
  if (['f', 'false', 'n', 'no', '0'].includes(word)) return made('FALSE', families.boolean, [])
  return refuse(`'${text}'`, 'stands beside a BOOLEAN and is none', at)
}

/** The text of a string literal or a bare word such as `day`; undefined for anything else. */
export function wordOf(node: unknown): string | undefined {
  const found = nodeOf(node)
  if (found?.kind === 'literal' && found.fields['literal_type'] === 'string') return String(found.fields['value'])
  if (found?.kind === 'var') return String(found.fields['this'])
  if (found?.kind !== 'column' || found.fields['table'] != null) return undefined
  const name = found.fields['name']
  return typeof name === 'object' && name !== null && 'name' in name ? String(name.name) : undefined
}
