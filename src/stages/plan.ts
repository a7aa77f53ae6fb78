import { verifyScanCount } from '../checks/verify-scans.js'
import type { Journal } from '../journal/journal.js'
import type { RunFolder } from '../journal/run-folder.js'
import type { CatalogEntry } from '../model/catalog.js'
import type { ScanFact } from '../model/facts.js'
import { relationText, tableText } from '../model/names.js'
import type {
  Concern,
  ConcernClass,
  Coverage,
  PlanHeader,
  PlannedJob,
  RelationPlan,
  Unmigrated,
} from '../model/plan.js'
import { settleAssumptions } from '../translate/assumptions.js'
import { concernOf } from '../translate/concern-codes.js'
import { relationId } from '../translate/names.js'
import { hiveConcerns, needsHive } from '../translate/probe-obey.js'
import { packConsignments, type Freight, type PackingRules } from '../translate/packing.js'
import { planRelation, type PlanPolicy } from '../translate/relation.js'
import { unplannedObject, unplannedRelation, type Unplanned } from '../translate/unmigrated.js'
import { catalogObjects, CoverageCount, fateOf, gapConcerns } from './coverage.js'
import { scanFindings } from './scan.js'
import { wayConcerns, type SourceWay } from './single-transaction.js'

export interface PlanSummary {
  readonly relationCount: number
  readonly skipped: readonly Unmigrated[]
  /** What somebody has to carry over by hand. */
  readonly manual: readonly Unmigrated[]
  readonly coverage: readonly Coverage[]
  /** Of the catalog as a whole; they count among `concernCounts`. */
  readonly concerns: readonly Concern[]
  readonly rowEstimate: number
  readonly byteEstimate: number
  readonly stagedCount: number
  /** Scans that verification makes of the source, and as many of the target; and what they read, as the catalog estimates. */
  readonly verifyScanCount: number
  readonly verifyByteEstimate: number
  /** What is taken for granted of the data, and asked when a relation is unloaded. */
  readonly assumptionCount: number
  readonly concernCounts: Readonly<Record<ConcernClass, number>>
  readonly sha256: string
  /** Jobs that carry relations; none where everything is streamed. */
  readonly jobs?: readonly PlannedJob[]
}

/** Decides what becomes of every object of the catalog. Asks nobody: the same documents give the same plan. */
export async function makePlan(
  folder: RunFolder,
  journal: Journal,
  policy: PlanPolicy,
  header: Pick<PlanHeader, 'toolVersion' | 'run' | 'project' | 'consistency'>,
  way: Omit<SourceWay, 'consistency'> = { unloadWith: 'role', unloadMegabytesPerSecond: 100 },
  /** How relations are packed for jobs; absent: all are streamed. */
  packing?: PackingRules,
): Promise<PlanSummary> {
  const verifyTotals = { verifyScanCount: 0, verifyByteEstimate: 0 }
  const totals = {
    relationCount: 0,
    rowEstimate: 0,
    byteEstimate: 0,
    stagedCount: 0,
    assumptionCount: 0,
    ...verifyTotals,
  }
  const concernCounts: Record<ConcernClass, number> = { note: 0, lossy: 0, blocking: 0 }
  // The header counts everything, and stands first: one pass to count, a second to write.
  const findings = await scanFindings(folder)
  const { plannedCount, freights, ...found } = await survey(folder, policy, findings, {
    ...way,
    consistency: header.consistency,
  })
  const { jobs, jobOf } = pack(freights, packing)
  const told = jobs.length === 0 ? found : { ...found, jobs }
  for (const concern of told.concerns) concernCounts[concern.class] += 1
  const sha256 = await folder.writeLines('plan.jsonl', lines())
  await journal.append({ event: 'document', path: 'plan.jsonl', sha256 })
  return { ...totals, ...told, concernCounts, sha256 }

  async function* lines(): AsyncGenerator<PlanHeader | RelationPlan> {
    const hive = needsHive(policy.probe) ? { hiveCompatibleLoad: true } : {}
    yield { document: 'plan', version: 1, ...header, relationCount: plannedCount, ...told, ...hive }
    for await (const plan of planned(folder, policy, findings)) {
      if (!isPlan(plan)) continue
      totals.relationCount += 1
      totals.rowEstimate += plan.rowEstimate ?? 0
      totals.byteEstimate += plan.byteEstimate ?? 0
      totals.verifyScanCount += verifyScanCount(plan)
      totals.verifyByteEstimate += verifyScanCount(plan) * (plan.byteEstimate ?? 0)
      if (plan.strategy === 'staged') totals.stagedCount += 1
      totals.assumptionCount += plan.assumptions?.length ?? 0
      for (const concern of plan.concerns) concernCounts[concern.class] += 1
      const consignment = jobOf.get(plan.relationId)
      yield consignment === undefined ? plan : { ...plan, consignment, by: 'online' }
    }
  }
}

