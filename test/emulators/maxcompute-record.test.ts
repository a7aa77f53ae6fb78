import { describe, expect, it } from 'vitest'
import { Crc32c } from '../../src/emulators/maxcompute/tunnel/crc32c.js'
import { RecordWriter } from '../../src/emulators/maxcompute/tunnel/record-writer.js'

describe('tunnel records', () => {
  it('checks the CRC-32C of the literature', () => {
    const crc = new Crc32c()
    crc.update(Buffer.from('123456789'))
    expect(crc.value).toBe(0xe3069283)
  })

  it('writes the bytes that PyODPS reads (maxcompute.md 2.6)', () => {
    const writer = new RecordWriter([
      { base: 'bigint' },
      { base: 'string' },
      { base: 'double' },
      { base: 'boolean' },
      { base: 'decimal', precision: 10, scale: 2 },
      { base: 'date' },
      { base: 'datetime' },
    ])
    const day = Date.UTC(2020, 0, 2) / 86_400_000
    const moment = BigInt(Date.UTC(2020, 0, 2, 3, 4, 5, 678)) * 1000n
    writer.write([-1n, 'é', 1.5, true, { value: 1230n, scale: 2 }, day, moment])
    writer.write([null, 'x', null, null, null, null, null])
    writer.end()
    const golden =
      '08011202c3a919000000000000f83f20012a0531322e333030ae9d0238dcbcaec3ec5b80c0ff7fbec1da85' +
      '0912017880c0ff7fafcbc6f00cf0ffff7f04f8ffff7f938fc98c0a'
    expect(writer.take().toString('hex')).toBe(golden)
  })
})
