const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte
  for (let bit = 0; bit < 8; bit += 1) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0x82f63b78 : 0)
  return remainder
})

/** CRC-32C (Castagnoli, RFC 3720 B.4) over pieces; numbers count as their little-endian bytes. */
export class Crc32c {
  #state = 0xffffffff
  readonly #scratch = Buffer.alloc(8)

  add(bytes: Uint8Array): void {
    let state = this.#state
    for (let at = 0; at < bytes.length; at += 1) state = (state >>> 8) ^ (table[(state ^ bytes[at]!) & 255] ?? 0)
    this.#state = state
  }

  addInt32(value: number): void {
    this.#scratch.writeUInt32LE(value >>> 0)
    this.add(this.#scratch.subarray(0, 4))
  }

  addInt64(value: bigint): void {
    this.#scratch.writeBigInt64LE(value)
    this.add(this.#scratch)
  }

  /** The unsigned checksum of what was added since the last take, and a fresh start. */
  take(): number {
    const checksum = ~this.#state >>> 0
    this.#state = 0xffffffff
    return checksum
  }
}
