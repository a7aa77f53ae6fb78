import type { Ledger, LedgerEntry } from '../model/ledger.js'

export type UploadEntry = Extract<LedgerEntry, { kind: 'upload' }>
export type ChunkEntry = Extract<LedgerEntry, { kind: 'chunk' }>
export type ObjectEntry = Extract<LedgerEntry, { kind: 'object' }>

/** What the ledger's lines add up to for one source key. */
export interface KnownPart {
  object?: ObjectEntry
  /** The newest; older ones were given up. */
  upload?: UploadEntry
  /** Chunks of that upload, by number. */
  readonly chunks: Map<number, ChunkEntry>
}

export type LedgerState = ReadonlyMap<string, KnownPart>

export async function readLedger(ledger: Ledger): Promise<LedgerState> {
  const state = new Map<string, KnownPart>()
  for await (const entry of ledger.entries()) {
    const known = state.get(entry.key) ?? { chunks: new Map<number, ChunkEntry>() }
    state.set(entry.key, known)
    take(known, entry)
  }
  return state
}

function take(known: KnownPart, entry: LedgerEntry): void {
  switch (entry.kind) {
    case 'upload':
      known.upload = entry
      known.chunks.clear()
      return
    case 'chunk':
      if (entry.uploadId === known.upload?.uploadId) known.chunks.set(entry.number, entry)
      return
    case 'object':
      known.object = entry
      // What led to it is not asked for again.
      delete known.upload
      known.chunks.clear()
      return
    case 'checksum':
    case 'rejected':
    case 'egress':
  }
}
