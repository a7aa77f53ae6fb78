import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { createCRC32, createCRC64 } from 'hash-wasm'

export type DigestName = 'md5' | 'sha1' | 'sha256' | 'crc32' | 'crc32c' | 'crc64nvme' | 'crc64xz'

/** Hex in lower case. */
export type DigestValues = Readonly<Partial<Record<DigestName, string>>>

/** Digests of a stream, all in one pass. */
export interface Digests {
  update(chunk: Uint8Array): void
  finish(): DigestValues
}

interface Hasher {
  update(chunk: Uint8Array): void
  finish(): string
}

// Reflected polynomials (transfer.md 3.6).
const crc32cPolynomial = 0x82f63b78
const crc64xzPolynomial = 'c96c5795d7870f42'
const crc64nvmePolynomial = '9a6c9329ac4bc9b5'

export async function openDigests(names: Iterable<DigestName>): Promise<Digests> {
  const hashers = new Map<DigestName, Hasher>()
  for (const name of names) if (!hashers.has(name)) hashers.set(name, await openHasher(name))
  return {
    update: (chunk) => hashers.forEach((hasher) => hasher.update(chunk)),
    finish: () => Object.fromEntries([...hashers].map(([name, hasher]) => [name, hasher.finish()])),
  }
}

/** Of a text or buffer at hand. */
export async function digest(name: DigestName, data: Uint8Array): Promise<string> {
  const hasher = await openHasher(name)
  hasher.update(data)
  return hasher.finish()
}

export function hexToBase64(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64')
}

/** As OSS prints a CRC-64. */
export function hexToDecimal(hex: string): string {
  return BigInt(`0x${hex}`).toString()
}

async function openHasher(name: DigestName): Promise<Hasher> {
  switch (name) {
    case 'md5':
    case 'sha1':
    case 'sha256': {
      const hash = createHash(name)
      return { update: (chunk) => void hash.update(chunk), finish: () => hash.digest('hex') }
    }
    case 'crc32': {
      let value = 0
      return {
        update: (chunk) => void (value = crc32(chunk, value)),
        finish: () => value.toString(16).padStart(8, '0'),
      }
    }
    case 'crc32c':
      return wasmHasher(await createCRC32(crc32cPolynomial))
    case 'crc64nvme':
      return wasmHasher(await createCRC64(crc64nvmePolynomial))
    case 'crc64xz':
      return wasmHasher(await createCRC64(crc64xzPolynomial))
  }
}

function wasmHasher(hasher: Awaited<ReturnType<typeof createCRC64>>): Hasher {
  hasher.init()
  return { update: (chunk) => void hasher.update(chunk), finish: () => hasher.digest('hex') }
}
