import { types } from '../data-type.js'
import { semanticError } from '../odps-error.js'
import { argument } from './common-type.js'
import { checkCount, literalOf, nth, wholeOf, type CallPlace, type FunctionRule } from './function-rule.js'
import { text, typed, type Typed } from './typed.js'

const asText = (value: Typed, place: CallPlace): string => argument(value, types.string, place).sql
const asCount = (value: Typed, place: CallPlace): string => argument(value, types.bigint, place).sql

/** An optional argument from `least` on, or what it is by default. */
function wholeAt(values: readonly Typed[], index: number, least: number, otherwise: number, place: CallPlace): number {
  const value = values[index]
  return value === undefined ? otherwise : wholeOf(value, least, place)
}

/** INSTR(text, part, start, nth): a start below 0 counts from the end, and the search goes on from there. */
const instr: FunctionRule = (values, place) => {
  checkCount(values, 2, 4, place)
  const [source, part] = [asText(nth(values, 0), place), asText(nth(values, 1), place)]
  if (values[2] === undefined) return typed(`instr(${source}, ${part})`, types.bigint, ...values)
  const start = asCount(values[2], place)
  const which = wholeAt(values, 3, 1, 1, place)
  return typed(`maxcompute.nth_place(${source}, ${part}, ${start}, ${which})`, types.bigint, ...values)
}

/** SPLIT_PART(text, separator, first, last): pieces from 1 on, joined again; an empty separator splits nothing. */
const splitPart: FunctionRule = (values, place) => {
  checkCount(values, 3, 4, place)
  const first = wholeOf(nth(values, 2), 1, place)
  const last = wholeAt(values, 3, first, first, place)
  const [source, separator] = [asText(nth(values, 0), place), asText(nth(values, 1), place)]
  const pieces = `array_to_string(list_slice(string_split(${source}, ${separator}), ${first}, ${last}), ${separator})`
  return typed(`CASE WHEN ${separator} = '' THEN ${source} ELSE ${pieces} END`, types.string, ...values)
}

const regexpReplace: FunctionRule = (values, place) => {
  checkCount(values, 3, 4, place)
  const which = wholeAt(values, 3, 0, 0, place)
  const [source, pattern, put] = [0, 1, 2].map((i) => asText(nth(values, i), place))
  const all = `regexp_replace(${source ?? ''}, ${pattern ?? ''}, ${put ?? ''}, 'g')`
  const one = `maxcompute.replace_nth(${source ?? ''}, ${pattern ?? ''}, ${put ?? ''}, ${which})`
  return typed(which === 0 ? all : one, types.string, ...values)
}

/** REGEXP_EXTRACT(text, pattern, group): group 1 by default; without a match the empty text. */
const regexpExtract: FunctionRule = (values, place) => {
  checkCount(values, 2, 3, place)
  const group = values[2] === undefined ? '1' : literalOf(values[2], place)
  if (!/^\d$/.test(group)) throw semanticError(place.at, `group ${group} of REGEXP_EXTRACT is not in the range 0 to 9`)
  const [source, pattern] = [asText(nth(values, 0), place), asText(nth(values, 1), place)]
  return typed(`regexp_extract(${source}, ${pattern}, ${group})`, types.string, ...values)
}

/** The text from a start position on; positions are from 1. */
function rest(values: readonly Typed[], place: CallPlace): { sql: string; start: number } {
  const start = wholeAt(values, 2, 1, 1, place)
  const source = asText(nth(values, 0), place)
  return { start, sql: start === 1 ? source : `substr(${source}, ${start})` }
}

/** REGEXP_SUBSTR(text, pattern, start, nth): NULL without a match. */
const regexpSubstr: FunctionRule = (values, place) => {
  checkCount(values, 2, 4, place)
  const found = `regexp_extract_all(${rest(values, place).sql}, ${asText(nth(values, 1), place)})`
  return typed(`list_extract(${found}, ${wholeAt(values, 3, 1, 1, place)})`, types.string, ...values)
}

const regexpCount: FunctionRule = (values, place) => {
  checkCount(values, 2, 3, place)
  const found = `regexp_extract_all(${rest(values, place).sql}, ${asText(nth(values, 1), place)})`
  return typed(`CAST(length(${found}) AS BIGINT)`, types.bigint, ...values)
}

/** REGEXP_INSTR(text, pattern, start, nth, 0 or 1): where a match begins, or the place behind it; 0 without one. */
const regexpInstr: FunctionRule = (values, place) => {
  checkCount(values, 2, 5, place)
  const which = wholeAt(values, 3, 1, 1, place)
  const behind = wholeAt(values, 4, 0, 0, place)
  const { sql, start } = rest(values, place)
  const pattern = asText(nth(values, 1), place)
  const place0 = `maxcompute.match_place(${sql}, ${pattern}, ${which}, ${behind})`
  return typed(`(CASE WHEN ${place0} = 0 THEN 0 ELSE ${place0} + ${start - 1} END)`, types.bigint, ...values)
}

/** SUBSTRING_INDEX(text, separator, n): what stands before the nth separator, or behind it counted from the end. */
const substringIndex: FunctionRule = (values, place) => {
  checkCount(values, 3, 3, place)
  const [source, separator] = [asText(nth(values, 0), place), asText(nth(values, 1), place)]
  const pieces = `string_split(${source}, ${separator})`
  const count = asCount(nth(values, 2), place)
  const head = `list_slice(${pieces}, 1, ${count})`
  const tail = `list_slice(${pieces}, greatest(length(${pieces}) + ${count} + 1, 1), length(${pieces}))`
  const sql = `CASE WHEN ${count} = 0 THEN '' ELSE array_to_string(CASE WHEN ${count} > 0 THEN ${head} ELSE ${tail} END, ${separator}) END`
  return typed(sql, types.string, ...values)
}

/** LOCATE(part, text, start) is INSTR with its texts the other way round. */
const locate: FunctionRule = (values, place) => {
  checkCount(values, 2, 3, place)
  return instr([nth(values, 1), nth(values, 0), ...values.slice(2)], place)
}

const findInSet: FunctionRule = (values, place) => {
  checkCount(values, 2, 3, place)
  const separator = values[2] === undefined ? text(',') : asText(values[2], place)
  const [part, list] = [asText(nth(values, 0), place), asText(nth(values, 1), place)]
  const sql = `CAST(coalesce(list_position(string_split(${list}, ${separator}), ${part}), 0) AS BIGINT)`
  return typed(`CASE WHEN ${part} IS NOT NULL AND ${list} IS NOT NULL THEN ${sql} END`, types.bigint, ...values)
}

/** Places and pieces of texts. */
export const patternFunctions: Readonly<Record<string, FunctionRule>> = {
  instr,
  locate,
  find_in_set: findInSet,
  split_part: splitPart,
  substring_index: substringIndex,
  regexp_replace: regexpReplace,
  regexp_extract: regexpExtract,
  regexp_substr: regexpSubstr,
  regexp_count: regexpCount,
  regexp_instr: regexpInstr,
}
