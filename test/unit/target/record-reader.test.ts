import { describe, expect, it } from 'vitest'
import { Crc32c } from '../../../src/target/maxcompute/crc32c.js'
import { readRecords } from '../../../src/target/maxcompute/record-reader.js'

/** Written by PyODPS, of the rows below (maxcompute.md 2.6). */
const golden = Buffer.from(
  '08011202c3a919000000000000f83f20012a0531322e333030ae9d0238dcbcaec3ec5b80c0ff7fbec1da850912017880c0ff7fafcbc6f00cf0ffff7f04f8ffff7f938fc98c0a',
  'hex',
)
const columns = ['bigint', 'string', 'double', 'boolean', 'decimal(10,2)', 'date', 'datetime'].map((type, n) => ({
  name: `c${n}`,
  type,
}))

describe('CRC-32C', () => {
  it('of the check word, in pieces and of numbers', () => {
    const crc = new Crc32c()
    crc.add(Buffer.from('1234'))
    crc.add(Buffer.from('56789'))
    expect(crc.take()).toBe(0xe3069283)
    crc.add(Buffer.from('0100000001ffffffffffffff', 'hex'))
    const bytes = crc.take()
    crc.addInt32(1)
    crc.addInt64(-255n)
    expect(crc.take()).toBe(bytes)
  })
})

describe('a record stream', () => {
  it('is read as the vendor’s own client wrote it', () => {
    expect(readRecords(golden, columns)).toEqual([
      ['-1', 'é', '1.5', 'true', '12.30', '2020-01-02', '2020-01-02 03:04:05.678'],
      [null, 'x', null, null, null, null, null],
    ])
  })

  it('is refused whichever bit of it is flipped', () => {
    const passed: number[] = []
    for (let bit = 0; bit < golden.length * 8; bit += 1) {
      const broken = Buffer.from(golden)
      broken[bit >> 3]! ^= 1 << (bit & 7)
      try {
        readRecords(broken, columns)
        passed.push(bit)
      } catch (error) {
        if (!(error instanceof RangeError || error instanceof TypeError)) throw error
      }
    }
    expect(passed).toEqual([])
  })

  it('is refused wherever it is cut, and where more follows', () => {
    for (let length = 0; length < golden.length; length += 1) {
      expect(() => readRecords(golden.subarray(0, length), columns)).toThrow(RangeError)
    }
    expect(() => readRecords(Buffer.concat([golden, Buffer.from('08')]), columns)).toThrow(/bytes follow/)
  })

  it('of types that are not read is refused by name', () => {
    for (const type of ['array<bigint>', 'map<string,string>', 'struct<a:int>', 'interval_day_time', 'constructor']) {
      expect(() => readRecords(golden, [{ name: 'odd', type }])).toThrow(`column odd: type ${type}`)
    }
  })
})
