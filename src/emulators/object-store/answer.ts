import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { StoredBytes } from './data-files.js'
import { ConnectionCut, bend, type Mishap } from './mishap.js'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Stored bytes are closed by whoever sends them. */
  readonly body?: string | StoredBytes
}

export async function sendAnswer(response: ServerResponse, answer: Answer, mishap: Mishap): Promise<void> {
  const { body } = answer
  try {
    const whole = body === undefined ? 0 : typeof body === 'string' ? Buffer.byteLength(body) : body.byteCount
    if (mishap.cut === 'after' || (mishap.cut === 'during' && whole === 0)) throw new ConnectionCut()
    const byteCount = Math.min(whole, mishap.truncateTo ?? whole)
    writeHead(response, answer, byteCount)
    if (body === undefined || byteCount === 0) {
      response.end()
      return
    }
    await pipeline(cutHalfway(bend(openBody(body), mishap), mishap, byteCount), response)
  } finally {
    if (body !== undefined && typeof body !== 'string') await body.close()
  }
}

function writeHead(response: ServerResponse, answer: Answer, byteCount: number): void {
  for (const [name, value] of Object.entries(answer.headers)) {
    response.setHeader(name, Buffer.from(value, 'utf8').toString('latin1'))
  }
  const bodiless = answer.status === 204 || answer.status === 304 || response.hasHeader('content-length')
  if (!bodiless) response.setHeader('content-length', byteCount)
  response.writeHead(answer.status)
}

function openBody(body: string | StoredBytes): AsyncIterable<Uint8Array> {
  return typeof body === 'string' ? Readable.from([Buffer.from(body)]) : body.bytes
}

async function* cutHalfway(
  source: AsyncIterable<Uint8Array>,
  mishap: Mishap,
  byteCount: number,
): AsyncGenerator<Uint8Array> {
  if (mishap.cut !== 'during') {
    yield* source
    return
  }
  let left = Math.floor(byteCount / 2)
  for await (const chunk of source) {
    yield chunk.subarray(0, left)
    left -= chunk.length
    if (left <= 0) break
  }
  // Lets what was written leave the process before the socket goes.
  await new Promise((resolve) => setImmediate(resolve))
  throw new ConnectionCut()
}
