/** One thing after the other, in the order in which turns were taken. A failed turn does not stop the next. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => undefined)
    return turn
  }

  /** Resolves when every turn that was taken so far is over. */
  async over(): Promise<void> {
    await this.#last
  }
}
