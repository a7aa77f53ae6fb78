import type { EngineRow } from '../sql-engine.js'

/** Encodes the parts of one UNLOAD, one open part a slice. */
export interface PartEncoder {
  /** Bytes of the slice's open part after these rows. */
  add(slice: number, rows: readonly EngineRow[]): Promise<number>
  /** The file; the next rows of the slice open another. */
  finish(slice: number): Promise<Uint8Array>
  close(): Promise<void>
}
