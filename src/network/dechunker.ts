/** Takes `Transfer-Encoding: chunked` off (RFC 9112 7.1); trailers are passed over. */
export class Dechunker {
  #state: 'size' | 'data' | 'after' | 'trailer' | 'done' = 'size'
  #line = ''
  #left = 0

  get isDone(): boolean {
    return this.#state === 'done'
  }

  /** The pieces of the body in these bytes, which they share memory with. Throws on what is no chunk. */
  feed(bytes: Buffer): Buffer[] {
    const pieces: Buffer[] = []
    let at = 0
    while (at < bytes.length && this.#state !== 'done') {
      if (this.#state === 'data') {
        const end = Math.min(bytes.length, at + this.#left)
        pieces.push(bytes.subarray(at, end))
        this.#left -= end - at
        at = end
        if (this.#left === 0) this.#state = 'after'
      } else {
        this.#character(String.fromCharCode(bytes[at] ?? 0))
        at += 1
      }
    }
    if (at < bytes.length) throw new Error('an answer goes on behind its end')
    return pieces
  }

  #character(one: string): void {
    if (one !== '\n') {
      this.#line += one
      if (this.#line.length > lineLengthMax) throw new Error('a chunk of an answer has no end of its line')
      return
    }
    const line = this.#line.replace(/\r$/, '')
    this.#line = ''
    if (this.#state === 'size') this.#size(line)
    else if (this.#state === 'after' && line === '') this.#state = 'size'
    else if (this.#state === 'trailer') this.#state = line === '' ? 'done' : 'trailer'
    else throw new Error('a chunk of an answer is longer than its size')
  }

  #size(line: string): void {
    const digits = /^([0-9a-f]{1,13})\s*(;|$)/i.exec(line)?.[1]
    if (digits === undefined) throw new Error(`a chunk of an answer begins with ${JSON.stringify(line.slice(0, 80))}`)
    this.#left = Number.parseInt(digits, 16)
    this.#state = this.#left === 0 ? 'trailer' : 'data'
  }
}

/** Of a size with its extensions, or of a trailer. */
const lineLengthMax = 8 * 1024
