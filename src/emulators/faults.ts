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
  /**
   * Blocks of the body that is stored or sent, the first at offset `at`; its length stays. Two neighbours change places, one
   * is lost (zeros stand there), or one comes twice (where the next should be).
   */
  | {
      readonly do: 'mangle'
      readonly how: 'swap' | 'lose' | 'double'
      readonly at: number
      readonly byteCount: number
    }
  /** Someone puts other bytes of the same length under the key: before a call that reads it, after one that writes it. */
  | { readonly do: 'replace' }
  | { readonly do: 'throttle'; readonly delaySeconds?: number }
  /** Throttles what exceeds this many calls in a second. */
  | { readonly do: 'limit'; readonly perSecond: number; readonly delaySeconds?: number }
  /** The process exits at once. */
  | { readonly do: 'die' }

/** What became of a rule: how many calls matched, and how many of them failed by it. */
export interface FaultCount {
  readonly rule: FaultRule
  readonly seenCount: number
  readonly hitCount: number
}

interface Entry {
  readonly rule: FaultRule
  seenCount: number
  hitCount: number
  /** Milliseconds since 1970, of the calls that a limit let pass in the last second. */
  passed: number[]
}

/** Matches calls against the rules; a service asks at the start of every call. */
export class Faults {
  readonly #rules: Entry[] = []

  add(rules: readonly FaultRule[]): void {
    for (const rule of rules) this.#rules.push({ rule, seenCount: 0, hitCount: 0, passed: [] })
  }

  clear(): void {
    this.#rules.length = 0
  }

  /** In the order in which they were added. */
  counts(): readonly FaultCount[] {
    return this.#rules.map(({ rule, seenCount, hitCount }) => ({ rule, seenCount, hitCount }))
  }

  /** The action for this call, if a rule wants one; counts the call for every rule that matches. */
  hit(service: FaultRule['service'], operation: string, subject: string): FaultAction | undefined {
    let action: FaultAction | undefined
    for (const entry of this.#rules) {
      if (!matches(entry.rule, service, operation, subject)) continue
      entry.seenCount += 1
      const first = entry.rule.nth ?? 1
      const last = first + (entry.rule.times ?? 1) - 1
      if (action !== undefined || entry.seenCount < first || entry.seenCount > last) continue
      action = chosen(entry)
      if (action !== undefined) entry.hitCount += 1
    }
    return action
  }
}

function chosen(entry: Entry): FaultAction | undefined {
  const { action } = entry.rule
  if (action.do !== 'limit') return action
  const now = Date.now()
  entry.passed = entry.passed.filter((at) => at > now - 1000)
  if (entry.passed.length >= action.perSecond) {
    return { do: 'throttle', ...(action.delaySeconds !== undefined && { delaySeconds: action.delaySeconds }) }
  }
  entry.passed.push(now)
  return undefined
}

function matches(rule: FaultRule, service: string, operation: string, subject: string): boolean {
  if (rule.service !== service) return false
  if (rule.operation !== '*' && rule.operation.toLowerCase() !== operation.toLowerCase()) return false
  return rule.contains === undefined || subject.includes(rule.contains)
}
