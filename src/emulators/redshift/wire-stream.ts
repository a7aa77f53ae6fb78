import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { RedshiftFault } from './fault.js'

export interface Frame {
  readonly type: string
  readonly body: Buffer
}

/** Before a client is known it may not make the server hold much. */
export const startupByteCountMax = 10_000
/** A statement has at most 16 MB in Redshift; parameters come on top. */
export const frameByteCountMax = 64 * 1024 * 1024

/** The socket, read in exact pieces and written with regard for a slow reader. */
export class WireStream {
  #stream: Duplex
  /** Read from the socket and not yet asked for. */
  #held: Buffer[] = []
  #heldByteCount = 0
  #corked: Buffer[] = []
  #corkedByteCount = 0

  constructor(stream: Duplex) {
    this.#stream = stream
    stream.on('error', () => stream.destroy())
  }

  get raw(): Duplex {
    return this.#stream
  }

  /** Bytes that came and were not asked for yet. */
  get waitingByteCount(): number {
    return this.#heldByteCount + this.#stream.readableLength
  }

  /** After a TLS upgrade. Bytes that came before it would be read as if they had been encrypted. */
  replace(stream: Duplex): void {
    this.#stream = stream
    stream.on('error', () => stream.destroy())
  }

  /** Undefined when the client has gone. */
  async read(byteCount: number): Promise<Buffer | undefined> {
    while (this.#heldByteCount < byteCount) {
      // Asking a TLS socket for an exact number beyond its own buffer never ends, so all that is there is taken.
      const chunk = this.#stream.read() as Buffer | null
      if (chunk !== null) {
        this.#held.push(chunk)
        this.#heldByteCount += chunk.length
        continue
      }
      if (this.#stream.destroyed || this.#stream.readableEnded) return undefined
      await this.#readable()
    }
    const all = this.#held.length === 1 ? (this.#held[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#held)
    this.#held = all.length === byteCount ? [] : [all.subarray(byteCount)]
    this.#heldByteCount = all.length - byteCount
    return all.subarray(0, byteCount)
  }

  #readable(): Promise<void> {
    const stream = this.#stream
    return new Promise((resolve) => {
      const events = ['readable', 'end', 'close', 'error']
      const done = (): void => {
        for (const event of events) stream.off(event, done)
        resolve()
      }
      for (const event of events) stream.on(event, done)
    })
  }

  async readFrame(byteCountMax: number): Promise<Frame | undefined> {
    const head = await this.read(5)
    if (head === undefined) return undefined
    const length = head.readInt32BE(1) - 4
    if (length < 0 || length > byteCountMax) {
      throw new RedshiftFault('08P01', `invalid message length ${length + 4}`, { severity: 'FATAL' })
    }
    const body = await this.read(length)
    return body === undefined ? undefined : { type: head.toString('latin1', 0, 1), body }
  }

  /** Held back until {@link flush}, or until a good deal has come together. */
  async write(...messages: readonly Buffer[]): Promise<void> {
    for (const item of messages) {
      this.#corked.push(item)
      this.#corkedByteCount += item.length
    }
    if (this.#corkedByteCount >= 64 * 1024) await this.flush()
  }

  async flush(): Promise<void> {
    if (this.#corkedByteCount === 0) return
    const bytes = Buffer.concat(this.#corked)
    this.#corked = []
    this.#corkedByteCount = 0
    const stream = this.#stream
    if (stream.destroyed || stream.write(bytes)) return
    const gone = new AbortController()
    const { signal } = gone
    await Promise.race([once(stream, 'drain', { signal }), once(stream, 'close', { signal })]).catch(() => undefined)
    gone.abort()
  }

  async end(): Promise<void> {
    await this.flush()
    this.#stream.end()
  }

  destroy(): void {
    this.#stream.destroy()
  }
}
