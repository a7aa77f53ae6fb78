import type { Journal } from '../journal/journal.js'
import { MigrationError } from '../model/errors.js'
import type { Consistency } from '../model/plan.js'
import type { Call } from '../model/work.js'
import type { Snapshot, Source } from '../source/source.js'

/** A snapshot for as long as a relation needs it. */
export interface Lease {
  readonly snapshot: Snapshot
  release(): Promise<void>
}

/** Hands out the moment that a relation is read at, as the run's consistency wants it. */
export interface Snapshots extends AsyncDisposable {
  /** True when relations must be unloaded one after the other. */
  readonly isSerial: boolean
  /** True once the one transaction of all relations has begun. */
  readonly isOpen?: boolean
  lease(call: Call): Promise<Lease>
}

export function makeSnapshots(mode: Consistency, source: Source, journal: Journal): Snapshots {
  return mode === 'single-transaction' ? new OneForAll(source, journal) : new OneEach(mode, source)
}

/** A session and a transaction for each relation. */
class OneEach implements Snapshots {
  readonly isSerial = false
  readonly #mode: Consistency
  readonly #source: Source

  constructor(mode: Consistency, source: Source) {
    this.#mode = mode
    this.#source = source
  }

  async lease(call: Call): Promise<Lease> {
    const snapshot = await this.#source.open(this.#mode, call)
    return { snapshot, release: async () => snapshot[Symbol.asyncDispose]() }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve()
  }
}

/**
 * One session and one transaction for all. Redshift cannot hand a snapshot to another session (redshift.md 1.13), so what
 * an earlier process unloaded was another moment: the two are never mixed.
 */
class OneForAll implements Snapshots {
  readonly isSerial = true
  readonly #source: Source
  readonly #journal: Journal
  #opening: Promise<Snapshot> | undefined

  constructor(source: Source, journal: Journal) {
    this.#source = source
    this.#journal = journal
  }

  get isOpen(): boolean {
    return this.#opening !== undefined
  }

  async lease(call: Call): Promise<Lease> {
    this.#opening ??= this.#open(call)
    return { snapshot: await this.#opening, release: () => Promise.resolve() }
  }

  async #open(call: Call): Promise<Snapshot> {
    for (const [step, status] of this.#journal.steps()) {
      if (!step.startsWith('unload/') || status.state !== 'succeeded') continue
      throw new MigrationError(
        'snapshot-lost',
        'snapshot: the transaction that the first relations were read in is gone',
        {
          hint: 'run --restart-snapshot unloads all relations anew in one transaction; single-transaction never mixes two moments',
        },
      )
    }
    return this.#source.open('single-transaction', call)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const snapshot = await this.#opening?.catch(() => undefined)
    await snapshot?.[Symbol.asyncDispose]()
  }
}
