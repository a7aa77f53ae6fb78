/** Longest varint of 64 bits, in bytes. */
const varintByteCountMax = 10

/** Reads the parts of a protobuf-like message. Throws `RangeError` where the bytes end too early. */
export class WireReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  get position(): number {
    return this.#at
  }

  /** Field number and wire type. */
  tag(): { readonly field: number; readonly wire: number } {
    const tag = Number(this.unsigned())
    return { field: Math.floor(tag / 8), wire: tag % 8 }
  }

  unsigned(): bigint {
    let low = 0
    for (let count = 0; count < 4; count += 1) {
      const byte = this.#byte()
      low += (byte & 127) * 2 ** (7 * count)
      if (byte < 128) return BigInt(low)
    }
    return this.#longUnsigned(BigInt(low))
  }

  #longUnsigned(low: bigint): bigint {
    let value = low
    for (let count = 4; count < varintByteCountMax; count += 1) {
      const byte = this.#byte()
      value |= BigInt(byte & 127) << BigInt(7 * count)
      if (byte < 128) return BigInt.asUintN(64, value)
    }
    throw new RangeError(`a varint is longer than ${varintByteCountMax} bytes`)
  }

  /** Zig-zag: 0, -1, 1, -2 … */
  signed(): bigint {
    const value = this.unsigned()
    return value % 2n === 0n ? value / 2n : -(value + 1n) / 2n
  }

  fixed(byteCount: number): Buffer {
    const end = this.#at + byteCount
    if (end > this.#bytes.length) throw new RangeError('the bytes end within a value')
    const bytes = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return bytes
  }

  #byte(): number {
    const byte = this.#bytes[this.#at]
    if (byte === undefined) throw new RangeError('the bytes end within a number')
    this.#at += 1
    return byte
  }
}
