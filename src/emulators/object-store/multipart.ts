import { createHash } from 'node:crypto'
import type { PartRecord } from './object-record.js'
import type { ObjectState } from './object-state.js'
import { Refusal } from './refusal.js'
import { readXml } from './xml.js'

export const partNumberMax = 10_000
export const partByteCountMax = 5 * 1024 ** 3

/** A part as the completing client lists it. */
export interface ChosenPart {
  readonly number: number
  readonly etag: string
  /** Any `Checksum…` elements beside the etag, by name. */
  readonly checksums: Readonly<Record<string, string>>
}

export function readPartNumber(text: string | undefined): number {
  const number = /^\d{1,6}$/.test(text ?? '') ? Number(text) : 0
  if (number >= 1 && number <= partNumberMax) return number
  const message = 'Part number must be an integer between 1 and 10000, inclusive'
  throw new Refusal(400, 'InvalidArgument', message, { ArgumentName: 'partNumber', ArgumentValue: text ?? '' })
}

export function readChosenParts(text: string): readonly ChosenPart[] {
  const document = readXml(text, 'CompleteMultipartUpload', ['Part'])
  const parts = (document.Part ?? []) as readonly Readonly<Record<string, string>>[]
  if (parts.length === 0) {
    throw new Refusal(
      400,
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    )
  }
  return parts.map((part) => ({
    number: readPartNumber(part.PartNumber?.trim()),
    etag: (part.ETag ?? '').trim().replace(/^"|"$/g, ''),
    checksums: Object.fromEntries(Object.entries(part).filter(([name]) => name.startsWith('Checksum'))),
  }))
}

/** The stored parts that were chosen, or the refusal: order first, then existence and etag, then sizes. */
export function matchParts(
  state: ObjectState,
  uploadId: string,
  chosen: readonly ChosenPart[],
  presentEtag: (etag: string) => string,
  byteCountMin: number,
): readonly PartRecord[] {
  const unordered = chosen.some((part, i) => i > 0 && part.number <= (chosen[i - 1]?.number ?? 0))
  if (unordered) {
    throw new Refusal(
      400,
      'InvalidPartOrder',
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
    )
  }
  const parts = chosen.map((one) => {
    const part = state.uploads.part(uploadId, one.number)
    if (part !== undefined && presentEtag(part.etag) === one.etag) return part
    const message =
      "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag."
    throw new Refusal(400, 'InvalidPart', message, {
      UploadId: uploadId,
      PartNumber: String(one.number),
      ETag: one.etag,
    })
  })
  const small = parts.slice(0, -1).find((part) => part.byteCount < byteCountMin)
  if (small !== undefined) {
    throw new Refusal(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
      ProposedSize: String(small.byteCount),
      MinSizeAllowed: String(byteCountMin),
      PartNumber: String(small.number),
      ETag: presentEtag(small.etag),
    })
  }
  return parts
}

/** MD5 of the parts' MD5s and `-<parts>` (transfer.md 4). */
export function joinEtags(parts: readonly PartRecord[]): string {
  const hash = createHash('md5')
  for (const part of parts) hash.update(part.etag, 'hex')
  return `${hash.digest('hex')}-${parts.length}`
}
