import { MigrationError } from '../model/errors.js'
import { locationText } from '../model/names.js'
import type { Proof } from '../model/ledger.js'
import type { Call } from '../model/work.js'
import type { Crossing, Passage } from './crossing.js'
import type { ChunkEntry } from './ledger-state.js'
import { agrees, digestFor, digestText, gridHolds } from './source-check.js'
import type { SourceCheck } from './source-check.js'
import { together } from './together.js'

/** Sends a chunk again, and notes it. */
export type Resend = (chunk: ChunkEntry, call: Call) => Promise<ChunkEntry>

/**
 * Holds what was read against what the source says, before anything is completed. Where they differ, every chunk is read
 * once more: one that reads otherwise than before is sent again; when all read alike, the object is not what the source
 * says, and `transfer-corrupt` tells so. `chunks` in order, changed in place.
 */
export async function proveSource(
  passage: Passage,
  crossing: Crossing,
  check: SourceCheck | undefined,
  chunks: ChunkEntry[],
  resend: Resend,
  call: Call,
): Promise<Proof> {
  if (check === undefined) return 'target-only'
  for (let attemptNumber = 1; !agrees(check, chunks); attemptNumber += 1) {
    if (!(await gridHolds(passage, crossing, check, call))) return 'target-only'
    if (attemptNumber > passage.limits.chunkAttemptCountMax) throw differs(crossing, check, offsetOf(chunks, 0))
    const changed = await readAgain(passage, crossing, check, chunks, call)
    if (changed.length === 0) throw differs(crossing, check, 0)
    if (attemptNumber === passage.limits.chunkAttemptCountMax) {
      throw differs(crossing, check, offsetOf(chunks, changed[0] ?? 0))
    }
    for (const index of changed) chunks[index] = await resend(chunks[index] as ChunkEntry, call)
  }
  return 'source+target'
}

/** The places of the chunks that read otherwise than they were copied. */
async function readAgain(
  passage: Passage,
  { part, meta }: Crossing,
  check: SourceCheck,
  chunks: readonly ChunkEntry[],
  call: Call,
): Promise<number[]> {
  const digest = digestFor(check)
  if (digest === undefined) return []
  const changed: number[] = []
  await together(chunks.keys(), passage.limits.chunksInFlight, call, async (index, inner) => {
    const { byteCount, digest: noted } = chunks[index] as ChunkEntry
    const first = offsetOf(chunks, index)
    const range = { first, last: first + byteCount - 1 }
    const job = {
      from: part.location,
      range,
      ifMatch: meta.sourceEtag,
      byteCount,
      to: { kind: 'nowhere' },
      digest,
    } as const
    const read = await passage.slots.hold(inner.signal, () => passage.copier.copy(job, inner))
    if (digestText(digest, read.digest ?? '') !== noted) changed.push(index)
  })
  return changed.sort((one, other) => one - other)
}

function offsetOf(chunks: readonly ChunkEntry[], index: number): number {
  return chunks.slice(0, index).reduce((sum, { byteCount }) => sum + byteCount, 0)
}

function differs({ part }: Crossing, check: SourceCheck, offset: number): MigrationError {
  const message = `carry ${locationText(part.location)}: from offset ${offset}, other bytes came than its ${check.kind} ${check.expected} tells`
  return new MigrationError('transfer-corrupt', message, {
    hint: 'bytes change on the way from S3, or the object was damaged there; unload the relation again with --redo',
  })
}
