import { concatenate } from './arithmetic.js'
import type { Bound } from './binding.js'
import { textOf } from './cast-binder.js'
import { cutBytes } from './byte-functions.js'
import { compare } from './comparison.js'
import { unsupported } from './fault.js'
import type { BoundCall, FunctionRule, FunctionTable } from './function-rule.js'
import { digits, isInteger, isText, unifyTypes } from './type-unifier.js'
import { numeric, rsType, type RsType, varchar } from './types.js'

const int4 = rsType('int4')
const int8 = rsType('int8')
const float8 = rsType('float8')

/** The engine's function under its name, with a fixed type. */
function plain(name: string, type: RsType, least: number, most = least): FunctionRule {
  const bind = ({ args }: BoundCall): Bound => ({ sql: `${name}(${args.map((arg) => arg.sql).join(', ')})`, type })
  return { arity: [least, most], bind }
}

function texts(name: string, least: number, most = least): FunctionRule {
  const bind = ({ args }: BoundCall): Bound => {
    const [value, ...others] = args
    const sql = [value === undefined ? '' : textOf(value), ...others.map((arg) => arg.sql)].join(', ')
    return { sql: `${name}(${sql})`, type: varchar(value?.type?.length) }
  }
  return { arity: [least, most], bind }
}

/** RTRIM and the like keep CHAR a CHAR, so it is padded again (redshift.md 4.2). */
function trims(name: string): FunctionRule {
  const bind = ({ args: [value, chars] }: BoundCall): Bound => {
    const sql = `${name}(${value === undefined ? '' : textOf(value)}, ${chars?.sql ?? "' '"})`
    return { sql, type: value?.type?.name === 'char' ? value.type : varchar(value?.type?.length) }
  }
  return { arity: [1, 2], bind }
}

function unified(name: string): FunctionRule {
  const bind = ({ args }: BoundCall): Bound => {
    const type = unifyTypes(args.map((arg) => arg.type))
    const sql = `${name}(${args.map((arg) => arg.sql).join(', ')})`
    return type === undefined ? { sql } : { sql, type }
  }
  return { arity: [1, 1000], bind }
}

function sameAsFirst(name: string): FunctionRule {
  const bind = ({ args }: BoundCall): Bound => {
    const type = args[0]?.type
    const sql = `${name}(${args.map((arg) => arg.sql).join(', ')})`
    return type === undefined ? { sql } : { sql, type }
  }
  return { arity: [1, 2], bind }
}

function nvl2({ args: [value, present, absent] }: BoundCall): Bound {
  const type = unifyTypes([present?.type, absent?.type])
  const sql = `(CASE WHEN ${value?.sql ?? ''} IS NOT NULL THEN ${present?.sql ?? ''} ELSE ${absent?.sql ?? ''} END)`
  return type === undefined ? { sql } : { sql, type }
}

function nullif({ args: [value, other] }: BoundCall): Bound {
  if (value === undefined || other === undefined) throw unsupported('NULLIF')
  const sql = `(CASE WHEN ${compare('=', value, other).sql} THEN NULL ELSE ${value.sql} END)`
  return value.type === undefined ? { sql } : { sql, type: value.type }
}

/** Two NULLs are equal to DECODE. */
function decode({ args }: BoundCall): Bound {
  const [value, ...others] = args
  if (value === undefined) throw unsupported('DECODE')
  const whens: string[] = []
  const results: Bound[] = []
  for (let i = 0; i + 1 < others.length; i += 2) {
    const [key, result] = [others[i], others[i + 1]]
    if (key === undefined || result === undefined) break
    const nulls = `(${value.sql} IS NULL AND ${key.sql} IS NULL)`
    whens.push(`WHEN ${compare('=', value, key).sql} OR ${nulls} THEN ${result.sql}`)
    results.push(result)
  }
  const fallback = others.length % 2 === 1 ? others[others.length - 1] : undefined
  const type = unifyTypes([...results, ...(fallback === undefined ? [] : [fallback])].map((result) => result.type))
  const sql = `(CASE ${whens.join(' ')} ELSE ${fallback?.sql ?? 'NULL'} END)`
  return type === undefined ? { sql } : { sql, type }
}

function round({ name, args: [value, places] }: BoundCall): Bound {
  const sql = `${name}(${value?.sql ?? ''}, ${places?.sql ?? '0'})`
  if (value?.type?.name === 'numeric') {
    const type = numeric(38, digits(value.type).scale)
    return { sql: `CAST(${sql} AS DECIMAL(38,${type.scale ?? 0}))`, type }
  }
  return isInteger(value?.type) ? { sql: value.sql, type: value.type } : { sql, type: float8 }
}

