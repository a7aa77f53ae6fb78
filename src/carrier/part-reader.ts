import { MigrationError } from '../model/errors.js'
import type { Part } from '../model/manifest.js'
import { locationText } from '../model/names.js'
import type { Call } from '../model/work.js'
import type { ObjectStore } from '../store/store.js'
import type { ChecksumReader, PartChecksum } from './carrier.js'
import { InlineCopier } from './copy-once.js'
import { defaultStreamingCarrierLimits, type Crossing, type Passage } from './crossing.js'
import { readChecksum } from './online-arrivals.js'
import { Slots } from './slots.js'

/** Reads parts for their checksums; nothing of them is kept, and only so many are read at once. */
export class PartReader implements ChecksumReader {
  readonly #passage: Passage

  constructor(from: ObjectStore, readAtOnce: number) {
    const ledger = { entries: () => [][Symbol.iterator]() as never, note: () => Promise.resolve() }
    this.#passage = {
      ...{ from, to: from, ledger, slots: new Slots(readAtOnce), copier: new InlineCopier({ from, to: from }) },
      ...{ limits: defaultStreamingCarrierLimits, etagsAreMd5: true, sentByteCount: 0 },
    }
  }

  async read(relationId: string, part: Part, call: Call): Promise<PartChecksum> {
    const source = locationText(part.location)
    if (part.etag === undefined) {
      throw new MigrationError('transfer-failed', `read ${source}: the manifest has no etag to pin the object by`)
    }
    const meta = { run: '', source, sourceEtag: part.etag }
    const crossing: Crossing = { relationId, part, target: part.location, meta, known: undefined }
    return readChecksum(this.#passage, crossing, call)
  }
}
