import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import { throttleOf } from './throttle.js'
import { storeError } from './store-error.js'

/** Error documents are a few hundred bytes. */
export const documentByteCountMax = 64 * 1024

export interface Answer extends Readable {
  readonly statusCode?: number | undefined
  readonly headers: IncomingHttpHeaders
}

/** The house's error for an answer of S3 or OSS that is not a success; reads its document. */
export async function serviceRefusal(subject: string, service: 'S3' | 'OSS', res: Answer): Promise<unknown> {
  return refusalTold(subject, service, res, await readDocument(res))
}

/** The same where the document is there. */
export function refusalTold(
  subject: string,
  service: 'S3' | 'OSS',
  res: Pick<Answer, 'statusCode' | 'headers'>,
  document: string,
): unknown {
  const tell = (name: string): string | undefined => new RegExp(`<${name}>([^<]*)</${name}>`).exec(document)?.[1]
  const status = res.statusCode ?? 0
  const message = tell('Message') ?? `HTTP ${status}`
  const code = tell('Code')
  const throttle = throttleOf(status, code, res.headers)
  return storeError(subject, { service, code, status, message, cause: new Error(message), ...throttle })
}

async function readDocument(res: Answer): Promise<string> {
  const pieces: Buffer[] = []
  let byteCount = 0
  try {
    for await (const piece of res as AsyncIterable<Buffer>) {
      byteCount += piece.length
      if (byteCount > documentByteCountMax) break
      pieces.push(piece)
    }
  } catch {
    // What came before the answer broke off must do.
  }
  return Buffer.concat(pieces).toString()
}
