import type { EngineValue } from '../sql-engine.js'
import type { ResultColumn } from './result-columns.js'
import type { Switches } from './switches.js'
import type { TypeName } from './types.js'
import { roundedFloatText, valueText } from './value-text.js'

/** How the session of an UNLOAD writes values into text files. */
export interface TextStyle {
  readonly switches: Switches
  /** The session's `extra_float_digits`: from -15 to 2. */
  readonly extraFloatDigits: number
}

const singleDigitCount = 6
const doubleDigitCount = 15

/** A value as text, CSV and JSON files have it: VARBYTE in hex, booleans `t` and `f` (redshift.md 1.9). */
export function unloadText(value: Exclude<EngineValue, null>, column: ResultColumn, style: TextStyle): string {
  const isFloat = typeof value === 'number' && (column.engine === 'FLOAT' || column.engine === 'DOUBLE')
  if (!isFloat || style.switches.unloadFloatDigits === 'shortest') return valueText(value, column)
  const digits = (column.engine === 'FLOAT' ? singleDigitCount : doubleDigitCount) + style.extraFloatDigits
  return roundedFloatText(value, Math.max(digits, 1))
}

const characterTypes: readonly TypeName[] = ['char', 'varchar', 'name', 'unknown']

export function isCharacter({ type }: ResultColumn): boolean {
  return characterTypes.includes(type.name)
}
