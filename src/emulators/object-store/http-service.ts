import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Service } from '../service.js'

/** Longest that a connection may be silent; clients that pool connections see it closed after that. */
const idleMillisecondsMax = 120_000
/** Longest that one request may take to arrive. */
const requestMillisecondsMax = 3_600_000

/** A service on loopback. When `serve` fails the connection is cut: there is nothing left to say on it. */
export async function startHttpService(
  port: number,
  serve: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<Service> {
  const server = createServer({ keepAliveTimeout: idleMillisecondsMax, requestTimeout: requestMillisecondsMax })
  server.setTimeout(idleMillisecondsMax)
  server.on('request', (request, response) => {
    // Without listeners a client that goes away would end the process.
    response.on('error', () => undefined)
    request.on('error', () => undefined)
    serve(request, response).catch(() => request.socket.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
