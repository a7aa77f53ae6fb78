import { exitCodes, exitPrecedence, MigrationError } from '../model/errors.js'
import type { RelationPlan } from '../model/plan.js'
import type { Progress } from '../model/work.js'
import { AtOnce, eachAtOnce } from './at-once.js'
import { companiesOf, walkCompany, type CompanyWay, type Walk } from './company.js'
import { createTable } from './ddl.js'
import { load } from './load.js'
import type { PlanBook, PlanEntry } from './plan-book.js'
import { createSchemas } from './schemas.js'
import { legs, type Leg, type StageName, type Travel } from './stage.js'
import { refuseLongTransaction } from './single-transaction.js'
import { transfer } from './transfer.js'
import { unload } from './unload.js'
import { verify } from './verify.js'
import { passWindow, systemClock } from './window.js'

type Step = (plan: RelationPlan, travel: Travel) => Promise<Progress & { readonly discrepancyCount?: number }>

const steps: Readonly<Record<Leg, Step>> = { unload, transfer, load, verify }

/** How one relation came through. */
export interface Arrival {
  readonly relation: string
  /** The stage that failed, or the last one that was done. */
  readonly stage: StageName
  readonly error?: unknown
  readonly discrepancyCount: number
}

/** What one UNLOAD moves in a second, where nobody says it. */
const unloadMegabytesPerSecond = 100
/** Failures on each of the first relations say that something is wrong for all of them. */
const firstFailureCountMax = 5

/**
 * Walks relations through the given legs. A relation that fails stops alone; the others go on, except with
 * `failFast` and when each of the first five failed.
 */
export async function travelLegs(
  book: PlanBook,
  entries: readonly PlanEntry[],
  wanted: readonly Leg[],
  travel: Travel,
): Promise<readonly Arrival[]> {
  const arrivals: Arrival[] = []
  refuseEndlessUnload(entries, wanted, travel)
  const limits = travel.snapshots.isSerial ? { ...travel.settings.limits, unload: 1 } : travel.settings.limits
  const places = Object.fromEntries(legs.map((leg) => [leg, new AtOnce(limits[leg])])) as Record<Leg, AtOnce>
  const atOnce = legs.reduce((total, leg) => total + travel.settings.limits[leg], 0)
  const isOver = (): boolean => travel.stopping.aborted || shouldStop(arrivals, travel)
  const walkLegs: Walk = (entry, some) => walk(book, entry, some, places, travel)
  const companies = companiesOf(entries, wanted, book.header.jobs ?? [])
  const together = new Set(companies.flat())
  const alone = entries.filter((entry) => !together.has(entry))
  const unloading = new AtOnce(limits.unload)
  const way: CompanyWay = {
    book,
    wanted,
    walk: walkLegs,
    unloading: (work) => unloading.run(work),
    mayCross: (entry) => mayCross(book, entry, travel),
    tellFailure: async (entry, error) => {
      if (!isInterruption(error)) travel.observer.failed('transfer', await book.read(entry.relationId), error)
    },
    atOnce,
  }
  await Promise.all([
    eachAtOnce(companies, travel.settings.jobs?.atOnce ?? atOnce, async (company) => {
      if (!isOver()) arrivals.push(...(await walkCompany(company, way, travel)))
    }),
    eachAtOnce(alone, atOnce, async (entry) => {
      if (!isOver()) arrivals.push(await walkLegs(entry, wanted))
    }),
  ])
  return arrivals
}

/** Jobs have places of their own: what limits them is the region, not this machine. */
async function mayCross(book: PlanBook, entry: PlanEntry, travel: Travel): Promise<void> {
  const plan = await book.read(entry.relationId)
  await awaitWindow('transfer', plan, travel)
  if (travel.stopping.aborted) throw stopped(entry, 'transfer')
}

/** Throws `blocked` when all is to be unloaded in one transaction that Redshift would end before. */
export function refuseEndlessUnload(entries: readonly PlanEntry[], wanted: readonly Leg[], travel: Travel): void {
  if (!travel.snapshots.isSerial || !wanted.includes('unload')) return
  const byteCounts = entries.map((entry) => entry.byteEstimate)
  refuseLongTransaction(byteCounts, travel.settings.unloadMegabytesPerSecond ?? unloadMegabytesPerSecond)
}

