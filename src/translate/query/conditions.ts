import { quoteLiteral } from '../../dialect/maxcompute/literal.js'
import { refuse, tell, type Bench } from './bench.js'
import { asText, become, commonType, typeName, unified } from './coerce.js'
import { asBeside } from './literals.js'
import { isMidnight } from './moments.js'
import { families, inside, isMoment, levels, made, type Value } from './value.js'

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>='

export function compared(operator: Comparison, left: Value, right: Value, bench: Bench, at: unknown): Value {
  const [a, b] = comparable(left, right, bench, at)
  return made(`${inside(a, levels.sum)} ${operator} ${inside(b, levels.sum)}`, families.boolean, [a, b], {
    level: levels.test,
  })
}

/** Both in a type that both sides compare alike. */
export function comparable(left: Value, right: Value, bench: Bench, at: unknown): readonly [Value, Value] {
  const [a, b] = [beside(left, right, at), beside(right, left, at)]
  if (isMoment(a) && isMoment(b) && isMidnight(a) && isMidnight(b)) return [a, b]
  const type = commonType(a.type, b.type, at)
  if (type.family === 'opaque') return refuse('comparison', `of ${typeName(type)} is not on the list`, at)
  if (type.family === 'float')
    tell(
      bench,
      'comparison of floats',
      'looks at 15 digits',
      'where two floats are nearly the same (maxcompute.md 5.6)',
    )
  if (a.exactness === 'divided' || b.exactness === 'divided')
    tell(
      bench,
      'comparison with a quotient',
      'the quotient has another scale',
      'for rows within one unit of its last digit',
    )
  return [become(a, type, at), become(b, type, at)]
}

/** Blanks at the end do not count in CHAR, and values of it are held without them. */
function beside(value: Value, other: Value, at: unknown): Value {
  const { literal } = value
  if (other.type.padded === true && value.type.family === 'literal' && literal?.endsWith(' ') === true) {
    const text = literal.replace(/ +$/, '')
    return made(quoteLiteral(text), families.text, [], { literal: text })
  }
  return asBeside(value, other.type, at)
}

export function condition(value: Value, at: unknown): Value {
  if (value.type.family === 'null') return made('CAST(NULL AS BOOLEAN)', families.boolean, [value])
  const typed = asBeside(value, families.boolean, at)
  if (typed.type.family === 'boolean') return typed
  return refuse(`${typeName(value.type)} as a condition`, 'write a comparison', at)
}

export function joined(word: 'AND' | 'OR', left: Value, right: Value, at: unknown): Value {
  const level = word === 'AND' ? levels.and : levels.or
  const [a, b] = [condition(left, at), condition(right, at)]
  return made(`${inside(a, level)} ${word} ${inside(b, level)}`, families.boolean, [a, b], { level })
}

export function denied(value: Value, at: unknown): Value {
  const held = condition(value, at)
  return made(`NOT ${inside(held, levels.test + 1)}`, families.boolean, [held], { level: levels.not })
}

export function isNull(value: Value, not: boolean): Value {
  const sql = `${inside(value, levels.sum)} IS ${not ? 'NOT ' : ''}NULL`
  return { ...made(sql, families.boolean, [value], { level: levels.test, nullable: false, exactness: 'exact' }) }
}

/** IS TRUE and its kin are never NULL. */
export function isTruth(value: Value, truth: boolean, not: boolean, at: unknown): Value {
  const held = condition(value, at)
  const sql = `COALESCE(${held.sql}, ${truth ? 'FALSE' : 'TRUE'})`
  const call = made(sql, families.boolean, [held], { nullable: false })
  return truth === not ? { ...denied(call, at), nullable: false } : call
}

