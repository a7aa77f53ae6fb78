import { isIP } from 'node:net'
import type { Readable } from 'node:stream'
import OSS from 'ali-oss'
import type { AccessKeys, Credentials } from '../model/credentials.js'
import { MigrationError } from '../model/errors.js'
import { locationText } from '../model/names.js'
import type { Location } from '../model/names.js'
import type { Call } from '../model/work.js'
import type { Route } from '../network/route.js'
import { bareEtag, quotedEtag } from './etag.js'
import { ask } from './exchange.js'
import { withFreshKeys } from './fresh-keys.js'
import { guardAnswer, shortAnswer } from './guarded-body.js'
import { OpenRequest } from './open-request.js'
import {
  crc64Of,
  isGoneFromOss,
  listedOssChunk,
  listedOssObject,
  nextUploadMarkers,
  ossError,
  ossKey,
  partsOf,
  statedOssObject,
} from './oss-answer.js'
import type { OssUploadPage } from './oss-answer.js'
import type { OssClient } from './oss-client.js'
import { OssWriter } from './oss-writer.js'
import { OssTransport } from './oss-transport.js'
import type { OssTransportRequest } from './oss-transport.js'
import { provenanceToMetadata } from './provenance.js'
import type { ByteRange, ChunkReceipt, ObjectInfo, ObjectStore, Provenance, Upload } from './store.js'

export interface OssStoreOptions {
  readonly bucket: string
  /** `cn-hangzhou`, with or without `oss-` before it; part of every signature. */
  readonly region: string
  /** `https://oss-cn-hangzhou-internal.aliyuncs.com`; https where no scheme is given. Absent: the region's public one. */
  readonly endpoint?: string
  /** Bucket in the path instead of the host name, as endpoints on this machine need it. */
  readonly pathStyle?: boolean
  readonly credentials: Credentials
  /** Connections at a time; at least the chunks in flight. */
  readonly socketCountMax: number
  /** Proxy and authorities; absent: none but the system's. */
  readonly route?: Route
}

/** ali-oss only warns about keys that it does not refresh when neither this nor its own refresher is set. */
const refreshIntervalMilliseconds = 24 * 60 * 60 * 1000
/** Joining 10,000 chunks may take a service minutes, in which nothing is to be heard of it. */
const completeMilliseconds = 10 * 60 * 1000
const forbidOverwrite = { 'x-oss-forbid-overwrite': 'true' }

/**
 * Alibaba Cloud OSS through ali-oss, which signs (V4), builds addresses and reads answers; the bytes travel through
 * OssTransport. Every request has a client of its own: keys are asked for each time and never changed under a request
 * that is being signed, and an abort, which marks its client as cancelled, harms no other (transfer.md 3.4).
 */
export class OssStore implements ObjectStore {
  readonly #options: OssStoreOptions
  readonly #transport: OssTransport
  readonly #writer: OssWriter

  constructor(options: OssStoreOptions) {
    this.#options = options
    this.#writer = new OssWriter(options, options.credentials)
    this.#transport = new OssTransport(options.socketCountMax, options.route)
  }

  async ping(call: Call): Promise<void> {
    const { bucket } = this.#options
    await this.#ask(`ping oss://${bucket}/`, bucket, call, (client) => client.listV2({ 'max-keys': 1 }, {}))
  }

