import { type Bound, quoteText } from './binding.js'
import { unsupported } from './fault.js'
import { varchar } from './types.js'

/** Stand in the engine's format for what the engine prints otherwise. */
const yearMark = '\u0001'
const eraMark = '\u0002'

/** Date patterns in the order in which they are recognised (the longest first), with the engine's. */
const datePatterns: readonly (readonly [string, string])[] = [
  ['YYYY', '%Y'],
  ['HH24', '%H'],
  ['HH12', '%I'],
  ['MONTH', ''],
  ['Month', ''],
  ['Mon', '%b'],
  ['DDD', '%j'],
  ['YY', '%y'],
  ['MM', '%m'],
  ['DD', '%d'],
  ['HH', '%I'],
  ['MI', '%M'],
  ['SS', '%S'],
  ['MS', '%g'],
  ['US', '%f'],
  ['AM', '%p'],
  ['PM', '%p'],
  ['BC', eraMark],
  ['AD', eraMark],
]

/** `TO_CHAR(x, 'format')` with a literal format; patterns it does not know are refused by name. */
export function bindToChar(value: Bound | undefined, format: Bound | undefined): Bound {
  if (value === undefined || format?.literal === undefined)
    throw unsupported('TO_CHAR with a format that is not a literal')
  const name = value.type?.name
  if (name === 'date' || name === 'timestamp' || name === 'timestamptz') {
    const moment = name === 'timestamptz' ? `timezone('UTC', ${value.sql})` : value.sql
    return { sql: momentText(moment, dateFormat(format.literal)), type: varchar() }
  }
  return { sql: numberText(value.sql, format.literal), type: varchar() }
}

/** The engine prints years before the first as negative numbers that begin with 0, Redshift the year and no sign. */
function momentText(moment: string, engineFormat: string): string {
  const format = engineFormat.replace(/%(.)/g, (all, letter) => (letter === 'Y' ? yearMark : all))
  const year = `year(${moment})`
  const shown = `CAST(CASE WHEN ${year} <= 0 THEN 1 - ${year} ELSE ${year} END AS VARCHAR)`
  const years = `CASE WHEN ${year} > 9999 THEN ${shown} ELSE lpad(${shown}, 4, '0') END`
  const era = `CASE WHEN ${year} <= 0 THEN 'BC' ELSE 'AD' END`
  let sql = `strftime(${moment}, ${quoteText(format)})`
  if (format.includes(yearMark)) sql = `replace(${sql}, ${quoteText(yearMark)}, ${years})`
  if (format.includes(eraMark)) sql = `replace(${sql}, ${quoteText(eraMark)}, ${era})`
  return sql
}

function dateFormat(format: string): string {
  let result = ''
  let at = 0
  while (at < format.length) {
    const quoted = /^"([^"]*)"/.exec(format.slice(at))
    const pattern = datePatterns.find(([text]) => startsWithPattern(format, at, text))
    if (quoted !== null) {
      result += (quoted[1] ?? '').replaceAll('%', '%%')
      at += quoted[0].length
    } else if (pattern !== undefined) {
      if (pattern[1] === '') throw unsupported(`TO_CHAR pattern ${pattern[0]}`)
      result += pattern[1]
      at += pattern[0].length
    } else {
      result += literalChar(format, at)
      at += 1
    }
  }
  return result
}

/** Lower and upper case say the same, save where they would change the case of the result. */
function startsWithPattern(format: string, at: number, pattern: string): boolean {
  const text = format.slice(at, at + pattern.length)
  return /^mon/i.test(pattern) ? text === pattern : text.toUpperCase() === pattern
}

function literalChar(format: string, at: number): string {
  const char = format[at] ?? ''
  if (/[A-Za-z]/.test(char) && char !== 'T' && char !== 'Z')
    throw unsupported(`TO_CHAR pattern at "${format.slice(at)}"`)
  return char === '%' ? '%%' : char
}

export function strptimeFormat(format: string): string {
  if (format === '') throw unsupported('a date format that is not a literal')
  const engineFormat = dateFormat(format)
  if (engineFormat.includes(eraMark)) throw unsupported('a date format with BC or AD')
  return engineFormat
}

/** `999990.00`, `FM…`: digits and one point. */
function numberText(sql: string, format: string): string {
  const match = /^(FM)?([09]+)(?:\.([09]+))?$/i.exec(format)
  if (match === null) throw unsupported(`TO_CHAR number pattern "${format}"`)
  const [, fill, whole = '', fraction = ''] = match
  const zeros = whole.includes('0') ? whole.length - whole.indexOf('0') : 0
  const text = `CAST(round(CAST(${sql} AS DECIMAL(38,${fraction.length})), ${fraction.length}) AS VARCHAR)`
  return `rs.number_text(${text}, ${zeros}, ${whole.length}, ${fraction.length}, ${fill === undefined ? 'false' : 'true'})`
}
