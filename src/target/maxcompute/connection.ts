import type { AccessKeys, Credentials } from '../../model/credentials.js'
import { MigrationError } from '../../model/errors.js'
import type { Route } from '../../network/route.js'
import { isExpiredToken, isSkew, refusalError, silenceError } from './errors.js'
import { exchangeMillisecondsMax, NodeExchange, type Exchange, type HttpAnswer, type Silence } from './exchange.js'
import { readRefusal, type Refusal } from './refusal.js'
import { mayRepeat, pause, standardRetry, waitBefore, type Reply, type RetryPolicy } from './retry.js'
import { signedHeaders, type SignatureScheme } from './signature.js'

/** Longest that a call takes when its caller sets no deadline. */
export const callMillisecondsMax = 300_000

/** Bounds of one call: a model `Call` fits. `subject` opens the message of every error: `load tpch.lineitem`. */
export interface Bounds {
  readonly signal?: AbortSignal
  /** Milliseconds since 1970. */
  readonly deadlineAt?: number
  readonly subject?: string
}

export interface ResourceRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** Below the endpoint, not encoded: `/projects/p1/tables/t1`. */
  readonly path: string
  /** Not encoded; the empty value makes a bare flag. */
  readonly query?: Readonly<Record<string, string>>
  readonly body?: string
  readonly contentType?: string
  /** Sending it twice changes no more than sending it once. Default: everything but POST. */
  readonly repeatable?: boolean
  /** Besides those that every request has. */
  readonly headers?: Readonly<Record<string, string>>
  /** The answer is bytes, not text. */
  readonly binary?: boolean
}

export interface ConnectionOptions {
  /** `https://service.cn-hangzhou.maxcompute.aliyun.com/api` */
  readonly endpoint: string
  readonly credentials: Credentials
  /** For V4 signatures; derived from the endpoint's host where it has the public form. */
  readonly region?: string
  /** `auto` (default): V4 where a region is known, and V2 from the first refusal that asks for it. */
  readonly signature?: 'v4' | 'v2' | 'auto'
  readonly userAgent?: string
  /** Default: node:http and node:https with connections that are kept. */
  readonly exchange?: Exchange
  /** Proxy and authorities of that default; absent: none but the system's. */
  readonly route?: Route
  readonly retry?: RetryPolicy
  /** Milliseconds since 1970, for the signed date only. Default: this machine's clock. */
  readonly clock?: () => number
}

/** Sends signed requests to one endpoint and repeats those that may be repeated. The constructor does no I/O. */
export class Connection {
  readonly endpoint: string
  readonly region: string | undefined
  readonly #options: ConnectionOptions
  readonly #exchange: Exchange
  #scheme: SignatureScheme

  constructor(options: ConnectionOptions) {
    this.endpoint = checkedEndpoint(options.endpoint)
    this.region = options.region ?? regionOf(this.endpoint)
    this.#options = options
    this.#exchange = options.exchange ?? new NodeExchange(options.route)
    this.#scheme = firstScheme(options.signature ?? 'auto', this.region)
  }

  close(): void {
    this.#exchange.close()
  }

  /** The answer, or a MigrationError for everything else. */
  async ask(request: ResourceRequest, bounds: Bounds): Promise<HttpAnswer> {
    const reply = await this.send(request, bounds)
    return reply.kind === 'answer' ? reply : this.fail(request, reply, bounds)
  }

  fail(request: ResourceRequest, reply: Refusal | Silence, bounds: Bounds): never {
    const subject = bounds.subject ?? `${request.method} ${request.path}`
    throw reply.kind === 'refusal' ? refusalError(subject, reply) : silenceError(subject, reply, this.endpoint)
  }

  /** Refusals and silence come back as data; repeats what may be repeated until the deadline. */
  async send(request: ResourceRequest, bounds: Bounds): Promise<Reply> {
    const deadlineAt = bounds.deadlineAt ?? Date.now() + callMillisecondsMax
    const policy = this.#options.retry ?? standardRetry
    for (let triedCount = 1; ; triedCount += 1) {
      const reply = await this.#signAndSend(request, deadlineAt, bounds.signal)
      if (!mayRepeat(reply, request.repeatable ?? request.method !== 'POST')) return reply
      const wait = waitBefore(triedCount, reply, policy)
      if (wait === undefined || triedCount >= policy.tryCountMax || Date.now() + wait >= deadlineAt) return reply
      await pause(wait, bounds.signal)
    }
  }

