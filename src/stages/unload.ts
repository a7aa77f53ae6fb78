import { asksContent, measuresFor } from '../checks/standard-checks.js'
import { perform } from '../journal/perform.js'
import type { SourceMeasurements } from '../model/documents.js'
import { MigrationError } from '../model/errors.js'
import type { Manifest } from '../model/manifest.js'
import { relationText, type Location } from '../model/names.js'
import type { Examined, RelationPlan } from '../model/plan.js'
import type { Attempt, Call, Work } from '../model/work.js'
import type { Snapshot, UnloadHandle, UnloadOutcome } from '../source/source.js'
import { violationsOf } from '../translate/assumptions.js'
import { attemptPrefix, attemptToken } from './prefix.js'
import { queriesOf } from './queries.js'
import type { Lease } from './snapshots.js'
import { callOf, stepAttemptCountMax, type Travel } from './stage.js'

export type UnloadKept = {
  readonly attempt: number
  readonly rowCount: number
  readonly byteCount: number
  readonly partCount: number
}

export function measurementsPath(relationId: string, attempt: number): string {
  return `measurements/source/${relationId}/${attempt}.json`
}

export function sourceManifestPath(relationId: string): string {
  return `manifests/source/${relationId}.json`
}

/** Measures a relation and unloads it, both in one snapshot; ends with its source manifest. */
export async function unload(plan: RelationPlan, travel: Travel): Promise<UnloadKept> {
  refuseBlocked(plan)
  const call = callOf(travel, 'unload', plan)
  let lease: Lease | undefined
  const prefix = (attempt: Attempt): Location =>
    attemptPrefix(travel.settings.sourceRoot, travel.run, plan.consignment, plan.relationId, attempt.number)
  try {
    return await perform(
      travel.journal,
      {
        name: `unload/${plan.relationId}`,
        attemptCountMax: stepAttemptCountMax,
        token: (number) => attemptToken(travel.run, 'unload', plan.relationId, number),
        fresh: async (attempt) => {
          await lease?.release()
          lease = await travel.snapshots.lease(call)
          await takeMeasurements(plan, lease.snapshot, attempt, travel, call)
          return lease.snapshot.unload(plan, prefix(attempt))
        },
        earlier: (attempt) => Promise.resolve(earlier(travel, travel.places.source.resume(plan, prefix(attempt)))),
        keep: (outcome, attempt) => keepManifest(plan, outcome, attempt, prefix(attempt), travel),
        unresolved: (attempt) => unresolved(plan, attempt),
      },
      call,
    )
  } finally {
    await lease?.release()
  }
}

/**
 * An UNLOAD of another process. One that nobody knows and that left nothing below its prefix is over, also when its
 * handle was journaled: the statement died with its connection, and another attempt writes elsewhere. In
 * `single-transaction` each of them is over: whatever it wrote was read in a transaction that is gone.
 */
function earlier(travel: Travel, work: Work<UnloadHandle, UnloadOutcome>): Work<UnloadHandle, UnloadOutcome> {
  return {
    find: async (attempt, call) => {
      const found = await work.find(attempt, call)
      if (found === 'never') return 'lost'
      if (!travel.snapshots.isSerial || typeof found !== 'object') return found
      await work.cancel(found.begun, call)
      return 'lost'
    },
    begin: (attempt, call) => work.begin(attempt, call),
    settle: (handle, call) => work.settle(handle, call),
    cancel: (handle, call) => work.cancel(handle, call),
  }
}

function refuseBlocked(plan: RelationPlan): void {
  const blocking = plan.concerns.find((concern) => concern.class === 'blocking')
  if (blocking === undefined) return
  throw new MigrationError('blocked', `${relationText(plan.source)}: ${blocking.message} (${blocking.code})`, {
    hint: `migrate explain ${blocking.code} tells what can be chosen`,
  })
}

function unresolved(plan: RelationPlan, attempt: Attempt): MigrationError {
  const relation = relationText(plan.source)
  return new MigrationError('source-unresolved', `unload ${relation}: cannot tell what became of ${attempt.token}`, {
    hint: `look for it in sys_query_history by query_label; migrate run --redo ${relation} starts it anew under another prefix`,
  })
}

