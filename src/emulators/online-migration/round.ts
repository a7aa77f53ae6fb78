import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultAction } from '../faults.js'
import { copyObject, type Copy } from './copy-object.js'
import type { Environment } from './environment.js'
import { isTaken } from './filter-rule.js'
import { emptyTally, type Tally } from './history.js'
import type { JobSpec } from './job.js'
import type { SourceObject, SourceStore } from './source-store.js'
import type { TargetStore } from './target-store.js'

/** What became of one file in a round. */
export interface FileRecord {
  readonly object: SourceObject
  readonly targetKey: string
  readonly outcome: 'copied' | 'skipped' | 'failed'
  readonly error: string
  readonly startedAt: number
  readonly endedAt: number
}

/** Where a round reads and writes. */
export interface Route {
  readonly source: SourceStore
  /** What there is to copy, before the job's filters. */
  readonly objects: AsyncIterable<SourceObject>
  readonly target: TargetStore
}

const copiesAtOnce = 4

/** One execution of a job; it may be suspended and go on later. */
export class Round {
  readonly runtimeId: number
  readonly startedAt: number
  readonly tally: Tally = emptyTally()
  readonly files: FileRecord[] = []
  endedAt: number | undefined
  /** How often its result was asked for after its end. */
  askedCount = 0
  #left: SourceObject[] | undefined

  constructor(runtimeId: number, startedAt: number) {
    this.runtimeId = runtimeId
    this.startedAt = startedAt
  }

  get failedFiles(): readonly FileRecord[] {
    return this.files.filter((file) => file.outcome === 'failed')
  }

  /** Lists, then copies in order of key; stops between two objects when the signal says so. */
  async run(spec: JobSpec, route: Route, environment: Environment, signal: AbortSignal): Promise<void> {
    this.#left ??= await this.#list(spec, route, environment)
    const left = this.#left
    const work = async (): Promise<void> => {
      while (!signal.aborted) {
        const object = left.shift()
        if (object === undefined) return
        await this.#copy(object, spec, route, environment)
      }
    }
    await Promise.all(Array.from({ length: copiesAtOnce }, work))
  }

  async #list(spec: JobSpec, { objects, source }: Route, { faults, switches }: Environment): Promise<SourceObject[]> {
    const found: SourceObject[] = []
    const cut = switches.migrationKeyFilterFrom === 'prefix' ? source.prefix.length : 0
    for await (const object of objects) {
      const filtered = { ...object, key: object.key.slice(cut) }
      if (!isTaken(spec.filterRule, filtered, switches.migrationKeyFilter)) continue
      // On order the service overlooks an object: it is not even counted.
      if (faults.hit('online-migration', 'ListObject', `${spec.name}/${object.key}`)?.do === 'cut') continue
      found.push(object)
    }
    this.tally.totalCount = found.length
    this.tally.totalSize = found.reduce((sum, { byteCount }) => sum + byteCount, 0)
    this.tally.isListed = true
    return found
  }

  async #copy(object: SourceObject, spec: JobSpec, route: Route, { faults }: Environment): Promise<void> {
    const { source, target } = route
    const targetKey = `${target.prefix}${object.key.slice(source.prefix.length)}`
    const startedAt = Date.now()
    const action = faults.hit('online-migration', 'CopyObject', `${spec.name}/${object.key}`)
    let [outcome, error]: [FileRecord['outcome'], string] = ['failed', '']
    try {
      outcome = await bent(action, { source, target, object, targetKey, spec, mishap: {} })
    } catch (cause) {
      error = cause instanceof Error ? cause.message : String(cause)
    }
    this.files.push({ object, targetKey, outcome, error, startedAt, endedAt: Date.now() })
    count(this.tally, outcome, object.byteCount)
  }
}

/** A copy as a fault wants it: refused, late, half, or with a flipped bit; `cut` is a copy that never happened but counts. */
async function bent(action: FaultAction | undefined, copy: Copy): Promise<'copied' | 'skipped'> {
  switch (action?.do) {
    case undefined:
      return copyObject(copy)
    case 'fail':
      throw new Error(action.message ?? action.code ?? 'check size failed')
    case 'cut':
      return 'copied'
    case 'truncate':
      return copyObject({ ...copy, mishap: { truncateTo: action.byteCount } })
    case 'corrupt':
      return copyObject({ ...copy, mishap: { corruptAt: action.at } })
    case 'mangle':
      return copyObject({ ...copy, mishap: { mangle: action } })
    case 'replace':
    case 'limit':
      throw new Error(`the emulated service knows no fault ${action.do} of a copy`)
    case 'delay':
      await sleep(action.milliseconds)
      return copyObject(copy)
    case 'throttle':
      await sleep((action.delaySeconds ?? 1) * 1000)
      return copyObject(copy)
    case 'die':
      return process.exit(1)
  }
}

function count(tally: Tally, outcome: FileRecord['outcome'], byteCount: number): void {
  if (outcome === 'failed') {
    tally.failedCount += 1
    return
  }
  tally.copiedCount += 1
  tally.copiedSize += byteCount
  if (outcome === 'copied') return
  tally.skippedCount += 1
  tally.skippedSize += byteCount
}
