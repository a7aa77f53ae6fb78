import { createHash, createHmac } from 'node:crypto'
import type { AccessKeys } from '../model/credentials.js'
import { encodeKey, percentEncode } from './aws-signature.js'
import { signingKey } from './signing-key.js'

export interface OssRequest {
  readonly method: string
  readonly bucket: string
  readonly key: string
  /** An empty value is sent as the bare name. */
  readonly query: Readonly<Record<string, string>>
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** `cn-hangzhou`. */
  readonly region: string
  readonly at: Date
}

const isSigned = (name: string): boolean => name.startsWith('x-oss-') || /^content-(type|md5)$/.test(name)

/** All headers to send, signed with OSS4-HMAC-SHA256 over an unsigned payload (transfer.md 3.2). */
export function signOssRequest(request: OssRequest, keys: AccessKeys): Record<string, string> {
  const date = request.at.toISOString().replace(/[-:]|\.\d+/g, '')
  const headers: Record<string, string> = {
    ...request.headers,
    'x-oss-content-sha256': 'UNSIGNED-PAYLOAD',
    'x-oss-date': date,
    ...(keys.securityToken !== undefined && { 'x-oss-security-token': keys.securityToken }),
  }
  const names = Object.keys(headers).filter(isSigned).sort()
  const lines = names.map((name) => `${name}:${headers[name]?.trim()}\n`).join('')
  const path = `/${percentEncode(request.bucket)}/${encodeKey(request.key)}`
  const canonical = [request.method, path, ossQuery(request.query), lines, '', 'UNSIGNED-PAYLOAD'].join('\n')
  const scope = `${date.slice(0, 8)}/${request.region}/oss/aliyun_v4_request`
  const text = ['OSS4-HMAC-SHA256', date, scope, createHash('sha256').update(canonical).digest('hex')].join('\n')
  const signature = createHmac('sha256', signingKey(`aliyun_v4${keys.accessKeySecret}`, scope))
    .update(text)
    .digest('hex')
  return {
    ...headers,
    authorization: `OSS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope},Signature=${signature}`,
  }
}

/** Sorted and encoded, as it is signed and sent. */
export function ossQuery(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => [percentEncode(name), percentEncode(value)] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .join('&')
}
