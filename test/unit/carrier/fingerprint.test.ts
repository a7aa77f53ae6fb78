import { createHash } from 'node:crypto'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createCRC64 } from 'hash-wasm'
import { describe, expect, it } from 'vitest'
import { Fingerprint, Md5Mismatch } from '../../../src/carrier/fingerprint.js'

describe('a fingerprint', () => {
  const pieces = ['12', '345', '6789'].map((text) => Buffer.from(text))
  const md5 = createHash('md5').update('123456789').digest('hex')

  async function pass(expected: string | undefined) {
    const hasher = await createCRC64()
    const fingerprint = new Fingerprint(hasher.init(), expected)
    const passed: Buffer[] = []
    const sink = new Writable({
      write: (piece: Buffer, _encoding, done) => {
        passed.push(piece)
        done()
      },
    })
    const result = await pipeline(Readable.from(pieces), fingerprint, sink).then(
      () => undefined,
      (error: unknown) => error,
    )
    return { fingerprint, passed: Buffer.concat(passed).toString(), result }
  }

  it('lets the bytes pass and knows their CRC', async () => {
    const { fingerprint, passed } = await pass(undefined)
    expect(passed).toBe('123456789')
    expect(fingerprint.crc64()).toBe(11051210869376104954n)
    expect(fingerprint.proven).toBe(false)
  })

  it('proves an MD5, upper or lower case', async () => {
    for (const expected of [md5, md5.toUpperCase()]) {
      const { fingerprint, passed } = await pass(expected)
      expect(passed).toBe('123456789')
      expect(fingerprint.proven).toBe(true)
    }
  })

  it('holds the end back when the MD5 differs', async () => {
    const { fingerprint, passed, result } = await pass('0'.repeat(32))
    expect(result).toBeInstanceOf(Md5Mismatch)
    expect(passed.length).toBeLessThan(9)
    expect(fingerprint.proven).toBe(false)
  })
})
