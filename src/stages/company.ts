import { eachAtOnce } from './at-once.js'
import { consign } from './consign.js'
import type { Arrival } from './journey.js'
import type { PlanBook, PlanEntry } from './plan-book.js'
import type { PlannedJob } from '../model/plan.js'
import type { Leg, Travel } from './stage.js'
import { systemClock } from './window.js'

/** The longest that a timer of Node takes, about 24 days. */
const waitMillisecondsMax = 2 ** 31 - 1

/** Relations that one job carries; they wait for each other before it, and go on alone behind it. */
export type Company = readonly PlanEntry[]

/** One relation through some legs. */
export type Walk = (entry: PlanEntry, legs: readonly Leg[]) => Promise<Arrival>

/** Those whose parts a job is to carry, by consignment in the order of the plan; none where nothing is to be transferred. */
export function companiesOf(
  entries: readonly PlanEntry[],
  wanted: readonly Leg[],
  jobs: readonly PlannedJob[],
): readonly Company[] {
  if (!wanted.includes('transfer')) return []
  const companies = new Map<string, PlanEntry[]>()
  for (const entry of entries) {
    if (entry.by !== 'online') continue
    const company = companies.get(entry.consignment)
    if (company === undefined) companies.set(entry.consignment, [entry])
    else company.push(entry)
  }
  return jobs.flatMap(({ consignment }) => {
    const company = companies.get(consignment)
    return company === undefined ? [] : [company]
  })
}

export interface CompanyWay {
  readonly book: PlanBook
  readonly wanted: readonly Leg[]
  readonly walk: Walk
  /** Keeps the order of companies while they are unloaded: otherwise all of them would be ready late, and at once. */
  readonly unloading: <T>(work: () => Promise<T>) => Promise<T>
  /** Waits for the window of transfers; throws when nothing more is to start. */
  readonly mayCross: (entry: PlanEntry) => Promise<void>
  readonly tellFailure: (entry: PlanEntry, error: unknown) => Promise<void>
  /** Relations of one company at once. */
  readonly atOnce: number
}

/**
 * Three strides: all of the company are unloaded; the consignment crosses once; each goes on. When the waiting limit is
 * reached it crosses without those that are not ready, and these go alone, by later jobs or streamed. Who fails in one stride stops there alone.
 */
export async function walkCompany(company: Company, way: CompanyWay, travel: Travel): Promise<readonly Arrival[]> {
  const before = way.wanted.slice(0, way.wanted.indexOf('transfer'))
  const after = way.wanted.slice(before.length)
  const failed: Arrival[] = []
  const late: Promise<void>[] = []
  await way.unloading(() => untilReady(company, before, failed, late, way, travel))
  const ready = company.filter((entry) => isUnloaded(entry, travel))
  const arrivals: Arrival[] = []
  const error = await cross(ready, way, travel)
  if (error !== undefined) {
    for (const { relation } of ready) arrivals.push({ relation, stage: 'transfer', error, discrepancyCount: 0 })
  } else {
    await eachAtOnce(ready, way.atOnce, async (entry) => void arrivals.push(await way.walk(entry, after)))
  }
  await Promise.all(late)
  const stopped = new Set([...arrivals, ...failed].map(({ relation }) => relation))
  const rest = company.filter(({ relation }) => !stopped.has(relation))
  await eachAtOnce(rest, way.atOnce, async (entry) => void arrivals.push(await way.walk(entry, after)))
  return [...failed, ...arrivals]
}

/** Ends when all are unloaded, or when the first has waited as long as it may; `late` then still goes on. */
async function untilReady(
  company: Company,
  legs: readonly Leg[],
  failed: Arrival[],
  late: Promise<void>[],
  way: CompanyWay,
  travel: Travel,
): Promise<void> {
  if (legs.length === 0) return
  const waiting = new AbortController()
  const { clock = systemClock, settings } = travel
  let onFirst = (): void => undefined
  const first = new Promise<void>((resolve) => (onFirst = resolve))
  const unloading = eachAtOnce(company, way.atOnce, async (entry) => {
    const arrival = await way.walk(entry, legs)
    if (arrival.error !== undefined) failed.push(arrival)
    else onFirst()
  })
  const overdue = first.then(() => {
    return clock.sleep(
      Math.min(settings.jobs?.waitMilliseconds ?? waitMillisecondsMax, waitMillisecondsMax),
      waiting.signal,
    )
  })
  await Promise.race([unloading, overdue])
  late.push(unloading)
  // Whoever is late has its error told at the end; the clock is not needed any more once all are there.
  void unloading.finally(() => waiting.abort()).catch(() => undefined)
}

function isUnloaded({ relationId }: PlanEntry, travel: Travel): boolean {
  return travel.journal.status(`unload/${relationId}`).state === 'succeeded'
}

/** The error that stops all of them; undefined when they arrived. */
async function cross(ready: Company, { book, mayCross, tellFailure }: CompanyWay, travel: Travel): Promise<unknown> {
  const [first] = ready
  if (first === undefined) return undefined
  try {
    await mayCross(first)
    await consign(book, ready, travel)
    return undefined
  } catch (error) {
    await tellFailure(first, error)
    return error
  }
}
