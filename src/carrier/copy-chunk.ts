import { MigrationError } from '../model/errors.js'
import { locationText } from '../model/names.js'
import type { Call } from '../model/work.js'
import type { Upload } from '../store/store.js'
import { persist } from './attempts.js'
import type { Crossing, Passage } from './crossing.js'
import type { ChunkEntry } from './ledger-state.js'
import { readThrough } from './read-source.js'

/** A piece of an upload. */
export interface Chunk {
  /** 1-based. */
  readonly number: number
  /** Of its first byte in the object. */
  readonly offset: number
  readonly byteCount: number
}

export function* chunksOf(byteCount: number, chunkByteCount: number): Generator<Chunk> {
  for (let number = 1, offset = 0; offset < byteCount; number += 1, offset += chunkByteCount) {
    yield { number, offset, byteCount: Math.min(chunkByteCount, byteCount - offset) }
  }
}

/** Copies one chunk without ever holding all of it, and gives its ledger line once the target's CRC-64 equals ours. */
export async function copyChunk(
  passage: Passage,
  crossing: Crossing,
  upload: Upload,
  chunk: Chunk,
  call: Call,
): Promise<ChunkEntry> {
  return persist(passage.limits.chunkAttemptCountMax, call, () =>
    passage.slots.hold(call.signal, () => tryChunk(passage, crossing, upload, chunk, call)),
  )
}

async function tryChunk(
  passage: Passage,
  crossing: Crossing,
  upload: Upload,
  { number, offset, byteCount }: Chunk,
  call: Call,
): Promise<ChunkEntry> {
  const range = { first: offset, last: offset + byteCount - 1 }
  return readThrough(passage, crossing, { range }, call, async (bytes) => {
    const receipt = await passage.to.writeChunk(upload, number, bytes, byteCount, call)
    passage.sentByteCount += byteCount
    const crc64 = String(bytes.crc64())
    if (receipt.crc64 !== crc64) throw corrupt(crossing, offset, crc64, receipt.crc64)
    const { key } = crossing.part.location
    return { kind: 'chunk', key, uploadId: upload.uploadId, number, byteCount, etag: receipt.etag, crc64 }
  })
}

/** Transient: the same bytes are sent again, as long as attempts are left. */
export function corrupt(
  { part, target }: Crossing,
  offset: number,
  sent: string,
  stored: string | undefined,
): MigrationError {
  const message =
    `carry ${locationText(part.location)}: from offset ${offset}, ${locationText(target)} holds other bytes than were read ` +
    `(CRC-64 ${stored ?? 'not told'}, not ${sent})`
  return new MigrationError('transfer-corrupt', message, {
    hint: 'bytes change on the way; check memory and network of this machine, then run the same command again',
    transient: stored !== undefined,
  })
}
