import type { Bound } from './binding.js'
import { engineType } from './type-facts.js'
import { numeric, type RsType } from './types.js'

export interface Digits {
  readonly precision: number
  readonly scale: number
}

export function powerOfTen(exponent: number): string {
  return `CAST('1${'0'.repeat(exponent)}' AS HUGEINT)`
}

/** The digits as an integer. */
export function unscaled(bound: Bound, of: Digits): string {
  if (of.scale === 0) return `CAST(${bound.sql} AS HUGEINT)`
  const text = decimalText(bound, numeric(of.precision, of.scale))
  if (of.precision + of.scale < 38)
    return `CAST(${text} * CAST(1${'0'.repeat(of.scale)} AS DECIMAL(${of.scale + 1},0)) AS HUGEINT)`
  return `CAST(replace(CAST(${text} AS VARCHAR), '.', '') AS HUGEINT)`
}

/** An integer (engine's SQL) read as the digits of a decimal. */
export function scaled(integer: string, type: RsType): Bound {
  const scale = type.scale ?? 0
  if (scale === 0) return { sql: `CAST(${integer} AS ${engineType(type)})`, type }
  const unit = `CAST('0.${'0'.repeat(scale - 1)}1' AS DECIMAL(${scale + 1},${scale}))`
  return { sql: `CAST((CAST(${integer} AS DECIMAL(38,0)) * ${unit}) AS ${engineType(type)})`, type }
}

export function decimalText(bound: Bound, type: RsType): string {
  return `CAST(${bound.sql} AS ${engineType(type)})`
}