export function between(value: Value, low: Value, high: Value, not: boolean, bench: Bench, at: unknown): Value {
  const from = compared('>=', value, low, bench, at)
  const to = compared('<=', value, high, bench, at)
  const both = made(`${from.sql} AND ${to.sql}`, families.boolean, [from, to], { level: levels.and })
  const [held, least] = comparable(value, low, bench, at)
  const [again, most] = comparable(value, high, bench, at)
  if (held.sql !== again.sql) return not ? denied(both, at) : both
  const sql = `${inside(held, levels.sum)} ${not ? 'NOT ' : ''}BETWEEN ${inside(least, levels.sum)} AND ${inside(most, levels.sum)}`
  return made(sql, families.boolean, [from, to], { level: levels.test })
}

export function within(value: Value, list: readonly Value[], not: boolean, bench: Bench, at: unknown): Value {
  const typed = list.map((one) => beside(one, value, at))
  const dates = [value, ...typed].every((one) => isMoment(one) && isMidnight(one))
  const { values } = dates ? { values: [value, ...typed] } : unified([value, ...typed], at)
  for (const one of typed) comparable(value, one, bench, at)
  const [held = value, ...rest] = values
  const sql = `${inside(held, levels.sum)} ${not ? 'NOT ' : ''}IN (${rest.map((one) => one.sql).join(', ')})`
  return made(sql, families.boolean, values, { level: levels.test })
}

interface Pattern {
  readonly not: boolean
  readonly ignoresCase: boolean
  readonly escape?: string
}

/** Patterns escape by backslash on both sides; another character of ESCAPE is written so (maxcompute.md 5.4). */
export function like(value: Value, pattern: Value, how: Pattern, bench: Bench, at: unknown): Value {
  const text = asText(value, at)
  if (text.type.padded === true)
    return refuse('LIKE of CHAR', 'write RTRIM: its blanks count there and do not travel', at)
  const literal = pattern.literal
  if (literal === undefined) return refuse('LIKE with a pattern that is no literal', 'its escapes cannot be seen', at)
  const written = quoteLiteral(escaped(literal, how, at))
  const not = how.not ? 'NOT ' : ''
  if (!how.ignoresCase) {
    return made(`${inside(text, levels.sum)} ${not}LIKE ${written}`, families.boolean, [text], { level: levels.test })
  }
  if (!/^[\x20-\x7e]*$/.test(literal))
    return refuse('ILIKE', 'only patterns of ASCII characters ignore case alike on both sides', at)
  tell(bench, 'ILIKE', 'LIKE of the text in lower case')
  const sql = `LOWER(${text.sql}) ${not}LIKE ${quoteLiteral(escaped(literal, how, at).toLowerCase())}`
  return made(sql, families.boolean, [text], { level: levels.test })
}

function escaped(pattern: string, how: Pattern, at: unknown): string {
  const mark = how.escape ?? '\\'
  if ([...mark].length !== 1) return refuse(`ESCAPE '${mark}'`, 'is not one character', at)
  let result = ''
  const characters = [...pattern]
  for (let n = 0; n < characters.length; n += 1) {
    const one = characters[n] ?? ''
    if (one === mark) {
      n += 1
      const next = characters[n]
      if (next === undefined) return refuse(`LIKE '${pattern}'`, 'ends in its escape character', at)
      result += '%_\\'.includes(next) ? `\\${next}` : next
    } else result += one === '\\' ? '\\\\' : one
  }
  return result
}

export interface Branch {
  readonly when: Value
  readonly then: Value
}

export function cases(branches: readonly Branch[], otherwise: Value | undefined, at: unknown): Value {
  const results = branches.map(({ then }) => then)
  const { values, type } = unified(otherwise === undefined ? results : [...results, otherwise], at)
  const whens = branches.map(({ when }, n) => `WHEN ${condition(when, at).sql} THEN ${values[n]?.sql ?? 'NULL'}`)
  const last = otherwise === undefined ? '' : ` ELSE ${values.at(-1)?.sql ?? 'NULL'}`
  const nullable = otherwise === undefined || values.some((value) => value.nullable)
  const midnight = values.every((value) => value.midnight === true)
  const from = [...values, ...branches.map(({ when }) => ({ ...when, exactness: 'exact' as const }))]
  return made(`CASE ${whens.join(' ')}${last} END`, type, from, { nullable, ...(midnight ? { midnight } : {}) })
}
