import { measuresFor } from '../checks/standard-checks.js'
import type { SourceMeasurements } from '../model/documents.js'
import type { Measurement } from '../model/measure.js'
import { eachAtOnce } from './at-once.js'
import type { PlanBook, PlanEntry } from './plan-book.js'
import { callOf, type Travel } from './stage.js'
import { sourceMeasurements } from './unload.js'

/** `fences/<side>/<relationId>.json` */
function fencePath(side: 'before' | 'after', relationId: string): string {
  return `fences/${side}/${relationId}.json`
}

export const fencesPath = 'fences.json'

/** What the two fences of a `frozen` run say together. */
export interface Fences {
  readonly document: 'fences'
  readonly moved: readonly Moved[]
}

/** A relation that changed while it should not have. */
export interface Moved {
  readonly relation: string
  readonly measure: string
  readonly before: string | null
  readonly after: string | null
}

/**
 * Runs `work` between two fences where the operator promised that nobody writes (`frozen`): every relation is measured
 * before the first and after the last is unloaded, and both must say what the unload's own snapshot said. Otherwise the
 * relations were not read at one moment, however equal both warehouses are.
 */
export async function withFences<T>(
  book: PlanBook,
  entries: readonly PlanEntry[],
  travel: Travel,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly moved: readonly Moved[] }> {
  if (travel.settings.consistency !== 'frozen') return { result: await work(), moved: [] }
  const standing = entries.filter((entry) => !entry.isBlocked)
  await setFence('before', book, standing, travel)
  const result = await work()
  if (travel.stopping.aborted) return { result, moved: [] }
  const unloaded = standing.filter((entry) => travel.journal.status(`unload/${entry.relationId}`).state === 'succeeded')
  await setFence('after', book, unloaded, travel)
  const moved: Moved[] = []
  for (const entry of unloaded) moved.push(...(await movedOf(entry, travel)))
  await travel.folder.writeDocument(fencesPath, { document: 'fences', moved } satisfies Fences)
  return { result, moved }
}

/** The fence before is set once for a run; the one after is set anew each time, since it closes what was done since. */
async function setFence(
  side: 'before' | 'after',
  book: PlanBook,
  entries: readonly PlanEntry[],
  travel: Travel,
): Promise<void> {
  await eachAtOnce(entries, travel.settings.limits.unload, async (entry) => {
    const path = fencePath(side, entry.relationId)
    if (side === 'before' && (await travel.folder.readDocument(path)) !== undefined) return
    const plan = await book.read(entry.relationId)
    const call = callOf(travel, 'unload', plan)
    const lease = await travel.snapshots.lease(call)
    try {
      const measurements = await lease.snapshot.measure(plan, measuresFor(plan), call)
      const { relationId } = plan
      const fence: SourceMeasurements = {
        document: 'source-measurements',
        relationId,
        snapshot: lease.snapshot.id,
        measurements,
        answers: [],
      }
      await travel.folder.writeDocument(path, fence)
    } finally {
      await lease.release()
    }
  })
}

async function movedOf(entry: PlanEntry, travel: Travel): Promise<readonly Moved[]> {
  const before = await travel.folder.readDocument<SourceMeasurements>(fencePath('before', entry.relationId))
  const after = await travel.folder.readDocument<SourceMeasurements>(fencePath('after', entry.relationId))
  const { number } = travel.journal.status(`unload/${entry.relationId}`)
  const unloaded = await sourceMeasurements(entry.relationId, number, travel)
  const sides = [
    [before?.measurements ?? [], unloaded.measurements],
    [unloaded.measurements, after?.measurements ?? []],
  ] as const
  return sides.flatMap(([earlier, later]) => differences(entry.relation, earlier, later))
}

function differences(relation: string, earlier: readonly Measurement[], later: readonly Measurement[]): Moved[] {
  const found = new Map(later.map((one) => [JSON.stringify(one.measure), one.value]))
  return earlier.flatMap(({ measure, value }) => {
    const after = found.get(JSON.stringify(measure))
    if (after === value) return []
    const text = 'column' in measure ? `${measure.kind} of ${measure.column}` : measure.kind
    return [{ relation, measure: text, before: value, after: after ?? null }]
  })
}
