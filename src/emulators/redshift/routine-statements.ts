import type { RsType } from './types.js'

export interface RoutineArgument {
  readonly name?: string
  readonly mode: 'i' | 'o' | 'b'
  readonly type: RsType
}

export interface Routine {
  readonly what: 'function' | 'procedure'
  readonly names: readonly string[]
  readonly replace: boolean
  readonly args: readonly RoutineArgument[]
  readonly returns?: RsType
  /** `plpgsql`, `sql`, `plpythonu`, `exfunc`. */
  readonly language: string
  /** `v` volatile, `s` stable, `i` immutable. */
  readonly volatility: 'v' | 's' | 'i'
  /** A Lambda function's name for an external function. */
  readonly body: string
}

/** Recorded, never run. */
export type RoutineStatement =
  | { readonly kind: 'create-routine'; readonly routine: Routine }
  | {
      readonly kind: 'drop-routine'
      readonly what: 'function' | 'procedure'
      readonly names: readonly string[]
      /** Absent: the only one of that name. */
      readonly types?: readonly RsType[]
      readonly ifExists: boolean
    }
