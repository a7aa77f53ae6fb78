import { createHash } from 'node:crypto'
import { createCRC32, createCRC64 } from 'hash-wasm'
import type { IHasher } from 'hash-wasm'
import { digestCrc64 } from './crc64.js'
import type { DigestKind } from './copy-job.js'

/** Reflected polynomials (transfer.md 3.6; RFC 3720 for CRC-32C). */
const nvmePolynomial = '9a6c9329ac4bc9b5'
const castagnoliPolynomial = 0x82f63b78

const openers = {
  crc64: () => createCRC64(),
  crc64nvme: () => createCRC64(nvmePolynomial),
  crc32c: () => createCRC32(castagnoliPolynomial),
}

type WasmKind = keyof typeof openers

interface Running {
  update(bytes: Buffer): unknown
  digest(encoding: 'hex'): string
}

/** What is computed of the bytes of one request while they pass. */
export interface Prints {
  update(bytes: Buffer): void
  /** Decimal. */
  crc64(): string
  /** Hexadecimal; may be asked for once. */
  digest(): string | undefined
}

/**
 * Hashers for reuse. Each is a WebAssembly instance with a memory of its own, and address space for a memory is
 * reserved generously: one for every chunk of a large table would use it up before the garbage collector wakes.
 */
export class Hashers {
  readonly #free = new Map<WasmKind, IHasher[]>()

  async use<Result>(kind: DigestKind | undefined, work: (prints: Prints) => Promise<Result>): Promise<Result> {
    const own = await this.#take('crc64')
    const asked = kind === 'crc64nvme' || kind === 'crc32c' ? await this.#take(kind) : undefined
    try {
      return await work(prints(own, asked ?? (kind === undefined ? undefined : createHash(kind))))
    } finally {
      this.#giveBack('crc64', own)
      if (asked !== undefined) this.#giveBack(kind as WasmKind, asked)
    }
  }

  async #take(kind: WasmKind): Promise<IHasher> {
    return (this.#free.get(kind)?.pop() ?? (await openers[kind]())).init()
  }

  #giveBack(kind: WasmKind, hasher: IHasher): void {
    const free = this.#free.get(kind) ?? []
    this.#free.set(kind, free)
    free.push(hasher)
  }
}

function prints(own: IHasher, asked: Running | undefined): Prints {
  return {
    update: (bytes) => {
      own.update(bytes)
      asked?.update(bytes)
    },
    crc64: () => String(digestCrc64(own)),
    digest: () => asked?.digest('hex'),
  }
}
