import { canonicalDate, canonicalDecimal, canonicalTimestamp } from '../model/canonical.js'
import type { ProbeVerdict } from '../model/facts.js'
import type { ValueKind } from '../model/plan.js'

export interface ProbeFinding {
  readonly verdict: ProbeVerdict
  readonly detail?: string
}

type Texts = readonly (string | null)[]

/** No zone of this world is farther from another one, in seconds. */
const shiftSecondsMax = 26 * 3600

/** What became of values: those that are known against those that were read, row by row; what lies behind the last is NULL. */
export function probeVerdict(kind: ValueKind, targetType: string, known: Texts, found: Texts): ProbeFinding {
  const pairs = found.map((text, row) => [known[row] ?? null, text] as const)
  const wrong = pairs.filter(
    ([before, after]) => canonical(kind, targetType, before) !== canonical(kind, targetType, after),
  )
  const [first] = wrong
  if (first === undefined) return { verdict: 'exact' }
  if (pairs.every(([, after]) => after === null)) return { verdict: 'null' }
  const shift = shiftOf(kind, wrong)
  if (shift !== undefined) return { verdict: 'shifted', detail: shift }
  const detail = `${JSON.stringify(first[0])} became ${JSON.stringify(first[1])}`
  return { verdict: wrong.every(([before, after]) => isRounded(kind, before, after)) ? 'rounded' : 'different', detail }
}

/** What cannot be read as a value of the kind stands for itself. */
function canonical(kind: ValueKind, targetType: string, text: string | null): string | null {
  if (text === null) return null
  if (targetType === 'JSON') return text.replace(/\s/g, '')
  switch (kind) {
    case 'integer':
    case 'decimal':
      return canonicalDecimal(text) ?? text
    case 'float':
      return String(targetType === 'FLOAT' ? Math.fround(Number(text)) : Number(text))
    case 'boolean':
      return text.toLowerCase()
    case 'date':
      return canonicalDate(text) ?? text
    case 'timestamp':
    case 'timestamptz':
      return canonicalTimestamp(text) ?? text
    case 'text':
      // Padding is no part of a CHAR on either side.
      return targetType.startsWith('CHAR(') ? text.replace(/ +$/, '') : text
  }
}

/** The difference that most of the moments have, `+8 h`: old moments lie in zones' local times before there were zones. */
function shiftOf(kind: ValueKind, wrong: readonly (readonly [string | null, string | null])[]): string | undefined {
  if (kind !== 'timestamp' && kind !== 'timestamptz') return undefined
  const shifts = wrong.map(([before, after]) => secondsBetween(before, after))
  if (shifts.some((seconds) => seconds === undefined || Math.abs(seconds) > shiftSecondsMax)) return undefined
  if (shifts.every((seconds) => Math.abs(seconds ?? 0) < 60)) return undefined
  const counted = (seconds: number | undefined): number => shifts.filter((one) => one === seconds).length
  const [most = 0] = [...shifts].sort((a, b) => counted(b) - counted(a))
  return `${most > 0 ? '+' : ''}${Number((most / 3600).toFixed(2))} h`
}

function secondsBetween(before: string | null, after: string | null): number | undefined {
  const [from, to] = [secondsOf(before), secondsOf(after)]
  return from === undefined || to === undefined ? undefined : to - from
}

function secondsOf(text: string | null): number | undefined {
  const match = /^(\d{4,6})-(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2})/.exec(text ?? '')
  if (match === null) return undefined
  const [year = 0, month = 1, day = 1, ...time] = match.slice(1).map(Number)
  // Date.UTC takes the years 0 to 99 for those of the last century.
  const at = new Date(0)
  at.setUTCFullYear(year, month - 1, day)
  at.setUTCHours(time[0] ?? 0, time[1] ?? 0, time[2] ?? 0)
  return at.getTime() / 1000
}

/** Less than a thousandth, or a second, away. */
function isRounded(kind: ValueKind, before: string | null, after: string | null): boolean {
  if (before === null || after === null) return false
  if (kind === 'timestamp' || kind === 'timestamptz') return Math.abs(secondsBetween(before, after) ?? 2) <= 1
  if (kind !== 'decimal' && kind !== 'float') return false
  const [one, other] = [Number(before), Number(after)]
  return Math.abs(one - other) <= Math.max(1, Math.abs(one)) / 1000
}
