import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  canonicalAnswer,
  canonicalDate,
  canonicalDecimal,
  canonicalInteger,
  canonicalTimestamp,
} from '../../../src/model/canonical.js'

/** unscaled / 10^scale, spelled with every digit: written with bigint division, not with the code under test. */
function plainText(unscaled: bigint, scale: number): string {
  const power = 10n ** BigInt(scale)
  const size = unscaled < 0n ? -unscaled : unscaled
  const fraction = scale === 0 ? '' : `.${(size % power).toString().padStart(scale, '0')}`
  return `${unscaled < 0n ? '-' : ''}${size / power}${fraction}`
}

const unscaledNumber = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n })
const scaleNumber = fc.integer({ min: 0, max: 40 })

describe('canonicalDecimal', () => {
  it.each([
    ['0', '0'],
    ['-0', '0'],
    ['-0.000', '0'],
    ['+0', '0'],
    ['.5', '0.5'],
    ['-.50', '-0.5'],
    ['5.', '5'],
    ['+7', '7'],
    ['007', '7'],
    ['100', '100'],
    ['100.00', '100'],
    ['1.2300', '1.23'],
    ['1e3', '1000'],
    ['1.5E-3', '0.0015'],
    ['12345e-2', '123.45'],
    ['0e5', '0'],
    [' 42 ', '42'],
    ['99999999999999999999999999999999999999', '99999999999999999999999999999999999999'],
  ])('reads %s as %s', (text, canonical) => {
    expect(canonicalDecimal(text)).toBe(canonical)
  })

  it.each(['', '.', '-', '+.', 'e5', '1e', 'NaN', 'Infinity', '1,000', '1 0', '0x10', '--1', '1e99999', '1e401', '٣'])(
    'refuses %s',
    (text) => {
      expect(canonicalDecimal(text)).toBeUndefined()
    },
  )

  it('gives one text to all spellings of a number', () => {
    fc.assert(
      fc.property(unscaledNumber, scaleNumber, fc.nat(5), fc.nat(5), (unscaled, scale, zerosBefore, zerosBehind) => {
        const text = plainText(unscaled, scale)
        const sign = text.startsWith('-') ? '-' : ''
        const digits = text.slice(sign.length)
        const longer = `${sign}${'0'.repeat(zerosBefore)}${digits}${digits.includes('.') ? '0'.repeat(zerosBehind) : ''}`
        const shifted = `${unscaled}e-${scale}`
        const canonical = canonicalDecimal(text)
        expect(canonical).toMatch(/^(0|-?[1-9]\d*|-?(0|[1-9]\d*)\.\d*[1-9])$/)
        expect(canonicalDecimal(longer)).toBe(canonical)
        expect(canonicalDecimal(shifted)).toBe(canonical)
        expect(canonicalDecimal(canonical ?? '')).toBe(canonical)
      }),
    )
  })

  it('gives equal texts to equal numbers only', () => {
    const near = fc.tuple(fc.bigInt({ min: -120n, max: 120n }), fc.integer({ min: 0, max: 3 }))
    fc.assert(
      fc.property(near, near, ([a, scaleA], [b, scaleB]) => {
        const isEqual = a * 10n ** BigInt(scaleB) === b * 10n ** BigInt(scaleA)
        expect(canonicalDecimal(plainText(a, scaleA)) === canonicalDecimal(plainText(b, scaleB))).toBe(isEqual)
      }),
      { numRuns: 1000 },
    )
  })

  it('reads a megabyte of inner zeros in linear time', () => {
    const text = `0.1${'0'.repeat(1_000_000)}1`
    const begin = performance.now()
    expect(canonicalDecimal(text)).toBe(text)
    expect(performance.now() - begin).toBeLessThan(2000)
  })
})

describe('canonicalInteger', () => {
  it('takes whole numbers only', () => {
    expect(canonicalInteger('12.00')).toBe('12')
    expect(canonicalInteger('12.5')).toBeUndefined()
    expect(canonicalInteger('twelve')).toBeUndefined()
  })
})

describe('moments', () => {
  it.each([
    ['2024-02-29 23:59:59', '2024-02-29 23:59:59.000000'],
    ['2024-02-29 23:59:59.', '2024-02-29 23:59:59.000000'],
    ['2024-02-29 23:59:59.5', '2024-02-29 23:59:59.500000'],
    ['2024-02-29 23:59:59.123', '2024-02-29 23:59:59.123000'],
    ['2024-02-29 23:59:59.123456', '2024-02-29 23:59:59.123456'],
    ['2024-02-29 23:59:59.123456000', '2024-02-29 23:59:59.123456'],
    ['2024-02-29 23:59:59.123456001', '2024-02-29 23:59:59.123456001'],
    ['0001-01-01 00:00:00', '0001-01-01 00:00:00.000000'],
  ])('reads the timestamp %s as %s', (text, canonical) => {
    expect(canonicalTimestamp(text)).toBe(canonical)
  })

  it.each(['2024-02-29', '2024-02-29T00:00:00', '2024-02-29 00:00', '2024-02-29 00:00:00+08', 'infinity', ''])(
    'refuses the timestamp %s',
    (text) => {
      expect(canonicalTimestamp(text)).toBeUndefined()
    },
  )

  it('reads dates and nothing else', () => {
    expect(canonicalDate('1998-12-01')).toBe('1998-12-01')
    expect(canonicalDate('1998-12-01 00:00:00')).toBeUndefined()
    expect(canonicalDate('0044-03-15 BC')).toBeUndefined()
  })
})

describe('canonicalAnswer', () => {
  it('reads an answer as its question and type demand', () => {
    expect(canonicalAnswer({ kind: 'row-count' }, undefined, '007')).toBe('7')
    expect(canonicalAnswer({ kind: 'sum', column: 'a' }, 'decimal', '1.50')).toBe('1.5')
    expect(canonicalAnswer({ kind: 'count', column: 'a' }, 'date', '1.5')).toBeUndefined()
    expect(canonicalAnswer({ kind: 'minimum', column: 'a' }, 'date', '2024-01-01')).toBe('2024-01-01')
    expect(canonicalAnswer({ kind: 'maximum', column: 'a' }, 'timestamptz', '2024-01-01 00:00:00.1')).toBe(
      '2024-01-01 00:00:00.100000',
    )
    expect(canonicalAnswer({ kind: 'maximum', column: 'a' }, 'integer', '2024-01-01')).toBeUndefined()
  })
})
