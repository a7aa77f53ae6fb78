import type { EngineDecimal } from '../../sql-engine.js'

/** `-12.345`, `1E+2` at a scale, halves away from zero; undefined for what is no number or has too many digits. */
export function parseDecimal(written: string, precision: number, scale: number): EngineDecimal | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(written.trim())
  const [, sign, whole = '', fraction = '', exponent = '0'] = match ?? []
  const digits = whole + fraction
  if (match === null || digits === '') return undefined
  const shift = scale - fraction.length + Number(exponent)
  const value = shift >= 0 ? BigInt(digits) * 10n ** BigInt(shift) : rounded(BigInt(digits), 10n ** BigInt(-shift))
  if (value >= 10n ** BigInt(precision)) return undefined
  return { value: sign === '-' ? -value : value, scale }
}

function rounded(value: bigint, by: bigint): bigint {
  return (2n * value + by) / (2n * by)
}
