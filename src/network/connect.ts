import { connect as connectNet, isIP, type OnReadOpts, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { authorities, openTunnel } from './agents.js'
import { proxyFor, type Route } from './route.js'

/** Of the memory that each connection receives into; TLS fills 16 KiB of it at a time. */
const receivedByteCountMax = 64 * 1024

/** Takes bytes, which are valid during the call only. False: no more before the socket is resumed. */
export type Receive = (bytes: Buffer) => boolean

/**
 * A connection to where a URL leads, as the agents make them, but received into one piece of memory for all its life:
 * Node would allocate one for every record of TLS, and freeing them costs as much as decrypting. It may still be on its
 * way; errors come by the socket, those of a proxy reject.
 */
export async function connect(url: URL, route: Route, receive: Receive): Promise<Socket> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isSecure = url.protocol === 'https:'
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port)
  if (!isSecure) return quiet(connectNet({ host, port, onread: into(receive) }))
  const named = isIP(host) === 0 ? { servername: host } : {}
  const options = { host, port, ALPNProtocols: ['http/1.1'], ...named, ...authorities(route) }
  const proxy = proxyFor(route, host, port)
  // Documented with tls.connect; its types lack it.
  const received = { ...options, onread: into(receive) }
  if (proxy === undefined) return quiet(connectTls(received))
  const socket = quiet(await openTunnel(proxy, host, port, options))
  // Node has no such memory for TLS over a socket that is there already.
  return socket.on('data', (bytes: Buffer) => receive(bytes) || socket.pause())
}

function into(receive: Receive): OnReadOpts {
  const buffer = Buffer.allocUnsafeSlow(receivedByteCountMax)
  return { buffer, callback: (count) => receive(buffer.subarray(0, count)) }
}

/** An error may come before the caller listens; it is found in `errored`. */
function quiet(socket: Socket): Socket {
  return socket.on('error', () => undefined)
}
