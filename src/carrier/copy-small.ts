import type { MigrationError } from '../model/errors.js'
import type { Call } from '../model/work.js'
import type { ObjectInfo } from '../store/store.js'
import { corrupt } from './copy-chunk.js'
import type { Arrival, Crossing, Passage } from './crossing.js'
import { expectedMd5, explainMismatch } from './expected-md5.js'
import type { Fingerprint } from './fingerprint.js'
import { readThrough } from './read-source.js'

/** One try to copy an object in one request. A transient error means that another try may find it written. */
export async function copySmall(passage: Passage, crossing: Crossing, call: Call): Promise<Arrival> {
  const { part } = crossing
  const range = part.byteCount > 0 ? { range: { first: 0, last: part.byteCount - 1 } } : {}
  const of = { ...range, ...expectedMd5(passage, crossing) }
  return passage.slots.hold(call.signal, () =>
    readThrough(passage, crossing, of, call, async (bytes) => {
      const info = await write(passage, crossing, bytes, call)
      const crc64 = String(bytes.crc64())
      if (info.crc64 !== crc64) throw await discard(passage, crossing, crc64, info, call)
      return { etag: info.etag, crc64, proof: bytes.proven ? 'source+target' : 'target-only', skipped: false }
    }),
  )
}

async function write(passage: Passage, crossing: Crossing, bytes: Fingerprint, call: Call): Promise<ObjectInfo> {
  const { part, target, meta } = crossing
  try {
    const info = await passage.to.write(target, bytes, part.byteCount, meta, call)
    passage.sentByteCount += part.byteCount
    return info
  } catch (error) {
    throw await explainMismatch(passage, crossing, error, call)
  }
}

/** What we wrote this moment, and wrong, is ours to take away again. */
async function discard(
  passage: Passage,
  crossing: Crossing,
  crc64: string,
  info: ObjectInfo,
  call: Call,
): Promise<MigrationError> {
  const error = corrupt(crossing, 0, crc64, info.crc64)
  if (error.transient) await passage.to.remove(crossing.target, call)
  return error
}
