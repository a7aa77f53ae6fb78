import { createHash } from 'node:crypto'
import type { Call } from '../model/work.js'
import type { ObjectInfo } from '../store/store.js'
import { chunkByteCountMin, chunkCountMax, leastChunkSize } from './chunk-grid.js'
import { combineCrc } from './crc64.js'
import type { DigestKind } from './copy-job.js'
import type { Crossing, Passage } from './crossing.js'
import type { ChunkEntry } from './ledger-state.js'

/** What the source says of an object's bytes, that ours are held against. Digests in hexadecimal. */
export type SourceCheck =
  /** Of the whole object; those of chunks combine. */
  | { readonly kind: 'crc64nvme' | 'crc32c'; readonly expected: string }
  /** The MD5 of the MD5s of all parts, which the chunks follow. */
  | { readonly kind: 'md5-of-parts'; readonly expected: string; readonly partByteCount: number }

/**
 * What is sent again at most when one chunk fails; parts of Redshift and of the SDKs are far below. An object whose own
 * chunks must be larger may have parts as large.
 */
const chunkByteCountMax = 512 * 1024 * 1024

/** How an object that crosses in chunks can be proven at its source; undefined: not at all (transfer.md 5). */
export async function checkInChunks(
  { from }: Passage,
  { part, meta }: Crossing,
  call: Call,
): Promise<SourceCheck | undefined> {
  const found = await from.stat(part.location, call)
  if (found === undefined || found.etag !== meta.sourceEtag) return undefined
  const { crc64nvme, crc32c } = found.checksums ?? {}
  if (crc64nvme !== undefined) return { kind: 'crc64nvme', expected: crc64nvme }
  if (crc32c !== undefined) return { kind: 'crc32c', expected: crc32c }
  return found.etagPartCount === undefined ? undefined : gridCheck(found, found.etagPartCount, sizeOf)

  async function sizeOf(number: number): Promise<number | undefined> {
    return from.partByteCount?.(part.location, number, call)
  }
}

type SizeOf = (number: number) => Promise<number | undefined>

async function gridCheck(
  { etag, byteCount }: ObjectInfo,
  partCount: number,
  sizeOf: SizeOf,
): Promise<SourceCheck | undefined> {
  const first = await sizeOf(1)
  const most = Math.max(chunkByteCountMax, leastChunkSize(byteCount))
  if (first === undefined || first > most || partCount > chunkCountMax) return undefined
  if (partCount > 1 && first < chunkByteCountMin) return undefined
  // Parts may differ; where the last is not what equal ones leave for it, they do.
  if (Math.ceil(byteCount / first) !== partCount) return undefined
  const last = partCount === 1 ? first : await sizeOf(partCount)
  if (last !== byteCount - first * (partCount - 1)) return undefined
  return { kind: 'md5-of-parts', expected: etag.toLowerCase(), partByteCount: first }
}

/** Whether all parts are as long as the check took them to be: otherwise a difference tells nothing. */
export async function gridHolds(
  { from }: Passage,
  { part }: Crossing,
  check: SourceCheck,
  call: Call,
): Promise<boolean> {
  if (check.kind !== 'md5-of-parts') return true
  const partCount = Math.ceil(part.byteCount / check.partByteCount)
  for (let number = 1; number < partCount; number += 1) {
    if ((await from.partByteCount?.(part.location, number, call)) !== check.partByteCount) return false
  }
  return true
}

export function digestFor(check: SourceCheck | undefined): DigestKind | undefined {
  return check?.kind === 'md5-of-parts' ? 'md5' : check?.kind
}

/** How the digest of a chunk stands in the ledger: `crc64nvme:0123456789abcdef`. */
export function digestText(kind: DigestKind, digest: string): string {
  return `${kind}:${digest}`
}

/** Whether the chunks, which are all there and in order, make what the source says. */
export function agrees(check: SourceCheck, chunks: readonly ChunkEntry[]): boolean {
  const digests = chunks.map(({ digest = '' }) => digest.slice(digest.indexOf(':') + 1))
  if (check.kind === 'md5-of-parts') {
    const whole = createHash('md5')
    for (const digest of digests) whole.update(Buffer.from(digest, 'hex'))
    return `${whole.digest('hex')}-${chunks.length}` === check.expected
  }
  const { kind } = check
  const whole = chunks.reduce(
    (sum, { byteCount }, index) => combineCrc(kind, sum, BigInt(`0x${digests[index]}`), byteCount),
    0n,
  )
  return whole === BigInt(`0x${check.expected}`)
}
