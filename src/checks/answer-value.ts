import { canonicalDecimal, canonicalTimestamp } from '../model/canonical.js'
import type { NearValue } from '../model/query-check.js'
import { doubleTolerance } from './tolerance.js'

/** A column of a query's answer, as its translation tells of it. */
export interface AnswerColumn {
  readonly name: string
  readonly exactness: 'exact' | 'divided' | 'float'
  /** What the values are to the source: `integer`, `decimal`, `float`, `boolean`, `date`, `timestamp`, `text`, `opaque` … */
  readonly family: string
  /** CHAR: blanks at the end do not count. */
  readonly padded?: true
}

export type Cell = string | null

/** How two values of a column may differ and still be the same. */
export type Comparison = 'exact' | 'unit' | 'relative' | 'null-only'

export const comparisonTexts: Readonly<Record<Comparison, string>> = {
  exact: 'exact',
  unit: 'one unit of the coarser scale',
  relative: `within ${doubleTolerance}, relative`,
  'null-only': 'NULL or not',
}

/**
 * The fewest digits behind the point that the target's quotients are taken to have: its texts may lack zeros at the end
 * (maxcompute.md 4.5), which must not make the unit coarser.
 */
const targetScaleMin = 4

export function comparisonOf({ exactness, family }: AnswerColumn): Comparison {
  if (family === 'opaque') return 'null-only'
  if (family === 'float' || exactness === 'float') return 'relative'
  return exactness === 'divided' && family === 'decimal' ? 'unit' : 'exact'
}

/** One spelling of each value of a column, whichever side wrote it. */
export function canonicalCell({ family, padded }: AnswerColumn, cell: Cell): Cell {
  if (cell === null) return null
  if (family === 'opaque') return ''
  if (family === 'boolean') return /^(t|true|1)$/i.test(cell) ? 'true' : 'false'
  if (family === 'timestamp')
    return canonicalTimestamp(/^\d{4,6}-\d\d-\d\d$/.test(cell) ? `${cell} 00:00:00` : cell) ?? cell
  if (['integer', 'decimal', 'float'].includes(family)) return canonicalDecimal(cell) ?? canonicalSpecial(cell)
  return padded === true ? cell.replace(/ +$/, '') : cell
}

function canonicalSpecial(cell: string): string {
  const infinite = /^([+-]?)inf(inity)?$/i.exec(cell)
  if (infinite !== null) return infinite[1] === '-' ? '-Infinity' : 'Infinity'
  return /^nan$/i.test(cell) ? 'NaN' : cell
}

/** One unit of the coarser of two scales, as a power of ten: 4 stands for 0.0001. */
export function unitScale(sourceTexts: Iterable<Cell>, targetTexts: Iterable<Cell>): number {
  return Math.min(scaleOf(sourceTexts), Math.max(targetScaleMin, scaleOf(targetTexts)))
}

function scaleOf(texts: Iterable<Cell>): number {
  let scale = 0
  for (const text of texts) scale = Math.max(scale, /^[+-]?\d*\.(\d+)$/.exec(text ?? '')?.[1]?.length ?? 0)
  return scale
}

export function unitText(scale: number): string {
  return scale === 0 ? '1' : `0.${'0'.repeat(scale - 1)}1`
}

/** Whether two canonical values are the same; of one that is only nearly so, what it was taken by. */
export function compareCells(
  column: AnswerColumn,
  scale: number,
  source: Cell,
  target: Cell,
): { readonly same: boolean; readonly near?: NearValue } {
  if (source === target) return { same: true }
  if (source === null || target === null) return { same: false }
  const comparison = comparisonOf(column)
  if (comparison === 'relative') return { same: relativelySame(source, target) }
  if (comparison !== 'unit' || !withinUnit(source, target, scale)) return { same: false }
  return { same: true, near: { column: column.name, source, target, unit: unitText(scale) } }
}

/** Which of two canonical values comes first, by their amounts; 0 where they have none. A missing one counts as 0. */
export function byAmount(column: AnswerColumn, a: Cell, b: Cell): number {
  const [one, other] = [a ?? '0', b ?? '0']
  if (comparisonOf(column) === 'relative') return sign(Number(one) - Number(other))
  const digits = scaleOf([one, other])
  const [first, second] = [unscaled(one, digits), unscaled(other, digits)]
  return first === undefined || second === undefined ? 0 : sign(first - second)
}

function sign(difference: number | bigint): number {
  return difference > 0 ? 1 : difference < 0 ? -1 : 0
}

function relativelySame(source: string, target: string): boolean {
  const [a, b] = [Number(source), Number(target)]
  if (!Number.isFinite(a) || !Number.isFinite(b)) return false
  return Math.abs(a - b) <= doubleTolerance * Math.max(Math.abs(a), Math.abs(b))
}

/** In whole numbers, since a double has not the digits of a decimal. */
function withinUnit(source: string, target: string, scale: number): boolean {
  const digits = Math.max(scale, scaleOf([source]), scaleOf([target]))
  const [a, b] = [unscaled(source, digits), unscaled(target, digits)]
  if (a === undefined || b === undefined) return false
  const distance = a > b ? a - b : b - a
  return distance <= 10n ** BigInt(digits - scale)
}

function unscaled(text: string, digits: number): bigint | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = ''] = match
  return BigInt(`${sign}${whole}${fraction.padEnd(digits, '0')}`)
}
