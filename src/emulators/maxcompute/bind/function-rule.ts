import { semanticError, StatementError, place as placeText } from '../odps-error.js'
import type { Place } from './bind-context.js'
import type { Typed } from './typed.js'

export interface CallPlace extends Place {
  /** Lower case. */
  readonly function: string
  readonly distinct: boolean
  /** Keys of WITHIN GROUP (ORDER BY …), in the engine's SQL. */
  readonly order?: readonly string[]
}

export type FunctionRule = (values: readonly Typed[], place: CallPlace) => Typed

/** ODPS-0130221 for a wrong number of arguments (maxcompute.md 1.5). */
export function checkCount(values: readonly Typed[], least: number, most: number, place: CallPlace): void {
  if (values.length >= least && values.length <= most) return
  const wanted = least === most ? String(least) : `${least} to ${most === Infinity ? 'many' : most}`
  const found = `function ${place.function} needs ${wanted} argument(s), found ${values.length}`
  throw new StatementError('0130221', `${placeText(place.at)} Invalid number of arguments - ${found}`)
}

/** The nth argument; the count was checked before. */
export function nth(values: readonly Typed[], index: number): Typed {
  const value = values[index]
  if (value === undefined) throw new Error(`argument ${index} was not checked`)
  return value
}

export function badArgument(place: CallPlace, what: string): StatementError {
  return new StatementError(
    '0130121',
    `${placeText(place.at)} Invalid argument type - in function ${place.function}, ${what}`,
  )
}

/** The whole number of an argument that must be a literal of at least `least`. */
export function wholeOf(value: Typed, least: number, place: CallPlace): number {
  const digits = literalOf(value, place)
  if (!/^-?\d+$/.test(digits) || Number(digits) < least)
    throw badArgument(place, `expect a whole number from ${least} on, actual ${digits}`)
  return Number(digits)
}

/** The text of an argument that must be a literal. */
export function literalOf(value: Typed, place: CallPlace): string {
  if (value.literal === undefined)
    throw semanticError(place.at, `argument of function ${place.function} must be a constant`)
  return value.literal
}
