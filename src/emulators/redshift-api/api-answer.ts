import type { ServerResponse } from 'node:http'
import { toXml, type XmlNode } from '../object-store/xml.js'
import type { ApiRefusal, Protocol } from './api-refusal.js'

const namespace = 'http://redshift.amazonaws.com/doc/2012-12-01/'

export interface ApiAnswer {
  readonly status: number
  readonly type: string
  readonly body: string
}

export function queryAnswer(action: string, result: readonly XmlNode[], requestId: string): ApiAnswer {
  const content: XmlNode[] = [
    [`${action}Result`, result],
    ['ResponseMetadata', [['RequestId', requestId]]],
  ]
  return { status: 200, type: 'text/xml', body: toXml([`${action}Response`, content], namespace) }
}

export function jsonAnswer(result: object): ApiAnswer {
  return jsonText(JSON.stringify(result))
}

export function jsonText(body: string): ApiAnswer {
  return { status: 200, type: 'application/x-amz-json-1.1', body }
}

export function refusalAnswer(protocol: Protocol, refusal: ApiRefusal, requestId: string): ApiAnswer {
  const { status, code } = refusal.in(protocol)
  if (protocol === 'json') {
    const body = JSON.stringify({ __type: code, message: refusal.message })
    return { status, type: 'application/x-amz-json-1.1', body }
  }
  const error: XmlNode[] = [
    ['Type', status < 500 ? 'Sender' : 'Receiver'],
    ['Code', code],
    ['Message', refusal.message],
  ]
  const content: XmlNode[] = [
    ['Error', error],
    ['RequestId', requestId],
  ]
  return { status, type: 'text/xml', body: toXml(['ErrorResponse', content], namespace) }
}

export function send(response: ServerResponse, { status, type, body }: ApiAnswer, requestId: string): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': requestId,
  })
  response.end(body)
}
