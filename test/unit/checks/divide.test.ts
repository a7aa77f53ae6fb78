import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { divide } from '../../../src/checks/divide.js'

describe('divide', () => {
  it.each([
    // Averages of TPC-H query 1 at scale factor 1, from the specification's answer set: sum, count, average.
    ['37734107.00', '1478493', 2, '25.52'],
    ['56586554400.73', '1478493', 2, '38273.13'],
    ['991417.00', '38854', 2, '25.52'],
    ['10', '4', 2, '2.50'],
    ['1', '3', 5, '0.33333'],
    ['2', '3', 0, '1'],
    ['-1', '2', 0, '-1'],
    ['-1', '3', 0, '0'],
    ['1', '-8', 3, '-0.125'],
    ['0.00', '7', 2, '0.00'],
  ])('%s / %s to %d digits is %s', (sum, count, scale, average) => {
    expect(divide(sum, count, scale)).toBe(average)
  })

  it('has no answer without a count', () => {
    expect(divide('1', '0', 2)).toBeNull()
    expect(divide('x', '1', 2)).toBeNull()
    expect(divide('1', '1.5', 2)).toBeNull()
  })

  it('is off by at most half of the last digit, and away from zero at the half', () => {
    const unscaled = fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n })
    const count = fc.bigInt({ min: 1n, max: 10n ** 12n })
    fc.assert(
      fc.property(unscaled, count, fc.integer({ min: 0, max: 12 }), (sum, by, scale) => {
        const quotient = divide(`${sum}e-2`, String(by), scale) ?? ''
        const units = BigInt(quotient.replace('.', ''))
        // |sum/100/by - units/10^scale| <= 1/2 * 10^-scale, all times 200 * by * 10^scale.
        const error = 2n * sum * 10n ** BigInt(scale) - 200n * by * units
        const size = error < 0n ? -error : error
        expect(size <= 100n * by).toBe(true)
        if (size === 100n * by) expect(error < 0n).toBe(sum > 0n)
      }),
      { numRuns: 500 },
    )
  })
})
