import { request as httpRequest } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Readable } from 'node:stream'
import { MigrationError } from '../model/errors.js'
import { openAgents, type Agents } from '../network/agents.js'
import type { Route } from '../network/route.js'
import type { OpenRequest } from './open-request.js'

/** What ali-oss asks of the HTTP client that it is given. */
export interface OssTransportRequest {
  readonly method: string
  readonly headers: OutgoingHttpHeaders
  readonly content?: string | Buffer | undefined
  readonly stream?: Readable | undefined
  /** The caller takes the body of a successful answer as a stream. */
  readonly customResponse?: boolean | undefined
}

export interface OssTransportAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly data: Buffer | null
  readonly res: IncomingMessage
}

/** OSS closes a connection that lay idle for a minute; we let go before (transfer.md 3.4). */
const idleMilliseconds = 45_000
/** Listings of 1,000 keys stay far below. */
const answerByteCountMax = 64 * 1024 * 1024

/**
 * The HTTP client below ali-oss. The one it brings cannot be aborted, hangs on a body that breaks off, prints, and
 * throws the service's words away when the answer was to be a stream (transfer.md 3.4).
 */
export class OssTransport {
  readonly #agents: Agents

  constructor(socketCountMax: number, route: Route = {}) {
    this.#agents = openAgents(route, { keepAlive: true, maxSockets: socketCountMax, timeout: idleMilliseconds })
  }

  async request(url: string, asked: OssTransportRequest, open: OpenRequest): Promise<OssTransportAnswer> {
    const res = await this.#send(url, asked, open)
    const status = res.statusCode ?? 0
    const isStream = asked.customResponse === true && status < 300
    const data = isStream ? null : (errorOfHead(asked, res) ?? (await readAll(res, open.subject)))
    return { status, headers: res.headers, data, res }
  }

  close(): void {
    this.#agents.http.destroy()
    this.#agents.https.destroy()
  }

  #send(url: string, asked: OssTransportRequest, open: OpenRequest): Promise<IncomingMessage> {
    const secure = url.startsWith('https:')
    const silence = open.patienceMilliseconds ?? idleMilliseconds
    const options = {
      method: asked.method,
      headers: asked.headers,
      agent: secure ? this.#agents.https : this.#agents.http,
      timeout: silence,
      signal: open.signal,
    }
    return new Promise((resolve, reject) => {
      const req = secure ? httpsRequest(url, options) : httpRequest(url, options)
      req.once('response', resolve)
      req.on('error', reject)
      req.on('timeout', () => req.destroy(idle(open.subject, silence)))
      req.setNoDelay(true)
      if (asked.stream) asked.stream.pipe(req)
      else req.end(asked.content)
    })
  }
}

/** An answer to HEAD has no body; OSS puts the error document into a header. */
function errorOfHead(asked: OssTransportRequest, res: IncomingMessage): Buffer | undefined {
  const header = res.headers['x-oss-err']
  if (asked.method !== 'HEAD' || typeof header !== 'string') return undefined
  res.resume()
  return Buffer.from(header, 'base64')
}

async function readAll(res: IncomingMessage, subject: string): Promise<Buffer> {
  const pieces: Buffer[] = []
  let byteCount = 0
  for await (const piece of res as AsyncIterable<Buffer>) {
    byteCount += piece.length
    if (byteCount > answerByteCountMax) throw new MigrationError('store-failed', `${subject}: an answer without end`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

function idle(subject: string, milliseconds: number): MigrationError {
  const message = `${subject}: nothing moved on the connection for ${milliseconds} ms`
  return new MigrationError('store-failed', message, { transient: true })
}
