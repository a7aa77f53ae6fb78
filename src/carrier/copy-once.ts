import type { Duplex, Readable } from 'node:stream'
import { pipeline } from 'node:stream'
import { finished } from 'node:stream/promises'
import { MigrationError } from '../model/errors.js'
import { locationText } from '../model/names.js'
import type { Call } from '../model/work.js'
import { wholeByteCountMax } from '../store/store.js'
import type { ChunkReceipt, ObjectInfo, ObjectStore } from '../store/store.js'
import type { Copied, Copier, CopyJob } from './copy-job.js'
import { copyWhole, type WholeStores } from './copy-whole.js'
import { HeldBack } from './held-back.js'
import { openPrints, type Prints } from './prints.js'

export interface CopyStores {
  readonly from: Pick<ObjectStore, 'read' | 'readWhole'>
  readonly to: Pick<ObjectStore, 'write' | 'writeChunk' | 'writeWhole'>
}

/** Stands between what is read and what is written: a limit of the pace. Absent: as fast as it goes. */
export type Pace = () => Duplex

type Stored = Pick<ObjectInfo & ChunkReceipt, 'etag' | 'crc64' | 'delayedMilliseconds'>

/** Moves bytes in the thread that it is made in. */
export class InlineCopier implements Copier {
  readonly #stores: CopyStores
  readonly #pace: Pace | undefined
  readonly #whole: WholeStores | undefined

  constructor(stores: CopyStores, pace?: Pace) {
    this.#stores = stores
    this.#pace = pace
    this.#whole = pace === undefined ? wholeStores(stores) : undefined
  }

  get wholeByteCountMax(): number {
    return this.#whole === undefined ? 0 : wholeByteCountMax
  }

  copy(job: CopyJob, call: Call): Promise<Copied> {
    if (job.isWhole === true && job.to.kind === 'object' && this.#whole !== undefined) {
      return copyWhole(this.#whole, job, job.to, call)
    }
    return copyOnce(this.#stores, job, call, this.#pace)
  }

  async close(): Promise<void> {
    // The stores belong to whoever opened them.
  }
}

/** Reads, fingerprints and writes in one stream; nothing is held but what streams hold. */
async function copyOnce({ from, to }: CopyStores, job: CopyJob, call: Call, pace: Pace | undefined): Promise<Copied> {
  const startedAt = performance.now()
  const prints = openPrints(job.digest)
  const opened = await openSource(from, job, call)
  const source = pace === undefined ? opened : pipeline(opened, pace(), () => undefined)
  const body = fingerprinted(source, prints, job.expected)
  try {
    const { etag, crc64: storedCrc64, delayedMilliseconds } = await put(to, job, body, call)
    const milliseconds = performance.now() - startedAt
    const digest = job.expected ?? prints.digest()
    return {
      crc64: prints.crc64(),
      etag,
      milliseconds,
      isProven: job.expected !== undefined,
      ...(digest !== undefined && { digest }),
      ...(storedCrc64 !== undefined && { storedCrc64 }),
      ...(delayedMilliseconds !== undefined && { delayedMilliseconds }),
    }
  } finally {
    body.destroy()
    opened.destroy()
  }
}

function fingerprinted(source: Readable, prints: Prints, expected: string | undefined): Readable {
  // Whoever reads the body hears of errors; nobody may do so yet when the first comes.
  source.on('error', () => undefined)
  if (expected !== undefined) return heldBack(source, new HeldBack(prints, expected))
  // Looking on costs less than standing between. Paused, it does not flow before the body is read.
  source.pause()
  source.on('data', (bytes: Buffer) => prints.update(bytes))
  return source
}

/** What stream.pipeline does costs as much as all else that a small object needs. */
function heldBack(source: Readable, held: HeldBack): Readable {
  source.once('error', (error) => held.destroy(error))
  source.once('close', () => {
    if (!source.readableEnded) held.destroy(new Error('the source was closed before its end'))
  })
  return source.pipe(held)
}

async function put(to: CopyStores['to'], job: CopyJob, body: Readable, call: Call): Promise<Stored> {
  switch (job.to.kind) {
    case 'chunk':
      return to.writeChunk(job.to.upload, job.to.number, body, job.byteCount, call)
    case 'object':
      return to.write(job.to.location, body, job.byteCount, job.to.meta, call)
    case 'nowhere':
      body.resume()
      await finished(body, { writable: false })
      return { etag: '' }
  }
}

async function openSource(from: CopyStores['from'], job: CopyJob, call: Call): Promise<Readable> {
  try {
    return await from.read(job.from, { ...(job.range && { range: job.range }), ifMatch: job.ifMatch }, call)
  } catch (error) {
    throw aboutObject(job, error)
  }
}

function wholeStores({ from, to }: CopyStores): WholeStores | undefined {
  if (from.readWhole === undefined || to.writeWhole === undefined) return undefined
  const read = from.readWhole.bind(from)
  return {
    read: (location, of, call) =>
      read(location, of, call).catch((error: unknown) => {
        throw aboutObject({ from: location, ifMatch: of.ifMatch }, error)
      }),
    write: to.writeWhole.bind(to),
  }
}

/** An object that is gone or another one, in words that tell what to do. */
function aboutObject({ from, ifMatch }: Pick<CopyJob, 'from' | 'ifMatch'>, error: unknown): unknown {
  if (!(error instanceof MigrationError) || !isAboutObject(error)) return error
  const what = error.code === 'store-missing' ? 'is gone' : `is not the one with etag ${ifMatch} any more`
  return new MigrationError('transfer-failed', `carry ${locationText(from)}: the object ${what}`, {
    hint: 'something else writes below this prefix; unload the relation again with --redo',
    cause: error,
  })
}

/** The object is gone or another one; whatever else is refused (a wrong region, say) is not its fault. */
function isAboutObject({ code, message }: MigrationError): boolean {
  if (code === 'store-missing') return !message.includes('NoSuchBucket')
  return code === 'store-refused' && message.includes('412')
}
