import { RedshiftFault } from './fault.js'

/** Reads the fields of one frontend message; too short a message is a protocol violation. */
export class MessageReader {
  readonly #body: Buffer
  #at = 0

  constructor(body: Buffer) {
    this.#body = body
  }

  #take(byteCount: number): Buffer {
    const end = this.#at + byteCount
    if (byteCount < 0 || end > this.#body.length) {
      throw new RedshiftFault('08P01', 'insufficient data left in message')
    }
    const bytes = this.#body.subarray(this.#at, end)
    this.#at = end
    return bytes
  }

  byte(): string {
    return this.#take(1).toString('latin1')
  }

  int16(): number {
    return this.#take(2).readInt16BE(0)
  }

  int32(): number {
    return this.#take(4).readInt32BE(0)
  }

  text(): string {
    const end = this.#body.indexOf(0, this.#at)
    if (end < 0) throw new RedshiftFault('08P01', 'invalid string in message')
    const text = this.#body.toString('utf8', this.#at, end)
    this.#at = end + 1
    return text
  }

  /** A length and that many bytes; undefined for NULL. */
  bytes(): Buffer | undefined {
    const length = this.int32()
    return length === -1 ? undefined : this.#take(length)
  }

  /** A 16-bit count and that many items. */
  list<T>(item: () => T): T[] {
    const count = this.int16()
    return Array.from({ length: Math.max(count, 0) }, item)
  }
}
