import type { Ledger, LedgerEntry, Proof } from '../model/ledger.js'
import type { Location } from '../model/names.js'
import type { Manifest } from '../model/manifest.js'
import type { Call, Work } from '../model/work.js'

/** Relations that travel together under one prefix; streaming: one relation. */
export interface Consignment {
  readonly id: string
  readonly run: string
  /** Source manifests. A part `from.key + rest` becomes `to.key + rest`. */
  readonly manifests: readonly Manifest[]
  readonly from: Location
  readonly to: Location
}

export type { Ledger, LedgerEntry, Proof }

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
  /**
   * Removes what this carrier left outside for a run (jobs, addresses), and nothing that it does not know as that run's;
   * called again it finds nothing. Returns the names of what it removed, for people. Absent: it leaves nothing.
   */
  clean?(run: string, call: Call): Promise<readonly string[]>
}
