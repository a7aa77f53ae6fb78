/** Thrown when the bytes end inside a value: more of them are to come. */
export class Incomplete extends Error {}

/** Bytes of one varint: 64 bits in sevens. */
const varintByteCountMax = 10

/** A place in bytes, and the protocol's ways to read from it. */
export class ByteCursor {
  readonly #bytes: Buffer
  #offset: number

  constructor(bytes: Buffer, offset: number) {
    this.#bytes = bytes
    this.#offset = offset
  }

  get offset(): number {
    return this.#offset
  }

  take(count: number): Buffer {
    const end = this.#offset + count
    if (end > this.#bytes.length) throw new Incomplete()
    const bytes = this.#bytes.subarray(this.#offset, end)
    this.#offset = end
    return bytes
  }

  /** Undefined for a varint that is longer than 64 bits. */
  varint(): bigint | undefined {
    let value = 0n
    for (let i = 0; i < varintByteCountMax; i += 1) {
      const byte = this.take(1)[0] ?? 0
      value |= BigInt(byte & 127) << BigInt(7 * i)
      if (byte < 128) return value < 1n << 64n ? value : undefined
    }
    return undefined
  }
}
