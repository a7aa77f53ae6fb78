import { Agent as HttpAgent, request as httpRequest, type ClientRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest, type AgentOptions } from 'node:https'
import type { Duplex } from 'node:stream'
import {
  connect as connectTls,
  createSecureContext,
  rootCertificates,
  type ConnectionOptions,
  type SecureContext,
  type TLSSocket,
} from 'node:tls'
import { proxyFor, type Route } from './route.js'

export interface Agents {
  readonly http: HttpAgent
  readonly https: HttpsAgent
}

/** Agents for both schemes: https goes through the route's proxy and trusts its authorities, http goes as it is. */
export function openAgents(route: Route, options: AgentOptions): Agents {
  const https = { ...options, ...authorities(route) }
  return {
    http: new HttpAgent(options),
    https: route.proxy === undefined ? new HttpsAgent(https) : new TunnelAgent(route, https),
  }
}

/** Whom connections by this route trust. */
export function authorities({ ca }: Route): { secureContext?: SecureContext } {
  return ca === undefined ? {} : { secureContext: trusting(ca) }
}

let trusted: { readonly ca: string; readonly context: SecureContext } | undefined

/** One context for all connections: Node would read all authorities again for each, which takes a tenth of a second. */
function trusting(ca: string): SecureContext {
  if (trusted?.ca !== ca) trusted = { ca, context: createSecureContext({ ca: [...rootCertificates, ca] }) }
  return trusted.context
}

/** From the first byte to the proxy until the endpoint's greeting. */
const tunnelMillisecondsMax = 30_000

type Given = Parameters<HttpsAgent['createConnection']>[0]
type Taken = (error: Error | null, stream: Duplex) => void

/** An agent whose connections are tunnels through a proxy, except to hosts that the route leaves out. */
class TunnelAgent extends HttpsAgent {
  readonly #route: Route

  constructor(route: Route, options: AgentOptions) {
    super(options)
    this.#route = route
  }

  override createConnection(options: Given, callback?: Taken): Duplex | null | undefined {
    const host = options.host ?? ''
    const port = Number(options.port ?? 443)
    const proxy = proxyFor(this.#route, host, port)
    if (proxy === undefined || callback === undefined) return super.createConnection(options, callback)
    openTunnel(proxy, host, port, options).then(
      (stream) => callback(null, stream),
      (error: unknown) => {
        // Node takes the error alone; its types want a stream beside it.
        const fail = callback as (error: unknown) => void
        fail(error)
      },
    )
    return undefined
  }
}

/** A connection with TLS to a host, through a proxy. */
export async function openTunnel(
  proxy: URL,
  host: string,
  port: number,
  options: Given | ConnectionOptions,
): Promise<TLSSocket> {
  const socket = await connectThrough(proxy, host, port)
  return new Promise((resolve, reject) => {
    // The path is the request's; for tls it would be a socket's.
    const { path: _path, ...rest } = options as ConnectionOptions
    const secure = connectTls({ ...rest, socket, servername: options.servername ?? host }, () => {
      clearTimeout(timer)
      secure.off('error', reject)
      resolve(secure)
    })
    const timer = setTimeout(
      () => secure.destroy(tunnelError(proxy, 'the endpoint did not greet')),
      tunnelMillisecondsMax,
    )
    secure.once('error', reject)
    secure.once('close', () => clearTimeout(timer))
  })
}

function connectThrough(proxy: URL, host: string, port: number): Promise<Duplex> {
  const authority = `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`
  return new Promise((resolve, reject) => {
    const asked = askProxy(proxy, authority)
    asked.once('connect', (answer, socket) => {
      asked.off('timeout', onTimeout)
      socket.setTimeout(0)
      if (answer.statusCode === 200) return resolve(socket)
      socket.destroy()
      reject(tunnelError(proxy, `it refused ${authority} (${answer.statusCode ?? 0})`))
    })
    const onTimeout = (): void => void asked.destroy(tunnelError(proxy, 'no answer'))
    asked.once('timeout', onTimeout)
    asked.once('response', () => asked.destroy(tunnelError(proxy, 'it is no proxy for CONNECT')))
    asked.once('error', (error) => reject(error instanceof TunnelError ? error : tunnelError(proxy, error.message)))
    asked.end()
  })
}

function askProxy(proxy: URL, authority: string): ClientRequest {
  const { username, password } = proxy
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const options = {
    method: 'CONNECT',
    host: proxy.hostname.replace(/^\[|\]$/g, ''),
    port: proxy.port === '' ? (proxy.protocol === 'https:' ? 443 : 80) : Number(proxy.port),
    path: authority,
    agent: false,
    timeout: tunnelMillisecondsMax,
    headers: {
      host: authority,
      ...(username === '' ? {} : { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` }),
    },
  }
  return proxy.protocol === 'https:' ? httpsRequest(options) : httpRequest(options)
}

/** Its code is that of a host that cannot be reached, which every adapter knows. */
class TunnelError extends Error {
  readonly code = 'ECONNREFUSED'
}

/** Never with the user and password of the proxy's address. */
function tunnelError(proxy: URL, what: string): TunnelError {
  return new TunnelError(`proxy ${proxy.host}: ${what}`)
}
