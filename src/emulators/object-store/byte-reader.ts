/** Reads lines and counted bytes from a stream of chunks, holding one chunk at a time. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>
  #chunk: Buffer = Buffer.alloc(0)

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** Up to the next line feed, without it and a carriage return before it; undefined at the end or beyond `byteCountMax`. */
  async line(byteCountMax: number): Promise<string | undefined> {
    let text = ''
    while (text.length <= byteCountMax) {
      const end = this.#chunk.indexOf(10)
      text += this.#chunk.subarray(0, end < 0 ? undefined : end).toString('latin1')
      if (end >= 0) {
        this.#chunk = this.#chunk.subarray(end + 1)
        return text.endsWith('\r') ? text.slice(0, -1) : text
      }
      if (!(await this.#fill())) return text === '' ? undefined : text
    }
    return undefined
  }

  /** Exactly that many bytes, or fewer when the stream ends. */
  async *take(byteCount: number): AsyncGenerator<Buffer> {
    let left = byteCount
    while (left > 0) {
      if (this.#chunk.length === 0 && !(await this.#fill())) return
      const part = this.#chunk.subarray(0, left)
      this.#chunk = this.#chunk.subarray(part.length)
      left -= part.length
      if (part.length > 0) yield part
    }
  }

  async #fill(): Promise<boolean> {
    const step = await this.#source.next()
    if (step.done === true) return false
    this.#chunk = Buffer.from(step.value.buffer, step.value.byteOffset, step.value.byteLength)
    return true
  }
}
