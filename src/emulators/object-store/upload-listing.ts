import type { UploadRecord } from './object-record.js'

export interface UploadListQuery {
  readonly prefix: string
  readonly keyMarker: string
  /** Counts only together with a key marker. */
  readonly idMarker: string
  readonly countMax: number
}

/** One page of uploads that are already in order. */
export function listUploadsPage(
  uploads: readonly UploadRecord[],
  query: UploadListQuery,
): { readonly page: readonly UploadRecord[]; readonly truncated: boolean } {
  const after = uploads.filter((upload) => upload.key.startsWith(query.prefix) && isAfter(upload, query))
  const page = after.slice(0, query.countMax)
  return { page, truncated: after.length > page.length }
}

function isAfter(upload: UploadRecord, { keyMarker, idMarker }: UploadListQuery): boolean {
  if (keyMarker === '') return true
  const order = Buffer.compare(Buffer.from(upload.key), Buffer.from(keyMarker))
  return order > 0 || (order === 0 && idMarker !== '' && upload.uploadId > idMarker)
}
