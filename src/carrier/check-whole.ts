import { MigrationError } from '../model/errors.js'
import { locationText } from '../model/names.js'
import type { Call } from '../model/work.js'
import type { DigestKind } from './copy-job.js'
import type { Crossing, Passage } from './crossing.js'
import { DigestMismatch } from './held-back.js'

/** What one request for the whole object is held against; `expected` in hexadecimal. */
export interface WholeCheck {
  readonly digest: DigestKind
  readonly expected: string
}

/**
 * The etag where it may be the MD5 of the whole object (one part, and no key of KMS as far as we know: no request is
 * needed to learn that), else a checksum that the store tells; undefined: nothing proves it (transfer.md 4).
 */
export async function checkWhole(passage: Passage, crossing: Crossing, call: Call): Promise<WholeCheck | undefined> {
  const { part, meta } = crossing
  const byEtag = etagCheck(passage, crossing)
  if (byEtag !== undefined) return byEtag
  const found = await passage.from.stat(part.location, call)
  if (found === undefined || found.etag !== meta.sourceEtag) return undefined
  const { crc64nvme, crc32c, sha256 } = found.checksums ?? {}
  if (crc64nvme !== undefined) return { digest: 'crc64nvme', expected: crc64nvme }
  if (crc32c !== undefined) return { digest: 'crc32c', expected: crc32c }
  return sha256 === undefined ? undefined : { digest: 'sha256', expected: sha256 }
}

export function etagCheck(passage: Passage, crossing: Crossing): WholeCheck | undefined {
  const md5 = expectedMd5(passage, crossing)
  return md5 === undefined ? undefined : { digest: 'md5', expected: md5 }
}

/** The etag, where it may be the MD5 of the whole object. */
export function expectedMd5({ etagsAreMd5 }: Passage, { meta }: Crossing): string | undefined {
  return etagsAreMd5 && /^[0-9a-f]{32}$/i.test(meta.sourceEtag) ? meta.sourceEtag : undefined
}

/**
 * Makes a mismatch an error that another try may heal, and asks first whether an etag is an MD5 at all. Where it is not,
 * none of the consignment is, since one UNLOAD wrote them all alike: the next try expects none.
 */
export async function explainMismatch(
  passage: Passage,
  { part }: Crossing,
  error: unknown,
  call: Call,
): Promise<unknown> {
  if (!(error instanceof DigestMismatch)) return error
  const found = await passage.from.stat(part.location, call)
  if (found?.etagIsMd5 === false) passage.etagsAreMd5 = false
  const message = `carry ${locationText(part.location)}: from offset 0, other bytes came than its checksum tells (${error.message})`
  return new MigrationError('transfer-corrupt', message, {
    hint: 'bytes change on the way from S3, or the object was damaged there; unload the relation again with --redo',
    transient: true,
    cause: error,
  })
}
