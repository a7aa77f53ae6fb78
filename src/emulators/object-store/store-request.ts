import type { IncomingMessage } from 'node:http'
import { Refusal } from './refusal.js'

/** One request, decoded once; signatures and operations read the same values. */
export interface StoreRequest {
  readonly method: string
  /** As sent, with its port: this is what SigV4 signs. */
  readonly hostHeader: string
  /** Lower case, without port. */
  readonly host: string
  /** Percent-decoded, begins with `/`. */
  readonly path: string
  /** Decoded; a parameter without value is the empty text. */
  readonly query: ReadonlyMap<string, string>
  /** Names in lower case, values as UTF-8, repeated ones joined by a comma. */
  readonly headers: ReadonlyMap<string, string>
  readonly incoming: IncomingMessage
}

export function parseRequest(incoming: IncomingMessage): StoreRequest {
  const headers = collectHeaders(incoming.rawHeaders)
  const url = incoming.url ?? '/'
  const mark = url.indexOf('?')
  const hostHeader = headers.get('host') ?? ''
  return {
    method: incoming.method ?? 'GET',
    hostHeader,
    host: hostHeader.replace(/:\d+$/, '').toLowerCase(),
    path: decode(mark < 0 ? url : url.slice(0, mark)),
    query: parseQuery(mark < 0 ? '' : url.slice(mark + 1)),
    headers,
    incoming,
  }
}

/** RFC 3986: everything but unreserved characters, hex in upper case. */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** The same with `/` kept. */
export function encodePath(path: string): string {
  return path.split('/').map(encode).join('/')
}

export function parseQuery(text: string): Map<string, string> {
  const query = new Map<string, string>()
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const mark = pair.indexOf('=')
    const name = mark < 0 ? pair : pair.slice(0, mark)
    query.set(decodeForm(name), decodeForm(mark < 0 ? '' : pair.slice(mark + 1)))
  }
  return query
}

function decodeForm(text: string): string {
  return decode(text.replaceAll('+', '%20'))
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Refusal(400, 'InvalidURI', "Couldn't parse the specified URI.")
  }
}

// Node hands header bytes out as Latin-1; clients sign and mean UTF-8.
function collectHeaders(raw: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>()
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] ?? '').toLowerCase()
    const value = Buffer.from(raw[i + 1] ?? '', 'latin1').toString('utf8')
    const before = headers.get(name)
    headers.set(name, before === undefined ? value : `${before},${value}`)
  }
  return headers
}
