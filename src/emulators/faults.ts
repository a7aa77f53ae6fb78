/** One failure on order: at the nth matching call of a service, something goes wrong. */
export interface FaultRule {
  readonly service: 'redshift' | 'redshift-api' | 's3' | 'oss' | 'online-migration' | 'maxcompute' | 'sts' | 'ram'
  /** The service's own word: `GetObject`, `UploadPart`, `UNLOAD`, `LOAD`, `POST instances`; `*` for any. */
  readonly operation: string
  /** Only calls whose subject (key, statement text, path) contains this. */
  readonly contains?: string
  /** 1: the first matching call. */
  readonly nth?: number
  /** How many calls fail from there on; 1 when absent. */
  readonly times?: number
  readonly action: FaultAction
}

export type FaultAction =
  /** Answer with this error and do nothing. */
  | { readonly do: 'fail'; readonly status?: number; readonly code?: string; readonly message?: string }
  | { readonly do: 'delay'; readonly milliseconds: number }
  /** Close the connection: `before` anything was done, `during` the answer, or `after` the work was done (a lost reply). */
  | { readonly do: 'cut'; readonly when: 'before' | 'during' | 'after' }
  /** Answer as if all was well, with fewer bytes (HTTP 200/206 and a truthful Content-Length). */
  | { readonly do: 'truncate'; readonly byteCount: number }
  /** Flip one bit of the body that is stored or sent. */
  | { readonly do: 'corrupt'; readonly at: number }
  | { readonly do: 'throttle'; readonly delaySeconds?: number }
  /** The process exits at once. */
  | { readonly do: 'die' }

/** Matches calls against the rules; a service asks at the start of every call. */
export class Faults {
  readonly #rules: { readonly rule: FaultRule; seenCount: number }[] = []

  add(rules: readonly FaultRule[]): void {
    for (const rule of rules) this.#rules.push({ rule, seenCount: 0 })
  }

  clear(): void {
    this.#rules.length = 0
  }

  /** The action for this call, if a rule wants one; counts the call for every rule that matches. */
  hit(service: FaultRule['service'], operation: string, subject: string): FaultAction | undefined {
    let action: FaultAction | undefined
    for (const entry of this.#rules) {
      if (!matches(entry.rule, service, operation, subject)) continue
      entry.seenCount += 1
      const first = entry.rule.nth ?? 1
      const last = first + (entry.rule.times ?? 1) - 1
      if (entry.seenCount >= first && entry.seenCount <= last) action ??= entry.rule.action
    }
    return action
  }
}

function matches(rule: FaultRule, service: string, operation: string, subject: string): boolean {
  if (rule.service !== service) return false
  if (rule.operation !== '*' && rule.operation.toLowerCase() !== operation.toLowerCase()) return false
  return rule.contains === undefined || subject.includes(rule.contains)
}
