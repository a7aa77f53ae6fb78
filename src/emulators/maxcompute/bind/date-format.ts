import { unsupported, type Position } from '../odps-error.js'

/** The service's letters and the engine's; longest first, case does not count (maxcompute.md 6: mm is month, mi minute). */
const letters: readonly (readonly [string, string])[] = [
  ['yyyy', '%Y'],
  ['hh24', '%H'],
  ['ff3', '%g'],
  ['ff6', '%f'],
  ['mm', '%m'],
  ['dd', '%d'],
  ['hh', '%H'],
  ['mi', '%M'],
  ['ss', '%S'],
]

/** DATE_FORMAT's letters, where case counts. */
const patternLetters: readonly (readonly [string, string])[] = [
  ['yyyy', '%Y'],
  ['YYYY', '%Y'],
  ['SSS', '%g'],
  ['MM', '%m'],
  ['mm', '%M'],
  ['mi', '%M'],
  ['dd', '%d'],
  ['HH', '%H'],
  ['hh', '%I'],
  ['ss', '%S'],
]

/** A format of DATE_FORMAT as the engine's strftime writes it; an unknown letter is refused. */
export function patternFormat(format: string, at: Position): string {
  return translated(format, (rest) => patternLetters.find(([letter]) => rest.startsWith(letter)), at)
}

/** A format of TO_CHAR and TO_DATE as the engine's strftime writes it; an unknown letter is refused. */
export function engineFormat(format: string, at: Position): string {
  return translated(format, (rest) => letters.find(([letter]) => rest.toLowerCase().startsWith(letter)), at)
}

type Letter = readonly [string, string]

function translated(format: string, find: (rest: string) => Letter | undefined, at: Position): string {
  let rest = format
  let result = ''
  while (rest !== '') {
    const match = find(rest)
    const first = rest.charAt(0)
    if (match !== undefined) result += match[1]
    else if (/[a-z]/i.test(first)) throw unsupported(at, `date format '${format}'`)
    else result += first === '%' ? '%%' : first
    rest = rest.slice(match === undefined ? 1 : match[0].length)
  }
  return result
}

const parts: Readonly<Record<string, string>> = {
  yyyy: 'year',
  year: 'year',
  mm: 'month',
  month: 'month',
  mon: 'month',
  q: 'quarter',
  quarter: 'quarter',
  week: 'week',
  dd: 'day',
  day: 'day',
  hh: 'hour',
  hour: 'hour',
  mi: 'minute',
  minute: 'minute',
  ss: 'second',
  second: 'second',
  ff3: 'millisecond',
  ff6: 'microsecond',
}

/** `dd`, `day`, `mm`, … as the engine's part. */
export function enginePart(part: string, at: Position): string {
  const found = parts[part.toLowerCase()]
  if (found === undefined) throw unsupported(at, `date part '${part}'`)
  return found
}
