import type { Call } from '../model/work.js'
import { giveBeginningBack } from '../network/pieces.js'
import type { ObjectStore, WholeObject } from '../store/store.js'
import type { Copied, CopyJob, CopyTarget, DigestKind } from './copy-job.js'
import { DigestMismatch } from './held-back.js'
import { openPrints } from './prints.js'

export interface WholeStores {
  readonly read: NonNullable<ObjectStore['readWhole']>
  readonly write: NonNullable<ObjectStore['writeWhole']>
}

interface Check {
  readonly digest: DigestKind
  readonly expected: string
}

/** Copies a small object through memory: streams cost several times what its bytes do. */
export async function copyWhole(
  { read, write }: WholeStores,
  job: CopyJob,
  { location, meta }: Extract<CopyTarget, { kind: 'object' }>,
  call: Call,
): Promise<Copied> {
  const startedAt = performance.now()
  const { byteCount, ifMatch } = job
  const found = await read(job.from, { byteCount, ifMatch }, call)
  const check = toldWith(found) ?? askedFor(job)
  const prints = openPrints(check?.digest)
  prints.update(found.bytes)
  const digest = prints.digest()
  if (check !== undefined && digest !== check.expected.toLowerCase()) {
    throw new DigestMismatch(`${digest} instead of ${check.expected}`)
  }
  const { etag, crc64: storedCrc64, delayedMilliseconds } = await write(location, found.bytes, meta, call)
  // The store has answered: nobody looks at them any more.
  giveBeginningBack(found.bytes)
  return {
    crc64: prints.crc64(),
    etag,
    milliseconds: performance.now() - startedAt,
    isProven: check !== undefined,
    ...(storedCrc64 !== undefined && { storedCrc64 }),
    ...(delayedMilliseconds !== undefined && { delayedMilliseconds }),
  }
}

/** Of several the cheapest one. */
function toldWith({ checksums = {} }: WholeObject): Check | undefined {
  const { crc64nvme, crc32c, sha256 } = checksums
  if (crc64nvme !== undefined) return { digest: 'crc64nvme', expected: crc64nvme }
  if (crc32c !== undefined) return { digest: 'crc32c', expected: crc32c }
  return sha256 === undefined ? undefined : { digest: 'sha256', expected: sha256 }
}

function askedFor({ digest, expected }: CopyJob): Check | undefined {
  return digest === undefined || expected === undefined ? undefined : { digest, expected }
}