function shouldStop(arrivals: readonly Arrival[], travel: Travel): boolean {
  const failedCount = arrivals.filter((arrival) => arrival.error !== undefined).length
  if (travel.settings.failFast && failedCount > 0) return true
  return failedCount >= firstFailureCountMax && failedCount === arrivals.length
}

async function walk(
  book: PlanBook,
  entry: PlanEntry,
  wanted: readonly Leg[],
  places: Readonly<Record<Leg, AtOnce>>,
  travel: Travel,
): Promise<Arrival> {
  const plan = await book.read(entry.relationId)
  let stage: StageName = 'plan'
  let discrepancyCount = 0
  try {
    for (const leg of wanted) {
      stage = leg
      await places[leg].run(async () => {
        await awaitWindow(leg, plan, travel)
        if (travel.stopping.aborted) throw stopped(entry, leg)
        travel.observer.started(leg, plan)
        const figures = await steps[leg](plan, travel)
        discrepancyCount = figures.discrepancyCount ?? 0
        travel.observer.finished(leg, plan, figures)
      })
    }
    return { relation: entry.relation, stage, discrepancyCount }
  } catch (error) {
    if (!isInterruption(error)) travel.observer.failed(stage, plan, error)
    return { relation: entry.relation, stage, error, discrepancyCount }
  }
}

/**
 * In one transaction only its beginning waits: Redshift would end a transaction that idles until the next night, and what
 * was unloaded could not be gone on with.
 */
async function awaitWindow(leg: Leg, plan: RelationPlan, travel: Travel): Promise<void> {
  const { settings, snapshots, observer, stopping, clock = systemClock } = travel
  if (settings.windows === undefined || (leg === 'unload' && snapshots.isOpen === true)) return
  const tell = (text: string): void => observer.waiting?.(leg, plan, text)
  await passWindow(leg, settings.windows, { clock, stopping, tell })
}

function stopped(entry: PlanEntry, leg: Leg): MigrationError {
  return new MigrationError('interrupted', `${leg} ${entry.relation}: not started`)
}

function isInterruption(error: unknown): boolean {
  if (error instanceof MigrationError) return error.code === 'interrupted'
  return error instanceof Error && error.name === 'AbortError'
}

/** Makes the tables of the relations, and the schemas that they stand in, before any of them travels. */
export async function createTables(
  book: PlanBook,
  entries: readonly PlanEntry[],
  travel: Travel,
): Promise<readonly Arrival[]> {
  await createSchemas(book, entries, travel)
  const arrivals: Arrival[] = []
  await eachAtOnce(entries, travel.settings.limits.load, async (entry) => {
    if (travel.stopping.aborted || shouldStop(arrivals, travel) || entry.isBlocked) return
    const plan = await book.read(entry.relationId)
    try {
      travel.observer.started('ddl', plan)
      await createTable(plan, travel)
      travel.observer.finished('ddl', plan, {})
      arrivals.push({ relation: entry.relation, stage: 'ddl', discrepancyCount: 0 })
    } catch (error) {
      travel.observer.failed('ddl', plan, error)
      arrivals.push({ relation: entry.relation, stage: 'ddl', error, discrepancyCount: 0 })
    }
  })
  return arrivals
}

/** The one of several exit codes that a command ends with. */
export function worstExitCode(codes: readonly number[]): number {
  return exitPrecedence.find((code) => codes.includes(code)) ?? 0
}

/** The exit code of it all (README lists them); 0 only when every relation arrived. */
export function exitCodeOf(arrivals: readonly Arrival[], relationCount: number, stopping: AbortSignal): number {
  const codes = new Set<number>()
  for (const { error, discrepancyCount } of arrivals) {
    if (error instanceof MigrationError) codes.add(exitCodes[error.code])
    else if (error !== undefined) codes.add(isInterruption(error) ? 130 : 1)
    if (discrepancyCount > 0) codes.add(9)
  }
  if (stopping.aborted && arrivals.length < relationCount) codes.add(130)
  if (arrivals.length < relationCount && codes.size === 0) codes.add(11)
  return worstExitCode([...codes])
}
