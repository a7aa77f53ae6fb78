import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { regionQuotas } from '../../../src/translate/online-quotas.js'
import { jobSecondsFor, packConsignments, type Freight, type PackingRules } from '../../../src/translate/packing.js'

const gigabyte = 1024 ** 3
const quotas = regionQuotas('cn-hangzhou')
const rules: PackingRules = { carrier: 'online', fromByteCount: gigabyte, quotas }
const freight = (relationId: string, byteCount?: number): Freight => ({
  relationId,
  partByteCountMax: 256 * 1024 ** 2,
  ...(byteCount === undefined ? {} : { byteCount }),
})

describe('quotas', () => {
  it('are those of the region', () => {
    expect(regionQuotas('cn-hongkong')).toMatchObject({ runningJobCountMax: 10, bitsPerSecond: 2e9 })
    expect(regionQuotas('us-east-1')).toMatchObject({ runningJobCountMax: 5, bitsPerSecond: 1e9, jobCountMax: 500 })
  })

  it('give a job the slower of both limits', () => {
    expect(jobSecondsFor(250_000_000, 1, quotas)).toBe(1)
    expect(jobSecondsFor(250_000_000, 10_000, quotas)).toBe(5)
  })
})

describe('packing', () => {
  it('streams what is small or of unknown size with auto, and nothing with online', () => {
    const freights = [
      freight('small', 5),
      freight('unknown'),
      freight('edge', gigabyte),
      freight('large', 9 * gigabyte),
    ]
    const auto = packConsignments(freights, { ...rules, carrier: 'auto' })
    expect(auto.flatMap(({ relationIds }) => relationIds).sort()).toEqual(['edge', 'large'])
    const online = packConsignments(freights, rules)
    expect(online.flatMap(({ relationIds }) => relationIds).sort()).toEqual(['edge', 'large', 'small', 'unknown'])
  })

  it('gives a relation alone its own name, and a pack one that depends on its members alone', () => {
    const freights = [freight('big-00000001', 900 * gigabyte), ...['a', 'b', 'c'].map((one) => freight(one, 5))]
    const few = { ...quotas, runningJobCountMax: 1 }
    const packed = packConsignments(freights, { ...rules, quotas: few })
    expect(packed.map(({ id }) => id)).toEqual(['big-00000001', expect.stringMatching(/^pack_3-[0-9a-f]{8}$/)])
    expect(packConsignments([...freights].reverse(), { ...rules, quotas: few })).toEqual(packed)
  })

  it('carries each relation once, within the jobs that are allowed', () => {
    const sizes = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 4000 * gigabyte })), { maxLength: 1200 })
    const jobs = fc.integer({ min: 1, max: 500 })
    fc.assert(
      fc.property(sizes, jobs, fc.integer({ min: 1, max: 10 }), (byteCounts, jobCountMax, runningJobCountMax) => {
        const freights = byteCounts.map((byteCount, index) => freight(`r${index}`, byteCount))
        const packed = packConsignments(freights, { ...rules, quotas: { ...quotas, jobCountMax, runningJobCountMax } })
        const ids = packed.flatMap(({ relationIds }) => relationIds)
        expect(packed.length).toBeLessThanOrEqual(jobCountMax)
        expect(new Set(packed.map(({ id }) => id)).size).toBe(packed.length)
        expect([...ids].sort()).toEqual(freights.map(({ relationId }) => relationId).sort())
        expect(packed.every(({ relationIds }) => relationIds.length > 0)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })
})