/** What the plan says of the catalog as a whole. */
interface Survey extends Required<Pick<PlanHeader, 'skipped' | 'manual' | 'coverage' | 'concerns'>> {
  readonly plannedCount: number
  readonly freights: readonly Freight[]
}

function pack(
  freights: readonly Freight[],
  rules: PackingRules | undefined,
): { readonly jobs: readonly PlannedJob[]; readonly jobOf: ReadonlyMap<string, string> } {
  const packed = rules === undefined ? [] : packConsignments(freights, rules)
  const jobOf = new Map(packed.flatMap(({ id, relationIds }) => relationIds.map((one) => [one, id] as const)))
  const jobs = packed.map(({ id: consignment, relationIds, ...sizes }) => {
    return { consignment, relationCount: relationIds.length, ...sizes }
  })
  return { jobs, jobOf }
}

/** What a scan found to be wrong, or counted, by relation. */
type Findings = ReadonlyMap<string, readonly ScanFact[]>

async function survey(folder: RunFolder, policy: PlanPolicy, findings: Findings, way: SourceWay): Promise<Survey> {
  const coverage = new CoverageCount()
  const unmigrated: Record<Unplanned['fate'], Unmigrated[]> = { manual: [], skipped: [] }
  const leave = (kind: string, { fate, unmigrated: one }: Unplanned): void => {
    coverage.add(kind, fate)
    unmigrated[fate].push(one)
  }
  let plannedCount = 0
  const sizes = { byteCount: 0, largestByteCount: 0 }
  const freights: Freight[] = []
  for await (const plan of planned(folder, policy, findings)) {
    if (isPlan(plan)) {
      plannedCount += 1
      freights.push(freightOf(plan))
      sizes.byteCount += plan.byteEstimate ?? 0
      sizes.largestByteCount = Math.max(sizes.largestByteCount, plan.byteEstimate ?? 0)
      coverage.add('table', fateOf(plan.concerns))
    } else leave(plan.unmigrated.kind ?? 'table', plan)
  }
  for await (const object of catalogObjects(folder)) leave(object.kind, unplannedObject(object))
  const concerns = [...(await gapConcerns(folder)), ...wayConcerns(way, sizes), ...hiveConcerns(policy.probe)]
  return { ...unmigrated, coverage: coverage.rows(), concerns, plannedCount, freights }
}

function freightOf({ relationId, byteEstimate: byteCount, partMegabytesMax }: RelationPlan): Freight {
  const part = { relationId, partByteCountMax: partMegabytesMax * 1024 * 1024 }
  return byteCount === undefined ? part : { ...part, byteCount }
}

/** Every relation of the catalog: its plan, or why it has none. */
async function* planned(
  folder: RunFolder,
  policy: PlanPolicy,
  findings: Findings,
): AsyncGenerator<RelationPlan | Unplanned> {
  const tables = new Map<string, string>()
  for await (const entry of folder.readLines<CatalogEntry>('catalog.jsonl')) {
    yield unplannedRelation(entry) ?? withTableConcern(settled(entry, policy, findings), tables)
  }
}

/** What a scan found wrong first has a say in the format: csv carries some of it. */
function settled(entry: CatalogEntry, policy: PlanPolicy, findings: Findings): RelationPlan {
  const examined = findings.get(relationId(entry)) ?? []
  return settleAssumptions(planRelation(entry, policy, examined), examined)
}

function isPlan(one: RelationPlan | Unplanned): one is RelationPlan {
  return 'relationId' in one
}

/** Two relations must not become one table, whatever the naming templates say. */
export function withTableConcern(plan: RelationPlan, tables: Map<string, string>): RelationPlan {
  const table = tableText(plan.target)
  const other = tables.get(table)
  if (other === undefined) {
    tables.set(table, relationText(plan.source))
    return plan
  }
  const concern = concernOf('RS0303', `${table} is already the table of ${other}`)
  return { ...plan, concerns: [...plan.concerns, concern] }
}
