import type { Journal } from '../journal/journal.js'
import type { RunFolder } from '../journal/run-folder.js'
import type { CheckResult, RelationChecks, SourceMeasurements } from '../model/documents.js'
import type { Manifest, ManifestCrossing } from '../model/manifest.js'
import { relationText, tableText } from '../model/names.js'
import type { Assumption, Concern, Coverage, PlanHeader, RelationPlan, Unmigrated } from '../model/plan.js'
import type { QueryResult } from '../model/query-check.js'
import type { ViewFate } from '../model/view-fate.js'
import { nearLimits, violationsOf } from '../translate/assumptions.js'
import type { Moved } from './fence.js'
import type { PlanBook } from './plan-book.js'
import { risksOf, type ColumnRisk } from './report-risk.js'
import { statementsOf, type VerifyStatements } from './report-statements.js'
import type { ReportTotals } from './report-totals.js'
import { missingChecks, valuesOf, type ReportValue } from './report-values.js'
import { legs, type Leg } from './stage.js'
import { consignStep } from './consignment-members.js'
import { targetManifestPath } from './transfer.js'
import { measurementsPath, sourceManifestPath } from './unload.js'
import { checksPath } from './verify.js'

/** First line of the report. */
export interface ReportHeader {
  readonly document: 'report'
  readonly version: 1
  readonly run: string
  readonly toolVersion: string
  readonly source: string
  readonly target: string
  readonly consistency: string
  /** With `frozen`: what changed between the fences; empty when all stood still. */
  readonly moved?: readonly Moved[]
  readonly relationCount: number
  readonly skipped: PlanHeader['skipped']
  readonly manual: readonly Unmigrated[]
  /** Every object of the catalog exactly once; empty in runs of earlier versions. */
  readonly coverage: readonly Coverage[]
  /** Of the catalog as a whole. */
  readonly concerns: readonly Concern[]
  readonly totals: ReportTotals
  /** What became of the views, where they were to be made. */
  readonly views?: readonly ViewFate[]
  /** The user's queries, where there are some. */
  readonly queries?: readonly QueryResult[]
  /** The exit code of the run; absent while it has not ended. */
  readonly exitCode?: number
}

export interface ReportRelation {
  readonly relation: string
  readonly table: string
  /** The condition that its rows were chosen by. */
  readonly where?: string
  /** Columns of the source that were not carried. */
  readonly leftOut?: readonly string[]
  readonly strategy: string
  readonly depth: string
  readonly states: Readonly<Record<Leg, string>>
  readonly failure?: string
  readonly rowCount?: number
  readonly byteCount?: number
  readonly partCount?: number
  readonly snapshot?: string
  readonly crc64: readonly string[]
  /** How its parts crossed, and how far their bytes are proven. */
  readonly crossing?: ManifestCrossing
  readonly milliseconds: Partial<Record<Leg, number>>
  readonly instances: readonly { readonly step: string; readonly instance: string; readonly logview: string }[]
  readonly concerns: readonly Concern[]
  /** What was taken for granted of the data; where it did not hold the relation is blocked. */
  readonly assumptions?: readonly Pick<Assumption, 'code' | 'column' | 'message'>[]
  readonly checks: readonly CheckResult[]
  readonly values: readonly ReportValue[]
  /** What each side was asked. */
  readonly statements: VerifyStatements
  /** What may still differ unseen, by column. */
  readonly risks: readonly ColumnRisk[]
  readonly answers: RelationChecks['answers']
  readonly verdict: 'verified' | 'differs' | 'unverified' | 'failed' | 'blocked'
}

/** Everything that can be said of each relation, from documents and journal alone; one at a time. */
export async function* reportRelations(
  book: PlanBook,
  folder: RunFolder,
  journal: Pick<Journal, 'status' | 'steps'>,
  times: ReadonlyMap<string, number>,
): AsyncGenerator<ReportRelation> {
  const instances = instancesById(journal)
  for (const entry of book.entries) {
    const plan = await book.read(entry.relationId)
    yield await reportRelation(plan, folder, journal, times, instances.get(entry.relationId) ?? [])
  }
}

