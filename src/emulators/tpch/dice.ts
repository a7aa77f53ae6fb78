const warmUpRoundCount = 10

/**
 * Random numbers that depend only on (stream, row): any row can be drawn again without those before it, which is how
 * the orders table learns its totals from the same line items that the lineitem table writes. The generator is sfc32.
 */
export class Dice {
  #a = 0
  #b = 0
  #c = 0
  #counter = 1

  /** Starts the sequence of this row of this stream. */
  seat(stream: number, row: number): this {
    this.#a = Math.imul(stream + 1, 0x9e3779b1)
    this.#b = row | 0
    this.#c = Math.floor(row / 0x1_0000_0000) | 0
    this.#counter = 1
    for (let round = 0; round < warmUpRoundCount; round += 1) this.#next()
    return this
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor((this.#next() * (high - low + 1)) / 0x1_0000_0000)
  }

  pick<T>(from: readonly T[]): T {
    return from[this.between(0, from.length - 1)] as T
  }

  #next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }
}