function ceiling({ name, args: [value] }: BoundCall): Bound {
  const sql = `${name === 'ceiling' ? 'ceil' : name}(${value?.sql ?? ''})`
  if (value?.type?.name === 'numeric') return { sql: `CAST(${sql} AS DECIMAL(38,0))`, type: numeric(38, 0) }
  return isInteger(value?.type) ? { sql: value.sql, type: value.type } : { sql, type: float8 }
}

/** Blanks behind a CHAR do not count; it is stored without them. */
function length({ args: [value] }: BoundCall): Bound {
  if (value?.type?.name === 'varbyte') return { sql: `CAST(octet_length(${value.sql}) AS INTEGER)`, type: int4 }
  return { sql: `CAST(length(${value === undefined ? '' : textOf(value)}) AS INTEGER)`, type: int4 }
}

function octetLength({ args: [value] }: BoundCall): Bound {
  if (value?.type?.name === 'varbyte') return { sql: `CAST(octet_length(${value.sql}) AS INTEGER)`, type: int4 }
  return { sql: `CAST(strlen(${value === undefined ? '' : textOf(value)}) AS INTEGER)`, type: int4 }
}

function toHex({ args: [value] }: BoundCall): Bound {
  if (value?.type?.name === 'varbyte') return { sql: `rs.hex_text(${value.sql})`, type: varchar() }
  if (!isInteger(value?.type)) return { sql: `lower(hex(${value?.sql ?? ''}))`, type: varchar() }
  // A negative number shows as many digits as its type has.
  const digits = value.type.name === 'int8' ? 'to_hex' : 'rs.hex_of_integer'
  return { sql: `lower(${digits}(${value.sql}))`, type: varchar() }
}

function substring({ args: [value, start, count] }: BoundCall): Bound {
  if (value?.type?.name === 'varbyte') return cutBytes(value, start, count)
  const tail = count === undefined ? '' : `, ${count.sql}`
  const sql = `rs.cut_text(${value === undefined ? '' : textOf(value)}, ${start?.sql ?? '1'}${tail})`
  return { sql, type: varchar(value?.type?.length) }
}

function concat({ args: [left, right] }: BoundCall): Bound {
  if (left === undefined || right === undefined) throw unsupported('CONCAT')
  return concatenate(left, right)
}

function reversed(name: string): FunctionRule {
  const bind = ({ args: [part, text] }: BoundCall): Bound => ({
    sql: `CAST(${name}(${text?.sql ?? ''}, ${part?.sql ?? ''}) AS INTEGER)`,
    type: int4,
  })
  return { arity: [2, 2], bind }
}

const textOrBytes: FunctionRule = {
  arity: [1, 1],
  bind: ({ args: [value] }) => ({
    sql: `md5(${value?.type?.name === 'varbyte' ? value.sql : value === undefined ? '' : textOf(value)})`,
    type: varchar(32),
  }),
}

