/**
 * Keys in the order of their UTF-8 bytes, as both stores list them. JavaScript compares UTF-16 units, which differs
 * above U+FFFF; keys are therefore held as texts of one character a byte.
 */
export class KeyIndex<T> {
  readonly #values = new Map<string, T>()
  #order: string[] = []
  #sorted = true

  get size(): number {
    return this.#values.size
  }

  get(key: string): T | undefined {
    return this.#values.get(toBytes(key))
  }

  set(key: string, value: T): void {
    const bytes = toBytes(key)
    const isNew = !this.#values.has(bytes)
    this.#values.set(bytes, value)
    if (!isNew) return
    const last = this.#order.at(-1)
    this.#order.push(bytes)
    if (last !== undefined && bytes < last) this.#sorted = false
  }

  delete(key: string): void {
    const bytes = toBytes(key)
    if (!this.#values.delete(bytes)) return
    this.#sort()
    this.#order.splice(this.#position(bytes), 1)
  }

  /** Values whose key begins with `prefix` and comes after `after`; `skip(p)` jumps over all keys beginning with p. */
  *walk(prefix: string, after: string): Generator<T, void, { readonly skip: string } | undefined> {
    this.#sort()
    const wanted = toBytes(prefix)
    let at =
      after === '' ? this.#position(wanted) : Math.max(this.#position(wanted), this.#position(`${toBytes(after)}\0`))
    for (;;) {
      const bytes = this.#order[at]
      const value = bytes === undefined || !bytes.startsWith(wanted) ? undefined : this.#values.get(bytes)
      if (value === undefined) return
      const order = yield value
      at = order === undefined ? at + 1 : this.#position(`${toBytes(order.skip)}\u0100`)
    }
  }

  /** Of the first key not below `bytes`. */
  #position(bytes: string): number {
    let [low, high] = [0, this.#order.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#order[middle] ?? '') < bytes) low = middle + 1
      else high = middle
    }
    return low
  }

  #sort(): void {
    if (!this.#sorted) this.#order.sort()
    this.#sorted = true
  }
}

function toBytes(key: string): string {
  return Buffer.from(key, 'utf8').toString('latin1')
}
