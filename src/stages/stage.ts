import type { LoadKeys } from '../dialect/maxcompute/load.js'
import type { Carrier } from '../carrier/carrier.js'
import type { FileLedger } from '../journal/file-ledger.js'
import type { Journal } from '../journal/journal.js'
import type { RunFolder } from '../journal/run-folder.js'
import type { PairedQuery } from '../model/measure.js'
import type { Location } from '../model/names.js'
import type { Consistency, RelationPlan } from '../model/plan.js'
import type { UserQuery } from '../model/query-check.js'
import type { Call, Json, Progress, Work } from '../model/work.js'
import type { Source } from '../source/source.js'
import type { ObjectStore } from '../store/store.js'
import type { Snapshots } from './snapshots.js'
import type { Naming } from '../translate/names.js'
import type { Target } from '../target/target.js'
import type { Clock, Windows } from './window.js'

export type StageName = 'catalog' | 'plan' | 'ddl' | 'unload' | 'transfer' | 'load' | 'verify' | 'report'

/** The legs that each relation travels by itself, in order. */
export const legs = ['unload', 'transfer', 'load', 'verify'] as const
export type Leg = (typeof legs)[number]

export interface Places {
  readonly source: Source
  readonly sourceStore: ObjectStore
  readonly targetStore: ObjectStore
  readonly carrier: Carrier
  readonly target: Target
}

export interface RunSettings {
  readonly consistency: Consistency
  readonly sourceRoot: Location
  readonly targetRoot: Location
  /** The OSS endpoint that MaxCompute reads from; the internal one on the real cloud. */
  readonly loadEndpoint: string
  /** The role that LOAD names; absent: the account's default one, unless there are keys. */
  readonly roleArn?: string
  /** Only where the user insists: they stand in the text of every LOAD. */
  readonly loadKeys?: LoadKeys
  readonly hiveCompatibleLoad: boolean
  /** Rows that are in a table already may go. */
  readonly replace: boolean
  /** With `replace`: rows go straight into a table that stands (absent too), or beside it until they are verified. */
  readonly publish?: 'direct' | 'swap'
  readonly queries: readonly PairedQuery[]
  /** Statements of the source's SQL that both sides are asked; none when absent. */
  readonly userQueries?: readonly UserQuery[]
  /** How views are called that are to be made on the target; absent: they are not made. */
  readonly viewNaming?: Naming
  /** Where these look for relations without a schema. */
  readonly searchPath?: readonly string[]
  /** Relations at once, by leg. */
  readonly limits: Readonly<Record<Leg, number>>
  /** Longest time for one step, in milliseconds, by leg. */
  readonly deadlines: Readonly<Record<Leg, number>>
  readonly failFast: boolean
  /** Absent: every leg starts steps at any time. */
  readonly windows?: Windows
  /** Rows that are named of a relation that differs; a standard number when absent. */
  readonly differenceCountMax?: number
  /** What one UNLOAD moves, for estimates. */
  readonly unloadMegabytesPerSecond?: number
  /** Where jobs carry relations. */
  readonly jobs?: JobSettings
}

export interface JobSettings {
  /** Consignments that are under way at once. */
  readonly atOnce: number
  /** Longest that one waits, from its first relation unloaded to its last. */
  readonly waitMilliseconds: number
  /** One that came too late for its consignment goes by a later job of its own from this size on, and is streamed below it. */
  readonly fromByteCount: number
}

/** What a stage tells while it works; for people, never for decisions. */
export interface Observer {
  started(stage: StageName, plan: RelationPlan | undefined): void
  progress(stage: StageName, plan: RelationPlan, progress: Progress): void
  finished(stage: StageName, plan: RelationPlan | undefined, figures: Progress): void
  failed(stage: StageName, plan: RelationPlan, error: unknown): void
  /** Not started yet, and why. */
  waiting?(stage: StageName, plan: RelationPlan, text: string): void
}

/** Everything that a stage may use. */
export interface Travel {
  readonly run: string
  readonly folder: RunFolder
  readonly journal: Journal
  readonly places: Places
  readonly snapshots: Snapshots
  readonly settings: RunSettings
  readonly observer: Observer
  /** Absent: this machine's. */
  readonly clock?: Clock
  /** Aborted: give up what runs. */
  readonly signal: AbortSignal
  /** Aborted: start nothing more; what runs goes on. */
  readonly stopping: AbortSignal
  ledger(consignment: string): FileLedger
}

/** Attempts that one process makes of a step when its attempts get lost or meet transient errors. */
export const stepAttemptCountMax = 3

export function callOf(travel: Travel, leg: Leg, plan: RelationPlan): Call {
  return {
    signal: travel.signal,
    deadlineAt: Date.now() + travel.settings.deadlines[leg],
    note: (progress) => travel.observer.progress(leg, plan, progress),
  }
}

/** Looking changes nothing: what a crash interrupted is simply asked again. */
export function lookWork<Outcome extends Json>(look: () => Promise<Outcome>): Work<Json, Outcome> {
  return {
    find: () => Promise.resolve('lost'),
    begin: () => Promise.resolve({}),
    settle: look,
    cancel: () => Promise.resolve(),
  }
}
