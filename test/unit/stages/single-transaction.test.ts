import { describe, expect, it } from 'vitest'
import { refuseLongTransaction, transactionProblem, wayConcerns } from '../../../src/stages/single-transaction.js'

const gigabyte = 1024 ** 3
const way = { consistency: 'single-transaction', unloadWith: 'role', unloadMegabytesPerSecond: 100 } as const

describe('the estimate of one transaction', () => {
  // At 100 MB/s six hours are 2,160,000 MB.
  const most = 2_160_000 * 1024 * 1024

  it('is refused beyond six hours, with all figures', () => {
    expect(transactionProblem({ byteCount: most, largestByteCount: gigabyte }, 100)).toBeUndefined()
    expect(transactionProblem({ byteCount: most + 1, largestByteCount: gigabyte }, 100)).toBe(
      '2160001 MB take 21601 s at 100 MB/s (redshift.unloadMegabytesPerSecond); Redshift ends an open transaction after 21600 s',
    )
  })

  it('names the largest relation when it alone is longer than a day', () => {
    const sizes = { byteCount: 5 * most, largestByteCount: 4 * most }
    expect(transactionProblem(sizes, 100)).toMatch(/^the largest relation, 8640000 MB, takes 86400 s .* 86399 s$/)
  })

  it('stops a run before it begins', () => {
    expect(() => refuseLongTransaction([most, gigabyte], 100)).toThrow(/single-transaction: 2161024 MB take 21611 s/)
    expect(() => refuseLongTransaction([most, gigabyte], 101)).not.toThrow()
    expect(() => refuseLongTransaction([], 100)).not.toThrow()
  })

  it('shows in the plan: what waits, and what will not do', () => {
    const codes = (byteCount: number): readonly string[] =>
      wayConcerns(way, { byteCount, largestByteCount: byteCount }).map((one) => `${one.class} ${one.code}`)
    expect(codes(gigabyte)).toEqual(['note RS0220'])
    expect(codes(most * 2)).toEqual(['note RS0220', 'blocking RS0221'])
    expect(wayConcerns(way, { byteCount: most / 2, largestByteCount: 0 })[0]?.message).toContain('about 3 hours')
  })

  it('is nobody else’s concern', () => {
    const sizes = { byteCount: most * 9, largestByteCount: most * 9 }
    expect(wayConcerns({ ...way, consistency: 'each-relation' }, sizes)).toEqual([])
    expect(wayConcerns({ ...way, consistency: 'frozen', unloadWith: 'keys' }, sizes)).toMatchObject([
      { code: 'RS0222', class: 'note' },
    ])
  })
})
