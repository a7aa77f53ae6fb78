import { createHash } from 'node:crypto'
import type { DigestKind } from './copy-job.js'
import { CrcRun } from './crc-run.js'

interface Running {
  update(bytes: Buffer): unknown
  hex(): string
}

/** What is computed of the bytes of one request while they pass. */
export interface Prints {
  update(bytes: Buffer): void
  /** CRC-64/XZ, decimal. */
  crc64(): string
  /** Of the kind that was asked for, hexadecimal; may be asked for once. */
  digest(): string | undefined
}

export function openPrints(kind: DigestKind | undefined): Prints {
  const own = new CrcRun('xz')
  const asked = kind === undefined ? undefined : open(kind)
  return {
    update: (bytes) => {
      own.update(bytes)
      asked?.update(bytes)
    },
    crc64: () => String(own.value()),
    digest: () => asked?.hex(),
  }
}

function open(kind: DigestKind): Running {
  if (kind === 'crc64nvme' || kind === 'crc32c') return new CrcRun(kind)
  const hash = createHash(kind)
  return { update: (bytes) => hash.update(bytes), hex: () => hash.digest('hex') }
}
