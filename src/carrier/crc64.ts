import { createCRC64 } from 'hash-wasm'
import type { IHasher } from 'hash-wasm'

/** CRC-64/XZ, which OSS calls crc64ecma: polynomial ECMA-182, reflected (transfer.md 3.6). */
const polynomial = 0xc96c5795d7870f42n
const matrixCountMax = 64

/** Column i is what bit i of a CRC becomes. */
type Matrix = readonly bigint[]

const matrices = new Map<number, Matrix>()

/** The CRC of two texts one behind the other, from the CRC of each and the length of the second. */
export function crcCombine(first: bigint, second: bigint, secondByteCount: number): bigint {
  return apply(matrixFor(secondByteCount), first) ^ second
}

/** What `byteCount` zero bytes do to a CRC. Kept per length: nearly all chunks have the same. */
function matrixFor(byteCount: number): Matrix {
  const known = matrices.get(byteCount)
  if (known !== undefined) return known
  const matrix = zeroBytes(byteCount)
  if (matrices.size >= matrixCountMax) matrices.clear()
  matrices.set(byteCount, matrix)
  return matrix
}

function zeroBytes(byteCount: number): Matrix {
  let result: Matrix = Array.from({ length: 64 }, (_, bit) => 1n << BigInt(bit))
  let power = multiply(zeroBits(4), zeroBits(4))
  for (let rest = BigInt(byteCount); rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = multiply(power, result)
    power = multiply(power, power)
  }
  return result
}

/** `count` is a power of two. */
function zeroBits(count: number): Matrix {
  if (count === 1) return [polynomial, ...Array.from({ length: 63 }, (_, bit) => 1n << BigInt(bit))]
  const half = zeroBits(count / 2)
  return multiply(half, half)
}

function multiply(left: Matrix, right: Matrix): Matrix {
  return right.map((column) => apply(left, column))
}

function apply(matrix: Matrix, vector: bigint): bigint {
  let sum = 0n
  for (let bit = 0, rest = vector; rest > 0n; bit += 1, rest >>= 1n) {
    if (rest & 1n) sum ^= matrix[bit] ?? 0n
  }
  return sum
}

/**
 * Hashers for reuse. Each is a WebAssembly instance with a memory of its own, and address space for a memory is
 * reserved generously: one for every chunk of a large table would use it up before the garbage collector wakes.
 */
export class Crc64Hashers {
  readonly #free: IHasher[] = []

  async take(): Promise<IHasher> {
    return (this.#free.pop() ?? (await createCRC64())).init()
  }

  giveBack(hasher: IHasher): void {
    this.#free.push(hasher)
  }
}

export function digestCrc64(hasher: IHasher): bigint {
  return BigInt(`0x${hasher.digest()}`)
}