/**
 * Written before the UNLOAD starts: what the target must hold later is what this snapshot held. Where the snapshot
 * breaks an assumption of the plan that is written down too, and nothing is unloaded.
 */
async function takeMeasurements(
  plan: RelationPlan,
  snapshot: Snapshot,
  attempt: Attempt,
  travel: Travel,
  call: Call,
): Promise<void> {
  const examined = plan.assumptions === undefined ? [] : await snapshot.examine(plan, plan.assumptions, call)
  const broken = brokenAssumption(plan, examined)
  if (broken === undefined) return keepMeasurements(plan, snapshot, attempt, travel, examined, call)
  const document = { ...emptyMeasurements(plan, snapshot), assumptions: examined }
  await travel.folder.writeDocument(measurementsPath(plan.relationId, attempt.number), document)
  throw broken
}

/** `blocked`, naming the first assumption that does not hold; undefined when all do. */
function brokenAssumption(plan: RelationPlan, examined: readonly Examined[]): MigrationError | undefined {
  const violations = violationsOf(plan, examined)
  const [first] = violations
  if (first === undefined) return undefined
  const more = violations.length === 1 ? '' : `, and ${violations.length - 1} more such columns`
  return new MigrationError('blocked', `unload ${relationText(plan.source)}: ${first.message} (${first.code})${more}`, {
    hint: `nothing of it was unloaded; migrate explain ${first.code} tells what can be chosen`,
  })
}

function emptyMeasurements(plan: RelationPlan, snapshot: Snapshot): SourceMeasurements {
  return {
    document: 'source-measurements',
    relationId: plan.relationId,
    snapshot: snapshot.id,
    measurements: [],
    answers: [],
  }
}

async function keepMeasurements(
  plan: RelationPlan,
  snapshot: Snapshot,
  attempt: Attempt,
  travel: Travel,
  assumptions: readonly Examined[],
  call: Call,
): Promise<void> {
  const measurements = await snapshot.measure(plan, measuresFor(plan), call)
  const answers = []
  for (const query of queriesOf(plan, travel)) answers.push(await snapshot.answer(query, plan, call))
  const fingerprint = asksContent(plan) ? { fingerprint: await snapshot.fingerprint(plan, [], call) } : {}
  const document: SourceMeasurements = {
    ...emptyMeasurements(plan, snapshot),
    ...fingerprint,
    measurements,
    answers,
    ...(assumptions.length === 0 ? {} : { assumptions }),
  }
  await travel.folder.writeDocument(measurementsPath(plan.relationId, attempt.number), document)
}

async function keepManifest(
  plan: RelationPlan,
  outcome: UnloadOutcome,
  attempt: Attempt,
  location: Location,
  travel: Travel,
): Promise<UnloadKept> {
  const measured = await sourceMeasurements(plan.relationId, attempt.number, travel)
  const counted = measured.measurements.find((one) => one.measure.kind === 'row-count')?.value
  if (counted !== String(outcome.rowCount)) {
    const relation = relationText(plan.source)
    throw new MigrationError(
      'source-failed',
      `unload ${relation}: UNLOAD wrote ${outcome.rowCount} rows, COUNT(*) in the same snapshot is ${String(counted)}`,
    )
  }
  const manifest: Manifest = {
    document: 'manifest',
    side: 'source',
    relationId: plan.relationId,
    relation: plan.source,
    snapshot: measured.snapshot,
    location,
    parts: outcome.parts.map(({ key, ...part }) => ({ location: { ...location, key }, ...part })),
    rowCount: outcome.rowCount,
    byteCount: outcome.byteCount,
    columns: outcome.columns,
  }
  await travel.folder.writeDocument(sourceManifestPath(plan.relationId), manifest)
  const { rowCount, byteCount } = outcome
  return { attempt: attempt.number, rowCount, byteCount, partCount: outcome.parts.length }
}

export async function sourceMeasurements(
  relationId: string,
  attempt: number,
  travel: Travel,
): Promise<SourceMeasurements> {
  const path = measurementsPath(relationId, attempt)
  const document = await travel.folder.readDocument<SourceMeasurements>(path)
  if (document === undefined) throw new MigrationError('disk', `${travel.folder.file(path)}: missing`)
  return document
}
