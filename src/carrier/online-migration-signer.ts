import { createHash, createHmac } from 'node:crypto'
import type { AccessKeys } from '../model/credentials.js'

/** A request as it is signed. The API knows no bucket, so the path stands as it is (transfer.md 1.3). */
export interface MigrationRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Not encoded: `/job/j1`. */
  readonly path: string
  /** Not encoded; the empty value makes a bare flag: `?verify`. */
  readonly query?: Readonly<Record<string, string>>
  /** XML. */
  readonly body?: string
}

/** OSS's V4 for a region (`cn-beijing`, without `oss-`); V1 for endpoints of before 2025. */
export type MigrationSignature = { readonly version: 'v4'; readonly region: string } | { readonly version: 'v1' }

/** Names in lower case. */
export type Headers = Readonly<Record<string, string>>

/** All headers that a signed request needs but `host`. */
export function signedMigrationHeaders(
  request: MigrationRequest,
  keys: AccessKeys,
  signature: MigrationSignature,
  now: Date,
): Headers {
  const plain: Headers = {
    date: now.toUTCString(),
    ...(keys.securityToken === undefined ? {} : { 'x-oss-security-token': keys.securityToken }),
    ...contentHeaders(request.body),
  }
  return signature.version === 'v4' ? withV4(request, plain, keys, signature.region, now) : withV1(request, plain, keys)
}

/** Path and query as they stand in the request line. */
export function requestTarget({ path, query = {} }: MigrationRequest): string {
  const canonical = canonicalQuery(query)
  return canonical === '' ? canonicalPath(path) : `${canonicalPath(path)}?${canonical}`
}

function contentHeaders(body: string | undefined): Headers {
  if (body === undefined) return {}
  const md5 = createHash('md5').update(body).digest('base64')
  return { 'content-type': 'application/xml', 'content-md5': md5 }
}

/** Adds date and signature to the headers; signs content headers and all `x-oss-`. */
export function withV4(
  request: MigrationRequest,
  plain: Headers,
  keys: AccessKeys,
  region: string,
  now: Date,
): Headers {
  const at = now.toISOString().replace(/[-:]|\.\d+/g, '')
  const day = at.slice(0, 8)
  const headers = { ...plain, 'x-oss-date': at, 'x-oss-content-sha256': 'UNSIGNED-PAYLOAD' }
  const canonical = [
    request.method,
    canonicalPath(request.path),
    canonicalQuery(request.query ?? {}),
    headerLines(headers, (name) => name.startsWith('x-oss-') || name === 'content-md5' || name === 'content-type'),
    '',
    'UNSIGNED-PAYLOAD',
  ].join('\n')
  const scope = `${day}/${region}/oss/aliyun_v4_request`
  const digest = createHash('sha256').update(canonical).digest('hex')
  let key: Buffer | string = `aliyun_v4${keys.accessKeySecret}`
  for (const piece of scope.split('/')) key = createHmac('sha256', key).update(piece).digest()
  const text = ['OSS4-HMAC-SHA256', at, scope, digest].join('\n')
  const signature = createHmac('sha256', key).update(text).digest('hex')
  const authorization = `OSS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope}, Signature=${signature}`
  return { ...headers, authorization }
}

/** Of the flags of this API the gateway signs `status` alone (transfer.md 1.3). */
function withV1(request: MigrationRequest, headers: Headers, keys: AccessKeys): Headers {
  const resource = request.path + (request.query?.['status'] === undefined ? '' : '?status')
  const text = [
    request.method,
    headers['content-md5'] ?? '',
    headers['content-type'] ?? '',
    headers['date'] ?? '',
    headerLines(headers, (name) => name.startsWith('x-oss-')) + resource,
  ].join('\n')
  const signature = createHmac('sha1', keys.accessKeySecret).update(text).digest('base64')
  return { ...headers, authorization: `OSS ${keys.accessKeyId}:${signature}` }
}

function headerLines(headers: Headers, isSigned: (name: string) => boolean): string {
  const names = Object.keys(headers).filter(isSigned).sort()
  return names.map((name) => `${name}:${(headers[name] ?? '').trim()}\n`).join('')
}

function canonicalPath(path: string): string {
  return path.split('/').map(encode).join('/')
}

function canonicalQuery(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .join('&')
}

/** RFC 3986, which leaves fewer characters alone than encodeURIComponent. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
}
