import { createHash, createHmac } from 'node:crypto'

export interface S3Keys {
  readonly accessKeyId: string
  readonly secret: string
  /** Of temporary keys. */
  readonly token?: string
}

export interface SignedRequest {
  readonly method: string
  /** Encoded, path style. */
  readonly path: string
  readonly query: readonly (readonly [string, string])[]
  readonly host: string
  readonly body: Uint8Array
  readonly region: string
  readonly keys: S3Keys
  /** More `x-amz-` headers, in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  readonly now: Date
}

function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex')
}

function hmac(key: Uint8Array | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

/** RFC 3986; `/` stays in paths. */
export function encodeSegment(text: string, keepSlash = false): string {
  const encoded = encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  return keepSlash ? encoded.replaceAll('%2F', '/') : encoded
}

export function queryText(query: SignedRequest['query']): string {
  return [...query]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${encodeSegment(name)}=${encodeSegment(value)}`)
    .join('&')
}

/** The headers of AWS Signature Version 4 for service s3. */
export function signRequest(request: SignedRequest): Record<string, string> {
  const stamp = request.now.toISOString().replace(/[-:]|\.\d{3}/g, '')
  const day = stamp.slice(0, 8)
  const { token } = request.keys
  const headers: Record<string, string> = {
    ...request.headers,
    ...(token === undefined ? {} : { 'x-amz-security-token': token }),
    host: request.host,
    'x-amz-content-sha256': sha256(request.body),
    'x-amz-date': stamp,
  }
  const names = Object.keys(headers).sort()
  const canonical = [
    request.method,
    request.path,
    queryText(request.query),
    ...names.map((name) => `${name}:${headers[name] ?? ''}`),
    '',
    names.join(';'),
    headers['x-amz-content-sha256'],
  ].join('\n')
  const scope = `${day}/${request.region}/s3/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', stamp, scope, sha256(canonical)].join('\n')
  const key = [day, request.region, 's3', 'aws4_request'].reduce<Buffer | string>(hmac, `AWS4${request.keys.secret}`)
  const signature = createHmac('sha256', key).update(toSign).digest('hex')
  const credential = `${request.keys.accessKeyId}/${scope}`
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  return headers
}
