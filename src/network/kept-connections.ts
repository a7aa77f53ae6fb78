import { validateHeaderValue } from 'node:http'
import { connect } from './connect.js'
import type { KeptAnswer } from './kept-answer.js'
import { KeptConnection } from './kept-connection.js'
import { Room } from './room.js'
import type { Route } from './route.js'

export interface KeptConnectionsOptions {
  /** Requests at a time; others wait. */
  readonly socketCountMax: number
  /** Of a connection on which nothing moves. */
  readonly idleMilliseconds: number
  readonly route?: Route | undefined
}

/** GET over HTTP/1.1 for bodies of many megabytes, with connections kept for reuse (RFC 9112). */
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
    const request = requestText(url, headers)
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
          if (idle === undefined || connection.hasAnswered || signal.aborted) throw error
        }
      }
    } catch (error) {
      this.#room.leave()
      throw error
    }
  }

  /** What is being read is read to its end. */
  close(): void {
    this.#isClosed = true
    for (const connections of this.#idle.values()) for (const connection of connections) connection.drop()
    this.#idle.clear()
  }

  async #ask(connection: KeptConnection, request: string, origin: string, signal: AbortSignal): Promise<KeptAnswer> {
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

function requestText(url: URL, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries({ host: url.host, ...headers }).map(([name, value]) => {
    validateHeaderValue(name, value)
    return `${name}: ${value}\r\n`
  })
  return `GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}connection: keep-alive\r\n\r\n`
}
