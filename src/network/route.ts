import { BlockList, isIP } from 'node:net'

/** How requests leave this machine, and whom they trust. */
export interface Route {
  /** `http://user:password@proxy.example:3128`: https endpoints are reached through it by CONNECT. */
  readonly proxy?: string
  /** NO_PROXY: hosts, domains (`.example.com`), `host:port`, networks (`10.0.0.0/8`), or `*`. */
  readonly noProxy?: readonly string[]
  /** PEM of authorities to trust besides the system's. */
  readonly ca?: string
}

/** The variables that other tools take, in lower case as well; lower case wins, as in curl. */
export function routeOf(environment: Readonly<Record<string, string | undefined>>, ca: string | undefined): Route {
  const read = (name: string): string | undefined => environment[name.toLowerCase()] ?? environment[name]
  const proxy = read('HTTPS_PROXY')
  const noProxy = (read('NO_PROXY') ?? '').split(/[\s,]+/).filter((one) => one !== '')
  return {
    ...(proxy === undefined || proxy === '' ? {} : { proxy }),
    ...(noProxy.length === 0 ? {} : { noProxy }),
    ...(ca === undefined ? {} : { ca }),
  }
}

/** The proxy that a host is reached through; undefined: none. This machine itself is never reached through one. */
export function proxyFor(route: Route, host: string, port: number): URL | undefined {
  if (route.proxy === undefined) return undefined
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase()
  if (bare === 'localhost' || bare === '::1' || /^127\./.test(bare)) return undefined
  if ((route.noProxy ?? []).some((pattern) => covers(pattern.toLowerCase(), bare, port))) return undefined
  return new URL(route.proxy.includes('://') ? route.proxy : `http://${route.proxy}`)
}

function covers(pattern: string, host: string, port: number): boolean {
  if (pattern === '*') return true
  if (pattern.includes('/')) return isInNetwork(pattern, host)
  const [, name = pattern, wantedPort] = /^(.*?)(?::(\d+))?$/.exec(pattern) ?? []
  if (wantedPort !== undefined && isIP(pattern) === 0 && Number(wantedPort) !== port) return false
  const domain = (isIP(pattern) === 0 ? name : pattern).replace(/^\*?\./, '')
  return host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`))
}

function isInNetwork(pattern: string, host: string): boolean {
  const [address = '', bits = ''] = pattern.split('/')
  const [kind, wanted] = [isIP(host), isIP(address)]
  if (kind === 0 || kind !== wanted || !/^\d{1,3}$/.test(bits)) return false
  const type = kind === 4 ? 'ipv4' : 'ipv6'
  const network = new BlockList()
  try {
    network.addSubnet(address, Number(bits), type)
    return network.check(host, type)
  } catch {
    return false
  }
}
