import type { IncomingHttpHeaders } from 'node:http'
import { framingOf, type AnswerHead } from './answer-head.js'
import { Dechunker } from './dechunker.js'
import { hungUp, type AnswerOrigin, type KeptBody } from './kept-body.js'
import { pieceByteCount, takePiece } from './pieces.js'

/** Memory of less is cheap. */
const reusedByteCountMin = 4 * 1024

/** An answer whose body is taken into memory as a whole, because it is small: a stream would cost more than its bytes. */
export class WholeAnswer implements KeptBody {
  readonly statusCode: number
  readonly headers: IncomingHttpHeaders
  readonly #body: Promise<Buffer>
  readonly #origin: AnswerOrigin
  readonly #byteCountMax: number
  readonly #dechunker: Dechunker | undefined
  /** Of the body; undefined until its end has come where no length was told. */
  readonly #byteCount: number | undefined
  #memory: Buffer
  #filled = 0
  #isComplete = false
  #resolve: (body: Buffer) => void = () => undefined
  #reject: (error: Error) => void = () => undefined

  /** Throws where the head does not tell how the body ends, and where it tells of more bytes than are wanted. */
  constructor(head: AnswerHead, origin: AnswerOrigin, byteCountMax: number) {
    const framing = framingOf(head)
    this.statusCode = head.status
    this.headers = head.headers
    this.#origin = origin
    this.#byteCountMax = byteCountMax
    this.#dechunker = framing.kind === 'chunked' ? new Dechunker() : undefined
    this.#byteCount = framing.kind === 'length' ? framing.byteCount : undefined
    this.#memory = memoryFor(this.#checked(this.#byteCount ?? 0))
    this.#body = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // Nobody may wait for it yet when it fails.
    this.#body.catch(() => undefined)
  }

  /** Errors: the connection's, or the signal's reason. */
  async whole(signal: AbortSignal): Promise<Buffer> {
    if (this.#isComplete) return this.#body
    const onAbort = (): void => {
      this.#reject(signal.reason as Error)
      this.#origin.drop()
    }
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await this.#body
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  receive(bytes: Buffer): boolean {
    if (this.#isComplete) throw new Error('an answer goes on behind its end')
    if (this.#dechunker === undefined) this.#gather(bytes)
    else for (const piece of this.#dechunker.feed(bytes)) this.#gather(piece)
    if (this.#dechunker?.isDone === true || this.#filled === this.#byteCount) this.#complete()
    return true
  }

  hangUp(error: Error | undefined): void {
    if (this.#isComplete) return
    const endsSo = this.#dechunker === undefined && this.#byteCount === undefined
    if (endsSo && error === undefined) this.#complete()
    else this.#reject(error ?? hungUp())
  }

  /** Copies, since the next bytes of the connection come into the same memory. */
  #gather(bytes: Buffer): void {
    const end = this.#checked(this.#filled + bytes.length)
    if (this.#byteCount !== undefined && end > this.#byteCount)
      throw new Error('an answer is longer than its content-length')
    if (end > this.#memory.length) this.#grow(end)
    bytes.copy(this.#memory, this.#filled)
    this.#filled = end
  }

  /** Where no length was told: error documents, as a rule. */
  #grow(byteCount: number): void {
    const memory = Buffer.allocUnsafe(Math.max(byteCount, 2 * this.#memory.length))
    this.#memory.copy(memory, 0, 0, this.#filled)
    this.#memory = memory
  }

  #checked(byteCount: number): number {
    if (byteCount <= this.#byteCountMax) return byteCount
    throw new Error(`an answer has ${byteCount} bytes where at most ${this.#byteCountMax} are wanted`)
  }

  #complete(): void {
    this.#isComplete = true
    this.#resolve(this.#memory.subarray(0, this.#filled))
    this.#origin.release()
  }
}

/** What is used again where it fits: memory of tens of kilobytes costs more to allocate than to fill. */
function memoryFor(byteCount: number): Buffer {
  const isWorthIt = byteCount >= reusedByteCountMin && byteCount <= pieceByteCount
  return isWorthIt ? takePiece(pieceByteCount).subarray(0, byteCount) : Buffer.allocUnsafe(byteCount)
}
