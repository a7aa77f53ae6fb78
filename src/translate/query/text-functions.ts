import { tell, refuse } from './bench.js'
import { concatenated } from './arithmetic.js'
import { asText } from './coerce.js'
import { argument, counted, titleOf, wholeNumber, type Call, type FunctionRule } from './function-call.js'
import { families, made, type Value } from './value.js'

/** CHAR counts its blanks nowhere but in LIKE, and they do not travel. */
function text(call: Call, n: number): Value {
  return asText(argument(call, n), call.at)
}

function plain(name: string, least: number, most = least): FunctionRule {
  return (call) => {
    counted(call, least, most)
    const values = call.values.map((_, n) => text(call, n))
    return made(`${name}(${values.map((value) => value.sql).join(', ')})`, families.text, values)
  }
}

const length =
  (name: 'LENGTH' | 'LENGTHB'): FunctionRule =>
  (call) => {
    counted(call, 1)
    const value = text(call, 0)
    tell(call.bench, call.name.toUpperCase(), name)
    const sql = value.type.padded === true ? `${name}(RTRIM(${value.sql}))` : `${name}(${value.sql})`
    return made(sql, families.integer, [value])
  }

/** Positions before the first mean something else here (maxcompute.md 5.6). */
const substring: FunctionRule = (call) => {
  counted(call, 2, 3)
  const value = text(call, 0)
  const start = wholeNumber(call, 1, 1)
  const tail = call.values.length === 3 ? `, ${wholeNumber(call, 2, 1)}` : ''
  return made(`SUBSTR(${value.sql}, ${start}${tail})`, families.text, [value])
}

const left: FunctionRule = (call) => {
  counted(call, 2)
  const value = text(call, 0)
  tell(call.bench, 'LEFT', 'SUBSTR from the first character')
  return made(`SUBSTR(${value.sql}, 1, ${wholeNumber(call, 1, 1)})`, families.text, [value])
}

const right: FunctionRule = (call) => {
  counted(call, 2)
  const value = text(call, 0)
  const count = wholeNumber(call, 1, 1)
  tell(call.bench, 'RIGHT', 'SUBSTR from the end, of texts that are longer')
  const sql = `CASE WHEN LENGTH(${value.sql}) <= ${count} THEN ${value.sql} ELSE SUBSTR(${value.sql}, -${count}) END`
  return made(sql, families.text, [value])
}

/** Which characters are blanks is the same where none are named: the blank alone. */
const trim =
  (name: 'TRIM' | 'LTRIM' | 'RTRIM'): FunctionRule =>
  (call) => {
    counted(call, 1, 2)
    const values = call.values.map((_, n) => text(call, n))
    if (values.length === 2 && values[1]?.literal === undefined)
      return refuse(titleOf(call), 'needs its characters as a literal', call.at)
    return made(`${name}(${values.map((value) => value.sql).join(', ')})`, families.text, values)
  }

function position(call: Call, within: Value, searched: Value): Value {
  if (searched.literal === '') return refuse(titleOf(call), 'of an empty text is not on the list', call.at)
  tell(call.bench, call.name.toUpperCase(), 'INSTR(text, searched)')
  return made(`INSTR(${within.sql}, ${searched.sql})`, families.integer, [within, searched])
}

const pad =
  (name: 'LPAD' | 'RPAD'): FunctionRule =>
  (call) => {
    counted(call, 2, 3)
    const value = text(call, 0)
    const filler = call.values.length === 3 ? text(call, 2) : undefined
    if (filler !== undefined && (filler.literal ?? '') === '')
      return refuse(titleOf(call), 'needs a filler that is a literal', call.at)
    return made(`${name}(${value.sql}, ${wholeNumber(call, 1, 1)}, ${filler?.sql ?? "' '"})`, families.text, [value])
  }

const replace: FunctionRule = (call) => {
  counted(call, 3)
  if ((argument(call, 1).literal ?? '') === '')
    return refuse(titleOf(call), 'needs the searched text as a literal', call.at)
  return plain('REPLACE', 3)(call)
}

const splitPart: FunctionRule = (call) => {
  counted(call, 3)
  const [value, delimiter] = [text(call, 0), text(call, 1)]
  if ((delimiter.literal ?? '') === '') return refuse(titleOf(call), 'needs its delimiter as a literal', call.at)
  return made(`SPLIT_PART(${value.sql}, ${delimiter.sql}, ${wholeNumber(call, 2, 1)})`, families.text, [value])
}

const repeat: FunctionRule = (call) => {
  counted(call, 2)
  const value = text(call, 0)
  return made(`REPEAT(${value.sql}, ${wholeNumber(call, 1, 1)})`, families.text, [value])
}

export const textFunctions: Readonly<Record<string, FunctionRule>> = {
  length: length('LENGTH'),
  octet_length: length('LENGTHB'),
  substring,
  substr: substring,
  left,
  right,
  upper: plain('UPPER', 1),
  lower: plain('LOWER', 1),
  reverse: plain('REVERSE', 1),
  md5: plain('MD5', 1),
  trim: trim('TRIM'),
  btrim: trim('TRIM'),
  ltrim: trim('LTRIM'),
  rtrim: trim('RTRIM'),
  replace,
  strpos: (call) => {
    counted(call, 2)
    return position(call, text(call, 0), text(call, 1))
  },
  charindex: (call) => {
    counted(call, 2)
    return position(call, text(call, 1), text(call, 0))
  },
  concat: (call) => {
    counted(call, 2)
    return concatenated(call.values, call.bench, call.at)
  },
  split_part: splitPart,
  repeat,
  replicate: repeat,
  lpad: pad('LPAD'),
  rpad: pad('RPAD'),
}
