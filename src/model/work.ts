export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** What a long call reports while it runs; every field is a running total of that call. */
export interface Progress {
  readonly rowCount?: number
  readonly byteCount?: number
  readonly text?: string
}

/** Last argument of every port method: when to stop, when to give up (milliseconds since 1970), whom to tell. */
export interface Call {
  readonly signal: AbortSignal
  readonly deadlineAt: number
  note(progress: Progress): void
}

/** One try of a step. The token is journaled before anything outside happens and travels outside: job name, query group, prefix. */
export interface Attempt {
  /** `[a-z0-9-]{1,63}`, unique in the run: fits a MaxCompute job name, a migration-job name and an object key. */
  readonly token: string
  /** 1 for the first try. */
  readonly number: number
  /** Milliseconds since 1970, of this machine's clock; absent where an older journal does not tell. */
  readonly startedAt?: number
}

/** What can be found of an attempt whose process died before it learned the handle. */
export type Found<Handle> =
  /** It runs or has ended under this handle. */
  | { readonly begun: Handle }
  /** It certainly never started: starting it again is safe. */
  | 'never'
  /** It started and certainly cannot succeed any more: a new attempt (new token, new prefix) is safe. */
  | 'lost'
  /** Nobody can tell: it must not be repeated. */
  | 'unknown'

/**
 * Work that runs elsewhere and may outlive this process.
 * `begin` is called once for a token; `settle` may be called many times, from any process, and gives the same outcome.
 */
export interface Work<Handle extends Json, Outcome extends Json> {
  find(attempt: Attempt, call: Call): Promise<Found<Handle>>
  begin(attempt: Attempt, call: Call): Promise<Handle>
  settle(handle: Handle, call: Call): Promise<Outcome>
  cancel(handle: Handle, call: Call): Promise<void>
}
