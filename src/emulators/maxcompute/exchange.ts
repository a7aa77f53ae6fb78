import type { IncomingMessage } from 'node:http'
import { ServiceError } from './odps-error.js'
import { unquote } from './signature.js'

/** Bytes of a request: the longest statement, escaped, in its XML. */
export const bodyByteCountMax = 16 * 1024 * 1024

/** One request, read whole; but for a block of rows, which comes as a stream. */
export interface Exchange {
  readonly method: string
  /** Decoded, without the endpoint's own `/api`: `['projects', 'p', 'instances']`. */
  readonly segments: readonly string[]
  /** Still encoded, as it is signed. */
  readonly path: string
  readonly query: string
  readonly params: ReadonlyMap<string, string>
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Buffer
  /** The body as it comes, where `body` is empty. */
  readonly stream: AsyncIterable<Buffer>
  /** `http://host:port/api`, as the client wrote it. */
  readonly endpoint: string
}

export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** A stream for what may be long. */
  readonly body?: string | AsyncIterable<Buffer>
}

export async function readExchange(request: IncomingMessage): Promise<Exchange> {
  const url = request.url ?? '/'
  const mark = url.indexOf('?')
  const whole = mark < 0 ? url : url.slice(0, mark)
  const query = mark < 0 ? '' : url.slice(mark + 1)
  const api = whole === '/api' || whole.startsWith('/api/')
  const path = api ? whole.slice('/api'.length) : whole
  const params = readParams(query)
  // A block is as long as the client likes, and is read row by row.
  const isBlock = request.method === 'PUT' && params.has('blockid')
  return {
    method: (request.method ?? 'GET').toUpperCase(),
    path,
    query,
    segments: path
      .split('/')
      .filter((part) => part !== '')
      .map(unquote),
    params,
    headers: readHeaders(request),
    body: isBlock ? Buffer.alloc(0) : await readBody(request),
    stream: request as AsyncIterable<Buffer>,
    endpoint: `http://${request.headers.host ?? ''}${api ? '/api' : ''}`,
  }
}

function readParams(query: string): Map<string, string> {
  const params = new Map<string, string>()
  for (const pair of query.split('&')) {
    if (pair === '') continue
    const cut = pair.indexOf('=')
    const [name, value] = cut < 0 ? [pair, ''] : [pair.slice(0, cut), pair.slice(cut + 1)]
    params.set(unquote(name.replaceAll('+', ' ')), unquote(value.replaceAll('+', ' ')))
  }
  return params
}

function readHeaders(request: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]),
  )
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let byteCount = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    byteCount += chunk.length
    if (byteCount > bodyByteCountMax)
      throw new ServiceError(400, 'InvalidParameter', `request is longer than ${bodyByteCountMax} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

export function xmlReply(xml: string, headers: Readonly<Record<string, string>> = {}, status = 200): Reply {
  return { status, headers: { 'content-type': 'application/xml', ...headers }, body: xml }
}

export function jsonReply(value: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status: 200, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) }
}

export function textReply(text: string): Reply {
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: text }
}

/** A page of a list: `marker` is the last name of the page before. */
export function paging(params: ReadonlyMap<string, string>): { readonly marker: string; readonly maxItems: number } {
  const asked = Number(params.get('maxitems') ?? '1000')
  return {
    marker: params.get('marker') ?? '',
    maxItems: Number.isInteger(asked) && asked > 0 ? Math.min(asked, 1000) : 1000,
  }
}

export function httpDate(milliseconds: number): string {
  return new Date(milliseconds).toUTCString()
}
