import { Transform } from 'node:stream'
import type { TransformCallback } from 'node:stream'

/**
 * Passes bytes on and makes sure that they are as many as declared: fails on the first byte too many, and at the end
 * when bytes are missing. Without it a short body makes an HTTP client wait for the rest until its timeout (transfer.md 3.4).
 */
export class ExactLength extends Transform {
  readonly #byteCount: number
  readonly #failure: (seenByteCount: number) => Error
  #seenByteCount = 0

  constructor(byteCount: number, failure: (seenByteCount: number) => Error) {
    super()
    this.#byteCount = byteCount
    this.#failure = failure
  }

  override _transform(bytes: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#seenByteCount += bytes.length
    if (this.#seenByteCount > this.#byteCount) done(this.#failure(this.#seenByteCount))
    else done(null, bytes)
  }

  override _flush(done: TransformCallback): void {
    done(this.#seenByteCount === this.#byteCount ? null : this.#failure(this.#seenByteCount))
  }
}
