import { join } from 'node:path'
import type { LedgerEntry } from '../model/ledger.js'
import type { Part } from '../model/manifest.js'
import { FileLedger } from './file-ledger.js'

type Checksum = Extract<LedgerEntry, { kind: 'checksum' }>

/** Relations whose checksums are in memory at once: somewhat more than travel together. */
const relationCountMax = 600

/** A folder of checksums, `<relationId>.jsonl` for each relation, as `migrate checksum` writes it. */
export class FileChecksums {
  readonly #folder: string
  readonly #relations = new Map<string, Promise<ReadonlyMap<string, Checksum>>>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Undefined where none was taken of the part with its etag. */
  async of(relationId: string, part: Part): Promise<Checksum | undefined> {
    const found = (await this.#relation(relationId)).get(part.location.key)
    return found?.sourceEtag === part.etag && found?.byteCount === part.byteCount ? found : undefined
  }

  open(relationId: string): FileLedger {
    return new FileLedger(join(this.#folder, `${relationId}.jsonl`))
  }

  #relation(relationId: string): Promise<ReadonlyMap<string, Checksum>> {
    const known = this.#relations.get(relationId)
    if (known !== undefined) return known
    const oldest = this.#relations.keys().next()
    if (this.#relations.size >= relationCountMax && oldest.done !== true) this.#relations.delete(oldest.value)
    const read = this.#read(relationId)
    this.#relations.set(relationId, read)
    return read
  }

  async #read(relationId: string): Promise<ReadonlyMap<string, Checksum>> {
    const found = new Map<string, Checksum>()
    const ledger = this.open(relationId)
    try {
      for await (const entry of ledger.entries()) if (entry.kind === 'checksum') found.set(entry.key, entry)
    } finally {
      await ledger.close()
    }
    return found
  }
}
