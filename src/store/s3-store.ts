import type { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { Credentials } from '../model/credentials.js'
import { MigrationError } from '../model/errors.js'
import { locationText } from '../model/names.js'
import type { Location } from '../model/names.js'
import type { Call } from '../model/work.js'
import { openAgents } from '../network/agents.js'
import type { Route } from '../network/route.js'
import { awsCredentials, sdkCredentials } from './aws-credentials.js'
import { bareEtag, quotedEtag } from './etag.js'
import type { OpenRequest } from './open-request.js'
import { provenanceToMetadata } from './provenance.js'
import {
  isGone,
  isMute,
  listedObjects,
  listedUploads,
  nextToken,
  nextUploadMarkers,
  statedObject,
  type UploadMarkers,
} from './s3-answer.js'
import { askS3, sendToS3 } from './s3-exchange.js'
import { S3Reader } from './s3-reader.js'
import type { S3ReaderOptions } from './s3-reader.js'
import type { ByteRange, ChunkReceipt, ObjectInfo, ObjectStore, Provenance, Upload, WholeObject } from './store.js'

export interface S3StoreOptions {
  readonly bucket: string
  readonly region: string
  /** `http://localhost:9000`; absent: the region's own. */
  readonly endpoint?: string
  /** Bucket in the path instead of the host name. */
  readonly pathStyle?: boolean
  /** Absent: the default chain of the AWS SDK (environment, profiles, container, instance). */
  readonly credentials?: Credentials
  /** Connections at a time; at least the chunks in flight. */
  readonly socketCountMax: number
  /** Proxy and authorities; absent: none but the system's. */
  readonly route?: Route
}

const silence = (): void => undefined
/** Adapters do not print; the SDK would warn on the console. */
const silent = { trace: silence, debug: silence, info: silence, warn: silence, error: silence }

const connectMilliseconds = 5_000
const idleMilliseconds = 60_000

/**
 * Amazon S3, and what speaks its protocol. Checksums only where S3 requires them: other stores refuse the framing that
 * the SDK's default ones need, and the carrier proves the bytes itself (transfer.md 4). The SDK retries nothing.
 */
export class S3Store implements ObjectStore {
  readonly #bucket: string
  readonly #client: S3Client
  readonly #reader: S3Reader
  /** Those given, or the chain of the AWS SDK. */
  readonly credentials: Credentials
  /** How it is reached, without keys. */
  readonly place: S3ReaderOptions

  constructor(options: S3StoreOptions) {
    this.#bucket = options.bucket
    this.#client = openClient(options)
    const { credentials: _credentials, bucket: _bucket, ...place } = options
    this.place = place
    this.credentials = options.credentials ?? sdkCredentials(this.#client.config.credentials)
    this.#reader = new S3Reader(options, this.credentials)
  }

  async ping(call: Call): Promise<void> {
    await this.#listOne(`ping s3://${this.#bucket}/`, this.#bucket, call)
  }

  async *list(prefix: Location, call: Call): AsyncGenerator<ObjectInfo> {
    let token: string | undefined
    do {
      const command = new ListObjectsV2Command({
        Bucket: prefix.bucket,
        Prefix: prefix.key,
        EncodingType: 'url',
        ...(token !== undefined && { ContinuationToken: token }),
      })
      const page = await this.#ask(`list ${locationText(prefix)}`, call, ({ signal }) =>
        this.#client.send(command, { abortSignal: signal }),
      )
      yield* listedObjects(prefix, page)
      token = nextToken(prefix, page)
    } while (token !== undefined)
  }

  async stat(location: Location, call: Call): Promise<ObjectInfo | undefined> {
    const head = await this.#head(`stat ${locationText(location)}`, location, { ChecksumMode: 'ENABLED' }, call)
    return head && statedObject(location, head)
  }

  async partByteCount(location: Location, number: number, call: Call): Promise<number | undefined> {
    const subject = `stat part ${number} of ${locationText(location)}`
    const head = await this.#head(subject, location, { PartNumber: number }, call)
    return head?.PartsCount === undefined ? undefined : head.ContentLength
  }

  read(location: Location, of: { range?: ByteRange; ifMatch?: string }, call: Call): Promise<Readable> {
    return this.#reader.read(location, of, call)
  }

  readWhole(location: Location, of: { byteCount: number; ifMatch: string }, call: Call): Promise<WholeObject> {
    return this.#reader.readWhole(location, of, call)
  }

  async write(
    location: Location,
    body: Readable,
    byteCount: number,
    meta: Provenance,
    call: Call,
  ): Promise<ObjectInfo> {
    const command = (Body: Readable) =>
      new PutObjectCommand({
        Bucket: location.bucket,
        Key: location.key,
        Body,
        ContentLength: byteCount,
        IfNoneMatch: '*',
        Metadata: provenanceToMetadata(meta),
      })
    const answer = await sendToS3(
      this.credentials,
      `write ${locationText(location)}`,
      call,
      { stream: body, byteCount },
      (bytes, { signal }) => this.#client.send(command(bytes), { abortSignal: signal }),
    )
    return { location, byteCount, etag: bareEtag(answer.ETag), provenance: meta }
  }

  async openUpload(location: Location, meta: Provenance, call: Call): Promise<Upload> {
    const subject = `open upload ${locationText(location)}`
    const command = new CreateMultipartUploadCommand({
      Bucket: location.bucket,
      Key: location.key,
      Metadata: provenanceToMetadata(meta),
    })
    const answer = await this.#ask(subject, call, ({ signal }) => this.#client.send(command, { abortSignal: signal }))
    if (answer.UploadId === undefined) throw new MigrationError('store-failed', `${subject}: no upload id was given`)
    return { location, uploadId: answer.UploadId }
  }

  async writeChunk(
    upload: Upload,
    chunkNumber: number,
    body: Readable,
    byteCount: number,
    call: Call,
  ): Promise<ChunkReceipt> {
    const subject = `write chunk ${chunkNumber} of ${locationText(upload.location)}`
    const command = (Body: Readable) =>
      new UploadPartCommand({ ...target(upload), PartNumber: chunkNumber, Body, ContentLength: byteCount })
    const answer = await sendToS3(this.credentials, subject, call, { stream: body, byteCount }, (bytes, { signal }) =>
      this.#client.send(command(bytes), { abortSignal: signal }),
    )
    return { number: chunkNumber, byteCount, etag: bareEtag(answer.ETag) }
  }

  async *listChunks(upload: Upload, call: Call): AsyncGenerator<ChunkReceipt> {
    let marker: string | undefined
    do {
      const command = new ListPartsCommand({
        ...target(upload),
        ...(marker !== undefined && { PartNumberMarker: marker }),
      })
      const page = await this.#ask(`list chunks of ${locationText(upload.location)}`, call, ({ signal }) =>
        this.#client.send(command, { abortSignal: signal }),
      )
      for (const part of page.Parts ?? []) {
        yield { number: part.PartNumber ?? 0, byteCount: part.Size ?? 0, etag: bareEtag(part.ETag) }
      }
      marker = page.IsTruncated === true ? page.NextPartNumberMarker : undefined
    } while (marker !== undefined)
  }

  async complete(upload: Upload, receipts: readonly ChunkReceipt[], call: Call): Promise<ObjectInfo> {
    const command = new CompleteMultipartUploadCommand({
      ...target(upload),
      IfNoneMatch: '*',
      MultipartUpload: { Parts: receipts.map(({ number, etag }) => ({ PartNumber: number, ETag: quotedEtag(etag) })) },
    })
    const answer = await this.#ask(`complete ${locationText(upload.location)}`, call, ({ signal }) =>
      this.#client.send(command, { abortSignal: signal }),
    )
    const byteCount = receipts.reduce((sum, receipt) => sum + receipt.byteCount, 0)
    return { location: upload.location, byteCount, etag: bareEtag(answer.ETag) }
  }

  async abort(upload: Upload, call: Call): Promise<void> {
    const command = new AbortMultipartUploadCommand(target(upload))
    try {
      await this.#ask(`abort upload of ${locationText(upload.location)}`, call, ({ signal }) =>
        this.#client.send(command, { abortSignal: signal }),
      )
    } catch (error) {
      if (!isGone(error)) throw error
    }
  }

  async *listUploads(prefix: Location, call: Call): AsyncGenerator<Upload> {
    let next: UploadMarkers | undefined = {}
    do {
      const query = { Bucket: prefix.bucket, Prefix: prefix.key, EncodingType: 'url' as const, ...next }
      const command = new ListMultipartUploadsCommand(query)
      const page = await this.#ask(`list uploads ${locationText(prefix)}`, call, ({ signal }) =>
        this.#client.send(command, { abortSignal: signal }),
      )
      yield* listedUploads(prefix, page)
      next = nextUploadMarkers(prefix, page)
    } while (next !== undefined)
  }

  async remove(location: Location, call: Call): Promise<void> {
    const command = new DeleteObjectCommand({ Bucket: location.bucket, Key: location.key })
    await this.#ask(`remove ${locationText(location)}`, call, ({ signal }) =>
      this.#client.send(command, { abortSignal: signal }),
    )
  }

  close(): void {
    this.#reader.close()
    this.#client.destroy()
  }

  /** An answer to HEAD has no words: where it is a refusal, or nothing is found, a listing tells whether the object is to blame. */
  async #head(subject: string, { bucket, key }: Location, more: object, call: Call) {
    const command = new HeadObjectCommand({ Bucket: bucket, Key: key, ...more })
    const ask = () => this.#ask(subject, call, ({ signal }) => this.#client.send(command, { abortSignal: signal }))
    try {
      return await ask()
    } catch (error) {
      if (!isMute(error)) throw error
      await this.#listOne(subject, bucket, call)
      // The listing may have renewed keys that had expired.
      return isGone(error) ? undefined : ask()
    }
  }

  async #listOne(subject: string, bucket: string, call: Call): Promise<void> {
    const command = new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 })
    await this.#ask(subject, call, ({ signal }) => this.#client.send(command, { abortSignal: signal }))
  }

  #ask<Answer>(subject: string, call: Call, send: (request: OpenRequest) => Promise<Answer>): Promise<Answer> {
    return askS3(this.credentials, subject, call, send)
  }
}

function openClient(options: S3StoreOptions): S3Client {
  const agents = openAgents(options.route ?? {}, {
    keepAlive: true,
    maxSockets: options.socketCountMax,
    timeout: idleMilliseconds,
  })
  return new S3Client({
    region: options.region,
    ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
    forcePathStyle: options.pathStyle ?? false,
    ...(options.credentials && { credentials: awsCredentials(options.credentials) }),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({
      httpAgent: agents.http,
      httpsAgent: agents.https,
      connectionTimeout: connectMilliseconds,
      // OpenRequest ends requests, because it knows their size.
      requestTimeout: 0,
      throwOnRequestTimeout: true,
      socketTimeout: idleMilliseconds,
      logger: silent,
    }),
    logger: silent,
  })
}

function target({ location, uploadId }: Upload) {
  return { Bucket: location.bucket, Key: location.key, UploadId: uploadId }
}
