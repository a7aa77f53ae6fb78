import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer } from './answer.js'
import type { Refusal } from './refusal.js'
import { toXml } from './xml.js'

/** On every answer of OSS, and of services behind the same gateway. */
export function ossServerHeaders(): Record<string, string> {
  return {
    server: 'AliyunOSS',
    'x-oss-request-id': randomBytes(12).toString('hex').toUpperCase(),
    'x-oss-server-time': '1',
  }
}

/** The error document; where no body may follow it travels in `x-oss-err`. */
export function ossErrorAnswer(incoming: IncomingMessage, response: ServerResponse, refusal: Refusal): Answer {
  if (refusal.status === 304) return { status: 304, headers: refusal.headers }
  const document = toXml([
    'Error',
    [
      ['Code', refusal.code],
      ['Message', refusal.message],
      ['RequestId', String(response.getHeader('x-oss-request-id') ?? '')],
      ['HostId', incoming.headers.host ?? ''],
      ...Object.entries(refusal.fields),
    ],
  ])
  const headers = { 'content-type': 'application/xml', ...refusal.headers }
  if (incoming.method !== 'HEAD') return { status: refusal.status, headers, body: document }
  return { status: refusal.status, headers: { ...headers, 'x-oss-err': Buffer.from(document).toString('base64') } }
}
