import { canonicalDecimal, canonicalInteger } from '../model/canonical.js'

/** Digits behind the point that an average is shown with, at most. */
const scaleMax = 38

/**
 * `sum / count` to `scale` digits, halves away from zero; for display only: averages are never compared,
 * because each side rounds its own way (redshift.md 5.1). Null when there is nothing to divide by.
 */
export function divide(sum: string, count: string, scale: number): string | null {
  const dividend = canonicalDecimal(sum)
  const divisor = canonicalInteger(count)
  if (dividend === undefined || divisor === undefined || divisor === '0') return null
  const digits = Math.min(Math.max(scale, 0), scaleMax)
  const [whole = '', fraction = ''] = dividend.replace('-', '').split('.')
  const divisorCount = BigInt(divisor.replace('-', ''))
  const scaledUp = BigInt(whole + fraction) * 10n ** BigInt(digits + 1)
  const tenfold = scaledUp / (divisorCount * 10n ** BigInt(fraction.length))
  const isNegative = dividend.startsWith('-') !== divisor.startsWith('-')
  return withPoint((tenfold + 5n) / 10n, digits, isNegative)
}

function withPoint(unscaled: bigint, scale: number, isNegative: boolean): string {
  const digits = unscaled.toString().padStart(scale + 1, '0')
  const plain = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
  return isNegative && unscaled !== 0n ? `-${plain}` : plain
}
