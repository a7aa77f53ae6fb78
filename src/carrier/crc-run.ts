import {
  dataAt,
  dataByteCountMax,
  laneByteCount,
  openCrcEngine,
  skipTablesAt,
  sliceCount,
  tableByteCount,
  type CrcEngine,
} from './crc-module.js'
import { crcs, zeroBytes, type CrcName } from './crc64.js'

const engines = new Map<CrcName, { readonly engine: CrcEngine; readonly data: Uint8Array }>()

/** A CRC of bytes that come piece by piece. All of a kind share one engine, which keeps nothing between two pieces. */
export class CrcRun {
  readonly #name: CrcName
  readonly #mask: bigint
  #crc: bigint

  constructor(name: CrcName) {
    this.#name = name
    this.#mask = (1n << BigInt(crcs[name].bitCount)) - 1n
    this.#crc = this.#mask
  }

  update(bytes: Uint8Array): void {
    const { engine, data } = engineFor(this.#name)
    for (let at = 0; at < bytes.length; at += dataByteCountMax) {
      const piece = bytes.subarray(at, at + dataByteCountMax)
      data.set(piece)
      this.#crc = engine.update(this.#crc, dataAt, piece.length)
    }
  }

  /** Of all bytes so far. */
  value(): bigint {
    return BigInt.asUintN(64, this.#crc) ^ this.#mask
  }

  /** Hexadecimal, with all digits. */
  hex(): string {
    return this.value()
      .toString(16)
      .padStart(crcs[this.#name].bitCount / 4, '0')
  }
}

function engineFor(name: CrcName) {
  const known = engines.get(name)
  if (known !== undefined) return known
  const engine = openCrcEngine()
  fillTables(new DataView(engine.memory.buffer), name)
  const made = { engine, data: new Uint8Array(engine.memory.buffer, dataAt, dataByteCountMax) }
  engines.set(name, made)
  return made
}

/** Table `n` has what a byte adds behind which `n` bytes follow; the skip tables the same for a whole block of zeros. */
function fillTables(memory: DataView, name: CrcName): void {
  for (let slice = 0; slice < sliceCount; slice += 1) {
    fillTable(memory, slice * tableByteCount, 0, zeroBytes(name, slice + 1))
    // The tables' order is that of the lookups: the lowest byte of a CRC has the last one.
    const byte = sliceCount - 1 - slice
    fillTable(memory, skipTablesAt + slice * tableByteCount, byte, zeroBytes(name, laneByteCount))
  }
}

/** For each value of the byte at `byte`, what becomes of it; `matrix` is linear, so that of its bits is enough. */
function fillTable(memory: DataView, at: number, byte: number, matrix: readonly bigint[]): void {
  for (let value = 0; value < 256; value += 1) {
    let sum = 0n
    for (let bit = 0; bit < 8; bit += 1) if ((value >> bit) & 1) sum ^= matrix[8 * byte + bit] ?? 0n
    memory.setBigUint64(at + value * 8, sum, true)
  }
}
