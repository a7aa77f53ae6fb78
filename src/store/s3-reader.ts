import type { Readable } from 'node:stream'
import type { Credentials } from '../model/credentials.js'
import { locationText } from '../model/names.js'
import type { Location } from '../model/names.js'
import type { Call } from '../model/work.js'
import type { KeptAnswer } from '../network/kept-answer.js'
import { KeptConnections } from '../network/kept-connections.js'
import type { Route } from '../network/route.js'
import { encodeKey, signAwsRequest } from './aws-signature.js'
import { bareAnswer } from './bare-answer.js'
import { quotedEtag } from './etag.js'
import { withFreshKeys } from './fresh-keys.js'
import { shortAnswer } from './guarded-body.js'
import { OpenRequest } from './open-request.js'
import { checksumsInHeaders } from './s3-answer.js'
import { s3Error } from './s3-failure.js'
import { documentByteCountMax, refusalTold, serviceRefusal } from './service-refusal.js'
import type { ByteRange, WholeObject } from './store.js'

export interface S3ReaderOptions {
  readonly region: string
  readonly endpoint?: string
  readonly pathStyle?: boolean
  readonly socketCountMax: number
  readonly route?: Route
}

/** S3 closes a connection that lay idle for some seconds; what is in use is never silent so long. */
const idleMilliseconds = 45_000

/** Reads objects of S3 with as little as HTTP needs: the SDK's middleware costs more than the bytes do. */
export class S3Reader {
  readonly #options: S3ReaderOptions
  readonly #credentials: Credentials
  readonly #connections: KeptConnections

  constructor(options: S3ReaderOptions, credentials: Credentials) {
    this.#options = options
    this.#credentials = credentials
    const { socketCountMax, route } = options
    this.#connections = new KeptConnections({ socketCountMax, idleMilliseconds, route })
  }

  /** As the port ObjectStore promises it. */
  async read(
    location: Location,
    of: { readonly range?: ByteRange; readonly ifMatch?: string },
    call: Call,
  ): Promise<Readable> {
    const subject = `read ${locationText(location)}`
    const wanted = of.range && of.range.last - of.range.first + 1
    const request = new OpenRequest(subject, call, wanted ?? Number.MAX_SAFE_INTEGER)
    try {
      const res = await this.#ask(subject, location, of, request)
      const told = Number(res.headers['content-length'] ?? -1)
      if (told >= 0 && told === (wanted ?? told)) return bareAnswer(res, told, request)
      res.destroy()
      throw shortAnswer(subject, wanted ?? 0, told)
    } catch (error) {
      request.end()
      throw s3Error(subject, request.reasonOr(error))
    }
  }

  /** As the port ObjectStore promises it. The store tells its checksum in the same answer (transfer.md 4). */
  async readWhole(
    location: Location,
    { byteCount, ifMatch }: { readonly byteCount: number; readonly ifMatch: string },
    call: Call,
  ): Promise<WholeObject> {
    const subject = `read ${locationText(location)}`
    const request = new OpenRequest(subject, call, byteCount)
    try {
      const url = s3Address(this.#options, location)
      const headers = { host: url.host, 'if-match': quotedEtag(ifMatch), 'x-amz-checksum-mode': 'ENABLED' }
      const byteCountMax = Math.max(byteCount, documentByteCountMax)
      const res = await this.#sign(url, headers, async (signed) => {
        const asked = { method: 'GET', url, headers: signed, byteCountMax } as const
        const answer = await this.#connections.exchange(asked, request.signal)
        if (answer.statusCode < 300) return answer
        throw refusalTold(subject, 'S3', answer, answer.body.toString())
      })
      if (res.body.length !== byteCount) throw shortAnswer(subject, byteCount, res.body.length)
      return { bytes: res.body, ...checksumsInHeaders(res.headers) }
    } catch (error) {
      throw s3Error(subject, request.reasonOr(error))
    } finally {
      request.end()
    }
  }

  close(): void {
    this.#connections.close()
  }

  #ask(
    subject: string,
    location: Location,
    of: { readonly range?: ByteRange; readonly ifMatch?: string },
    request: OpenRequest,
  ): Promise<KeptAnswer> {
    const url = s3Address(this.#options, location)
    const headers = {
      host: url.host,
      ...(of.range && { range: `bytes=${of.range.first}-${of.range.last}` }),
      ...(of.ifMatch !== undefined && { 'if-match': quotedEtag(of.ifMatch) }),
    }
    return this.#sign(url, headers, async (signed) => {
      const res = await this.#connections.get(url, signed, request.signal)
      if (res.statusCode < 300) return res
      throw await serviceRefusal(subject, 'S3', res)
    })
  }

  #sign<Answer>(
    url: URL,
    headers: Readonly<Record<string, string>>,
    send: (signed: Readonly<Record<string, string>>) => Promise<Answer>,
  ): Promise<Answer> {
    const { region } = this.#options
    return withFreshKeys(this.#credentials, (keys) =>
      send(signAwsRequest({ method: 'GET', path: url.pathname, headers, region, at: new Date() }, keys)),
    )
  }
}

/** Where an object is asked for. A bucket whose name has dots fits no certificate: it stands in the path. */
export function s3Address({ region, endpoint, pathStyle }: S3ReaderOptions, { bucket, key }: Location): URL {
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  const base = new URL(endpoint ?? `https://s3.${region}.${suffix}`)
  const inPath = pathStyle === true || bucket.includes('.')
  const origin = inPath ? base.origin : `${base.protocol}//${bucket}.${base.host}`
  return new URL(`${origin}${base.pathname.replace(/\/$/, '')}/${inPath ? `${bucket}/` : ''}${encodeKey(key)}`)
}
