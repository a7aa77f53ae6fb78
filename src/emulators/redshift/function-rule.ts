import type { BindContext } from './bind-context.js'
import type { Bound } from './binding.js'
import type { FunctionCall } from './syntax-tree.js'

/** What a function's rule gets to see. */
export interface BoundCall {
  readonly name: string
  readonly args: readonly Bound[]
  readonly call: FunctionCall
  readonly context: BindContext
  /** ` OVER (…)`, or nothing. */
  readonly over: string
  /** `ORDER BY …` of WITHIN GROUP, or nothing. */
  readonly order: string
}

export interface FunctionRule {
  /** Fewest and most arguments. */
  readonly arity: readonly [number, number]
  readonly bind: (call: BoundCall) => Bound
  /** Runs on the leader node only: an error beside the user's tables. */
  readonly leader?: boolean
  /** The first argument is a word, not an expression: `dateadd(day, …)`. */
  readonly datePart?: boolean
}

export type FunctionTable = Readonly<Record<string, FunctionRule>>
