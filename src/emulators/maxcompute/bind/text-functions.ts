import { isText, types, typeText, type DataType } from '../data-type.js'
import { unsupported } from '../odps-error.js'
import { argument } from './common-type.js'
import { badArgument, checkCount, literalOf, nth, type CallPlace, type FunctionRule } from './function-rule.js'
import { fails, typed, type Typed } from './typed.js'

const asText = (value: Typed, place: CallPlace): string => argument(value, types.string, place).sql
const asCount = (value: Typed, place: CallPlace): string => argument(value, types.bigint, place).sql

/** A function of texts that gives a text. */
function plain(
  least: number,
  most: number,
  render: (...sql: string[]) => string,
  type: DataType = types.string,
): FunctionRule {
  return (values, place) => {
    checkCount(values, least, most, place)
    return typed(render(...values.map((value) => asText(value, place))), type, ...values)
  }
}

/** LENGTH and its kin: BIGINT, INT in Hive mode (maxcompute.md 5.6). */
const lengthOf =
  (render: (sql: string, binary: boolean) => string): FunctionRule =>
  (values, place) => {
    checkCount(values, 1, 1, place)
    const value = nth(values, 0)
    const binary = value.type.base === 'binary'
    const type = place.bind.settings.hive ? types.int : types.bigint
    const sql = render(binary ? value.sql : asText(value, place), binary)
    return typed(`CAST(${sql} AS ${type.base === 'int' ? 'INTEGER' : 'BIGINT'})`, type, value)
  }

/** Positions count from 1, negative ones from the end; 0 gives NULL, and 1 in Hive mode (maxcompute.md 5.6). */
const substring: FunctionRule = (values, place) => {
  checkCount(values, 2, 3, place)
  const source = asText(nth(values, 0), place)
  const start = asCount(nth(values, 1), place)
  const length = values[2] === undefined ? '' : `, greatest(${asCount(values[2], place)}, 0)`
  const part = `substr(${source}, ${start}${length})`
  // Before the first character there is nothing.
  const whole =
    nth(values, 1).literal?.startsWith('-') === false
      ? part
      : `CASE WHEN ${start} < -length(${source}) THEN '' ELSE ${part} END`
  const zero = place.bind.settings.hive ? `substr(${source}, 1${length})` : 'NULL'
  const known = nth(values, 1).literal
  const sql = known !== undefined && known !== '0' ? whole : `CASE WHEN ${start} = 0 THEN ${zero} ELSE ${whole} END`
  return typed(sql, types.string, ...values)
}

const pad =
  (side: 'lpad' | 'rpad'): FunctionRule =>
  (values, place) => {
    checkCount(values, 3, 3, place)
    const [source, length, filler] = [
      asText(nth(values, 0), place),
      asCount(nth(values, 1), place),
      asText(nth(values, 2), place),
    ]
    return typed(`${side}(${source}, CAST(${length} AS INTEGER), ${filler})`, types.string, ...values)
  }

/** A digest of text or binary in lower-case hexadecimal. */
function digest(render: (sql: string) => string): FunctionRule {
  return (values, place) => {
    checkCount(values, 1, 1, place)
    const value = nth(values, 0)
    if (value.type.base !== 'binary' && !isText(value.type) && value.type.base !== 'void') {
      throw badArgument(place, `expect STRING or BINARY, actual ${typeText(value.type)}`)
    }
    return typed(render(value.sql), types.string, value)
  }
}

const sha2: FunctionRule = (values, place) => {
  checkCount(values, 2, 2, place)
  const bits = literalOf(nth(values, 1), place)
  if (bits !== '256' && bits !== '0') throw unsupported(place.at, `SHA2 of ${bits} bits`)
  return typed(`sha256(${asText(nth(values, 0), place)})`, types.string, nth(values, 0))
}

const hex: FunctionRule = (values, place) => {
  checkCount(values, 1, 1, place)
  const value = nth(values, 0)
  const bytes =
    value.type.base === 'binary' || isText(value.type) ? value.sql : argument(value, types.bigint, place).sql
  return typed(`hex(${bytes})`, types.string, value)
}

