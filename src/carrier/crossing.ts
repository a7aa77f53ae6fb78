import { MigrationError } from '../model/errors.js'
import type { Ledger, Proof } from '../model/ledger.js'
import type { Part } from '../model/manifest.js'
import { below, locationText } from '../model/names.js'
import type { Location } from '../model/names.js'
import type { RetryLimits } from '../model/retry.js'
import type { ObjectStore, Provenance } from '../store/store.js'
import type { Consignment } from './carrier.js'
import type { Copier } from './copy-job.js'
import type { KnownPart } from './ledger-state.js'
import type { Slots } from './slots.js'

export interface StreamingCarrierLimits {
  /** Of all consignments of one carrier together. */
  readonly chunksInFlight: number
  /** Bytes; up to twice as many for large objects, and more where one would have over 10,000 chunks. */
  readonly chunkByteCount: number
  /** Objects up to this size (bytes) travel in one request. */
  readonly smallObjectByteCountMax: number
  /** Tries of one chunk, or of one small object, whose bytes come out wrong; what breaks off has some more. */
  readonly chunkAttemptCountMax: number
}

export const defaultStreamingCarrierLimits: StreamingCarrierLimits = {
  chunksInFlight: 8,
  chunkByteCount: 8 * 1024 * 1024,
  smallObjectByteCountMax: 8 * 1024 * 1024,
  chunkAttemptCountMax: 3,
}

/** Small objects that are under way in the place of one chunk. */
export const wholesPerSlot = 4

export const retryPauses: Omit<RetryLimits, 'attemptCountMax'> = {
  firstDelayMilliseconds: 500,
  delayMillisecondsMax: 20_000,
}

/** What the parts of one consignment share while they are carried. */
export interface Passage {
  readonly from: ObjectStore
  readonly to: ObjectStore
  readonly ledger: Ledger
  readonly limits: StreamingCarrierLimits
  readonly slots: Slots
  readonly copier: Copier
  /** Becomes false when an etag that looks like an MD5 turned out to be none (KMS). */
  etagsAreMd5: boolean
  /** Bytes that were sent, again and again where that was needed. */
  sentByteCount: number
  readonly onChunk?: (milliseconds: number) => void
}

/** One part on its way. */
export interface Crossing {
  readonly relationId: string
  readonly part: Part
  readonly target: Location
  readonly meta: Provenance
  /** From the ledger, on return. */
  readonly known: KnownPart | undefined
}

/** How a part arrived. */
export interface Arrival {
  readonly etag: string
  readonly crc64: string
  readonly proof: Proof
  /** Found in place. */
  readonly skipped: boolean
}

export function planCrossing(
  consignment: Consignment,
  relationId: string,
  part: Part,
  known: KnownPart | undefined,
): Crossing {
  const { key } = part.location
  const source = locationText(part.location)
  if (part.location.bucket !== consignment.from.bucket || !key.startsWith(consignment.from.key)) {
    throw new MigrationError(
      'transfer-failed',
      `carry ${source}: it does not lie below ${locationText(consignment.from)}`,
    )
  }
  if (part.etag === undefined) {
    throw new MigrationError('transfer-failed', `carry ${source}: the manifest has no etag to pin the object by`)
  }
  const target = below(consignment.to, key.slice(consignment.from.key.length))
  return { relationId, part, target, meta: { run: consignment.run, source, sourceEtag: part.etag }, known }
}
