import { createHash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import { Transform } from 'node:stream'
import type { TransformCallback } from 'node:stream'
import type { IHasher } from 'hash-wasm'
import { digestCrc64 } from './crc64.js'

/** The bytes that were read are not those of which the source's etag is the MD5. */
export class Md5Mismatch extends Error {}

/**
 * Takes the CRC-64 of what passes and, where an MD5 is expected, that too. The last piece is held back until the MD5 is
 * known to agree, so that bytes which differ never make a whole object at the other end.
 */
export class Fingerprint extends Transform {
  readonly #hasher: IHasher
  readonly #md5: Hash | undefined
  readonly #expectedMd5: string | undefined
  #held: Buffer | undefined
  #proven = false

  /** `md5` in hexadecimal. */
  constructor(hasher: IHasher, md5: string | undefined) {
    super()
    this.#hasher = hasher
    this.#expectedMd5 = md5?.toLowerCase()
    this.#md5 = md5 === undefined ? undefined : createHash('md5')
  }

  /** Of all bytes that passed. */
  crc64(): bigint {
    return digestCrc64(this.#hasher)
  }

  /** The MD5 was expected, and agreed. */
  get proven(): boolean {
    return this.#proven
  }

  override _transform(bytes: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hasher.update(bytes)
    if (this.#md5 === undefined) return done(null, bytes)
    this.#md5.update(bytes)
    const ready = this.#held
    this.#held = bytes
    done(null, ready)
  }

  override _flush(done: TransformCallback): void {
    if (this.#md5 !== undefined) {
      const md5 = this.#md5.digest('hex')
      if (md5 !== this.#expectedMd5) return done(new Md5Mismatch(`${md5} instead of ${this.#expectedMd5}`))
      this.#proven = true
    }
    done(null, this.#held)
  }
}
