import { createHash } from 'node:crypto'
import { Refusal } from '../object-store/refusal.js'
import type { StoreRequest } from '../object-store/store-request.js'

const bodyByteCountMax = 2 * 1024 * 1024

/** Reads the body; its Content-MD5 counts where the client sent one, as older clients do not (transfer.md 1.3). */
export async function checkContentMd5(request: StoreRequest): Promise<string> {
  const hash = createHash('md5')
  const chunks: Buffer[] = []
  let byteCount = 0
  for await (const chunk of request.incoming as AsyncIterable<Buffer>) {
    byteCount += chunk.length
    if (byteCount > bodyByteCountMax) throw new Refusal(400, 'EntityTooLarge', 'The request body is too large.')
    hash.update(chunk)
    chunks.push(chunk)
  }
  const given = request.headers.get('content-md5')
  if (given !== undefined && given !== hash.digest('base64')) {
    throw new Refusal(400, 'InvalidDigest', 'The Content-MD5 you specified was invalid.')
  }
  return Buffer.concat(chunks).toString('utf8')
}
