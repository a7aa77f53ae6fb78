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
      /** What the source's checksum is held against: `crc64nvme:`, `crc32c:` or `md5:` and hexadecimal. */
      readonly digest?: string
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
  | {
      /** Of a part as it was read at the source; in `checksums/<relationId>.jsonl`. */
      readonly kind: 'checksum'
      readonly key: string
      readonly byteCount: number
      readonly sourceEtag: string
      readonly crc64: string
      /** Its MD5 agreed with its etag. */
      readonly proven: boolean
    }
  | {
      /** About to be read from the source, where a limit of egress holds; in `ledger/egress.jsonl`. */
      readonly kind: 'egress'
      readonly key: string
      readonly byteCount: number
    }
  | {
      /** What somebody else copied was not the part; it is sent again. */
      readonly kind: 'rejected'
      readonly key: string
      readonly reason: string
    }

/**
 * How far an object's bytes are proven: read and stored alike; only that the target holds what was read; only that size
 * and ends are those of the source.
 */
export type Proof = 'source+target' | 'target-only' | 'size-only'

/** `note` resolves when the line is durable; notes made together are synced together. Keys are source keys. */
export interface Ledger {
  entries(): AsyncIterable<LedgerEntry>
  note(entry: LedgerEntry): Promise<void>
}
