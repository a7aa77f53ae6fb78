import type { Location } from '../model/names.js'
import type { Manifest } from '../model/manifest.js'
import type { Work } from '../model/work.js'

/** Relations that travel together under one prefix; streaming: one relation. */
export interface Consignment {
  readonly id: string
  readonly run: string
  /** Source manifests. A part `from.key + rest` becomes `to.key + rest`. */
  readonly manifests: readonly Manifest[]
  readonly from: Location
  readonly to: Location
}

/** One line of `ledger/<consignment>.jsonl`. */
export type LedgerEntry =
  | {
      readonly kind: 'upload'
      readonly key: string
      readonly uploadId: string
      readonly etag: string
      readonly chunkByteCount: number
    }
  | {
      readonly kind: 'chunk'
      readonly key: string
      readonly uploadId: string
      readonly number: number
      readonly byteCount: number
      readonly etag: string
      readonly crc64: string
    }
  | {
      readonly kind: 'object'
      readonly key: string
      readonly byteCount: number
      readonly sourceEtag: string
      readonly targetEtag: string
      readonly crc64: string
      readonly proof: Proof
      readonly skipped: boolean
    }

/** How far an object's bytes are proven: read and stored alike, or only that the target holds what was read. */
export type Proof = 'source+target' | 'target-only'

/** `note` resolves when the line is durable; notes made together are synced together. Keys are source keys. */
export interface Ledger {
  entries(): AsyncIterable<LedgerEntry>
  note(entry: LedgerEntry): Promise<void>
}

export type CarryHandle = { readonly consignment: string; readonly token: string }

export type CarriedPart = {
  readonly relationId: string
  readonly key: string
  readonly byteCount: number
  readonly rowCount: number
  readonly etag: string
  readonly crc64: string
  readonly proof: string
}

export type CarryOutcome = {
  readonly parts: readonly CarriedPart[]
  readonly byteCount: number
  /** Bytes that were sent now, as opposed to found in place. */
  readonly sentByteCount: number
}

/** What moves parts between stores. Carrying again after a crash sends only what is missing. */
export interface Carrier {
  carry(consignment: Consignment, ledger: Ledger): Work<CarryHandle, CarryOutcome>
}
