import type { Call } from '../model/work.js'
import type { Crossing, Passage } from './crossing.js'

/** The etag where it may be the MD5 of the whole object: one part, and no key of KMS as far as we know (transfer.md 4). */
export function expectedMd5({ etagsAreMd5 }: Passage, { meta }: Crossing): { md5?: string } {
  return etagsAreMd5 && /^[0-9a-f]{32}$/i.test(meta.sourceEtag) ? { md5: meta.sourceEtag } : {}
}

/** After a mismatch: was the etag no MD5 at all? Then none of this consignment is, since one UNLOAD wrote them all alike. */
export async function learnEtagKind(passage: Passage, { part }: Crossing, call: Call): Promise<void> {
  const found = await passage.from.stat(part.location, call)
  if (found?.etagIsMd5 === false) passage.etagsAreMd5 = false
}
