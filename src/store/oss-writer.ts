import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { Credentials } from '../model/credentials.js'
import { locationText } from '../model/names.js'
import type { Location } from '../model/names.js'
import type { Call } from '../model/work.js'
import type { Route } from '../network/route.js'
import { encodeKey } from './aws-signature.js'
import { BareTransport } from './bare-transport.js'
import { bareEtag } from './etag.js'
import { sendBare } from './exchange.js'
import { withKeysOnce } from './fresh-keys.js'
import { crc64Of, ossError } from './oss-answer.js'
import { ossQuery, signOssRequest } from './oss-signature.js'
import { provenanceToMetadata } from './provenance.js'
import { serviceRefusal } from './service-refusal.js'
import type { ChunkReceipt, ObjectInfo, Provenance, Upload } from './store.js'
import { qosDelayOf } from './throttle.js'

export interface OssWriterOptions {
  readonly region: string
  readonly endpoint?: string
  readonly pathStyle?: boolean
  readonly socketCountMax: number
  readonly route?: Route
}

interface Put {
  readonly location: Location
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
}

/** Writes objects and chunks to OSS with as little as HTTP needs. */
export class OssWriter {
  readonly #options: OssWriterOptions
  readonly #credentials: Credentials
  readonly #transport: BareTransport

  constructor(options: OssWriterOptions, credentials: Credentials) {
    this.#options = options
    this.#credentials = credentials
    this.#transport = new BareTransport(options.socketCountMax, options.route)
  }

  /** As the port ObjectStore promises it. */
  async write(
    location: Location,
    body: Readable,
    byteCount: number,
    meta: Provenance,
    call: Call,
  ): Promise<ObjectInfo> {
    const names = Object.entries(provenanceToMetadata(meta)).map(([name, value]) => [`x-oss-meta-${name}`, value])
    const headers = { ...(Object.fromEntries(names) as Record<string, string>), 'x-oss-forbid-overwrite': 'true' }
    const subject = `write ${locationText(location)}`
    const res = await this.#put(subject, { location, query: {}, headers }, body, byteCount, call)
    const told = { etag: bareEtag(res.headers.etag), ...crc64Of(res.headers as Record<string, string>) }
    return { location, byteCount, ...told, provenance: meta, ...delayOf(res) }
  }

  /** As the port ObjectStore promises it. */
  async writeChunk(
    { location, uploadId }: Upload,
    chunkNumber: number,
    body: Readable,
    byteCount: number,
    call: Call,
  ): Promise<ChunkReceipt> {
    const subject = `write chunk ${chunkNumber} of ${locationText(location)}`
    const query = { partNumber: String(chunkNumber), uploadId }
    const res = await this.#put(subject, { location, query, headers: {} }, body, byteCount, call)
    const told = { etag: bareEtag(res.headers.etag), ...crc64Of(res.headers as Record<string, string>) }
    return { number: chunkNumber, byteCount, ...told, ...delayOf(res) }
  }

  close(): void {
    this.#transport.close()
  }

  #put(subject: string, put: Put, stream: Readable, byteCount: number, call: Call): Promise<IncomingMessage> {
    const body = { stream, byteCount }
    return sendBare(subject, call, ossError, body, (request) =>
      withKeysOnce(this.#credentials, async (keys) => {
        const { location, query } = put
        const { bucket, key } = location
        const region = this.#options.region.replace(/^oss-/, '')
        const own = { ...put.headers, 'content-length': String(byteCount) }
        const asked = { method: 'PUT', bucket, key, query, headers: own, region, at: new Date() }
        const headers = signOssRequest(asked, keys)
        const url = ossAddress(this.#options, location, query)
        const res = await this.#transport.send(url, { method: 'PUT', headers }, body, request)
        if ((res.statusCode ?? 0) >= 300) throw await serviceRefusal(subject, 'OSS', res)
        await new Promise<void>((resolve, reject) => res.resume().once('end', resolve).once('error', reject))
        return res
      }),
    )
  }
}

function delayOf(res: IncomingMessage): { delayedMilliseconds?: number } {
  const delayedMilliseconds = qosDelayOf(res.headers)
  return delayedMilliseconds === 0 ? {} : { delayedMilliseconds }
}

/** https where no scheme is given. */
export function ossAddress(
  { region, endpoint, pathStyle }: OssWriterOptions,
  { bucket, key }: Location,
  query: Readonly<Record<string, string>>,
): URL {
  const given = endpoint ?? `oss-${region.replace(/^oss-/, '')}.aliyuncs.com`
  const base = new URL(given.includes('://') ? given : `https://${given}`)
  const place = pathStyle === true ? `${base.origin}/${bucket}` : `${base.protocol}//${bucket}.${base.host}`
  const asked = ossQuery(query)
  return new URL(`${place}/${encodeKey(key)}${asked === '' ? '' : `?${asked}`}`)
}
