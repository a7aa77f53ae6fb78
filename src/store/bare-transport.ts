import { request as httpRequest } from 'node:http'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Readable } from 'node:stream'
import { MigrationError } from '../model/errors.js'
import { openAgents, type Agents } from '../network/agents.js'
import type { Route } from '../network/route.js'
import { wrongBody } from './guarded-body.js'
import type { OpenRequest } from './open-request.js'

/** OSS closes a connection that lay idle for a minute; we let go before (transfer.md 3.4). */
const idleMilliseconds = 45_000

export interface BareRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
}

export interface BareBody {
  readonly stream: Readable
  readonly byteCount: number
}

/** Node's own HTTP with connections kept for reuse, and bodies passed on piece by piece. */
export class BareTransport {
  readonly #agents: Agents

  constructor(socketCountMax: number, route: Route = {}) {
    this.#agents = openAgents(route, { keepAlive: true, maxSockets: socketCountMax, timeout: idleMilliseconds })
  }

  ask(url: URL, asked: BareRequest, open: OpenRequest): Promise<IncomingMessage> {
    return this.#open(url, asked, open, (req) => req.end())
  }

  /** A body that breaks off, or is not as long as declared, ends the request with an error; it is never completed. */
  send(url: URL, asked: BareRequest, body: BareBody, open: OpenRequest): Promise<IncomingMessage> {
    return this.#open(url, asked, open, (req) => pour(body, req, open))
  }

  close(): void {
    this.#agents.http.destroy()
    this.#agents.https.destroy()
  }

  #open(
    url: URL,
    { method, headers }: BareRequest,
    open: OpenRequest,
    begin: (req: ClientRequest) => void,
  ): Promise<IncomingMessage> {
    const secure = url.protocol === 'https:'
    const agent = secure ? this.#agents.https : this.#agents.http
    const options = { method, headers, agent, timeout: idleMilliseconds, signal: open.signal }
    return new Promise((resolve, reject) => {
      const req = secure ? httpsRequest(url, options) : httpRequest(url, options)
      req.once('response', resolve)
      req.on('error', reject)
      req.on('timeout', () => req.destroy(idle(open.subject)))
      begin(req)
    })
  }
}

/** By hand instead of through pipes with counting streams between them, each of which costs as much as the encryption. */
function pour({ stream, byteCount }: BareBody, req: ClientRequest, open: OpenRequest): void {
  let seenByteCount = 0
  const fail = (error: Error): void => {
    stream.pause()
    open.abort(error)
  }
  stream.on('data', (bytes: Buffer) => {
    seenByteCount += bytes.length
    if (seenByteCount > byteCount) return fail(wrongBody(open.subject, byteCount, seenByteCount))
    if (!req.write(bytes)) stream.pause()
  })
  req.on('drain', () => stream.resume())
  stream.once('error', fail)
  stream.once('end', () => {
    if (seenByteCount === byteCount) req.end()
    else fail(wrongBody(open.subject, byteCount, seenByteCount))
  })
  stream.once('close', () => {
    if (!stream.readableEnded) fail(wrongBody(open.subject, byteCount, seenByteCount))
  })
  // It may have ended badly before anyone listened.
  if (stream.errored) fail(stream.errored)
  else if (stream.destroyed && !stream.readableEnded) fail(wrongBody(open.subject, byteCount, seenByteCount))
  else stream.resume()
}

function idle(subject: string): MigrationError {
  const message = `${subject}: nothing moved on the connection for ${idleMilliseconds} ms`
  return new MigrationError('store-failed', message, { transient: true })
}
