import { describe, expect, it } from 'vitest'
import { chunkSize } from '../../../src/carrier/chunk-grid.js'
import { chunksOf } from '../../../src/carrier/copy-chunk.js'
import type { Crossing, Passage } from '../../../src/carrier/crossing.js'
import { checkInChunks, gridHolds } from '../../../src/carrier/source-check.js'
import { testCall } from '../../contract/store-contract.js'

const mebibyte = 1024 ** 2
const gibibyte = 1024 ** 3
const tebibyte = 1024 ** 4
/** What OSS takes: parts of 100 KB to 5 GB, 10,000 of them (transfer.md 3.5). */
const oss = { partByteCountMin: 100 * 1024, partByteCountMax: 5 * gibibyte, partCountMax: 10_000 }

describe('the grid of chunks', () => {
  it.each([
    [8 * mebibyte + 1, 8, 2],
    [256 * mebibyte, 8, 32],
    [4 * gibibyte, 8, 512],
    [8000 * mebibyte, 8, 1000],
    [8000 * mebibyte + 1, 9, 889],
    [16_000 * mebibyte, 16, 1000],
    [16_000 * mebibyte + 1, 16, 1001],
    [160_000 * mebibyte, 16, 10_000],
    [160_000 * mebibyte + 1, 17, 9412],
    [tebibyte, 105, 9987],
    [5 * tebibyte - 1, 525, 9987],
    [5 * tebibyte, 525, 9987],
  ])('of %i bytes has chunks of %i MiB, %i of them', (byteCount, mebibytes, count) => {
    const size = chunkSize(byteCount, 8 * mebibyte)
    expect(size).toBe(mebibytes * mebibyte)
    const chunks = [...chunksOf(byteCount, size)]
    expect(chunks).toHaveLength(count)
    expect(chunks.reduce((sum, chunk) => sum + chunk.byteCount, 0)).toBe(byteCount)
    expect(chunks.every(({ number, offset }, index) => number === index + 1 && offset === index * size)).toBe(true)
    expect(chunks.length).toBeLessThanOrEqual(oss.partCountMax)
    expect(Math.max(...chunks.map((chunk) => chunk.byteCount))).toBeLessThanOrEqual(oss.partByteCountMax)
    const least = Math.min(...chunks.slice(0, -1).map((chunk) => chunk.byteCount))
    expect(least).toBeGreaterThanOrEqual(oss.partByteCountMin)
  })

  it('is never finer than was asked for', () => {
    for (const wanted of [1, 8, 64, 512]) {
      for (const byteCount of [mebibyte, gibibyte, 200 * gibibyte, 5 * tebibyte]) {
        expect(chunkSize(byteCount, wanted * mebibyte)).toBeGreaterThanOrEqual(wanted * mebibyte)
      }
    }
  })
})

describe("the source's own parts as the grid", () => {
  /** An object of S3 made of parts of these sizes, without a checksum. */
  function madeOf(sizes: readonly number[]) {
    const byteCount = sizes.reduce((sum, one) => sum + one, 0)
    const etag = `${'0'.repeat(32)}-${sizes.length}`
    let askedCount = 0
    const location = { store: 's3', bucket: 'b', key: 'k' } as const
    const from = {
      stat: async () => ({ location, byteCount, etag, etagPartCount: sizes.length }),
      partByteCount: async (_location: unknown, number: number) => ((askedCount += 1), sizes[number - 1]),
    }
    const passage = { from } as unknown as Passage
    const crossing = { part: { location, byteCount, rowCount: 0, etag }, meta: { sourceEtag: etag } }
    return { passage, crossing: crossing as unknown as Crossing, asked: () => askedCount }
  }
  const equal = (count: number, size: number, last: number) => [...Array<number>(count - 1).fill(size), last]

  it.each([
    ['one part', [3 * mebibyte], 3 * mebibyte],
    ['one part below the least chunk', [10], 10],
    ['parts of 5 MiB and a byte', equal(3, 5 * mebibyte, 1), 5 * mebibyte],
    ['10,000 parts of 16 MiB', equal(10_000, 16 * mebibyte, 16 * mebibyte), 16 * mebibyte],
    ['10,000 parts that make 5 TiB', equal(10_000, 549_755_814, 549_755_000), 549_755_814],
  ])('holds for %s, by two questions', async (_what, sizes, partByteCount) => {
    const { passage, crossing, asked } = madeOf(sizes)
    expect(await checkInChunks(passage, crossing, testCall())).toMatchObject({ kind: 'md5-of-parts', partByteCount })
    expect(asked()).toBeLessThanOrEqual(2)
  })

  it.each([
    ['parts smaller than OSS takes', equal(3, 99 * 1024, 5)],
    ['a last part that is larger', equal(3, 5 * mebibyte, 6 * mebibyte)],
    ['a second part that makes one more', [5 * mebibyte, 15 * mebibyte, 5 * mebibyte]],
    ['parts of which one alone would be sent again in gigabytes', equal(3, gibibyte, 5)],
  ])('does not for %s', async (_what, sizes) => {
    const { passage, crossing } = madeOf(sizes)
    expect(await checkInChunks(passage, crossing, testCall())).toBeUndefined()
  })

  it('is found out where parts in the middle differ and make up for each other', async () => {
    const { passage, crossing } = madeOf([5, 6, 4, 5].map((size) => size * mebibyte))
    const check = await checkInChunks(passage, crossing, testCall())
    expect(check).toMatchObject({ kind: 'md5-of-parts' })
    expect(check && (await gridHolds(passage, crossing, check, testCall()))).toBe(false)
  })
})
