import { connect as connectNet, isIP, type OnReadOpts, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { authorities, openTunnel } from './agents.js'
import { proxyFor, type Route } from './route.js'

/**
 * A connection to where a URL leads, as the agents make them, but received into memory that the caller gives. It may
 * still be on its way; errors come by the socket, those of a proxy reject.
 */
export async function connect(url: URL, route: Route, onread: OnReadOpts): Promise<Socket> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isSecure = url.protocol === 'https:'
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port)
  if (!isSecure) return quiet(connectNet({ host, port, onread }))
  const named = isIP(host) === 0 ? { servername: host } : {}
  const options = { host, port, ALPNProtocols: ['http/1.1'], ...named, ...authorities(route), onread }
  const proxy = proxyFor(route, host, port)
  return quiet(proxy === undefined ? connectTls(options) : await openTunnel(proxy, host, port, options))
}

/** An error may come before the caller listens; it is found in `errored`. */
function quiet(socket: Socket): Socket {
  return socket.on('error', () => undefined)
}
