import { setMaxListeners } from 'node:events'
import type { Call } from '../model/work.js'

/**
 * Does the work for every item, at most `countMax` at once, in order of the items. The first failure stops the others
 * through their signal; when all have come to rest it is thrown, so that nothing runs on unseen.
 */
export async function together<Item>(
  items: Iterable<Item>,
  countMax: number,
  call: Call,
  work: (item: Item, call: Call) => Promise<void>,
): Promise<void> {
  const controller = new AbortController()
  // Many hang on this signal by design; Node warns of the eleventh.
  setMaxListeners(0, controller.signal)
  const failures: unknown[] = []
  const stop = (): void => controller.abort()
  const inner: Call = { ...call, signal: controller.signal, note: (progress) => call.note(progress) }
  const queue = items[Symbol.iterator]()
  const walk = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true && !controller.signal.aborted; next = queue.next()) {
      await work(next.value, inner)
    }
  }
  const guarded = (): Promise<void> => walk().catch((error: unknown) => void (failures.push(error), stop()))
  call.signal.addEventListener('abort', stop, { once: true })
  if (call.signal.aborted) stop()
  await Promise.all(Array.from({ length: countMax }, guarded))
  call.signal.removeEventListener('abort', stop)
  if (failures.length > 0) throw failures[0]
}
