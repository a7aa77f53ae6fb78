import type { DigestName } from './digests.js'
import { bend, type Mishap } from './mishap.js'
import type { ObjectRecord, PartRecord, UploadRecord } from './object-record.js'
import type { Decide, ObjectState } from './object-state.js'

/**
 * Makes one object of an upload's parts and ends the upload. The parts stay the files that they are and their CRCs are
 * combined, so that large objects take no longer than small ones; only where a mishap bends the bytes they are copied.
 */
export async function joinParts(
  state: ObjectState,
  upload: UploadRecord,
  parts: readonly PartRecord[],
  digests: readonly DigestName[],
  mishap: Mishap,
  decide: Decide,
): Promise<ObjectRecord> {
  if (!isBent(mishap)) return state.join(upload, parts, decide)
  const { uploadId, bucket, key } = upload
  const record = await state.put(bucket, key, bend(state.uploads.join(parts), mishap), digests, decide)
  state.uploads.remove(uploadId)
  return record
}

function isBent({ truncateTo, corruptAt, mangle }: Mishap): boolean {
  return truncateTo !== undefined || corruptAt !== undefined || mangle !== undefined
}
