interface Crc {
  /** Reflected. */
  readonly polynomial: bigint
  readonly bitCount: number
}

/** `xz` is what OSS calls crc64ecma (transfer.md 3.6). */
export const crcs = {
  xz: { polynomial: 0xc96c5795d7870f42n, bitCount: 64 },
  crc64nvme: { polynomial: 0x9a6c9329ac4bc9b5n, bitCount: 64 },
  crc32c: { polynomial: 0x82f63b78n, bitCount: 32 },
} as const satisfies Readonly<Record<string, Crc>>

export type CrcName = keyof typeof crcs

const matrixCountMax = 64

/** Column i is what bit i of a CRC becomes. */
type Matrix = readonly bigint[]

const matrices = new Map<string, Matrix>()

/** The CRC of two texts one behind the other, from the CRC of each and the length of the second. */
export function crcCombine(first: bigint, second: bigint, secondByteCount: number): bigint {
  return combineCrc('xz', first, second, secondByteCount)
}

export function combineCrc(name: CrcName, first: bigint, second: bigint, secondByteCount: number): bigint {
  return apply(matrixFor(name, secondByteCount), first) ^ second
}

/** What `byteCount` zero bytes do to a CRC. Kept per length: nearly all chunks have the same. */
function matrixFor(name: CrcName, byteCount: number): Matrix {
  const known = matrices.get(`${name} ${byteCount}`)
  if (known !== undefined) return known
  const matrix = zeroBytes(name, byteCount)
  if (matrices.size >= matrixCountMax) matrices.clear()
  matrices.set(`${name} ${byteCount}`, matrix)
  return matrix
}

/** Column i is what becomes of bit i of a CRC when so many zero bytes follow; of a byte that comes, where it is xor-ed in first. */
export function zeroBytes(name: CrcName, byteCount: number): Matrix {
  const crc = crcs[name]
  let result: Matrix = Array.from({ length: crc.bitCount }, (_, bit) => 1n << BigInt(bit))
  let power = multiply(zeroBits(crc, 4), zeroBits(crc, 4))
  for (let rest = BigInt(byteCount); rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = multiply(power, result)
    power = multiply(power, power)
  }
  return result
}

/** `count` is a power of two. */
function zeroBits(crc: Crc, count: number): Matrix {
  const { polynomial, bitCount } = crc
  if (count === 1) return [polynomial, ...Array.from({ length: bitCount - 1 }, (_, bit) => 1n << BigInt(bit))]
  const half = zeroBits(crc, count / 2)
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
