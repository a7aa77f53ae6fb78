/** Lets so many run at once, in the order they came. */
export class AtOnce {
  readonly #limit: number
  #running = 0
  readonly #waiting: (() => void)[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    // A finished worker hands its place to the first who waits, so the count stays as it is then.
    if (this.#running >= this.#limit) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#running += 1
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#running -= 1
      else next()
    }
  }
}

/** Runs `work` for every item, `limit` at once, taking items only as places become free. */
export async function eachAtOnce<T>(
  items: AsyncIterable<T> | Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>()
  const failures: unknown[] = []
  for await (const item of items) {
    if (running.size >= limit) await Promise.race(running)
    const started: Promise<void> = work(item)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => running.delete(started))
    running.add(started)
    if (failures.length > 0) break
  }
  await Promise.all(running)
  if (failures.length > 0) throw failures[0]
}

/** What `work` makes of every item, in the order of the items, `limit` at once; no more than that is ever held. */
export async function* inOrderAtOnce<T, Made>(
  items: AsyncIterable<T> | Iterable<T>,
  limit: number,
  work: (item: T) => Promise<Made>,
): AsyncGenerator<Made> {
  const running: Promise<Made>[] = []
  try {
    for await (const item of items) {
      const started = work(item)
      // Its failure is told when its turn comes; until then nobody waits for it.
      started.catch(() => undefined)
      running.push(started)
      if (running.length >= limit) yield await (running.shift() as Promise<Made>)
    }
    while (running.length > 0) yield await (running.shift() as Promise<Made>)
  } finally {
    await Promise.allSettled(running)
  }
}
