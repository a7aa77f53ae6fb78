import { decodeChunks, type ChunkSeal } from './aws-chunked.js'
import { hexToBase64, openDigests, type DigestName, type DigestValues } from './digests.js'
import { bend, type Mishap } from './mishap.js'
import type { Checksum, ChecksumAlgorithm } from './object-record.js'
import { notImplemented, Refusal } from './refusal.js'
import type { S3Caller } from './s3-authentication.js'
import type { StoreRequest } from './store-request.js'

/** A request's body, decoded, with everything that the client promised about it. */
export interface S3Body {
  readonly stream: AsyncIterable<Uint8Array>
  /** Of the checksum that came with it. */
  readonly algorithm: ChecksumAlgorithm | undefined
  /** Digests that `verify` needs. */
  readonly digests: readonly DigestName[]
  /** After the stream has ended: throws when a promise is broken; tells the checksum to keep, if the client sent one. */
  verify(values: DigestValues, byteCount: number): Checksum | undefined
}

export const checksumAlgorithms: readonly ChecksumAlgorithm[] = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256']

const signedStreams = new Set(['STREAMING-AWS4-HMAC-SHA256-PAYLOAD', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER'])
const unsignedStream = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'

/** With `checksums: false` the checksum headers speak of something else than this body. */
export function openBody(
  request: StoreRequest,
  caller: S3Caller,
  mishap: Mishap,
  of: { readonly checksums: boolean },
): S3Body {
  const trailers = new Map<string, string>()
  const chunked = isChunked(caller.payloadHash)
  if (chunked) checkDecodedLength(request)
  const raw = chunked ? decodeChunks(request.incoming, sealOf(caller), trailers) : request.incoming
  const promised = of.checksums ? promisedAlgorithm(request) : undefined
  return {
    stream: bend(raw, mishap),
    algorithm: promised,
    digests: digestNames(request, caller, promised),
    verify: (values, byteCount) => {
      checkLength(request, chunked, byteCount, mishap)
      checkContentHash(caller.payloadHash, values)
      checkContentMd5(request, values)
      return promised === undefined ? undefined : checkChecksum(request, trailers, promised, values)
    },
  }
}

interface ReadableDocument {
  readonly stream: AsyncIterable<Uint8Array>
  readonly digests: readonly DigestName[]
  verify(values: DigestValues, byteCount: number): unknown
}

/** For small documents; larger ones than S3 takes are refused. */
export async function readText(body: ReadableDocument): Promise<string> {
  const digests = await openDigests(body.digests)
  const chunks: Uint8Array[] = []
  let byteCount = 0
  for await (const chunk of body.stream) {
    byteCount += chunk.length
    if (byteCount > documentByteCountMax)
      throw new Refusal(400, 'MaxMessageLengthExceeded', 'Your request was too big.')
    digests.update(chunk)
    chunks.push(chunk)
  }
  body.verify(digests.finish(), byteCount)
  return Buffer.concat(chunks).toString('utf8')
}

const documentByteCountMax = 2 * 1024 * 1024

export function isChunked(payloadHash: string): boolean {
  if (signedStreams.has(payloadHash) || payloadHash === unsignedStream) return true
  if (payloadHash.startsWith('STREAMING-')) throw notImplemented(`x-amz-content-sha256: ${payloadHash}`)
  return false
}

function sealOf(caller: S3Caller): ChunkSeal | undefined {
  if (caller.payloadHash === unsignedStream) return undefined
  const { signingKey, scope, claim } = caller
  return { signingKey, scope, timestamp: claim.timestamp, seedSignature: claim.signature }
}

function promisedAlgorithm(request: StoreRequest): ChecksumAlgorithm | undefined {
  const names = [...request.headers.keys(), ...(request.headers.get('x-amz-trailer') ?? '').split(',')]
    .map((name) => /^x-amz-checksum-(?!algorithm$|type$|mode$)(.+)$/.exec(name.trim().toLowerCase())?.[1])
    .filter((name) => name !== undefined)
  if (names.length > 1) {
    throw new Refusal(
      400,
      'InvalidRequest',
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    )
  }
  return names[0] === undefined ? undefined : toAlgorithm(names[0])
}

export function toAlgorithm(name: string): ChecksumAlgorithm {
  const algorithm = checksumAlgorithms.find((known) => known === name.toLowerCase())
  if (algorithm === undefined) throw notImplemented(`Checksum algorithm ${name}`)
  return algorithm
}

function digestNames(request: StoreRequest, caller: S3Caller, promised: ChecksumAlgorithm | undefined): DigestName[] {
  const names: DigestName[] = promised === undefined ? [] : [promised]
  if (/^[0-9a-f]{64}$/.test(caller.payloadHash)) names.push('sha256')
  if (request.headers.has('content-md5')) names.push('md5')
  return names
}

function checkDecodedLength(request: StoreRequest): void {
  if (/^\d+$/.test(request.headers.get('x-amz-decoded-content-length') ?? '')) return
  throw new Refusal(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.')
}

function checkLength(request: StoreRequest, chunked: boolean, byteCount: number, mishap: Mishap): void {
  if (mishap.truncateTo !== undefined || !chunked) return
  if (Number(request.headers.get('x-amz-decoded-content-length')) === byteCount) return
  const message = 'You did not provide the number of bytes specified by the Content-Length HTTP header'
  throw new Refusal(400, 'IncompleteBody', message)
}

function checkContentHash(payloadHash: string, values: DigestValues): void {
  if (!/^[0-9a-f]{64}$/.test(payloadHash) || values.sha256 === payloadHash) return
  const message = "The provided 'x-amz-content-sha256' header does not match what was computed."
  const fields = { ClientComputedContentSHA256: payloadHash, S3ComputedContentSHA256: values.sha256 ?? '' }
  throw new Refusal(400, 'XAmzContentSHA256Mismatch', message, fields)
}

function checkContentMd5(request: StoreRequest, values: DigestValues): void {
  const given = request.headers.get('content-md5')
  if (given === undefined) return
  if (Buffer.from(given, 'base64').length !== 16) {
    throw new Refusal(400, 'InvalidDigest', 'The Content-MD5 you specified was invalid.')
  }
  const computed = hexToBase64(values.md5 ?? '')
  if (given === computed) return
  const message = 'The Content-MD5 you specified did not match what we received.'
  throw new Refusal(400, 'BadDigest', message, { ExpectedDigest: given, CalculatedDigest: computed })
}

function checkChecksum(
  request: StoreRequest,
  trailers: ReadonlyMap<string, string>,
  algorithm: ChecksumAlgorithm,
  values: DigestValues,
): Checksum {
  const name = `x-amz-checksum-${algorithm}`
  const given = request.headers.get(name) ?? trailers.get(name)
  if (given === undefined)
    throw new Refusal(400, 'MalformedTrailerError', `The request announced ${name} and did not send it.`)
  const value = hexToBase64(values[algorithm] ?? '')
  if (given !== value) {
    const message = `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`
    throw new Refusal(400, 'BadDigest', message)
  }
  return { algorithm, type: 'FULL_OBJECT', value }
}
