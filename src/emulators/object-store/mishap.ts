import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultAction } from '../faults.js'
import { Refusal } from './refusal.js'

/** The connection ends without (the rest of) an answer. */
export class ConnectionCut extends Error {}

/** What is left of a fault once the operation runs. */
export interface Mishap {
  readonly cut?: 'during' | 'after'
  /** A body, received or sent, keeps only its first bytes. */
  readonly truncateTo?: number
  /** Offset in the body, received or sent, at which one bit flips. */
  readonly corruptAt?: number
}

/** Carries out what must happen before the work: refuses, waits, cuts, dies. Headers go with a throttled answer. */
export async function meetFault(
  action: FaultAction | undefined,
  throttleHeaders: (delaySeconds: number) => Record<string, string>,
): Promise<Mishap> {
  switch (action?.do) {
    case undefined:
      return {}
    case 'fail':
      throw failure(action.status ?? 500, action.code, action.message)
    case 'throttle':
      throw new Refusal(
        503,
        'SlowDown',
        'Please reduce your request rate.',
        {},
        throttleHeaders(action.delaySeconds ?? 1),
      )
    case 'delay':
      await sleep(action.milliseconds)
      return {}
    case 'cut':
      if (action.when === 'before') throw new ConnectionCut()
      return { cut: action.when }
    case 'truncate':
      return { truncateTo: action.byteCount }
    case 'corrupt':
      return { corruptAt: action.at }
    case 'die':
      return process.exit(1)
  }
}

/** The body as the mishap leaves it. */
export async function* bend(source: AsyncIterable<Uint8Array>, mishap: Mishap): AsyncGenerator<Uint8Array> {
  let offset = 0
  for await (const chunk of source) {
    const kept = chunk.subarray(0, Math.max(0, (mishap.truncateTo ?? Infinity) - offset))
    yield flipBit(kept, (mishap.corruptAt ?? -1) - offset)
    offset += chunk.length
  }
}

function flipBit(chunk: Uint8Array, at: number): Uint8Array {
  const value = chunk[at]
  if (value === undefined) return chunk
  const bent = Buffer.from(chunk)
  bent[at] = value ^ 1
  return bent
}

function failure(status: number, code: string | undefined, message: string | undefined): Refusal {
  return new Refusal(status, code ?? 'InternalError', message ?? 'We encountered an internal error. Please try again.')
}
