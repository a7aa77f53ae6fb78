import type { EngineRow } from '../sql-engine.js'
import type { RsType } from './types.js'

/** Encodes the parts of one UNLOAD, each under a number of its own while it is open. */
export interface PartEncoder {
  /** Bytes that blank padding adds to a row, at most. */
  readonly paddingByteCount: number
  /** Bytes of the open part after these rows. */
  add(id: number, rows: readonly EngineRow[]): Promise<number>
  /** The file; the next rows under this number open another. */
  finish(id: number): Promise<Uint8Array>
  close(): Promise<void>
}

export function paddingByteCount(columns: readonly { readonly type: RsType }[]): number {
  return columns.reduce((sum, { type }) => sum + (type.name === 'char' ? (type.length ?? 1) : 0), 0)
}
