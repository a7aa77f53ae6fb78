import type { DigestName, DigestValues } from './digests.js'

/** Reflected polynomials: bit 0 stands for the highest power (transfer.md 3.6). */
const crcs = {
  crc32: { bitCount: 32n, polynomial: 0xedb88320n },
  crc32c: { bitCount: 32n, polynomial: 0x82f63b78n },
  crc64nvme: { bitCount: 64n, polynomial: 0x9a6c9329ac4bc9b5n },
  crc64xz: { bitCount: 64n, polynomial: 0xc96c5795d7870f42n },
} as const

type CrcName = keyof typeof crcs

/** Chunks are nearly all as long as each other. */
const powerCountMax = 64
const powers = new Map<string, bigint>()

/** The CRCs of contents one behind the other, of those kinds that all of them have; nothing is read again. */
export function combineDigests(
  contents: readonly { readonly byteCount: number; readonly digests: DigestValues }[],
): DigestValues {
  const names = (Object.keys(crcs) as CrcName[]).filter((name) =>
    contents.every(({ digests }) => digests[name] !== undefined),
  )
  return Object.fromEntries(names.map((name) => [name, combined(name, contents)]))
}

function combined(
  name: CrcName,
  contents: readonly { readonly byteCount: number; readonly digests: Partial<Record<DigestName, string>> }[],
): string {
  let whole = 0n
  for (const { byteCount, digests } of contents) {
    whole = multiply(name, whole, powerOfX(name, byteCount)) ^ BigInt(`0x${digests[name]}`)
  }
  return whole.toString(16).padStart(Number(crcs[name].bitCount) / 4, '0')
}

/** x to the power of 8 · byteCount, modulo the polynomial: what so many bytes behind a text do to its CRC. */
function powerOfX(name: CrcName, byteCount: number): bigint {
  const known = powers.get(`${name} ${byteCount}`)
  if (known !== undefined) return known
  const one = 1n << (crcs[name].bitCount - 1n)
  let power = one
  let square = one >> 8n
  for (let rest = BigInt(byteCount); rest > 0n; rest >>= 1n) {
    if (rest & 1n) power = multiply(name, power, square)
    square = multiply(name, square, square)
  }
  if (powers.size >= powerCountMax) powers.clear()
  powers.set(`${name} ${byteCount}`, power)
  return power
}

/** Of two polynomials over GF(2), modulo the CRC's. */
function multiply(name: CrcName, left: bigint, right: bigint): bigint {
  const { bitCount, polynomial } = crcs[name]
  let product = 0n
  let shifted = right
  for (let bit = bitCount - 1n; bit >= 0n; bit -= 1n) {
    if ((left >> bit) & 1n) product ^= shifted
    shifted = shifted & 1n ? (shifted >> 1n) ^ polynomial : shifted >> 1n
  }
  return product
}