  /** The service says by a refusal that it does not know V4; then V2 is used from there on (maxcompute.md 1.4). */
  async #signAndSend(request: ResourceRequest, deadlineAt: number, signal?: AbortSignal): Promise<Reply> {
    const scheme = this.#scheme
    const reply = await this.#sendWithLivingKeys(request, scheme, deadlineAt, signal)
    const fixed = this.#options.signature !== undefined && this.#options.signature !== 'auto'
    if (fixed || scheme.version === 'v2' || reply.kind !== 'refusal' || !asksForV2(reply)) return reply
    this.#scheme = { version: 'v2' }
    return this.#sendWithLivingKeys(request, this.#scheme, deadlineAt, signal)
  }

  /** Keys may end earlier than this machine's clock says; what was refused for that did not happen, a POST neither. */
  async #sendWithLivingKeys(
    request: ResourceRequest,
    scheme: SignatureScheme,
    deadlineAt: number,
    signal?: AbortSignal,
  ): Promise<Reply> {
    const { credentials } = this.#options
    const keys = await credentials.current()
    const reply = await this.#sendOnce(request, { keys, scheme }, deadlineAt, signal)
    if (credentials.renew === undefined || reply.kind !== 'refusal' || !isExpiredToken(reply)) return reply
    return this.#sendOnce(request, { keys: await credentials.renew(keys), scheme }, deadlineAt, signal)
  }

  async #sendOnce(
    request: ResourceRequest,
    { keys, scheme }: { readonly keys: AccessKeys; readonly scheme: SignatureScheme },
    deadlineAt: number,
    signal?: AbortSignal,
  ): Promise<Reply> {
    const { method, path, query = {} } = request
    const timeoutMilliseconds = Math.min(exchangeMillisecondsMax, deadlineAt - Date.now())
    if (timeoutMilliseconds <= 0)
      return { kind: 'silence', sent: false, how: 'timeout', reason: 'the deadline has passed' }
    const answer = await this.#exchange.send({
      method,
      url: resourceUrl(this.endpoint, path, query),
      headers: signedHeaders({ method, path, query, headers: this.#headers(request) }, keys, scheme),
      timeoutMilliseconds,
      ...(request.body === undefined ? {} : { body: request.body }),
      ...(signal === undefined ? {} : { signal }),
      ...(request.binary === undefined ? {} : { binary: request.binary }),
    })
    return answer.kind === 'silence' || answer.status < 300 ? answer : readRefusal(answer)
  }

  #headers(request: ResourceRequest): Record<string, string> {
    const agent = this.#options.userAgent ?? 'redshift-to-maxcompute'
    const headers = {
      Date: new Date(this.#options.clock?.() ?? Date.now()).toUTCString(),
      'User-Agent': agent,
      'x-odps-user-agent': agent,
      ...request.headers,
    }
    if (request.body === undefined) return headers
    const length = String(Buffer.byteLength(request.body, 'utf8'))
    return { ...headers, 'Content-Type': request.contentType ?? 'application/xml', 'Content-Length': length }
  }
}

export function resourceUrl(endpoint: string, path: string, query: Readonly<Record<string, string>>): URL {
  const segments = path.split('/').map(encodeURIComponent).join('/')
  const parameters = Object.entries(query).map(([name, value]) =>
    value === '' ? encodeURIComponent(name) : `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  )
  return new URL(`${endpoint}${segments}${parameters.length === 0 ? '' : '?'}${parameters.join('&')}`)
}

/** `https://service.cn-hangzhou-vpc.maxcompute.aliyun-inc.com/api` → `cn-hangzhou`; a name without a dash is no region (maxcompute.md 1.1). */
export function regionOf(endpoint: string): string | undefined {
  const found = /^service\.([^.]+)\.[a-z]+\.(?:aliyun|aliyun-inc)\.com$/.exec(new URL(endpoint).hostname)
  const region = found?.[1]?.replace(/-(?:internal|intranet|vpc)$/, '')
  return region?.includes('-') === true ? region : undefined
}

function checkedEndpoint(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.username !== '') {
    throw new MigrationError('config', `maxcompute endpoint: not an http(s) address without query and user`, {
      hint: 'it looks like https://service.cn-hangzhou.maxcompute.aliyun.com/api',
    })
  }
  return url.href.replace(/\/+$/, '')
}

function firstScheme(wish: 'v4' | 'v2' | 'auto', region: string | undefined): SignatureScheme {
  if (wish !== 'v2' && region !== undefined) return { version: 'v4', region }
  if (wish !== 'v4') return { version: 'v2' }
  throw new MigrationError('config', 'maxcompute signature: V4 needs a region, and the endpoint does not tell one', {
    hint: 'set maxcompute.region',
  })
}

function asksForV2(refusal: Refusal): boolean {
  if (isSkew(refusal)) return false
  const text = refusal.message.toLowerCase()
  if (refusal.code === 'InternalServerError') return /need ak v3 support|accesskey acl denied/.test(text)
  if (refusal.code === 'InvalidParameter' && refusal.odpsCode === '0410051') return true
  return refusal.status === 401 && text.includes('invalid or missing')
}