  async *list(prefix: Location, call: Call): AsyncGenerator<ObjectInfo> {
    const query = { prefix: prefix.key, 'max-keys': 1000, 'encoding-type': 'url' }
    let token: string | null = null
    do {
      const next: Record<string, string> = token === null ? {} : { 'continuation-token': token }
      const page = await this.#ask(`list ${locationText(prefix)}`, prefix.bucket, call, (client) =>
        client.listV2({ ...query, ...next }, {}),
      )
      for (const entry of page.objects) yield listedOssObject(prefix, entry)
      token = page.isTruncated ? nextToken(prefix, page.nextContinuationToken) : null
    } while (token !== null)
  }

  async stat(location: Location, call: Call): Promise<ObjectInfo | undefined> {
    try {
      const head = await this.#ask(`stat ${locationText(location)}`, location.bucket, call, (client) =>
        client.head(location.key, {}),
      )
      return statedOssObject(location, head.res.headers, head.meta ?? {})
    } catch (error) {
      if (isGoneFromOss(error)) return undefined
      throw error
    }
  }

  async read(
    location: Location,
    of: { readonly range?: ByteRange; readonly ifMatch?: string },
    call: Call,
  ): Promise<Readable> {
    const subject = `read ${locationText(location)}`
    const wanted = of.range && of.range.last - of.range.first + 1
    const request = new OpenRequest(subject, call, wanted ?? Number.MAX_SAFE_INTEGER)
    try {
      const { stream, res } = await this.#openRead(subject, location, readHeaders(of), request)
      const told = Number(res.headers['content-length'] ?? -1)
      if (told >= 0 && told === (wanted ?? told)) return guardAnswer(stream, told, request)
      stream.destroy()
      throw shortAnswer(subject, wanted ?? 0, told)
    } catch (error) {
      request.end()
      throw ossError(subject, request.reasonOr(error))
    }
  }

  write(location: Location, body: Readable, byteCount: number, meta: Provenance, call: Call): Promise<ObjectInfo> {
    return this.#writer.write(location, body, byteCount, meta, call)
  }

  writeWhole(location: Location, bytes: Buffer, meta: Provenance, call: Call): Promise<ObjectInfo> {
    return this.#writer.writeWhole(location, bytes, meta, call)
  }

  async openUpload(location: Location, meta: Provenance, call: Call): Promise<Upload> {
    const options = { headers: { ...forbidOverwrite }, meta: provenanceToMetadata(meta) }
    const { uploadId } = await this.#ask(`open upload ${locationText(location)}`, location.bucket, call, (client) =>
      client.initMultipartUpload(location.key, options),
    )
    return { location, uploadId }
  }

  writeChunk(
    upload: Upload,
    chunkNumber: number,
    body: Readable,
    byteCount: number,
    call: Call,
  ): Promise<ChunkReceipt> {
    return this.#writer.writeChunk(upload, chunkNumber, body, byteCount, call)
  }

  async *listChunks({ location, uploadId }: Upload, call: Call): AsyncGenerator<ChunkReceipt> {
    const subject = `list chunks of ${locationText(location)}`
    let marker: string | undefined = '0'
    do {
      const query: Record<string, string> = { 'max-parts': '1000', 'part-number-marker': marker }
      const page = await this.#ask(subject, location.bucket, call, (client) =>
        client.listParts(location.key, uploadId, query, {}),
      )
      for (const part of partsOf(page.parts)) yield listedOssChunk(part)
      marker = page.isTruncated === 'true' ? page.nextPartNumberMarker : undefined
    } while (marker !== undefined)
  }

  async complete({ location, uploadId }: Upload, receipts: readonly ChunkReceipt[], call: Call): Promise<ObjectInfo> {
    const chunks = receipts.map(({ number, etag }) => ({ number, etag: quotedEtag(etag) }))
    const { res } = await this.#ask(
      `complete ${locationText(location)}`,
      location.bucket,
      call,
      (client) => client.completeMultipartUpload(location.key, uploadId, chunks, { headers: { ...forbidOverwrite } }),
      completeMilliseconds,
    )
    const byteCount = receipts.reduce((sum, receipt) => sum + receipt.byteCount, 0)
    return { location, byteCount, etag: bareEtag(res.headers['etag']), ...crc64Of(res.headers) }
  }

  async abort({ location, uploadId }: Upload, call: Call): Promise<void> {
    const subject = `abort upload of ${locationText(location)}`
    try {
      await this.#ask(subject, location.bucket, call, (client) =>
        client.abortMultipartUpload(location.key, uploadId, {}),
      )
    } catch (error) {
      if (!isGoneFromOss(error)) throw error
    }
  }

  async *listUploads(prefix: Location, call: Call): AsyncGenerator<Upload> {
    const query = { prefix: prefix.key, 'max-uploads': 1000, 'encoding-type': 'url' }
    let next: Record<string, string> | undefined = {}
    do {
      const page: OssUploadPage = await this.#ask(
        `list uploads ${locationText(prefix)}`,
        prefix.bucket,
        call,
        (client) => client.listUploads({ ...query, ...next }, {}),
      )
      for (const { name, uploadId } of page.uploads) yield { location: { ...prefix, key: ossKey(name) }, uploadId }
      next = nextUploadMarkers(prefix, page)
    } while (next !== undefined)
  }

  async remove(location: Location, call: Call): Promise<void> {
    await this.#ask(`remove ${locationText(location)}`, location.bucket, call, (client) =>
      client.delete(location.key, {}),
    )
  }

  close(): void {
    this.#writer.close()
    this.#transport.close()
  }

  #openRead(
    subject: string,
    { bucket, key }: Location,
    headers: Record<string, string>,
    request: OpenRequest,
  ): ReturnType<OssClient['getStream']> {
    return withFreshKeys(this.#options.credentials, async (keys) => {
      try {
        return await this.#client(bucket, request, keys).getStream(key, { headers })
      } catch (error) {
        throw ossError(subject, request.reasonOr(error))
      }
    })
  }

  #ask<Answer>(
    subject: string,
    bucket: string,
    call: Call,
    send: (client: OssClient) => Promise<Answer>,
    patienceMilliseconds?: number,
  ): Promise<Answer> {
    const request = (open: OpenRequest, keys: AccessKeys): Promise<Answer> => send(this.#client(bucket, open, keys))
    return withFreshKeys(this.#options.credentials, (keys) =>
      ask(subject, call, ossError, (open) => request(open, keys), patienceMilliseconds),
    )
  }

  #client(bucket: string, open: OpenRequest, keys: AccessKeys): OssClient {
    const options = {
      ...address(this.#options),
      bucket,
      accessKeyId: keys.accessKeyId,
      accessKeySecret: keys.accessKeySecret,
      ...(keys.securityToken !== undefined && { stsToken: keys.securityToken }),
      refreshSTSTokenInterval: refreshIntervalMilliseconds,
      authorizationV4: true,
      urllib: {
        request: (url: string, asked: OssTransportRequest) => this.#transport.request(url, asked, open),
      },
    }
    return new OSS(options) as unknown as OssClient
  }
}

