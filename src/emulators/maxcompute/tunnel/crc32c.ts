const table = new Uint32Array(256).map((_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  return crc >>> 0
})

/** CRC-32C (Castagnoli) that grows piece by piece. */
export class Crc32c {
  #crc = 0xffffffff

  update(bytes: Uint8Array): void {
    let crc = this.#crc
    for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] ?? 0)
    this.#crc = crc
  }

  updateInt32(value: number): void {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(value >>> 0)
    this.update(bytes)
  }

  updateInt64(value: bigint): void {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(value)
    this.update(bytes)
  }

  /** Unsigned. */
  get value(): number {
    return (this.#crc ^ 0xffffffff) >>> 0
  }

  reset(): void {
    this.#crc = 0xffffffff
  }
}
