import type { Location } from '../model/names.js'
import type { Call } from '../model/work.js'
import type { ByteRange, Provenance, Upload } from '../store/store.js'

/** What a source can be asked to prove bytes by, besides our own CRC-64. */
export type DigestKind = 'crc64nvme' | 'crc32c' | 'md5' | 'sha256'

export type CopyTarget =
  | { readonly kind: 'chunk'; readonly upload: Upload; readonly number: number }
  | { readonly kind: 'object'; readonly location: Location; readonly meta: Provenance }
  /** Read only, for the fingerprints. */
  | { readonly kind: 'nowhere' }

/** One request read and, but for `nowhere`, one request written. Plain data: it may cross to another thread. */
export interface CopyJob {
  readonly from: Location
  readonly range?: ByteRange
  readonly ifMatch: string
  readonly byteCount: number
  readonly to: CopyTarget
  readonly digest?: DigestKind
  /** Hexadecimal: where the digest differs the last bytes are held back, so that no whole object comes of them. */
  readonly expected?: string
  /** Bytes enough to be read into memory, and proven there by whatever the source tells along with them. */
  readonly isWhole?: boolean
}

export interface Copied {
  /** Of what was read, decimal. */
  readonly crc64: string
  /** Hexadecimal, of the kind that was asked for. */
  readonly digest?: string
  readonly etag: string
  /** The source told a checksum, and the bytes agree with it. */
  readonly isProven: boolean
  /** What the target says it holds. */
  readonly storedCrc64?: string
  readonly delayedMilliseconds?: number
  readonly milliseconds: number
}

/** Where bytes are moved: in this thread, or in others. */
export interface Copier {
  /** Errors: those of the stores, `transfer-failed` for an object that was replaced or removed, DigestMismatch. */
  copy(job: CopyJob, call: Call): Promise<Copied>
  /** Of objects that it takes as a whole. */
  readonly wholeByteCountMax: number
  close(): Promise<void>
}
