import type { Readable } from 'node:stream'
import type { OssEntry, OssHeaders, OssPart, OssUploadPage } from './oss-answer.js'

interface Asked {
  readonly headers?: Readonly<Record<string, string>>
  readonly meta?: Readonly<Record<string, string>>
  readonly contentLength?: number
}

interface Answered {
  readonly res: { readonly headers: OssHeaders }
}

/** What we use of ali-oss 6.23: its low-level calls, some of which its published types leave out. */
export interface OssClient {
  head(name: string, asked: object): Promise<Answered & { readonly meta: Record<string, string> | null }>
  listV2(
    query: Readonly<Record<string, string | number>>,
    asked: object,
  ): Promise<{ objects: readonly OssEntry[]; isTruncated: boolean; nextContinuationToken: string | null }>
  getStream(name: string, asked: Asked): Promise<Answered & { readonly stream: Readable }>
  initMultipartUpload(name: string, asked: Asked): Promise<{ readonly uploadId: string }>
  listParts(
    name: string,
    uploadId: string,
    query: Readonly<Record<string, string | number>>,
    asked: object,
  ): Promise<{ parts: OssPart | readonly OssPart[]; isTruncated: string; nextPartNumberMarker: string }>
  completeMultipartUpload(
    name: string,
    uploadId: string,
    parts: readonly { readonly number: number; readonly etag: string }[],
    asked: Asked,
  ): Promise<Answered>
  abortMultipartUpload(name: string, uploadId: string, asked: object): Promise<unknown>
  listUploads(query: Readonly<Record<string, string | number>>, asked: object): Promise<OssUploadPage>
  delete(name: string, asked: object): Promise<unknown>
}
