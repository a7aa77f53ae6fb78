import { createHash } from 'node:crypto'
import { cutToBytes } from './comment.js'

/** Longest name of a table or column (maxcompute.md 5.3). */
export const nameByteCountMax = 128

const hashLength = 8

/** Hex digits that tell names apart which would otherwise be alike. */
export function nameHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, hashLength)
}

/**
 * The name in lower case, other characters than letters, digits and underscores as underscores, `prefix` before one that
 * does not begin with a letter. Columns may hold Chinese characters, tables may not (maxcompute.md 5.3).
 */
export function legalName(name: string, of: 'table' | 'column'): string {
  const lower = name.toLowerCase()
  const mapped = of === 'column' ? lower.replace(/[^a-z0-9_\p{Script=Han}]/gu, '_') : lower.replace(/[^a-z0-9_]/gu, '_')
  const isLed = of === 'column' ? /^[a-z\p{Script=Han}]/u.test(mapped) : /^[a-z]/.test(mapped)
  return fitName(isLed ? mapped : `${of === 'column' ? 'c' : 't'}_${mapped}`, name)
}

/** A name that is too long keeps its beginning, and a hash of the whole. */
function fitName(legal: string, name: string): string {
  if (Buffer.byteLength(legal) <= nameByteCountMax) return legal
  return suffixedName(legal, name)
}

/** `legal` with a hash of the original name behind it, cut to fit. */
export function suffixedName(legal: string, name: string): string {
  return `${cutToBytes(legal, nameByteCountMax - hashLength - 1)}_${nameHash(name)}`
}
