import { setMaxListeners } from 'node:events'
import type { Call } from '../model/work.js'

/**
 * Does the work for every item, at most `countMax` at once (by weight), in order of the items. The first failure stops
 * the others through their signal; when all have come to rest it is thrown, so that nothing runs on unseen.
 */
export async function together<Item>(
  items: Iterable<Item>,
  countMax: number,
  call: Call,
  work: (item: Item, call: Call) => Promise<void>,
  weightOf: (item: Item) => number = () => 1,
): Promise<void> {
  const controller = new AbortController()
  // Many hang on this signal by design; Node warns of the eleventh.
  setMaxListeners(0, controller.signal)
  const failures: unknown[] = []
  const stop = (): void => controller.abort()
  const inner: Call = { ...call, signal: controller.signal, note: (progress) => call.note(progress) }
  const guarded = (item: Item): Promise<void> =>
    work(item, inner).catch((error: unknown) => void (failures.push(error), stop()))
  call.signal.addEventListener('abort', stop, { once: true })
  if (call.signal.aborted) stop()
  await keepBusy(items, countMax, weightOf, controller.signal, guarded)
  call.signal.removeEventListener('abort', stop)
  if (failures.length > 0) throw failures[0]
}

/** Resolves when nothing runs any more, and nothing is left or the signal has stopped it. `work` never rejects. */
function keepBusy<Item>(
  items: Iterable<Item>,
  countMax: number,
  weightOf: (item: Item) => number,
  signal: AbortSignal,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]()
  let next = queue.next()
  let busy = 0
  return new Promise((resolve) => {
    const fill = (): void => {
      while (next.done !== true && !signal.aborted) {
        const weight = weightOf(next.value)
        if (busy + weight > countMax) break
        busy += weight
        const over = (): void => {
          busy -= weight
          fill()
        }
        void work(next.value).then(over)
        next = queue.next()
      }
      if (busy === 0) resolve()
    }
    fill()
  })
}
