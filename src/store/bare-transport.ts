import { request as httpRequest } from 'node:http'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Readable } from 'node:stream'
import { MigrationError } from '../model/errors.js'
import { openAgents, type Agents } from '../network/agents.js'
import { givePieceBack } from '../network/pieces.js'
import type { Route } from '../network/route.js'
import { wrongBody } from './guarded-body.js'
import type { OpenRequest } from './open-request.js'

/** OSS closes a connection that lay idle for a minute; we let go before (transfer.md 3.4). */
const idleMilliseconds = 45_000
/** Bytes that are written together. */
const gatheredByteCountMax = 128 * 1024

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
      // Node forgets it for connections with TLS; without, the end of a small body waits 40 ms for its head's receipt.
      req.setNoDelay(true)
      begin(req)
    })
  }
}

/** By hand instead of through pipes with counting streams between them, each of which costs as much as the encryption. */
function pour({ stream, byteCount }: BareBody, req: ClientRequest, open: OpenRequest): void {
  let seenByteCount = 0
  const gathered = new Gathered(req)
  const fail = (error: Error): void => {
    stream.pause()
    open.abort(error)
  }
  stream.on('data', (bytes: Buffer) => {
    seenByteCount += bytes.length
    if (seenByteCount > byteCount) return fail(wrongBody(open.subject, byteCount, seenByteCount))
    if (!gathered.write(bytes)) stream.pause()
  })
  req.on('drain', () => stream.resume())
  stream.once('error', fail)
  stream.once('end', () => {
    if (seenByteCount !== byteCount) return fail(wrongBody(open.subject, byteCount, seenByteCount))
    gathered.flush()
    req.end()
  })
  stream.once('close', () => {
    if (!stream.readableEnded) fail(wrongBody(open.subject, byteCount, seenByteCount))
  })
  // It may have ended badly before anyone listened.
  if (stream.errored) fail(stream.errored)
  else if (stream.destroyed && !stream.readableEnded) fail(wrongBody(open.subject, byteCount, seenByteCount))
  else stream.resume()
}

/** Passes pieces on several at a time: TLS gives 16 KiB at once, and each write by itself costs a system call. */
class Gathered {
  readonly #req: ClientRequest
  #pieces: Buffer[] = []
  #byteCount = 0

  constructor(req: ClientRequest) {
    this.#req = req
  }

  /** False when the request has enough for now. */
  write(bytes: Buffer): boolean {
    this.#pieces.push(bytes)
    this.#byteCount += bytes.length
    return this.#byteCount < gatheredByteCountMax || this.flush()
  }

  flush(): boolean {
    const pieces = this.#pieces
    this.#pieces = []
    this.#byteCount = 0
    this.#req.cork()
    let isReady = true
    // Nobody looks at them after the connection has them.
    for (const piece of pieces) isReady = this.#req.write(piece, (error) => error ?? givePieceBack(piece))
    this.#req.uncork()
    return isReady
  }
}

function idle(subject: string): MigrationError {
  const message = `${subject}: nothing moved on the connection for ${idleMilliseconds} ms`
  return new MigrationError('store-failed', message, { transient: true })
}
