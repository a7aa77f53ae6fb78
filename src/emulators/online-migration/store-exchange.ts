import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AddressFault } from './address-fault.js'

/** One signed request to an emulated store; node's own client, since `fetch` would unpack gzipped objects. */
export interface StoreCall {
  readonly method: string
  readonly endpoint: string
  /** Encoded, with its query. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: AsyncIterable<Uint8Array> | Readable | string
}

/** A store that is silent for longer has failed. */
const silenceMillisecondsMax = 60_000
const textByteCountMax = 8 * 1024 * 1024

/** The answer to a request that succeeded; AddressFault with the store's code for every other. */
export async function callStore(call: StoreCall): Promise<IncomingMessage> {
  const response = await send(call)
  const status = response.statusCode ?? 0
  if (status >= 200 && status < 300) return response
  const text = await readBody(response)
  const code = /<Code>([^<]*)<\/Code>/.exec(text)?.[1] ?? `${status}`
  const message = /<Message>([^<]*)<\/Message>/.exec(text)?.[1] ?? `HTTP ${status}`
  throw new AddressFault(status, code, message)
}

function send(call: StoreCall): Promise<IncomingMessage> {
  const { hostname, port } = new URL(call.endpoint)
  return new Promise((resolve, reject) => {
    const { method, headers } = call
    const request = httpRequest({ hostname, port, method, path: call.target, headers, timeout: silenceMillisecondsMax })
    request.once('response', resolve)
    request.once('timeout', () => request.destroy(new Error('the store is silent')))
    request.on('error', (cause) => reject(new AddressFault(0, 'ConnectionFailed', cause.message)))
    if (call.body === undefined || typeof call.body === 'string') {
      request.end(call.body)
      return
    }
    pipeline(call.body, request).catch((cause: Error) => {
      request.destroy()
      reject(new AddressFault(0, 'ConnectionFailed', cause.message))
    })
  })
}

export async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let byteCount = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    byteCount += chunk.length
    if (byteCount > textByteCountMax) throw new AddressFault(0, 'ConnectionFailed', 'the store answers without end')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
