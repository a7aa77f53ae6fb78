import { createHash, createHmac } from 'node:crypto'
import type { AccessKeys } from '../model/credentials.js'
import { signingKey } from './signing-key.js'

export interface AwsRequest {
  readonly method: string
  /** As it is sent: percent-encoded. */
  readonly path: string
  /** All of them are signed, `host` among them; names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly region: string
  readonly at: Date
}

const emptyHash = createHash('sha256').update('').digest('hex')

/** All headers to send for an S3 request without query and body, signed with Signature Version 4. */
export function signAwsRequest(request: AwsRequest, keys: AccessKeys): Record<string, string> {
  const date = request.at.toISOString().replace(/[-:]|\.\d+/g, '')
  const headers: Record<string, string> = {
    ...request.headers,
    'x-amz-content-sha256': emptyHash,
    'x-amz-date': date,
    ...(keys.securityToken !== undefined && { 'x-amz-security-token': keys.securityToken }),
  }
  const names = Object.keys(headers).sort()
  const lines = names.map((name) => `${name}:${headers[name]?.trim()}\n`).join('')
  const signed = names.join(';')
  const canonical = [request.method, request.path, '', lines, signed, emptyHash].join('\n')
  const scope = `${date.slice(0, 8)}/${request.region}/s3/aws4_request`
  const text = ['AWS4-HMAC-SHA256', date, scope, createHash('sha256').update(canonical).digest('hex')].join('\n')
  const signature = createHmac('sha256', signingKey(`AWS4${keys.accessKeySecret}`, scope))
    .update(text)
    .digest('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`
  return { ...headers, authorization }
}

/** As both signatures want it: everything but letters, digits and `-._~`. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

export function encodeKey(key: string): string {
  return key.split('/').map(percentEncode).join('/')
}
