import type { AccessKeys } from '../model/credentials.js'
import { MigrationError } from '../model/errors.js'
import type { ErrorCode } from '../model/errors.js'
import type { Route } from '../network/route.js'
import type { Copied, CopyJob } from './copy-job.js'
import { DigestMismatch } from './held-back.js'

/** How a worker reaches one of the stores. Without keys: it asks for them. */
export interface WorkerPlace {
  readonly region: string
  readonly endpoint?: string
  readonly pathStyle?: boolean
  readonly socketCountMax: number
  readonly route?: Route
}

export interface WorkerPlaces {
  readonly from: WorkerPlace
  readonly to: WorkerPlace
  /** The worker asks before it passes bytes on. */
  readonly isPaced: boolean
}

export type ToWorker =
  | { readonly kind: 'copy'; readonly id: number; readonly job: CopyJob; readonly deadlineAt: number }
  | { readonly kind: 'abort'; readonly id: number }
  | { readonly kind: 'answer'; readonly id: number; readonly keys?: AccessKeys; readonly failure?: Failure }

export type Question =
  | { readonly what: 'keys'; readonly side: 'from' | 'to'; readonly refused?: AccessKeys }
  | { readonly what: 'pace'; readonly byteCount: number }

export type FromWorker =
  | { readonly kind: 'copied'; readonly id: number; readonly copied: Copied }
  | { readonly kind: 'failed'; readonly id: number; readonly failure: Failure }
  | ({ readonly kind: 'ask'; readonly id: number } & Question)

/** An error as plain data; classes do not cross threads. */
export interface Failure {
  readonly name: string
  readonly message: string
  readonly stack?: string
  readonly code?: ErrorCode
  readonly hint?: string
  readonly transient?: boolean
  readonly throttled?: boolean
  readonly retryAfterMilliseconds?: number
}

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const { name, message, stack } = error
  if (!(error instanceof MigrationError)) return { name, message, ...(stack !== undefined && { stack }) }
  const { code, hint, transient, throttled, retryAfterMilliseconds } = error
  return {
    ...{ name, message, code, transient, throttled },
    ...(hint !== undefined && { hint }),
    ...(retryAfterMilliseconds !== undefined && { retryAfterMilliseconds }),
  }
}

export function errorOf(failure: Failure): Error {
  const { name, message, stack, code } = failure
  if (code !== undefined) return new MigrationError(code, message, failure)
  if (name === 'DigestMismatch') return new DigestMismatch(message)
  const error = new Error(message)
  if (stack !== undefined) error.stack = stack
  return error
}
