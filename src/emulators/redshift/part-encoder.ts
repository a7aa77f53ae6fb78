import type { EngineRow } from '../sql-engine.js'
import type { RsType } from './types.js'

/** Encodes the parts of one UNLOAD, one open part a slice. */
export interface PartEncoder {
  /** Bytes that blank padding adds to a row, at most. */
  readonly paddingByteCount: number
  /** Bytes of the slice's open part after these rows. */
  add(slice: number, rows: readonly EngineRow[]): Promise<number>
  /** The file; the next rows of the slice open another. */
  finish(slice: number): Promise<Uint8Array>
  close(): Promise<void>
}

export function paddingByteCount(columns: readonly { readonly type: RsType }[]): number {
  return columns.reduce((sum, { type }) => sum + (type.name === 'char' ? (type.length ?? 1) : 0), 0)
}