/** Region, endpoint and style as ali-oss wants them. */
function address(options: OssStoreOptions) {
  const region = options.region.startsWith('oss-') ? options.region : `oss-${options.region}`
  const place = { region, secure: true, sldEnable: options.pathStyle ?? false }
  if (options.endpoint === undefined) return place
  const url = new URL(options.endpoint.includes('://') ? options.endpoint : `https://${options.endpoint}`)
  // For an address in digits ali-oss sends a Host header of its own making, and the bucket stands in both places.
  if (isIP(url.hostname) === 4 && options.pathStyle === true) url.hostname = 'localhost'
  return { ...place, endpoint: url.origin, secure: url.protocol === 'https:' }
}

function readHeaders(of: { readonly range?: ByteRange; readonly ifMatch?: string }): Record<string, string> {
  return {
    // Without the second header OSS answers a range that it cannot serve with the whole object.
    ...(of.range && { Range: `bytes=${of.range.first}-${of.range.last}`, 'x-oss-range-behavior': 'standard' }),
    ...(of.ifMatch !== undefined && { 'If-Match': quotedEtag(of.ifMatch) }),
  }
}

function nextToken(prefix: Location, token: string | null): string {
  if (token !== null) return token
  throw new MigrationError('store-failed', `list ${locationText(prefix)}: OSS says there is more and not where`)
}
