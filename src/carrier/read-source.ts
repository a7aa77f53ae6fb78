import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream'
import { MigrationError } from '../model/errors.js'
import { locationText } from '../model/names.js'
import type { ByteRange } from '../store/store.js'
import type { Call } from '../model/work.js'
import type { Crossing, Passage } from './crossing.js'
import { Fingerprint } from './fingerprint.js'

/**
 * Reads a part (or a range of it) through a fingerprint and hands that to `use`. The object is pinned by its etag: one
 * that was replaced or removed since the manifest was written is `transfer-failed`, and waiting does not help.
 */
export async function readThrough<Result>(
  passage: Passage,
  crossing: Crossing,
  of: { readonly range?: ByteRange; readonly md5?: string },
  call: Call,
  use: (bytes: Fingerprint) => Promise<Result>,
): Promise<Result> {
  const startedAt = performance.now()
  const source = await openSource(passage, crossing, of.range, call)
  const hasher = await passage.hashers.take()
  const fingerprint = new Fingerprint(hasher, of.md5)
  // A failing source destroys the fingerprint with its error, and the other way round; whoever reads it sees it.
  pipeline(source, fingerprint, () => undefined)
  try {
    const result = await use(fingerprint)
    passage.onChunk?.(performance.now() - startedAt)
    return result
  } finally {
    fingerprint.destroy()
    source.destroy()
    passage.hashers.giveBack(hasher)
  }
}

async function openSource(
  { from }: Passage,
  { part, meta }: Crossing,
  range: ByteRange | undefined,
  call: Call,
): Promise<Readable> {
  try {
    return await from.read(part.location, { ...(range && { range }), ifMatch: meta.sourceEtag }, call)
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error
    if (error.code !== 'store-refused' && error.code !== 'store-missing') throw error
    const what = error.code === 'store-missing' ? 'is gone' : `is not the one with etag ${meta.sourceEtag} any more`
    throw new MigrationError('transfer-failed', `carry ${locationText(part.location)}: the object ${what}`, {
      hint: 'something else writes below this prefix; unload the relation again with --redo',
      cause: error,
    })
  }
}
