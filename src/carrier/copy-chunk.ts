import { MigrationError } from '../model/errors.js'
import { locationText } from '../model/names.js'
import type { Call } from '../model/work.js'
import type { Upload } from '../store/store.js'
import { persist } from './attempts.js'
import type { Crossing, Passage } from './crossing.js'
import type { ChunkEntry } from './ledger-state.js'
import type { CopyJob, DigestKind } from './copy-job.js'
import { digestText } from './source-check.js'

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
  { upload, digest }: { readonly upload: Upload; readonly digest?: DigestKind | undefined },
  chunk: Chunk,
  call: Call,
): Promise<ChunkEntry> {
  const job = chunkJob(crossing, upload, chunk, digest)
  return persist(passage.limits.chunkAttemptCountMax, call, () =>
    passage.slots.hold(call.signal, () => tryChunk(passage, crossing, job, chunk, call)),
  )
}

function chunkJob(
  { part, meta }: Crossing,
  upload: Upload,
  { number, offset, byteCount }: Chunk,
  digest: DigestKind | undefined,
): CopyJob {
  return {
    from: part.location,
    range: { first: offset, last: offset + byteCount - 1 },
    ifMatch: meta.sourceEtag,
    byteCount,
    to: { kind: 'chunk', upload, number },
    ...(digest !== undefined && { digest }),
  }
}

async function tryChunk(
  passage: Passage,
  crossing: Crossing,
  job: CopyJob,
  { number, offset, byteCount }: Chunk,
  call: Call,
): Promise<ChunkEntry> {
  const copied = await passage.copier.copy(job, call)
  passage.sentByteCount += byteCount
  passage.onChunk?.(copied.milliseconds)
  if (copied.delayedMilliseconds !== undefined) passage.slots.slow()
  const { crc64, etag, storedCrc64 } = copied
  if (storedCrc64 !== crc64) throw corrupt(crossing, offset, crc64, storedCrc64)
  const digest = job.digest && copied.digest && digestText(job.digest, copied.digest)
  const { key } = crossing.part.location
  const { uploadId } = (job.to as { readonly upload: Upload }).upload
  return { kind: 'chunk', key, uploadId, number, byteCount, etag, crc64, ...(digest !== undefined && { digest }) }
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