async function reportRelation(
  plan: RelationPlan,
  folder: RunFolder,
  journal: Pick<Journal, 'status'>,
  times: ReadonlyMap<string, number>,
  instances: ReportRelation['instances'],
): Promise<ReportRelation> {
  const id = plan.relationId
  const source = await folder.readDocument<Manifest>(sourceManifestPath(id))
  const target = await folder.readDocument<Manifest>(targetManifestPath(id))
  const checks = await folder.readDocument<RelationChecks>(checksPath(id))
  const { broken, near } = await measuredConcerns(plan, folder, journal)
  const failure = failureOf(plan, journal) ?? broken[0]?.message
  const taken = legs.flatMap((leg) => (times.has(`${leg}/${id}`) ? [[leg, times.get(`${leg}/${id}`)]] : []))
  return {
    relation: relationText(plan.source),
    table: tableText(plan.target),
    ...(plan.where === undefined ? {} : { where: plan.where }),
    ...(plan.leftOut === undefined ? {} : { leftOut: plan.leftOut }),
    strategy: plan.strategy,
    depth: plan.depth,
    states: Object.fromEntries(legs.map((leg) => [leg, journal.status(`${leg}/${id}`).state])) as Record<Leg, string>,
    ...(failure === undefined ? {} : { failure }),
    ...(source === undefined ? {} : figuresOf(source)),
    crc64: target?.parts.map((part) => part.crc64 ?? '') ?? [],
    ...(target?.crossing === undefined ? {} : { crossing: target.crossing }),
    milliseconds: Object.fromEntries(taken) as Partial<Record<Leg, number>>,
    instances,
    concerns: [...plan.concerns, ...near, ...broken],
    ...assumptionsOf(plan),
    checks: checks?.results ?? [],
    values: checks === undefined ? [] : valuesOf(plan, checks),
    statements: statementsOf(plan),
    risks: risksOf(plan),
    answers: checks?.answers ?? { source: [], target: [] },
    verdict: broken.length > 0 ? 'blocked' : verdictOf(plan, journal, checks, failure),
  }
}

interface MeasuredConcerns {
  /** Of what the plan assumes; a relation that was unloaded has nothing of it. */
  readonly broken: readonly Concern[]
  /** Limits that are near, of which the plan does not tell. */
  readonly near: readonly Concern[]
}

/** What the last snapshot found of what the plan assumes. */
async function measuredConcerns(
  plan: RelationPlan,
  folder: RunFolder,
  journal: Pick<Journal, 'status'>,
): Promise<MeasuredConcerns> {
  const { state, number } = journal.status(`unload/${plan.relationId}`)
  const assumptions = plan.assumptions ?? []
  const isOpen = ['pending', 'failed'].includes(state)
  const isAsked = isOpen ? assumptions.length > 0 : assumptions.some(({ countMax }) => countMax !== undefined)
  if (!isAsked) return { broken: [], near: [] }
  const path = measurementsPath(plan.relationId, isOpen ? number + 1 : number)
  const examined = (await folder.readDocument<SourceMeasurements>(path))?.assumptions ?? []
  const told = new Set(plan.concerns.map(({ code, column }) => `${code} ${column ?? ''}`))
  const near = nearLimits(plan, examined).filter(({ code, column }) => !told.has(`${code} ${column ?? ''}`))
  return { broken: isOpen ? violationsOf(plan, examined) : [], near }
}

function assumptionsOf({ assumptions }: RelationPlan): Pick<ReportRelation, 'assumptions'> {
  if (assumptions === undefined) return {}
  return { assumptions: assumptions.map(({ code, column, message }) => ({ code, column, message })) }
}

function figuresOf(manifest: Manifest): Pick<ReportRelation, 'rowCount' | 'byteCount' | 'partCount' | 'snapshot'> {
  const { rowCount, byteCount, parts, snapshot } = manifest
  return { rowCount, byteCount, partCount: parts.length, snapshot }
}

/** A load has at most so many statements: drop and make the staging table, LOAD, INSERT. */
const statementNumbers = [1, 2, 3, 4]

function failureOf(
  { relationId, by, consignment }: RelationPlan,
  journal: Pick<Journal, 'status'>,
): string | undefined {
  for (const leg of legs) {
    for (const suffix of ['', ...statementNumbers.map((number) => `/${number}`)]) {
      const status = journal.status(`${leg}/${relationId}${suffix}`)
      if (status.state === 'failed' || status.state === 'unresolved') return status.failure.message
    }
  }
  const crossed = journal.status(consignStep(consignment))
  const isStopped = by === 'online' && journal.status(`transfer/${relationId}`).state === 'pending'
  if (isStopped && (crossed.state === 'failed' || crossed.state === 'unresolved')) return crossed.failure.message
  return undefined
}

function verdictOf(
  plan: RelationPlan,
  journal: Pick<Journal, 'status'>,
  checks: RelationChecks | undefined,
  failure: string | undefined,
): ReportRelation['verdict'] {
  if (plan.concerns.some((concern) => concern.class === 'blocking')) return 'blocked'
  if (failure !== undefined) return 'failed'
  if (checks === undefined || journal.status(`verify/${plan.relationId}`).state !== 'succeeded') return 'unverified'
  if (checks.results.some((result) => result.discrepancies.length > 0)) return 'differs'
  return missingChecks(plan, checks).length === 0 ? 'verified' : 'unverified'
}

function instancesById(journal: Pick<Journal, 'steps'>): ReadonlyMap<string, ReportRelation['instances'][number][]> {
  const found = new Map<string, ReportRelation['instances'][number][]>()
  for (const [step, status] of journal.steps()) {
    if (status.state !== 'succeeded') continue
    const outcome = status.outcome as { instance?: string; logview?: string } | null
    if (outcome?.instance === undefined) continue
    const id = step.split('/')[1] ?? ''
    const list = found.get(id) ?? []
    list.push({ step, instance: outcome.instance, logview: outcome.logview ?? '' })
    found.set(id, list)
  }
  return found
}
