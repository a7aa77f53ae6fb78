import { MigrationError } from '../model/errors.js'
import type { Proof } from '../model/ledger.js'
import { locationText } from '../model/names.js'
import type { Call } from '../model/work.js'
import type { ObjectInfo, Upload } from '../store/store.js'
import { persist } from './attempts.js'
import { chunkSize } from './chunk-grid.js'
import { chunksOf, copyChunk, corrupt } from './copy-chunk.js'
import type { Chunk } from './copy-chunk.js'
import { crcCombine } from './crc64.js'
import type { Arrival, Crossing, Passage } from './crossing.js'
import type { ChunkEntry, UploadEntry } from './ledger-state.js'
import { proveSource } from './prove-source.js'
import type { Resend } from './prove-source.js'
import { refuseForeign } from './recognise.js'
import { checkInChunks, digestFor } from './source-check.js'
import type { SourceCheck } from './source-check.js'
import { together } from './together.js'

/** Copies an object chunk by chunk, taking up what an earlier process left. `arrived` is told the bytes of each chunk. */
export async function copyLarge(
  passage: Passage,
  crossing: Crossing,
  call: Call,
  arrived: (byteCount: number) => void,
): Promise<Arrival> {
  const { upload, chunkByteCount, done, check } = await takeUp(passage, crossing, call)
  for (const chunk of done.values()) arrived(chunk.byteCount)
  const of = { upload, digest: digestFor(check) }
  const send = async (chunk: Chunk, inner: Call): Promise<ChunkEntry> => {
    const entry = await copyChunk(passage, crossing, of, chunk, inner)
    await passage.ledger.note(entry)
    done.set(chunk.number, entry)
    return entry
  }
  const all = [...chunksOf(crossing.part.byteCount, chunkByteCount)]
  const missing = all.filter(({ number }) => !done.has(number))
  await together(missing, passage.limits.chunksInFlight, call, async (chunk, inner) => {
    await send(chunk, inner)
    arrived(chunk.byteCount)
  })
  const chunks = inOrder(done)
  const resend: Resend = ({ number }, inner) => send(all[number - 1] as Chunk, inner)
  const proof = await proveSource(passage, crossing, check, chunks, resend, call)
  return finish(passage, crossing, upload, { chunks, proof }, call)
}

interface TakenUp {
  readonly upload: Upload
  readonly chunkByteCount: number
  readonly done: Map<number, ChunkEntry>
  readonly check: SourceCheck | undefined
}

/** The upload that the ledger knows, with the chunks that ledger and store agree on; or a new one. */
async function takeUp(passage: Passage, crossing: Crossing, call: Call): Promise<TakenUp> {
  const { known, part, target } = crossing
  const found = await checkInChunks(passage, crossing, call)
  if (known?.upload !== undefined && known.upload.etag === part.etag) {
    const { uploadId, chunkByteCount } = known.upload
    const upload = { location: target, uploadId }
    // Chunks of another grid than the source's parts prove nothing by them.
    const check = found?.kind === 'md5-of-parts' && found.partByteCount !== chunkByteCount ? undefined : found
    const done = await agreedChunks(passage, upload, provable(known.chunks, check), call)
    if (done !== undefined) return { upload, chunkByteCount, done, check }
  }
  const chunkByteCount =
    found?.kind === 'md5-of-parts' ? found.partByteCount : chunkSize(part.byteCount, passage.limits.chunkByteCount)
  const upload = await passage.to.openUpload(target, crossing.meta, call)
  await passage.ledger.note(uploadEntry(crossing, upload, chunkByteCount))
  return { upload, chunkByteCount, done: new Map(), check: found }
}

/** Without the chunks whose lines lack what the check needs. */
function provable(chunks: ReadonlyMap<number, ChunkEntry>, check: SourceCheck | undefined): Map<number, ChunkEntry> {
  const kind = digestFor(check)
  const fit = [...chunks].filter(([, { digest }]) => kind === undefined || digest?.startsWith(`${kind}:`) === true)
  return new Map(fit)
}

/** Undefined when the upload is gone. A chunk that only one side knows is sent again. */
async function agreedChunks(
  passage: Passage,
  upload: Upload,
  noted: ReadonlyMap<number, ChunkEntry>,
  call: Call,
): Promise<Map<number, ChunkEntry> | undefined> {
  const agreed = new Map<number, ChunkEntry>()
  try {
    for await (const { number, byteCount, etag } of passage.to.listChunks(upload, call)) {
      const entry = noted.get(number)
      if (entry?.byteCount === byteCount && entry.etag === etag) agreed.set(number, entry)
    }
    return agreed
  } catch (error) {
    if (error instanceof MigrationError && error.code === 'store-missing') return undefined
    throw error
  }
}

async function finish(
  passage: Passage,
  crossing: Crossing,
  upload: Upload,
  { chunks, proof }: { readonly chunks: readonly ChunkEntry[]; readonly proof: Proof },
  call: Call,
): Promise<Arrival> {
  const crc64 = String(chunks.reduce((whole, chunk) => crcCombine(whole, BigInt(chunk.crc64), chunk.byteCount), 0n))
  const told = await persist(passage.limits.chunkAttemptCountMax, call, () => complete(passage, upload, chunks, call))
  const found = await passage.to.stat(crossing.target, call)
  if (found === undefined) throw vanished(crossing)
  refuseForeign(crossing, found)
  for (const info of [told, found]) {
    if (info !== undefined && info.crc64 !== crc64) throw corrupt(crossing, 0, crc64, info.crc64)
  }
  return { etag: found.etag, crc64, proof, skipped: false }
}

/** Undefined when the reply was lost but the object is there: then the object tells what became of it. */
async function complete(
  passage: Passage,
  upload: Upload,
  chunks: readonly ChunkEntry[],
  call: Call,
): Promise<ObjectInfo | undefined> {
  try {
    return await passage.to.complete(upload, chunks, call)
  } catch (error) {
    const mayBeDone =
      error instanceof MigrationError &&
      (error.transient || error.code === 'store-missing' || error.code === 'store-refused')
    if (!mayBeDone) throw error
    const found = await passage.to.stat(upload.location, call)
    if (found === undefined) throw gone(error, upload)
    return undefined
  }
}

/** Without the upload nothing can be completed: the part begins again with another. */
function gone(error: MigrationError, upload: Upload): MigrationError {
  if (error.code !== 'store-missing') return error
  const message = `complete ${locationText(upload.location)}: the upload is gone and the object is not there`
  return new MigrationError('transfer-failed', message, { transient: true, cause: error })
}

function vanished({ part, target }: Crossing): MigrationError {
  const message = `carry ${locationText(part.location)}: ${locationText(target)} is not there after it was completed`
  return new MigrationError('transfer-failed', message, { transient: true })
}

function uploadEntry({ part, meta }: Crossing, { uploadId }: Upload, chunkByteCount: number): UploadEntry {
  return { kind: 'upload', key: part.location.key, uploadId, etag: meta.sourceEtag, chunkByteCount }
}

function inOrder(chunks: ReadonlyMap<number, ChunkEntry>): ChunkEntry[] {
  return [...chunks.values()].sort((one, other) => one.number - other.number)
}
