interface Entry {
  readonly secret: number
  readonly cancel: () => void
  readonly terminate: () => void
}

/** Who is connected: for cancel requests, and for closing. */
export class Sessions {
  readonly #entries = new Map<number, Entry>()
  #lastProcessId = 20_000

  nextProcessId(): number {
    this.#lastProcessId += 1
    return this.#lastProcessId
  }

  add(processId: number, entry: Entry): void {
    this.#entries.set(processId, entry)
  }

  remove(processId: number): void {
    this.#entries.delete(processId)
  }

  /** A CancelRequest: silent when the secret is wrong. */
  cancel(processId: number, secret: number): void {
    const entry = this.#entries.get(processId)
    if (entry?.secret === secret) entry.cancel()
  }

  /** `pg_cancel_backend`, `pg_terminate_backend`: false when there is no such session. */
  stop(processId: number, terminate: boolean): boolean {
    const entry = this.#entries.get(processId)
    if (entry === undefined) return false
    entry.cancel()
    if (terminate) entry.terminate()
    return true
  }

  cancelAll(): void {
    for (const entry of this.#entries.values()) entry.cancel()
  }
}
