import type { MigrationError } from '../model/errors.js'
import type { Call } from '../model/work.js'
import { checkWhole, etagCheck, explainMismatch } from './check-whole.js'
import type { WholeCheck } from './check-whole.js'
import { corrupt } from './copy-chunk.js'
import type { Copied, CopyJob, CopyTarget } from './copy-job.js'
import { wholesPerSlot } from './crossing.js'
import type { Arrival, Crossing, Passage } from './crossing.js'

/** One try to copy an object in one request. A transient error means that another try may find it written. */
export async function copySmall(passage: Passage, crossing: Crossing, call: Call): Promise<Arrival> {
  const { part, target: location, meta } = crossing
  // The store's own checksum comes with the bytes of a whole object; for a stream somebody has to ask before.
  const isWhole = part.byteCount <= passage.copier.wholeByteCountMax
  const check = isWhole ? etagCheck(passage, crossing) : await checkWhole(passage, crossing, call)
  const job = { ...wholeJob(crossing, { kind: 'object', location, meta }, check), isWhole }
  const hold = async (): Promise<Arrival> => {
    const copied = await copyProven(passage, crossing, job, call)
    const { crc64, etag, storedCrc64 } = copied
    passage.sentByteCount += part.byteCount
    passage.onChunk?.(copied.milliseconds)
    if (copied.delayedMilliseconds !== undefined) passage.slots.slow()
    if (storedCrc64 !== crc64) throw await discard(passage, crossing, copied, call)
    return { etag, crc64, proof: copied.isProven ? 'source+target' : 'target-only', skipped: false }
  }
  return passage.slots.hold(call.signal, hold, slotsOf(passage, part.byteCount))
}

/** What an object takes of the chunks in flight: one that goes as a whole weighs little, and waits rather than works. */
export function slotsOf({ copier }: Pick<Passage, 'copier'>, byteCount: number): number {
  return byteCount <= copier.wholeByteCountMax ? 1 / wholesPerSlot : 1
}

/** For a whole object in one request. */
export function wholeJob({ part, meta }: Crossing, to: CopyTarget, check: WholeCheck | undefined): CopyJob {
  const { location: from, byteCount } = part
  return { from, ifMatch: meta.sourceEtag, byteCount, to, ...check }
}

export async function copyProven(passage: Passage, crossing: Crossing, job: CopyJob, call: Call): Promise<Copied> {
  try {
    return await passage.copier.copy(job, call)
  } catch (error) {
    throw await explainMismatch(passage, crossing, error, call)
  }
}

/** What we wrote this moment, and wrong, is ours to take away again. */
async function discard(
  passage: Passage,
  crossing: Crossing,
  { crc64, storedCrc64 }: Copied,
  call: Call,
): Promise<MigrationError> {
  const error = corrupt(crossing, 0, crc64, storedCrc64)
  if (error.transient) await passage.to.remove(crossing.target, call)
  return error
}
