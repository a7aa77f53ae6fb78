import type { ChecksumReader } from '../carrier/carrier.js'
import type { FileChecksums } from '../journal/file-checksums.js'
import type { Manifest, Part } from '../model/manifest.js'
import type { Call } from '../model/work.js'
import { eachAtOnce } from './at-once.js'

export interface ChecksumCounts {
  /** Parts that were read now. */
  readonly readCount: number
  /** Parts whose checksum was there already. */
  readonly knownCount: number
  readonly byteCount: number
}

/** Reads every part of a relation that has no checksum yet, and writes down each as it is read: interrupted, it goes on. */
export async function takeChecksums(
  { relationId, parts }: Manifest,
  reader: ChecksumReader,
  checksums: FileChecksums,
  atOnce: number,
  call: Call,
): Promise<ChecksumCounts> {
  const ledger = checksums.open(relationId)
  let [readCount, knownCount, byteCount] = [0, 0, 0]
  try {
    await eachAtOnce(parts, atOnce, async (part) => {
      if ((await checksums.of(relationId, part)) !== undefined) return void (knownCount += 1)
      await takeOne(part)
    })
    return { readCount, knownCount, byteCount }
  } finally {
    await ledger.close()
  }

  async function takeOne(part: Part): Promise<void> {
    const { crc64, proven } = await reader.read(relationId, part, call)
    const { location, byteCount: size, etag: sourceEtag = '' } = part
    await ledger.note({ kind: 'checksum', key: location.key, byteCount: size, sourceEtag, crc64, proven })
    readCount += 1
    byteCount += size
  }
}
