import { validateHeaderValue, type IncomingHttpHeaders } from 'node:http'
import { connect } from './connect.js'
import { KeptAnswer } from './kept-answer.js'
import type { KeptBody } from './kept-body.js'
import { KeptConnection, type KeptRequest } from './kept-connection.js'
import { Room } from './room.js'
import type { Route } from './route.js'
import { WholeAnswer } from './whole-answer.js'

export interface KeptConnectionsOptions {
  /** Requests at a time; others wait. */
  readonly socketCountMax: number
  /** Of a connection on which nothing moves. */
  readonly idleMilliseconds: number
  readonly route?: Route | undefined
}

export interface WholeRequest {
  readonly method: 'GET' | 'PUT'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** With its `content-length` among the headers. */
  readonly body?: Buffer
  /** Of the answer's body. */
  readonly byteCountMax: number
}

export interface Whole {
  readonly statusCode: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** HTTP/1.1 for bodies of many megabytes, and for very many small ones, with connections kept for reuse (RFC 9112). */
export class KeptConnections {
  readonly #route: Route
  readonly #idleMilliseconds: number
  readonly #room: Room
  readonly #idle = new Map<string, KeptConnection[]>()
  #isClosed = false

  constructor({ socketCountMax, idleMilliseconds, route = {} }: KeptConnectionsOptions) {
    this.#route = route
    this.#idleMilliseconds = idleMilliseconds
    this.#room = new Room(socketCountMax)
  }

  /** Resolves with the head. Errors: those of Node's sockets, with their codes, or the signal's reason. */
  async get(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<KeptAnswer> {
    const request = { head: requestHead('GET', url, headers), take: takeAsStream }
    return this.#request(url, request, signal)
  }

  /** Resolves with the whole answer. A PUT is sent once: what became of it is for the caller to find out. */
  async exchange({ method, url, headers, body, byteCountMax }: WholeRequest, signal: AbortSignal): Promise<Whole> {
    const request: KeptRequest<WholeAnswer> = {
      head: requestHead(method, url, headers),
      body,
      take: (head, origin) => new WholeAnswer(head, origin, byteCountMax),
    }
    const answer = await this.#request(url, request, signal)
    return { statusCode: answer.statusCode, headers: answer.headers, body: await answer.whole(signal) }
  }

  /** What is being read is read to its end. */
  close(): void {
    this.#isClosed = true
    for (const connections of this.#idle.values()) for (const connection of connections) connection.drop()
    this.#idle.clear()
  }

  async #request<Body extends KeptBody>(url: URL, request: KeptRequest<Body>, signal: AbortSignal): Promise<Body> {
    await this.#room.enter(signal)
    try {
      for (;;) {
        const idle = this.#takeIdle(url.origin)
        const connection =
          idle ?? (await KeptConnection.open((receive) => connect(url, this.#route, receive), this.#idleMilliseconds))
        try {
          return await this.#ask(connection, request, url.origin, signal)
        } catch (error) {
          // The other side may close a connection that lay idle just as it is used again.
          const isSafe = request.body === undefined
          if (idle === undefined || !isSafe || connection.hasAnswered || signal.aborted) throw error
        }
      }
    } catch (error) {
      this.#room.leave()
      throw error
    }
  }

  async #ask<Body extends KeptBody>(
    connection: KeptConnection,
    request: KeptRequest<Body>,
    origin: string,
    signal: AbortSignal,
  ): Promise<Body> {
    const onAbort = (): void => connection.drop(signal.reason as Error)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await connection.ask(request, () => {
        this.#room.leave()
        if (this.#isClosed) connection.drop()
        else if (!connection.isLost) this.#keep(origin, connection)
      })
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  #takeIdle(origin: string): KeptConnection | undefined {
    const idle = this.#idle.get(origin) ?? []
    for (let one = idle.pop(); one !== undefined; one = idle.pop()) if (!one.isLost) return one
    return undefined
  }

  #keep(origin: string, connection: KeptConnection): void {
    connection.rest()
    const idle = this.#idle.get(origin) ?? []
    this.#idle.set(origin, idle)
    idle.push(connection)
  }
}

const takeAsStream: KeptRequest<KeptAnswer>['take'] = (head, origin) => new KeptAnswer(head, origin)

function requestHead(method: string, url: URL, headers: Readonly<Record<string, string>>): string {
  let lines = 'host' in headers ? '' : `host: ${url.host}\r\n`
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderValue(name, value)
    lines += `${name}: ${value}\r\n`
  }
  return `${method} ${url.pathname}${url.search} HTTP/1.1\r\n${lines}connection: keep-alive\r\n\r\n`
}
