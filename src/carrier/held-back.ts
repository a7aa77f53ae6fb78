import { Transform } from 'node:stream'
import type { TransformCallback } from 'node:stream'
import type { Prints } from './prints.js'

/** The bytes that were read are not those that the source's checksum is of. */
export class DigestMismatch extends Error {
  override readonly name = 'DigestMismatch'
}

/**
 * Passes bytes on but for the last piece, which waits until the digest is known to agree, so that bytes which differ
 * never make a whole object at the other end.
 */
export class HeldBack extends Transform {
  readonly #prints: Prints
  readonly #expected: string
  #held: Buffer | undefined

  /** `expected` in hexadecimal. */
  constructor(prints: Prints, expected: string) {
    super()
    this.#prints = prints
    this.#expected = expected.toLowerCase()
  }

  override _transform(bytes: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#prints.update(bytes)
    const ready = this.#held
    this.#held = bytes
    done(null, ready)
  }

  override _flush(done: TransformCallback): void {
    const digest = this.#prints.digest()
    if (digest !== this.#expected) return done(new DigestMismatch(`${digest} instead of ${this.#expected}`))
    done(null, this.#held)
  }
}
