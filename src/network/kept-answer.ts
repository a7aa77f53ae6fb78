import type { IncomingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'
import { framingOf, type AnswerHead } from './answer-head.js'
import { Dechunker } from './dechunker.js'
import { hungUp, type AnswerOrigin, type KeptBody } from './kept-body.js'
import { pieceByteCount, takePiece } from './pieces.js'

/** An answer with its body, which `receive` is given piece by piece. */
export class KeptAnswer extends Readable implements KeptBody {
  readonly statusCode: number
  readonly headers: IncomingHttpHeaders
  readonly #origin: AnswerOrigin
  readonly #dechunker: Dechunker | undefined
  /** Bytes of the body that are still to come; infinite until an end is met. */
  #left: number
  #piece: Buffer | undefined
  #filled = 0
  #isReady = true
  #isComplete = false

  /** Throws where the head does not tell how the body ends. */
  constructor(head: AnswerHead, origin: AnswerOrigin) {
    super({ highWaterMark: pieceByteCount })
    const framing = framingOf(head)
    this.statusCode = head.status
    this.headers = head.headers
    this.#origin = origin
    this.#dechunker = framing.kind === 'chunked' ? new Dechunker() : undefined
    this.#left = framing.kind === 'length' ? framing.byteCount : Number.POSITIVE_INFINITY
  }

  receive(bytes: Buffer): boolean {
    if (this.#isComplete) throw new Error('an answer goes on behind its end')
    if (this.#dechunker === undefined) {
      if (bytes.length > this.#left) throw new Error('an answer is longer than its content-length')
      this.#gather(bytes)
      if (this.#left === 0) this.#complete()
    } else {
      for (const piece of this.#dechunker.feed(bytes)) this.#gather(piece)
      if (this.#dechunker.isDone) this.#complete()
    }
    return this.#isReady || this.#isComplete
  }

  hangUp(error: Error | undefined): void {
    if (this.#isComplete) return
    const endsSo = this.#dechunker === undefined && this.#left === Number.POSITIVE_INFINITY
    if (endsSo && error === undefined) this.#complete()
    else this.destroy(error ?? hungUp())
  }

  override _read(): void {
    this.#isReady = true
    if (!this.#isComplete) this.#origin.resume()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#isComplete) this.#origin.drop()
    done(error)
  }

  /** Copies, since the next bytes of the connection come into the same memory. */
  #gather(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      this.#piece ??= takePiece(Math.min(pieceByteCount, this.#left))
      const count = bytes.copy(this.#piece, this.#filled, at)
      at += count
      this.#left -= count
      this.#filled += count
      if (this.#filled === this.#piece.length) this.#flush()
    }
  }

  #flush(): void {
    const piece = this.#piece?.subarray(0, this.#filled)
    this.#piece = undefined
    this.#filled = 0
    if (piece !== undefined && piece.length > 0) this.#isReady = this.push(piece)
  }

  #complete(): void {
    this.#isComplete = true
    this.#flush()
    this.push(null)
    this.#origin.release()
  }
}
