import { randomBytes } from 'node:crypto'
import { createCRC32, createCRC64 } from 'hash-wasm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { combineCrc, crcCombine, type CrcName } from '../../../src/carrier/crc64.js'
import { CrcRun } from '../../../src/carrier/crc-run.js'

/** CRC-64/XZ bit by bit, after its definition: independent of libraries, tables and matrices. */
function slowCrc64(bytes: Uint8Array): bigint {
  let crc = 0xffffffffffffffffn
  for (const byte of bytes) {
    crc ^= BigInt(byte)
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1n ? (crc >> 1n) ^ 0xc96c5795d7870f42n : crc >> 1n
  }
  return crc ^ 0xffffffffffffffffn
}

function crc64(...pieces: Uint8Array[]): bigint {
  const run = new CrcRun('xz')
  for (const piece of pieces) run.update(piece)
  return run.value()
}

describe('CRC-64', () => {
  it.each([
    ['', 0n],
    ['a', 3675645893302102789n],
    ['123456789', 11051210869376104954n],
    ['1234', 14865968487149912872n],
    ['56789', 7598038797645275211n],
  ])('of %j is the published value', (text, value) => {
    expect(crc64(Buffer.from(text))).toBe(value)
    expect(slowCrc64(Buffer.from(text))).toBe(value)
  })

  it('of two texts combines to that of both', () => {
    expect(crcCombine(14865968487149912872n, 7598038797645275211n, 5)).toBe(0x995dc9bbdf1939fan)
    expect(crcCombine(123n, 0n, 0)).toBe(123n)
    expect(crcCombine(0n, 7598038797645275211n, 5)).toBe(7598038797645275211n)
  })

  it('combined of any pieces is that of the whole', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }), (pieces) => {
        let combined = 0n
        for (const piece of pieces) combined = crcCombine(combined, crc64(piece), piece.length)
        const whole = Buffer.concat(pieces)
        expect(combined).toBe(slowCrc64(whole))
        expect(crc64(...pieces)).toBe(combined)
      }),
      { numRuns: 60 },
    )
  })

  it('combines lengths beyond 32 bits', () => {
    // 5 GiB + 3 bytes of zeros, put together from one mebibyte by doubling.
    const mebibyte = crc64(Buffer.alloc(1024 * 1024))
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
    const tail = crc64(Buffer.from('end'))
    const head = crc64(Buffer.from('head'))
    const left = crcCombine(crcCombine(head, fiveGiB, fiveGiBByteCount), tail, 3)
    const right = crcCombine(head, crcCombine(fiveGiB, tail, 3), fiveGiBByteCount + 3)
    expect(left).toBe(right)
  })

  it('combines those that S3 tells as well', () => {
    const whole = Buffer.from('123456789')
    for (const [kind, value] of [
      ['crc64nvme', 0xae8b14860a799888n],
      ['crc32c', 0xe3069283n],
    ] as const) {
      const of = (bytes: Buffer): bigint => {
        const run = new CrcRun(kind)
        run.update(bytes)
        return run.value()
      }
      expect(of(whole)).toBe(value)
      for (let cut = 0; cut <= 9; cut += 1) {
        const [head, tail] = [of(whole.subarray(0, cut)), of(whole.subarray(cut))]
        expect(combineCrc(kind, head, tail, 9 - cut)).toBe(value)
      }
    }
  })
})

describe('a CRC run over pieces', () => {
  const libraries = {
    xz: () => createCRC64(),
    crc64nvme: () => createCRC64('9a6c9329ac4bc9b5'),
    crc32c: () => createCRC32(0x82f63b78),
  }
  // Around eight bytes, the blocks that are run over beside each other, and what the engine takes at once.
  const marks = [0, 8, 1024, 4096, 8192, 65_536, 131_072, 200_000]
  const lengths = marks.flatMap((mark) => [mark - 9, mark - 1, mark, mark + 1, mark + 7]).filter((one) => one >= 0)

  it.each(Object.entries(libraries))('%s agrees with the library of others, however long', async (name, open) => {
    const library = await open()
    const bytes = randomBytes(200_007)
    for (const length of lengths) {
      const run = new CrcRun(name as CrcName)
      run.update(bytes.subarray(0, length))
      expect([length, run.hex()]).toEqual([length, library.init().update(bytes.subarray(0, length)).digest()])
    }
  })

  it.each(Object.entries(libraries))('%s does not mind where pieces end, nor runs beside it', async (name, open) => {
    const library = await open()
    const pieceLengths = fc.array(fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(...lengths)), {
      minLength: 1,
      maxLength: 6,
    })
    fc.assert(
      fc.property(pieceLengths, (wanted) => {
        const [run, beside] = [new CrcRun(name as CrcName), new CrcRun(name as CrcName)]
        const pieces = wanted.map((length) => randomBytes(length))
        for (const piece of pieces) {
          run.update(piece)
          beside.update(Buffer.from('123456789'))
        }
        expect(run.hex()).toBe(library.init().update(Buffer.concat(pieces)).digest())
      }),
      { numRuns: 60 },
    )
  })

  it('is the one of the definition, bit by bit', () => {
    const bytes = randomBytes(5_000)
    expect(crc64(bytes)).toBe(slowCrc64(bytes))
  })

  it('notices every single bit of a block', () => {
    const bytes = randomBytes(4_200)
    const right = crc64(bytes)
    for (let at = 0; at < bytes.length; at += 1) {
      const bit = 1 << (at % 8)
      bytes[at] = (bytes[at] ?? 0) ^ bit
      expect(crc64(bytes)).not.toBe(right)
      bytes[at] = (bytes[at] ?? 0) ^ bit
    }
    expect(crc64(bytes)).toBe(right)
  })
})
