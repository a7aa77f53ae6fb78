import { createHmac, timingSafeEqual } from 'node:crypto'
import { findAlibabaKey } from '../access/token.js'
import type { World } from '../world.js'
import { ServiceError } from './odps-error.js'

/** What a signature covers (maxcompute.md 1.4). */
export interface SignedRequest {
  readonly method: string
  /** After the endpoint's own path: `/projects/p/instances`, still percent-encoded. */
  readonly path: string
  /** Without `?`, still percent-encoded. */
  readonly query: string
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>
}

/** Clocks may differ by this much. */
export const dateSkewMillisecondsMax = 900_000

/** Clients decode the resource once, or (PyODPS) twice; both are signed in the wild. */
export type Decoding = 'once' | 'twice'

/** Throws the refusal of the service: 401 with its code. */
export function verifySignature(request: SignedRequest, world: World, now: number): void {
  const authorization = request.headers.authorization ?? ''
  const match = /^ODPS ([^:]+):(.+)$/.exec(authorization)
  if (match === null)
    throw refusal('AuthorizationRequired', 'ODPS-0410011:Authorization required - no ODPS authorization')
  const [, scope = '', given = ''] = match
  const [accessId = '', date, region, service, end] = scope.split('/')
  checkDate(request.headers.date, now)
  const found = findAlibabaKey(world, accessId, request.headers['authorization-sts-token'], now)
  if ('refused' in found) throw keyRefusal(found.refused)
  const secret = found.key.accessKeySecret
  const key = date === undefined ? secret : signingKey(secret, date, region ?? '')
  if (date !== undefined) checkScope({ date, region, service, end }, request, world)
  const wanted = (['once', 'twice'] as const).map((decoding) => sign(key, canonicalText(request, decoding)))
  if (!wanted.some((text) => sameText(text, given))) throw mismatch()
}

/** V4 signs the day of the request and the service's own region. */
function checkScope(
  scope: {
    readonly date: string
    readonly region: string | undefined
    readonly service: string | undefined
    readonly end: string | undefined
  },
  request: SignedRequest,
  world: World,
): void {
  const day = new Date(request.headers.date ?? '').toISOString().slice(0, 10).replaceAll('-', '')
  const right = scope.date === day && scope.region === world.maxcompute.region
  if (!right || scope.service !== 'odps' || scope.end !== 'aliyun_v4_request') throw mismatch()
}

/** The text that is signed, the same for V2 and V4. */
export function canonicalText(request: SignedRequest, decoding: Decoding): string {
  const resource = canonicalResource(request.path, request.query, decoding)
  const lines = new Map<string, string>([
    ['content-md5', ''],
    ['content-type', ''],
    ['date', ''],
  ])
  for (const [name, value] of Object.entries(request.headers)) {
    if (lines.has(name)) lines.set(name, value ?? '')
    else if (name.startsWith('x-odps-')) lines.set(name, `${name}:${value ?? ''}`)
  }
  for (const [name, value] of resource.params) if (name.startsWith('x-odps-')) lines.set(name, `${name}:${value}`)
  const sorted = [...lines].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line)
  return [request.method.toUpperCase(), ...sorted, resource.text].join('\n')
}

/** V4's key for a day (`yyyyMMdd`) and region. */
export function signingKey(secret: string, date: string, region: string): Buffer {
  let key: Buffer = Buffer.from(`aliyun_v4${secret}`)
  for (const step of [date, region, 'odps', 'aliyun_v4_request']) {
    key = createHmac('sha256', key).update(step).digest()
  }
  return key
}

export function sign(key: string | Buffer, text: string): string {
  return createHmac('sha1', key).update(text).digest('base64')
}

function canonicalResource(path: string, query: string, decoding: Decoding) {
  const twice = decoding === 'twice'
  const params = new Map<string, string>()
  for (const pair of (twice ? unquote(query) : query).split('&')) {
    if (pair === '') continue
    const cut = pair.indexOf('=')
    const [name, value] = cut < 0 ? [pair, ''] : [pair.slice(0, cut), pair.slice(cut + 1)]
    params.set(unquote(name.replaceAll('+', ' ')), unquote(value.replaceAll('+', ' ')))
  }
  const sorted = [...params].sort(([a], [b]) => (a < b ? -1 : 1))
  const text = sorted.map(([name, value]) => (value === '' ? name : `${name}=${value}`)).join('&')
  return { params, text: unquote(path) + (text === '' ? '' : `?${text}`) }
}

/** Percent-decoding that leaves what is no escape as it is. */
export function unquote(text: string): string {
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString())
}

function checkDate(date: string | undefined, now: number): void {
  const at = Date.parse(date ?? '')
  if (Number.isNaN(at)) throw refusal('AuthorizationRequired', 'ODPS-0410011:Authorization required - no Date header')
  if (Math.abs(now - at) <= dateSkewMillisecondsMax) return
  const [expire, current] = [new Date(at).toISOString(), new Date(now).toISOString()]
  const detail = `max_interval_date:${dateSkewMillisecondsMax},expire_date:${expire},now_date:${current}`
  throw refusal('RequestTimeTooSkewd', `ODPS-0410031:Authentication request expired - ${detail}`)
}

function keyRefusal(refused: 'unknown-key' | 'invalid-token' | 'expired-token'): ServiceError {
  if (refused === 'unknown-key')
    return refusal('Unauthorized', 'ODPS-0410051:Invalid credentials - accessKeyId not found')
  if (refused === 'expired-token') {
    return refusal(
      'AuthenticationRequestExpired',
      'ODPS-0410031:Authentication request expired - security token expired',
    )
  }
  return refusal('Unauthorized', 'ODPS-0410071:Invalid credentials - security token is invalid')
}

function mismatch(): ServiceError {
  return refusal('SignatureNotMatch', 'ODPS-0410042:Invalid signature value - User signature does not match')
}

function refusal(code: string, message: string): ServiceError {
  return new ServiceError(401, code, message)
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
