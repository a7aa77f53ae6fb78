import { MigrationError } from '../model/errors.js'
import type { Ledger } from '../model/ledger.js'
import type { Call } from '../model/work.js'
import type { Copied, Copier, CopyJob } from './copy-job.js'

/**
 * Bytes that a run may read from the source, all its processes together. What is about to be read is noted before it is
 * asked for, so that neither a crash nor another attempt is forgotten; a request that broke off counts whole.
 */
export class EgressBudget {
  readonly #byteCountMax: number
  readonly #ledger: Ledger
  #spent: Promise<{ byteCount: number }> | undefined

  /** The ledger is of this budget alone; what earlier processes of the run read is in it. */
  constructor(byteCountMax: number, ledger: Ledger) {
    this.#byteCountMax = byteCountMax
    this.#ledger = ledger
  }

  /** Errors: `transfer-failed` where the bytes would pass the limit; then nothing is taken. */
  async take(key: string, byteCount: number): Promise<void> {
    const spent = await (this.#spent ??= readBack(this.#ledger))
    if (spent.byteCount + byteCount > this.#byteCountMax)
      throw overspent(byteCount, spent.byteCount, this.#byteCountMax)
    spent.byteCount += byteCount
    await this.#ledger.note({ kind: 'egress', key, byteCount })
  }
}

/** Asks the budget before each read. */
export class BudgetedCopier implements Copier {
  readonly #copier: Copier
  readonly #budget: EgressBudget

  constructor(copier: Copier, budget: EgressBudget) {
    this.#copier = copier
    this.#budget = budget
  }

  get wholeByteCountMax(): number {
    return this.#copier.wholeByteCountMax
  }

  async copy(job: CopyJob, call: Call): Promise<Copied> {
    await this.#budget.take(job.from.key, job.byteCount)
    return this.#copier.copy(job, call)
  }

  close(): Promise<void> {
    return this.#copier.close()
  }
}

async function readBack(ledger: Ledger): Promise<{ byteCount: number }> {
  let byteCount = 0
  for await (const entry of ledger.entries()) if (entry.kind === 'egress') byteCount += entry.byteCount
  return { byteCount }
}

function overspent(more: number, spent: number, most: number): MigrationError {
  const message = `transfer: ${more} bytes more would pass the limit of ${most} bytes read from S3; this run has read ${spent}`
  return new MigrationError('transfer-failed', message, {
    hint: 'raise --max-egress (transfer.maxEgress) and give the same command again: what arrived is kept',
  })
}
