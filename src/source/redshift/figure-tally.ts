import { bucketFigures } from '../../dialect/row-hash.js'
import { summedFloatMax } from '../../dialect/measure-kinds.js'
import { canonicalDecimal } from '../../model/canonical.js'
import type { Measure, MeasuredRelation } from '../../model/measure.js'
import type { PartRow } from './part-rows.js'

/** One figure of one bucket, worked out row by row. */
export interface FigureTally {
  add(row: PartRow): void
  /** As the warehouses answer: sums and extremes of nothing are NULL. */
  value(): string | null
}

export function figureTallies(of: MeasuredRelation): readonly FigureTally[] {
  return bucketFigures(of).map((measure) => new Tally(measure))
}

const summedMax = Number(summedFloatMax)

class Tally implements FigureTally {
  readonly #measure: Measure
  #count = 0n
  #sum: number | undefined
  #best: number | undefined
  #bytes: bigint | undefined

  constructor(measure: Measure) {
    this.#measure = measure
  }

  add(row: PartRow): void {
    const { kind } = this.#measure
    const cell = kind === 'row-count' ? null : (row[this.#measure.column] ?? null)
    if (cell === null) return
    if (kind === 'byte-length') this.#bytes = (this.#bytes ?? 0n) + BigInt(Buffer.byteLength(cell))
    else if (kind === 'count') this.#count += 1n
    else this.#addFloat(kind, Number(cell))
  }

  value(): string | null {
    const { kind } = this.#measure
    if (kind === 'byte-length') return this.#bytes?.toString() ?? null
    if (kind.endsWith('count')) return this.#count.toString()
    const number = kind === 'finite-sum' || kind === 'finite-magnitude' ? this.#sum : this.#best
    return number === undefined ? null : (canonicalDecimal(String(number)) ?? null)
  }

  #addFloat(kind: Measure['kind'], value: number): void {
    if (kind === 'positive-infinity-count') this.#count += value === Infinity ? 1n : 0n
    if (kind === 'negative-infinity-count') this.#count += value === -Infinity ? 1n : 0n
    if (!Number.isFinite(value)) return
    if (kind === 'finite-count') this.#count += 1n
    if (kind === 'finite-minimum') this.#best = Math.min(this.#best ?? value, value)
    if (kind === 'finite-maximum') this.#best = Math.max(this.#best ?? value, value)
    if (Math.abs(value) > summedMax) return
    if (kind === 'finite-sum') this.#sum = (this.#sum ?? 0) + value
    if (kind === 'finite-magnitude') this.#sum = (this.#sum ?? 0) + Math.abs(value)
  }
}
