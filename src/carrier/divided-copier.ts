import type { Call } from '../model/work.js'
import type { Copied, Copier, CopyJob } from './copy-job.js'

/** Small objects by one copier, since telling a thread of them costs as much as copying them; all else by the other. */
export class DividedCopier implements Copier {
  readonly #small: Copier
  readonly #large: Copier

  constructor(small: Copier, large: Copier) {
    this.#small = small
    this.#large = large
  }

  get wholeByteCountMax(): number {
    return this.#small.wholeByteCountMax
  }

  copy(job: CopyJob, call: Call): Promise<Copied> {
    return (job.isWhole === true ? this.#small : this.#large).copy(job, call)
  }

  async close(): Promise<void> {
    await Promise.all([this.#small.close(), this.#large.close()])
  }
}
