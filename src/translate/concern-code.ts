import type { ConcernClass } from '../model/plan.js'

/** What `migrate explain CODE` tells. Codes are never given a second meaning. */
export interface ConcernCode {
  readonly class: ConcernClass
  readonly title: string
  readonly explanation: string
  readonly remedy: string
}
