import { Worker } from 'node:worker_threads'
import type { AccessKeys, Credentials } from '../model/credentials.js'
import { MigrationError } from '../model/errors.js'
import type { Call } from '../model/work.js'
import type { Copied, Copier, CopyJob } from './copy-job.js'
import type { Bandwidth } from './paced-bytes.js'
import { errorOf, failureOf } from './worker-messages.js'
import type { FromWorker, Question, ToWorker, WorkerPlaces } from './worker-messages.js'

export interface WorkerCopierOptions {
  /** Threads. */
  readonly count: number
  readonly places: Pick<WorkerPlaces, 'from' | 'to'>
  readonly credentials: { readonly from: Credentials; readonly to: Credentials }
  /** Of copy-worker.js, where it does not lie beside this module. */
  readonly script?: URL
}

interface Job {
  readonly resolve: (copied: Copied) => void
  readonly reject: (error: Error) => void
}

interface Thread {
  readonly worker: Worker
  readonly jobs: Map<number, Job>
}

/** Moves bytes in other threads, which encrypt and hash beside each other; keys and pace stay with this one. */
export class WorkerCopier implements Copier {
  readonly #options: WorkerCopierOptions
  readonly #bandwidth: Bandwidth | undefined
  readonly #threads: Thread[] = []
  #jobCount = 0

  constructor(options: WorkerCopierOptions, bandwidth?: Bandwidth) {
    this.#options = options
    this.#bandwidth = bandwidth
  }

  /** Telling a thread of a small object costs as much as copying it here. */
  readonly wholeByteCountMax = 0

  async copy(job: CopyJob, call: Call): Promise<Copied> {
    const id = (this.#jobCount += 1)
    const { worker, jobs } = this.#idlest()
    const send = (message: ToWorker): void => worker.postMessage(message)
    const abort = (): void => send({ kind: 'abort', id })
    // An idle thread keeps no process alive, a working one does.
    worker.ref()
    try {
      return await new Promise<Copied>((resolve, reject) => {
        jobs.set(id, { resolve, reject })
        send({ kind: 'copy', id, job, deadlineAt: call.deadlineAt })
        if (call.signal.aborted) abort()
        call.signal.addEventListener('abort', abort, { once: true })
      })
    } finally {
      call.signal.removeEventListener('abort', abort)
      jobs.delete(id)
      if (jobs.size === 0) worker.unref()
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.splice(0).map(({ worker }) => worker.terminate()))
  }

  #idlest(): Thread {
    if (this.#threads.length < this.#options.count) this.#threads.push(this.#open())
    return this.#threads.reduce((best, one) => (one.jobs.size < best.jobs.size ? one : best))
  }

  #open(): Thread {
    const script = this.#options.script ?? new URL('./copy-worker.js', import.meta.url)
    const places: WorkerPlaces = { ...this.#options.places, isPaced: this.#bandwidth !== undefined }
    const worker = new Worker(script, { workerData: places })
    const thread: Thread = { worker, jobs: new Map() }
    worker.on('message', (message: FromWorker) => this.#hear(thread, message))
    worker.once('error', (error) => this.#lose(thread, error))
    worker.once('exit', (code) => this.#lose(thread, new Error(`exit code ${code}`)))
    worker.unref()
    return thread
  }

  #hear({ worker, jobs }: Thread, message: FromWorker): void {
    if (message.kind === 'copied') return jobs.get(message.id)?.resolve(message.copied)
    if (message.kind === 'failed') return jobs.get(message.id)?.reject(errorOf(message.failure))
    const answer = (more: object): void => worker.postMessage({ kind: 'answer', id: message.id, ...more })
    this.#answer(message).then(
      (keys) => answer(keys === undefined ? {} : { keys }),
      (error: unknown) => answer({ failure: failureOf(error) }),
    )
  }

  async #answer(question: Question): Promise<AccessKeys | undefined> {
    if (question.what === 'pace') return void (await this.#bandwidth?.take(question.byteCount))
    const credentials = this.#options.credentials[question.side]
    const { refused } = question
    return refused === undefined || credentials.renew === undefined ? credentials.current() : credentials.renew(refused)
  }

  /** Another thread takes its place with the next job. */
  #lose(thread: Thread, cause: Error): void {
    const index = this.#threads.indexOf(thread)
    if (index >= 0) this.#threads.splice(index, 1)
    const message = `transfer: a copying thread ended (${cause.message})`
    for (const { reject } of thread.jobs.values()) {
      reject(new MigrationError('transfer-failed', message, { transient: true, cause }))
    }
  }
}
