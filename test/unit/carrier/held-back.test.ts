import { createHash } from 'node:crypto'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, it } from 'vitest'
import { DigestMismatch, HeldBack } from '../../../src/carrier/held-back.js'
import { openPrints } from '../../../src/carrier/prints.js'

describe('a stream that is held back', () => {
  const pieces = ['12', '345', '6789'].map((text) => Buffer.from(text))
  const md5 = createHash('md5').update('123456789').digest('hex')

  async function pass(expected: string) {
    const prints = openPrints('md5')
    const passed: Buffer[] = []
    const sink = new Writable({
      write: (piece: Buffer, _encoding, done) => {
        passed.push(piece)
        done()
      },
    })
    const result = await pipeline(Readable.from(pieces), new HeldBack(prints, expected), sink).then(
      () => undefined,
      (error: unknown) => error,
    )
    return { crc64: prints.crc64(), passed: Buffer.concat(passed).toString(), result }
  }

  it('passes on what agrees, upper or lower case, and knows its CRC', async () => {
    for (const expected of [md5, md5.toUpperCase()]) {
      const { crc64, passed, result } = await pass(expected)
      expect(result).toBeUndefined()
      expect(passed).toBe('123456789')
      expect(crc64).toBe('11051210869376104954')
    }
  })

  it('keeps the end where the digest differs', async () => {
    const { passed, result } = await pass('0'.repeat(32))
    expect(result).toBeInstanceOf(DigestMismatch)
    expect(passed.length).toBeLessThan(9)
  })
})
