import { createHash } from 'node:crypto'
import { ByteReader } from './byte-reader.js'
import { Refusal } from './refusal.js'
import { sameSignature, sha256, sign } from './sigv4.js'

/** What chunk signatures hang on: the request's own signature is the first one's predecessor. */
export interface ChunkSeal {
  readonly signingKey: Buffer
  readonly timestamp: string
  readonly scope: string
  readonly seedSignature: string
}

const lineByteCountMax = 8 * 1024
const chunkByteCountMax = 5 * 1024 ** 3

/**
 * Decodes a body in `aws-chunked` encoding. With a seal every chunk's signature (and the trailer's) is verified at
 * the chunk's end; nobody may keep what was yielded before the generator has ended. Trailers are put into `trailers`.
 */
export async function* decodeChunks(
  source: AsyncIterable<Uint8Array>,
  seal: ChunkSeal | undefined,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  const reader = new ByteReader(source)
  let previous = seal?.seedSignature ?? ''
  for (;;) {
    const { byteCount, signature } = parseChunkHead(await reader.line(lineByteCountMax))
    const hash = createHash('sha256')
    let received = 0
    for await (const part of reader.take(byteCount)) {
      if (seal !== undefined) hash.update(part)
      received += part.length
      yield part
    }
    if (received < byteCount) throw incomplete()
    if (seal !== undefined) {
      checkSignature(seal, chunkText(seal, previous, hash.digest('hex')), signature)
      previous = signature
    }
    if (byteCount === 0) break
    if ((await reader.line(lineByteCountMax)) !== '') throw incomplete()
  }
  await readTrailers(reader, seal, previous, trailers)
}

function parseChunkHead(line: string | undefined): { readonly byteCount: number; readonly signature: string } {
  const match = /^([0-9a-fA-F]{1,16})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line ?? '')
  if (match === null) throw incomplete()
  const byteCount = parseInt(match[1] ?? '', 16)
  if (byteCount > chunkByteCountMax) throw incomplete()
  return { byteCount, signature: match[2] ?? '' }
}

async function readTrailers(
  reader: ByteReader,
  seal: ChunkSeal | undefined,
  previous: string,
  trailers: Map<string, string>,
): Promise<void> {
  let signature: string | undefined
  for (;;) {
    const line = await reader.line(lineByteCountMax)
    if (line === undefined || line === '') break
    const mark = line.indexOf(':')
    const [name, value] = [line.slice(0, mark).trim().toLowerCase(), line.slice(mark + 1).trim()]
    if (name === 'x-amz-trailer-signature') signature = value
    else trailers.set(name, value)
  }
  if (seal === undefined || trailers.size === 0) return
  const text = [...trailers].map(([name, value]) => `${name}:${value}\n`).join('')
  const sealed = ['AWS4-HMAC-SHA256-TRAILER', seal.timestamp, seal.scope, previous, sha256(text)].join('\n')
  checkSignature(seal, sealed, signature ?? '')
}

function chunkText(seal: ChunkSeal, previous: string, hash: string): string {
  return ['AWS4-HMAC-SHA256-PAYLOAD', seal.timestamp, seal.scope, previous, sha256(''), hash].join('\n')
}

function checkSignature(seal: ChunkSeal, text: string, given: string): void {
  if (sameSignature(given, sign(seal.signingKey, text))) return
  const message = 'The chunk signature we calculated does not match the signature you provided.'
  throw new Refusal(403, 'SignatureDoesNotMatch', message, { StringToSign: text, SignatureProvided: given })
}

function incomplete(): Refusal {
  return new Refusal(400, 'IncompleteBody', 'The request body terminated unexpectedly')
}
