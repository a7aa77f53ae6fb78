import { buffer } from 'node:stream/consumers'
import { MigrationError } from '../model/errors.js'
import { locationText } from '../model/names.js'
import type { Location } from '../model/names.js'
import type { Call } from '../model/work.js'
import type { ByteRange, ObjectInfo, ObjectStore } from '../store/store.js'
import { persist } from './attempts.js'
import type { Checksums, PartChecksum, TransferProof } from './carrier.js'
import type { Arrival, Crossing, Passage } from './crossing.js'
import { checkWhole, expectedMd5 } from './check-whole.js'
import { copyProven, wholeJob } from './copy-small.js'

/** What became of a part that somebody else was to copy. */
export type Judgement =
  | { readonly crossing: Crossing; readonly arrival: Arrival }
  /** `stale`: an object stands in the part's place and has to go before the part is sent again. */
  | { readonly crossing: Crossing; readonly reason: string; readonly stale: boolean }

/** Bytes at the end of an object that are compared where no checksum is; a Parquet footer lies there. */
const tailByteCount = 64 * 1024

/**
 * Looks at what stands in a part's place: its size always; its bytes as far as `proof` wants: `full` reads the source,
 * `ledger` takes what a worker read before, `light` compares the ends. An MD5 on both sides proves it without reading.
 */
export async function judge(
  passage: Passage,
  crossing: Crossing,
  of: { readonly proof: TransferProof; readonly checksums?: Checksums },
  call: Call,
): Promise<Judgement> {
  const { part, target, meta, known } = crossing
  const found = await passage.to.stat(target, call)
  if (found === undefined) return { crossing, reason: 'missing', stale: false }
  if (found.byteCount !== part.byteCount) {
    return { crossing, reason: `${found.byteCount} bytes instead of ${part.byteCount}`, stale: true }
  }
  const earlier = known?.object
  if (earlier !== undefined && earlier.sourceEtag === meta.sourceEtag && earlier.crc64 === found.crc64) {
    return { crossing, arrival: arrivalOf(found, earlier.proof) }
  }
  // Our own copy of before a crash: who made it knows it again.
  if (found.provenance?.source === meta.source && found.provenance.run === meta.run) {
    return { crossing, reason: 'sent again before', stale: false }
  }
  return proven(passage, crossing, found, of, call)
}

async function proven(
  passage: Passage,
  crossing: Crossing,
  found: ObjectInfo,
  { proof, checksums }: { readonly proof: TransferProof; readonly checksums?: Checksums },
  call: Call,
): Promise<Judgement> {
  const md5 = expectedMd5(passage, crossing)
  const foundMd5 = /^[0-9a-f]{32}$/i.test(found.etag) ? found.etag.toLowerCase() : undefined
  if (md5 !== undefined && md5.toLowerCase() === foundMd5) {
    const source = await passage.from.stat(crossing.part.location, call)
    if (source?.etagIsMd5 === true && source.etag === md5)
      return { crossing, arrival: arrivalOf(found, 'source+target') }
  }
  const told = await checksums?.of(crossing.relationId, crossing.part)
  if (told !== undefined) return compared(crossing, found, told)
  if (proof === 'ledger') throw noChecksum(crossing)
  // Two MD5s that differ may be none (KMS): only reading tells.
  if (proof === 'full' || (md5 !== undefined && foundMd5 !== undefined))
    return compared(crossing, found, await readChecksum(passage, crossing, call))
  return tailsAlike(passage, crossing, found, call)
}

function compared(crossing: Crossing, found: ObjectInfo, { crc64, proven }: PartChecksum): Judgement {
  if (found.crc64 === crc64) return { crossing, arrival: arrivalOf(found, proven ? 'source+target' : 'target-only') }
  return { crossing, reason: `CRC-64 ${found.crc64 ?? 'unknown'} instead of ${crc64}`, stale: true }
}

/** The CRC-64 of a part as it lies at the source; `proven`: its MD5 agreed with its etag. */
export async function readChecksum(
  passage: Passage,
  crossing: Crossing,
  call: Call,
): Promise<{ readonly crc64: string; readonly proven: boolean }> {
  const read = async (): Promise<{ crc64: string; proven: boolean }> => {
    const check = await checkWhole(passage, crossing, call)
    const { crc64 } = await copyProven(passage, crossing, wholeJob(crossing, { kind: 'nowhere' }, check), call)
    return { crc64, proven: check !== undefined }
  }
  return persist(passage.limits.chunkAttemptCountMax, call, () => passage.slots.hold(call.signal, read))
}

async function tailsAlike(passage: Passage, crossing: Crossing, found: ObjectInfo, call: Call): Promise<Judgement> {
  const { part, target, meta } = crossing
  const last = part.byteCount - 1
  const range = { first: Math.max(0, part.byteCount - tailByteCount), last }
  if (last >= 0) {
    const source = await readTail(passage.from, part.location, range, meta.sourceEtag, call)
    const copy = await readTail(passage.to, target, range, found.etag, call)
    if (!source.equals(copy)) {
      return { crossing, reason: `other bytes at its end (of ${range.last - range.first + 1} compared)`, stale: true }
    }
  }
  return { crossing, arrival: arrivalOf(found, 'size-only') }
}

async function readTail(
  store: ObjectStore,
  location: Location,
  range: ByteRange,
  etag: string,
  call: Call,
): Promise<Buffer> {
  return buffer(await store.read(location, { range, ifMatch: etag }, call))
}

function arrivalOf(found: ObjectInfo, proof: Arrival['proof']): Arrival {
  if (found.crc64 === undefined) {
    throw new MigrationError('transfer-failed', `${locationText(found.location)}: the store tells no CRC-64 of it`)
  }
  return { etag: found.etag, crc64: found.crc64, proof, skipped: false }
}

function noChecksum({ part }: Crossing): MigrationError {
  const message = `prove ${locationText(part.location)}: the ledger of checksums has no line for it as it stands now`
  return new MigrationError('transfer-failed', message, {
    hint: 'run migrate checksum --source again, or transfer with --proof full',
    // The job has done its work, and is not to be repeated for it: the worker may be writing that line now.
    transient: true,
  })
}
