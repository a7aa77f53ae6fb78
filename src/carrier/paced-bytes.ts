import { Transform } from 'node:stream'
import type { TransformCallback } from 'node:stream'

/** A limit of bytes per second that all who move bytes share. */
export interface Bandwidth {
  /** Resolves when so many bytes may pass. */
  take(byteCount: number): Promise<void>
}

/** Lets bytes pass as the bandwidth allows. */
export class PacedBytes extends Transform {
  readonly #bandwidth: Bandwidth

  constructor(bandwidth: Bandwidth) {
    super()
    this.#bandwidth = bandwidth
  }

  override _transform(bytes: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#bandwidth.take(bytes.length).then(
      () => done(null, bytes),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
    )
  }
}