const unhex: FunctionRule = (values, place) => {
  checkCount(values, 1, 1, place)
  return typed(`from_hex(${asText(nth(values, 0), place)})`, types.binary, ...values)
}

const concat: FunctionRule = (values, place) => {
  checkCount(values, 1, Infinity, place)
  return typed(`(${values.map((value) => asText(value, place)).join(' || ')})`, types.string, ...values)
}

/** NULL makes the whole NULL; Hive mode skips it (maxcompute.md 5.6). */
const concatWs: FunctionRule = (values, place) => {
  checkCount(values, 2, Infinity, place)
  const [separator = '', ...parts] = values.map((value) => asText(value, place))
  const sql = place.bind.settings.hive
    ? `concat_ws(${separator}, ${parts.join(', ')})`
    : `(${parts.join(` || ${separator} || `)})`
  return typed(sql, types.string, ...values)
}

/** TRIM and its kin: blanks only, or the given characters. */
function trim(engine: string): FunctionRule {
  return (values, place) => {
    checkCount(values, 1, 2, place)
    const [source = '', characters = "' '"] = values.map((value) => asText(value, place))
    return typed(`${engine}(${source}, ${characters})`, types.string, ...values)
  }
}

export const textFunctions: Readonly<Record<string, FunctionRule>> = {
  length: lengthOf((sql, binary) => (binary ? `octet_length(${sql})` : `length(${sql})`)),
  char_length: lengthOf((sql) => `length(${sql})`),
  lengthb: lengthOf((sql, binary) => (binary ? `octet_length(${sql})` : `strlen(${sql})`)),
  substr: substring,
  substring,
  concat,
  concat_ws: concatWs,
  rpad: pad('rpad'),
  lpad: pad('lpad'),
  trim: trim('trim'),
  ltrim: trim('ltrim'),
  rtrim: trim('rtrim'),
  upper: plain(1, 1, (sql) => `upper(${sql})`),
  toupper: plain(1, 1, (sql) => `upper(${sql})`),
  lower: plain(1, 1, (sql) => `lower(${sql})`),
  tolower: plain(1, 1, (sql) => `lower(${sql})`),
  reverse: plain(1, 1, (sql) => `reverse(${sql})`),
  replace: plain(3, 3, (source, search, put) => `replace(${source}, ${search}, ${put})`),
  repeat: (values, place) => {
    checkCount(values, 2, 2, place)
    return typed(`repeat(${asText(nth(values, 0), place)}, ${asCount(nth(values, 1), place)})`, types.string, ...values)
  },
  space: (values, place) => {
    checkCount(values, 1, 1, place)
    return typed(`repeat(' ', ${asCount(nth(values, 0), place)})`, types.string, ...values)
  },
  chr: (values, place) => {
    checkCount(values, 1, 1, place)
    const code = asCount(nth(values, 0), place)
    const failure = fails('0121095', 'Invalid argument - argument of chr is not in the range 0 to 255')
    const sql = `CASE WHEN ${code} BETWEEN 0 AND 255 THEN chr(CAST(${code} AS INTEGER)) WHEN ${code} IS NOT NULL THEN ${failure} END`
    return typed(sql, types.string, ...values)
  },
  translate: plain(3, 3, (source, from, to) => `translate(${source}, ${from}, ${to})`),
  initcap: plain(
    1,
    1,
    (sql) =>
      `array_to_string(list_transform(string_split(lower(${sql}), ' '), lambda w: upper(substr(w, 1, 1)) || substr(w, 2)), ' ')`,
  ),
  base64: (values, place) => {
    checkCount(values, 1, 1, place)
    return typed(
      `to_base64(${nth(values, 0).type.base === 'binary' ? nth(values, 0).sql : `encode(${asText(nth(values, 0), place)})`})`,
      types.string,
      ...values,
    )
  },
  unbase64: plain(1, 1, (sql) => `from_base64(${sql})`, types.binary),
  ascii: plain(1, 1, (sql) => `CAST(ascii(${sql}) AS BIGINT)`, types.bigint),
  md5: digest((sql) => `md5(${sql})`),
  sha: digest((sql) => `sha1(${sql})`),
  sha1: digest((sql) => `sha1(${sql})`),
  sha2,
  hex,
  unhex,
}
