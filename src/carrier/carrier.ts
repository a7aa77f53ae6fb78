import type { Ledger, LedgerEntry, Proof } from '../model/ledger.js'
import type { Location } from '../model/names.js'
import type { JobCounts, Manifest, Part } from '../model/manifest.js'
import type { Call, Work } from '../model/work.js'

/** Relations that travel together under one prefix; streaming: one relation. */
export interface Consignment {
  readonly id: string
  readonly run: string
  /** Source manifests. A part `from.key + rest` becomes `to.key + rest`. */
  readonly manifests: readonly Manifest[]
  readonly from: Location
  readonly to: Location
  /** Who is to carry it, where the plan says so; absent: streaming. */
  readonly by?: 'online'
  /** What lies below `from` and must not travel with it, as pieces of keys that end in `/`: relations that came too late. */
  readonly without?: readonly string[]
}

export type { Ledger, LedgerEntry, Proof }

export type CarryHandle = {
  readonly consignment: string
  readonly token: string
  /** Milliseconds since 1970, of a job; absent where nothing outlives this process. */
  readonly startedAt?: number
  /** Why it goes without the job that it was to have; absent where it has one, and where none was planned. */
  readonly streamed?: string
}

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
  /** The job that carried it; absent without one. */
  readonly job?: CarryingJob
  /** Why parts that a job was to carry were streamed: it could not be made or started, or did not come to its end. */
  readonly rerouted?: string
  /** Parts that did not arrive as they should and were sent again. */
  readonly resent?: readonly { readonly key: string; readonly reason: string }[]
}

export type CarryingJob = {
  readonly name: string
  /** How it ended. */
  readonly how: string
  readonly failedCount: number
  /** Objects, as the service itself counts them; absent where it does not tell. */
  readonly told?: JobCounts
  /** Where what the service tells is not what was found in the stores. */
  readonly differences?: readonly string[]
}

/** How the bytes of parts that somebody else copied are proven (README tells what each level sees). */
export type TransferProof = 'full' | 'light' | 'ledger'

/** Checksums of parts that were read at the source before. */
export interface Checksums {
  /** Undefined where none was taken of the part with its etag. */
  of(relationId: string, part: Part): Promise<PartChecksum | undefined>
}

export interface PartChecksum {
  readonly crc64: string
  /** Its MD5 agreed with its etag. */
  readonly proven: boolean
}

/** Reads parts at the source for their checksums alone; can work anywhere near it. */
export interface ChecksumReader {
  read(relationId: string, part: Part, call: Call): Promise<PartChecksum>
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
