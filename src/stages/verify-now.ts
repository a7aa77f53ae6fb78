import { withAcceptances } from '../checks/acceptance.js'
import { compareContent } from '../checks/content-check.js'
import { asksContent, measuresFor, runChecks } from '../checks/standard-checks.js'
import type { Fingerprint } from '../model/fingerprint.js'
import type { Measurement } from '../model/measure.js'
import type { RelationPlan } from '../model/plan.js'
import type { Call } from '../model/work.js'
import type { Snapshot } from '../source/source.js'
import { discloseRows, type RowsCompared } from './compare-rows.js'
import { keepChecks, type VerifyKept } from './keep-checks.js'
import { loadedPlan } from './publish.js'
import { callOf, type Travel } from './stage.js'

/** `checks/now/<relationId>.json` */
export function nowChecksPath(relationId: string): string {
  return `checks/now/${relationId}.json`
}

interface Asked {
  readonly measurements: readonly Measurement[]
  readonly fingerprint?: Fingerprint
}

/**
 * Compares what both systems hold now, whatever any run did: reads, and changes nothing on either side. Each side is
 * asked within a moment of its own, so that writes meanwhile show as differences.
 */
export async function verifyNow(planned: RelationPlan, travel: Travel): Promise<VerifyKept> {
  const plan = loadedPlan(planned, travel)
  const call = callOf(travel, 'verify', plan)
  const snapshot = await travel.places.source.open('each-relation', call)
  try {
    const [source, target] = await Promise.all([ask(plan, snapshot, call), ask(plan, travel.places.target, call)])
    const rows = await compareAsked(plan, source, target, snapshot, travel, call)
    const results = withAcceptances(plan, [
      ...runChecks(plan, source.measurements, target.measurements),
      ...rows.results,
    ])
    const measured = { source: source.measurements, target: target.measurements }
    const compared = { results, ...rows.disclosed, ...measured, answers: { source: [], target: [] } }
    return await keepChecks(nowChecksPath(plan.relationId), plan, compared, travel)
  } finally {
    await snapshot[Symbol.asyncDispose]()
  }
}

async function ask(plan: RelationPlan, of: Pick<Snapshot, 'measure' | 'fingerprint'>, call: Call): Promise<Asked> {
  const measurements = await of.measure(plan, measuresFor(plan), call)
  return asksContent(plan) ? { measurements, fingerprint: await of.fingerprint(plan, [], call) } : { measurements }
}

async function compareAsked(
  plan: RelationPlan,
  { fingerprint: source }: Asked,
  { fingerprint: target }: Asked,
  snapshot: Snapshot,
  travel: Travel,
  call: Call,
): Promise<RowsCompared> {
  if (source === undefined || target === undefined) return { results: [], disclosed: {} }
  const { result, differing } = compareContent(plan, source, target)
  if (differing.length === 0) return { results: [result], disclosed: {} }
  const told = { source: snapshot, toldBy: 'source' } as const
  return { results: [result], disclosed: await discloseRows(plan, { source, target }, told, travel, call) }
}
