import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { AccessKeys, Credentials } from '../model/credentials.js'
import { locationText } from '../model/names.js'
import type { Location } from '../model/names.js'
import type { Call } from '../model/work.js'
import { KeptConnections } from '../network/kept-connections.js'
import type { Route } from '../network/route.js'
import { encodeKey } from './aws-signature.js'
import { BareTransport } from './bare-transport.js'
import { bareEtag } from './etag.js'
import { sendBare } from './exchange.js'
import { withKeysOnce } from './fresh-keys.js'
import { crc64Of, ossError } from './oss-answer.js'
import { OpenRequest } from './open-request.js'
import { ossQuery, signOssRequest } from './oss-signature.js'
import { provenanceToMetadata } from './provenance.js'
import { documentByteCountMax, refusalTold, serviceRefusal } from './service-refusal.js'
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

/** OSS closes a connection that lay idle for a minute; we let go before (transfer.md 3.4). */
const idleMilliseconds = 45_000

/** Writes objects and chunks to OSS with as little as HTTP needs. */
export class OssWriter {
  readonly #options: OssWriterOptions
  readonly #credentials: Credentials
  readonly #transport: BareTransport
  readonly #connections: KeptConnections

  constructor(options: OssWriterOptions, credentials: Credentials) {
    this.#options = options
    this.#credentials = credentials
    const { socketCountMax, route } = options
    this.#transport = new BareTransport(socketCountMax, route)
    this.#connections = new KeptConnections({ socketCountMax, idleMilliseconds, route })
  }

  /** As the port ObjectStore promises it. */
  async write(
    location: Location,
    body: Readable,
    byteCount: number,
    meta: Provenance,
    call: Call,
  ): Promise<ObjectInfo> {
    const subject = `write ${locationText(location)}`
    const res = await this.#put(subject, { location, query: {}, headers: headersOf(meta) }, body, byteCount, call)
    return { location, byteCount, ...toldBy(res), provenance: meta }
  }

  /** As the port ObjectStore promises it. */
  async writeWhole(location: Location, bytes: Buffer, meta: Provenance, call: Call): Promise<ObjectInfo> {
    const subject = `write ${locationText(location)}`
    const request = new OpenRequest(subject, call, bytes.length)
    const put = { location, query: {}, headers: headersOf(meta) }
    try {
      const res = await withKeysOnce(this.#credentials, async (keys) => {
        const url = ossAddress(this.#options, location, {})
        const headers = this.#sign(put, bytes.length, keys)
        const asked = { method: 'PUT', url, headers, body: bytes, byteCountMax: documentByteCountMax } as const
        const answer = await this.#connections.exchange(asked, request.signal)
        if (answer.statusCode < 300) return answer
        throw refusalTold(subject, 'OSS', answer, answer.body.toString())
      })
      return { location, byteCount: bytes.length, ...toldBy(res), provenance: meta }
    } catch (error) {
      throw ossError(subject, request.reasonOr(error))
    } finally {
      request.end()
    }
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
    return { number: chunkNumber, byteCount, ...toldBy(res) }
  }

  close(): void {
    this.#transport.close()
    this.#connections.close()
  }

  #put(subject: string, put: Put, stream: Readable, byteCount: number, call: Call): Promise<IncomingMessage> {
    const body = { stream, byteCount }
    return sendBare(subject, call, ossError, body, (request) =>
      withKeysOnce(this.#credentials, async (keys) => {
        const url = ossAddress(this.#options, put.location, put.query)
        const headers = this.#sign(put, byteCount, keys)
        const res = await this.#transport.send(url, { method: 'PUT', headers }, body, request)
        if ((res.statusCode ?? 0) >= 300) throw await serviceRefusal(subject, 'OSS', res)
        await new Promise<void>((resolve, reject) => res.resume().once('end', resolve).once('error', reject))
        return res
      }),
    )
  }

  #sign({ location, query, headers }: Put, byteCount: number, keys: AccessKeys): Record<string, string> {
    const { bucket, key } = location
    const region = this.#options.region.replace(/^oss-/, '')
    const own = { ...headers, 'content-length': String(byteCount) }
    return signOssRequest({ method: 'PUT', bucket, key, query, headers: own, region, at: new Date() }, keys)
  }
}

function headersOf(meta: Provenance): Record<string, string> {
  const names = Object.entries(provenanceToMetadata(meta)).map(([name, value]) => [`x-oss-meta-${name}`, value])
  return { ...(Object.fromEntries(names) as Record<string, string>), 'x-oss-forbid-overwrite': 'true' }
}

function toldBy({ headers }: { readonly headers: IncomingHttpHeaders }) {
  const delayedMilliseconds = qosDelayOf(headers)
  const told = { etag: bareEtag(headers.etag), ...crc64Of(headers as Record<string, string>) }
  return { ...told, ...(delayedMilliseconds > 0 && { delayedMilliseconds }) }
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
