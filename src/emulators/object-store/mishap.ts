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
  readonly mangle?: Mangling
  /** The object under the key becomes another one. */
  readonly replaces?: boolean
}

type Mangling = Extract<FaultAction, { readonly do: 'mangle' }>

/** Bytes that are held to change their places. */
const mangledByteCountMax = 16 * 1024 * 1024

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
    case 'mangle':
      return { mangle: action }
    case 'replace':
      return { replaces: true }
    case 'limit':
      throw new Error('a limit is a throttle by the time it is met')
    case 'die':
      return process.exit(1)
  }
}

const writes = new Set(['PutObject', 'UploadPart', 'CompleteMultipartUpload'])

/** Of a write's mishap, what is left for its answer: its bytes were those that came in. */
export function mishapOfAnswer(operation: string, mishap: Mishap): Mishap {
  if (!writes.has(operation)) return mishap
  return mishap.cut === undefined ? {} : { cut: mishap.cut }
}

/** The body as the mishap leaves it. */
export async function* bend(source: AsyncIterable<Uint8Array>, mishap: Mishap): AsyncGenerator<Uint8Array> {
  let offset = 0
  const bytes = mishap.mangle === undefined ? source : mangled(source, mishap.mangle)
  for await (const chunk of bytes) {
    const kept = chunk.subarray(0, Math.max(0, (mishap.truncateTo ?? Infinity) - offset))
    yield flipBit(kept, (mishap.corruptAt ?? -1) - offset)
    offset += chunk.length
  }
}

async function* mangled(
  source: AsyncIterable<Uint8Array>,
  { how, at, byteCount }: Mangling,
): AsyncGenerator<Uint8Array> {
  const end = at + 2 * Math.min(byteCount, mangledByteCountMax / 2)
  const held: Uint8Array[] = []
  let offset = 0
  for await (const chunk of source) {
    const [from, to] = [at - offset, end - offset].map((place) => Math.min(Math.max(place, 0), chunk.length))
    offset += chunk.length
    yield chunk.subarray(0, from)
    // A chunk may be written over once the next is asked for.
    if (from !== to) held.push(Uint8Array.from(chunk.subarray(from, to)))
    if (offset < end) continue
    yield* rearranged(held.splice(0), how)
    yield chunk.subarray(to)
  }
  yield* rearranged(held, how)
}

/** Two blocks; at the end of a body, what is left, halved. */
function rearranged(held: readonly Uint8Array[], how: Mangling['how']): Uint8Array[] {
  const whole = Buffer.concat(held)
  const middle = Math.floor(whole.length / 2)
  const [first, second] = [whole.subarray(0, middle), whole.subarray(middle)]
  if (how === 'swap') return [second, first]
  if (how === 'lose') return [Buffer.alloc(middle), second]
  return [first, first, second.subarray(middle)]
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
