import { createCRC64 } from 'hash-wasm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { combineCrc, crcCombine, digestCrc64 } from '../../../src/carrier/crc64.js'
import { Hashers } from '../../../src/carrier/hashers.js'

/** CRC-64/XZ bit by bit, after its definition: independent of the library and of the matrices. */
function slowCrc64(bytes: Uint8Array): bigint {
  let crc = 0xffffffffffffffffn
  for (const byte of bytes) {
    crc ^= BigInt(byte)
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1n ? (crc >> 1n) ^ 0xc96c5795d7870f42n : crc >> 1n
  }
  return crc ^ 0xffffffffffffffffn
}

async function crc64(...pieces: Uint8Array[]): Promise<bigint> {
  const hasher = await createCRC64()
  hasher.init()
  for (const piece of pieces) hasher.update(piece)
  return digestCrc64(hasher)
}

describe('CRC-64', () => {
  it.each([
    ['', 0n],
    ['a', 3675645893302102789n],
    ['123456789', 11051210869376104954n],
    ['1234', 14865968487149912872n],
    ['56789', 7598038797645275211n],
  ])('of %j is the published value', async (text, value) => {
    expect(await crc64(Buffer.from(text))).toBe(value)
    expect(slowCrc64(Buffer.from(text))).toBe(value)
  })

  it('of two texts combines to that of both', () => {
    expect(crcCombine(14865968487149912872n, 7598038797645275211n, 5)).toBe(0x995dc9bbdf1939fan)
    expect(crcCombine(123n, 0n, 0)).toBe(123n)
    expect(crcCombine(0n, 7598038797645275211n, 5)).toBe(7598038797645275211n)
  })

  it('combined of any pieces is that of the whole', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }), async (pieces) => {
        let combined = 0n
        for (const piece of pieces) combined = crcCombine(combined, await crc64(piece), piece.length)
        const whole = Buffer.concat(pieces)
        expect(combined).toBe(slowCrc64(whole))
        expect(await crc64(...pieces)).toBe(combined)
      }),
      { numRuns: 60 },
    )
  })

  it('combines lengths beyond 32 bits', async () => {
    // 5 GiB + 3 bytes of zeros, put together from one mebibyte by doubling.
    const mebibyte = await crc64(Buffer.alloc(1024 * 1024))
    let [crc, byteCount] = [mebibyte, 1024 * 1024]
    let [fiveGiB, fiveGiBByteCount] = [0n, 0]
    for (let doubling = 0; doubling <= 12; doubling += 1) {
      if (doubling === 10 || doubling === 12) {
        fiveGiB = crcCombine(fiveGiB, crc, byteCount)
        fiveGiBByteCount += byteCount
      }
      crc = crcCombine(crc, crc, byteCount)
      byteCount *= 2
    }
    expect(fiveGiBByteCount).toBe(5 * 1024 ** 3)
    const tail = await crc64(Buffer.from('end'))
    const head = await crc64(Buffer.from('head'))
    const left = crcCombine(crcCombine(head, fiveGiB, fiveGiBByteCount), tail, 3)
    const right = crcCombine(head, crcCombine(fiveGiB, tail, 3), fiveGiBByteCount + 3)
    expect(left).toBe(right)
  })

  it('combines those that S3 tells as well', async () => {
    const whole = Buffer.from('123456789')
    for (const [kind, value] of [
      ['crc64nvme', 0xae8b14860a799888n],
      ['crc32c', 0xe3069283n],
    ] as const) {
      const of = async (bytes: Buffer): Promise<bigint> =>
        new Hashers().use(kind, async (prints) => {
          prints.update(bytes)
          return BigInt(`0x${prints.digest()}`)
        })
      expect(await of(whole)).toBe(value)
      for (let cut = 0; cut <= 9; cut += 1) {
        const [head, tail] = [await of(whole.subarray(0, cut)), await of(whole.subarray(cut))]
        expect(combineCrc(kind, head, tail, 9 - cut)).toBe(value)
      }
    }
  })

  it('starts a hasher that comes back afresh', async () => {
    const hashers = new Hashers()
    const crcOf = (text: string): Promise<string> =>
      hashers.use(undefined, async (prints) => {
        prints.update(Buffer.from(text))
        return prints.crc64()
      })
    await crcOf('rest of another chunk')
    expect(await crcOf('123456789')).toBe('11051210869376104954')
  })
})
