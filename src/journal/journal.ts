import type { ErrorCode } from '../model/errors.js'
import type { Json } from '../model/work.js'

/** Names a step of a run: `unload/<relationId>`, `load/<relationId>/2`. */
export type StepName = string

export interface StepFailure {
  readonly code: ErrorCode | 'bug'
  readonly message: string
  readonly hint?: string
}

/** What may happen to a step; each is one line of the journal. */
export type StepEvent =
  | {
      readonly event: 'attempted'
      readonly step: StepName
      readonly token: string
      readonly number: number
      /** Milliseconds since 1970; lines of older versions have none. */
      readonly startedAt?: number
    }
  | { readonly event: 'begun'; readonly step: StepName; readonly handle: Json }
  | { readonly event: 'succeeded'; readonly step: StepName; readonly outcome: Json }
  | { readonly event: 'failed'; readonly step: StepName; readonly failure: StepFailure }
  /** The attempt certainly did not and will not succeed: another one may follow. */
  | { readonly event: 'lost'; readonly step: StepName; readonly reason: string }
  /** Nobody can tell what became of the attempt: no other one may follow. */
  | { readonly event: 'unresolved'; readonly step: StepName; readonly failure: StepFailure }
  | { readonly event: 'reopened'; readonly step: StepName; readonly reason: string }

/** What may happen to a run as a whole. */
export type RunEvent =
  | { readonly event: 'opened'; readonly run: string }
  | { readonly event: 'resumed'; readonly command: string; readonly cutByteCount: number }
  | { readonly event: 'document'; readonly path: string; readonly sha256: string }
  | { readonly event: 'table-created'; readonly relationId: string; readonly table: string }
  /** A statement that the target is about to get, whole; the token is its job name. */
  | {
      readonly event: 'statement'
      readonly purpose: string
      readonly token: string
      readonly text: string
      readonly settings: Readonly<Record<string, string>>
      readonly priority?: number
    }
  | { readonly event: 'instance'; readonly token: string; readonly instance: string; readonly logview: string }
  | { readonly event: 'verdict'; readonly command: string; readonly exitCode: number }

export type JournalEvent = StepEvent | RunEvent

interface Started {
  /** Of the attempt; milliseconds since 1970. */
  readonly startedAt?: number
}

/** What the lines about a step add up to. `number` counts attempts. */
export type StepStatus =
  | { readonly state: 'pending'; readonly number: number }
  | ({ readonly state: 'attempted'; readonly number: number; readonly token: string } & Started)
  | ({ readonly state: 'begun'; readonly number: number; readonly token: string; readonly handle: Json } & Started)
  | { readonly state: 'succeeded'; readonly number: number; readonly token: string; readonly outcome: Json }
  | { readonly state: 'failed'; readonly number: number; readonly token: string; readonly failure: StepFailure }
  | ({
      readonly state: 'unresolved'
      readonly number: number
      readonly token: string
      readonly failure: StepFailure
    } & Started)

export const pending: StepStatus = { state: 'pending', number: 0 }

/** The memory of a run. `append` resolves when the line is durable. */
export interface Journal {
  append(event: JournalEvent): Promise<void>
  status(step: StepName): StepStatus
  /** Every step that has a line, with its status now. */
  steps(): Iterable<readonly [StepName, StepStatus]>
  /** True when this run made the table (and may therefore replace or drop it). */
  created(table: string): boolean
  /** Documents that were written, with the hash of what was written last. */
  documentHash(path: string): string | undefined
  /** The last verdict, if the run has one. */
  verdict(): { readonly command: string; readonly exitCode: number } | undefined
}
