import type { Measure } from './measure.js'
import type { ValueKind } from './plan.js'

/** Largest power of ten that a number's exponent may name: beyond it lies no column type, only a way to fill the memory. */
const exponentMax = 400

/**
 * A number in the one spelling that both sides agree on (measure.ts): `-0`, `.5`, `5.`, `+5`, `5.00` and `50e-1` all have one.
 * Undefined when the text is no finite decimal number.
 */
export function canonicalDecimal(text: string): string | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text.trim())
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match
  if (whole === '' && fraction === '') return undefined
  const exponent = Number.parseInt(exponentText, 10)
  if (Math.abs(exponent) > exponentMax) return undefined
  const plain = movePoint(whole, fraction, exponent)
  return sign === '-' && plain !== '0' ? `-${plain}` : plain
}

function movePoint(whole: string, fraction: string, exponent: number): string {
  const digits = whole + fraction
  const point = whole.length + exponent
  const padded = point < 0 ? '0'.repeat(-point) + digits : digits.padEnd(point, '0')
  const at = Math.max(point, 0)
  const left = trimLeadingZeros(padded.slice(0, at))
  const right = trimTrailingZeros(padded.slice(at))
  return right === '' ? left : `${left}.${right}`
}

function trimLeadingZeros(digits: string): string {
  const trimmed = digits.replace(/^0+/, '')
  return trimmed === '' ? '0' : trimmed
}

/** A loop, since a pattern anchored at the end alone takes quadratic time over inner runs of zeros. */
function trimTrailingZeros(digits: string): string {
  let end = digits.length
  while (end > 0 && digits[end - 1] === '0') end -= 1
  return digits.slice(0, end)
}

/** A whole number in canonical spelling; undefined for anything else. */
export function canonicalInteger(text: string): string | undefined {
  const number = canonicalDecimal(text)
  return number === undefined || number.includes('.') ? undefined : number
}

/** `YYYY-MM-DD`; years may have up to six digits. Undefined for anything else. */
export function canonicalDate(text: string): string | undefined {
  const trimmed = text.trim()
  return /^\d{4,6}-\d{2}-\d{2}$/.test(trimmed) ? trimmed : undefined
}

/**
 * `YYYY-MM-DD HH:MM:SS.ffffff` from a text with any number of fraction digits. Digits beyond the sixth stay when they say
 * something: a value that gained nanoseconds must not look like the one it was. Undefined for anything else.
 */
export function canonicalTimestamp(text: string): string | undefined {
  const match = /^(\d{4,6}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.(\d{0,9}))?$/.exec(text.trim())
  if (match === null) return undefined
  const [, date = '', time = '', fraction = ''] = match
  return `${date} ${time}.${trimTrailingZeros(fraction).padEnd(6, '0')}`
}

const decimalKinds: readonly string[] = ['sum', 'finite-sum', 'finite-magnitude', 'finite-minimum', 'finite-maximum']

/** An answer of either side in canonical text; undefined when the text cannot answer such a question. */
export function canonicalAnswer(measure: Measure, kind: ValueKind | undefined, text: string): string | undefined {
  if (decimalKinds.includes(measure.kind)) return canonicalDecimal(text)
  if (measure.kind !== 'minimum' && measure.kind !== 'maximum') return canonicalInteger(text)
  if (kind === 'date') return canonicalDate(text)
  return kind === 'timestamp' || kind === 'timestamptz' ? canonicalTimestamp(text) : canonicalDecimal(text)
}

/** A measure for people: `sum of l_quantity`. */
export function measureText(measure: Measure): string {
  return measure.kind === 'row-count' ? measure.kind : `${measure.kind} of ${measure.column}`
}
