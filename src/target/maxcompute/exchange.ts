import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import { openAgents, type Agents } from '../../network/agents.js'
import type { Route } from '../../network/route.js'

/** Largest answer that is read; a result holds about 10 MB at most (maxcompute.md 2.3), in Base64 a third more. */
export const answerByteCountMax = 64 * 1024 * 1024
/** Longest that one request may take, its answer included. The service holds a long poll for some seconds only. */
export const exchangeMillisecondsMax = 120_000
const socketCountMax = 32
const socketIdleMilliseconds = 15_000

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** Milliseconds for the whole exchange. */
  readonly timeoutMilliseconds: number
  readonly signal?: AbortSignal
  /** The answer is bytes, not text. */
  readonly binary?: boolean
}

export interface HttpAnswer {
  readonly kind: 'answer'
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Empty where bytes were asked for and the status is below 300. */
  readonly body: string
  /** Only where they were asked for. */
  readonly bytes?: Buffer
}

/** No whole answer came. `sent` is false only when it is certain that the service saw nothing of the request. */
export interface Silence {
  readonly kind: 'silence'
  readonly sent: boolean
  /** After a timeout the service may still be at work on the request; after a failure the connection is gone. */
  readonly how: 'aborted' | 'timeout' | 'failed'
  readonly reason: string
  readonly cause?: unknown
  /** There was an answer, and it was longer than `answerByteCountMax`: the same request would meet it again. */
  readonly tooLong?: boolean
}

/** One HTTP exchange; never throws and never repeats. */
export interface Exchange {
  send(request: HttpRequest): Promise<HttpAnswer | Silence>
  close(): void
}

/** Over node:http and node:https with connections that are kept. */
export class NodeExchange implements Exchange {
  readonly #kept: Agents
  readonly #single: Agents

  constructor(route: Route = {}) {
    this.#kept = openAgents(route, { keepAlive: true, maxSockets: socketCountMax, timeout: socketIdleMilliseconds })
    this.#single = openAgents(route, { keepAlive: false })
  }

  send(request: HttpRequest): Promise<HttpAnswer | Silence> {
    return new Promise((resolve) => {
      const flight = new Flight(request, resolve)
      if (request.signal?.aborted === true) flight.end('aborted', 'interrupted')
      else flight.start(this.#open(request))
    })
  }

  /**
   * A kept connection may have been closed by the other side the moment we write to it, and then nobody can tell
   * whether the request was seen. A POST must not meet that doubt, so each has a connection of its own.
   */
  #open({ method, url, headers }: HttpRequest): ClientRequest {
    const agents = method === 'POST' ? this.#single : this.#kept
    if (url.protocol === 'https:') return httpsRequest(url, { method, headers, agent: agents.https })
    return httpRequest(url, { method, headers, agent: agents.http })
  }

  close(): void {
    for (const { http, https } of [this.#kept, this.#single]) {
      http.destroy()
      https.destroy()
    }
  }
}

/** One request under way: whichever of answer, failure, timeout and abort comes first decides. */
class Flight {
  readonly #request: HttpRequest
  readonly #resolve: (outcome: HttpAnswer | Silence) => void
  #outgoing: ClientRequest | undefined
  #timer: NodeJS.Timeout | undefined
  #sent = false
  #over = false
  readonly #onAbort = (): void => this.end('aborted', 'interrupted')

  constructor(request: HttpRequest, resolve: (outcome: HttpAnswer | Silence) => void) {
    this.#request = request
    this.#resolve = resolve
  }

  start(outgoing: ClientRequest): void {
    this.#outgoing = outgoing
    const milliseconds = Math.max(1, this.#request.timeoutMilliseconds)
    this.#timer = setTimeout(() => this.end('timeout', `no answer within ${milliseconds} ms`), milliseconds)
    this.#request.signal?.addEventListener('abort', this.#onAbort, { once: true })
    outgoing.on('socket', (socket) => this.#watch(socket))
    outgoing.on('error', (error) => this.end('failed', reasonOf(error), error))
    outgoing.on('response', (incoming) => this.#read(incoming))
    outgoing.end(this.#request.body)
  }

  /** The request leaves when a new socket is connected (and, for https, greeted); until then nothing was sent. */
  #watch(socket: Socket): void {
    const ready = this.#request.url.protocol === 'https:' ? 'secureConnect' : 'connect'
    if (!socket.connecting) this.#sent = true
    else socket.once(ready, () => (this.#sent = true))
  }

  #read(incoming: IncomingMessage): void {
    this.#sent = true
    const chunks: Buffer[] = []
    let byteCount = 0
    incoming.on('data', (chunk: Buffer) => {
      byteCount += chunk.length
      if (byteCount > answerByteCountMax) this.#endTooLong()
      else chunks.push(chunk)
    })
    incoming.on('error', (error) => this.end('failed', reasonOf(error), error))
    incoming.on('aborted', () => this.end('failed', 'the answer was cut off'))
    incoming.on('end', () => {
      this.#settle(answerOf(incoming, Buffer.concat(chunks), this.#request.binary === true))
    })
  }

  #endTooLong(): void {
    const reason = `the answer is longer than ${answerByteCountMax} bytes`
    this.#settle({ kind: 'silence', sent: this.#sent, how: 'failed', reason, tooLong: true })
    this.#outgoing?.destroy()
  }

  end(how: Silence['how'], reason: string, cause?: unknown): void {
    this.#settle({ kind: 'silence', sent: this.#sent, how, reason, cause })
    this.#outgoing?.destroy()
  }

  #settle(outcome: HttpAnswer | Silence): void {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#timer)
    this.#request.signal?.removeEventListener('abort', this.#onAbort)
    this.#resolve(outcome)
  }
}

function answerOf(incoming: IncomingMessage, bytes: Buffer, binary: boolean): HttpAnswer {
  const status = incoming.statusCode ?? 0
  const head = { kind: 'answer', status, headers: flatHeaders(incoming) } as const
  return binary && status < 300 ? { ...head, body: '', bytes } : { ...head, body: bytes.toString('utf8') }
}

function flatHeaders(incoming: IncomingMessage): Record<string, string> {
  const entries = Object.entries(incoming.headers)
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  )
}

function reasonOf(error: Error & { readonly code?: string }): string {
  return error.code === undefined || error.message.includes(error.code)
    ? error.message
    : `${error.message} (${error.code})`
}
