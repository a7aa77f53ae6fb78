import { refuse, type Bench } from './bench.js'
import { typeName } from './coerce.js'
import type { Value } from './value.js'

/** A call of a function: its name, its arguments as values, and where it stands. */
export interface Call {
  readonly name: string
  readonly values: readonly Value[]
  /** Bare words and quoted ones among the arguments: `day`. */
  readonly words: readonly (string | undefined)[]
  readonly bench: Bench
  readonly at: unknown
}

export type FunctionRule = (call: Call) => Value

export function argument(call: Call, n: number): Value {
  return call.values[n] ?? refuse(titleOf(call), `misses its argument ${n + 1}`, call.at)
}

export function counted(call: Call, least: number, most = least): void {
  const count = call.values.length
  if (count < least || count > most) refuse(titleOf(call), `with ${count} arguments is not on the list`, call.at)
}

export function titleOf(call: Call): string {
  return `function ${call.name.toUpperCase()}`
}

/** A whole number written out, of at least `least`. */
export function wholeNumber(call: Call, n: number, least: number): number {
  const value = argument(call, n)
  const isWhole = value.literal !== undefined && value.type.family === 'integer'
  if (!isWhole || Number(value.literal) < least)
    return refuse(titleOf(call), `needs a whole number of at least ${least} as argument ${n + 1}`, call.at)
  return Number(value.literal)
}

export function mismatch(call: Call, value: Value): never {
  return refuse(titleOf(call), `of ${typeName(value.type)} is not on the list`, call.at)
}

export function wordAt(call: Call, n: number): string {
  return call.words[n] ?? refuse(titleOf(call), `needs a literal as argument ${n + 1}`, call.at)
}