export const textFunctions: FunctionTable = {
  upper: texts('upper', 1),
  lower: texts('lower', 1),
  initcap: texts('rs.initcap', 1),
  replace: texts('replace', 3),
  translate: texts('translate', 3),
  left: texts('"left"', 2),
  right: texts('"right"', 2),
  lpad: { arity: [2, 3], bind: pad },
  rpad: { arity: [2, 3], bind: pad },
  repeat: {
    arity: [2, 2],
    bind: ({ args }) => ({ sql: `repeat(${args.map((a) => a.sql).join(', ')})`, type: varchar() }),
  },
  reverse: texts('reverse', 1),
  split_part: texts('split_part', 3),
  substring: { arity: [2, 3], bind: substring },
  substr: { arity: [2, 3], bind: substring },
  concat: { arity: [2, 2], bind: concat },
  chr: plain('chr', varchar(4), 1),
  ascii: plain('ascii', int4, 1),
  btrim: trims('trim'),
  ltrim: trims('ltrim'),
  rtrim: trims('rtrim'),
  strpos: plain('rs.strpos', int4, 2),
  charindex: reversed('rs.strpos'),
  len: { arity: [1, 1], bind: length },
  length: { arity: [1, 1], bind: length },
  char_length: { arity: [1, 1], bind: length },
  character_length: { arity: [1, 1], bind: length },
  textlen: { arity: [1, 1], bind: length },
  octet_length: { arity: [1, 1], bind: octetLength },
  md5: textOrBytes,
  sha1: plain('sha1', varchar(40), 1),
  sha: plain('sha1', varchar(40), 1),
  func_sha1: plain('sha1', varchar(40), 1),
  strtol: plain('rs.strtol', int8, 2),
  to_hex: { arity: [1, 1], bind: toHex },
  from_hex: { arity: [1, 1], bind: ({ args }) => ({ sql: `unhex(${args[0]?.sql ?? ''})`, type: rsType('varbyte') }) },
  regexp_replace: { arity: [2, 5], bind: regexpReplace },
  regexp_substr: { arity: [2, 5], bind: regexpSubstr },
  regexp_count: { arity: [2, 2], bind: regexpCount },
  regexp_instr: { arity: [2, 3], bind: regexpInstr },
  json_serialize: plain('', varchar(65535), 1),
  json_parse: {
    arity: [1, 1],
    bind: ({ args }) => ({ sql: `rs.json_parse(${args[0]?.sql ?? ''})`, type: rsType('super') }),
  },
  json_size: plain('strlen', int8, 1),
  coalesce: unified('coalesce'),
  nvl: unified('coalesce'),
  isnull: unified('coalesce'),
  greatest: unified('greatest'),
  least: unified('least'),
  nvl2: { arity: [3, 3], bind: nvl2 },
  nullif: { arity: [2, 2], bind: nullif },
  decode: { arity: [3, 1000], bind: decode },
  abs: sameAsFirst('abs'),
  mod: { arity: [2, 2], bind: ({ args }) => ({ ...args[0], sql: `rs.modulo(${args.map((a) => a.sql).join(', ')})` }) },
  sign: sameAsFirst('sign'),
  round: { arity: [1, 2], bind: round },
  ceil: { arity: [1, 1], bind: ceiling },
  ceiling: { arity: [1, 1], bind: ceiling },
  floor: { arity: [1, 1], bind: ceiling },
  sqrt: plain('sqrt', float8, 1),
  power: plain('power', float8, 2),
  pow: plain('power', float8, 2),
  exp: plain('exp', float8, 1),
  ln: plain('ln', float8, 1),
  log: plain('log10', float8, 1),
  random: plain('random', float8, 0),
}

function pad({ name, args: [value, width, fill] }: BoundCall): Bound {
  const sql = `${name}(${value === undefined ? '' : textOf(value)}, CAST(${width?.sql ?? '0'} AS INTEGER), ${fill?.sql ?? "' '"})`
  return { sql, type: varchar() }
}

function regexpReplace({ args: [value, pattern, replacement, position] }: BoundCall): Bound {
  if (position !== undefined) throw unsupported('REGEXP_REPLACE from a position')
  const sql = `regexp_replace(${value?.sql ?? ''}, ${pattern?.sql ?? ''}, ${replacement?.sql ?? "''"}, 'g')`
  return { sql, type: varchar() }
}

/** From the given character on; nothing found is the empty string. */
function regexpSubstr({ args: [value, pattern, position, occurrence] }: BoundCall): Bound {
  if (occurrence !== undefined) throw unsupported('REGEXP_SUBSTR of an occurrence')
  const text = position === undefined ? (value?.sql ?? '') : `substring(${value?.sql ?? ''}, ${position.sql})`
  return { sql: `regexp_extract(${text}, ${pattern?.sql ?? ''})`, type: varchar() }
}

function regexpCount({ args: [value, pattern] }: BoundCall): Bound {
  const sql = `CAST(len(regexp_extract_all(${value?.sql ?? ''}, ${pattern?.sql ?? ''})) AS INTEGER)`
  return { sql, type: int4 }
}

/** Where a match begins, from the given character on; 0 for none. */
function regexpInstr({ args: [value, pattern, position] }: BoundCall): Bound {
  const from = position?.sql ?? '1'
  const text = `substring(${value?.sql ?? ''}, ${from})`
  const found = `regexp_extract(${text}, '(?s)^(.*?)(?:' || ${pattern?.sql ?? "''"} || ')', 1)`
  const sql = `(CASE WHEN regexp_matches(${text}, ${pattern?.sql ?? "''"}) THEN length(${found}) + ${from} ELSE 0 END)`
  return { sql: `CAST(${sql} AS INTEGER)`, type: int4 }
}

export function isTextBound(bound: Bound | undefined): boolean {
  return bound?.type !== undefined && isText(bound.type)
}
