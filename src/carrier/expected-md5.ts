import { MigrationError } from '../model/errors.js'
import { locationText } from '../model/names.js'
import type { Call } from '../model/work.js'
import type { Crossing, Passage } from './crossing.js'
import { Md5Mismatch } from './fingerprint.js'

/** The etag where it may be the MD5 of the whole object: one part, and no key of KMS as far as we know (transfer.md 4). */
export function expectedMd5({ etagsAreMd5 }: Passage, { meta }: Crossing): { md5?: string } {
  return etagsAreMd5 && /^[0-9a-f]{32}$/i.test(meta.sourceEtag) ? { md5: meta.sourceEtag } : {}
}

/**
 * Makes a mismatch of the MD5 an error that another try may heal, and asks first whether the etag is an MD5 at all.
 * Where it is not, none of the consignment is, since one UNLOAD wrote them all alike: the next try expects none.
 */
export async function explainMismatch(
  passage: Passage,
  { part }: Crossing,
  error: unknown,
  call: Call,
): Promise<unknown> {
  if (!(error instanceof Md5Mismatch)) return error
  const found = await passage.from.stat(part.location, call)
  if (found?.etagIsMd5 === false) passage.etagsAreMd5 = false
  const message = `carry ${locationText(part.location)}: from offset 0, other bytes came than its etag tells (MD5 ${error.message})`
  return new MigrationError('transfer-corrupt', message, {
    hint: 'bytes change on the way from S3, or the object was damaged there; unload the relation again with --redo',
    transient: true,
    cause: error,
  })
}
