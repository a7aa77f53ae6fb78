import type { CarryHandle, CarryingJob, CarryOutcome, Consignment } from '../carrier/carrier.js'
import { perform } from '../journal/perform.js'
import { MigrationError } from '../model/errors.js'
import type { Manifest, ManifestCrossing } from '../model/manifest.js'
import { below, relationText, type Location } from '../model/names.js'
import type { RelationPlan } from '../model/plan.js'
import type { Attempt, Work } from '../model/work.js'
import { hasTravelled } from './consignment-members.js'
import { attemptPrefix, attemptToken } from './prefix.js'
import { callOf, lookWork, stepAttemptCountMax, type Travel } from './stage.js'
import { sourceManifestPath } from './unload.js'

export type TransferKept = {
  readonly byteCount: number
  readonly sentByteCount: number
  readonly partCount: number
  /** The job that carried it. */
  readonly job?: CarryingJob
  /** Why what a job was to carry was streamed. */
  readonly rerouted?: string
  /** Parts that the job did not carry as it should, and that were sent again. */
  readonly resentCount?: number
  /** The first of them. */
  readonly resent?: readonly { readonly key: string; readonly reason: string }[]
}

export function targetManifestPath(relationId: string): string {
  return `manifests/target/${relationId}.json`
}

/**
 * Carries a relation's parts to the target's store; ends with its target manifest. One that crossed with its consignment
 * has that already; one that came too late for its consignment goes by a later job of its own, or is streamed.
 */
export async function transfer(plan: RelationPlan, travel: Travel): Promise<TransferKept> {
  const manifest = await travel.folder.readDocument<Manifest>(sourceManifestPath(plan.relationId))
  if (manifest === undefined) throw notUnloaded(plan)
  const isThere = plan.by === 'online' && (await hasTravelled(plan, travel))
  return isThere ? lookAtArrived(plan, travel) : stream(plan, manifest, travel)
}

async function lookAtArrived(plan: RelationPlan, travel: Travel): Promise<TransferKept> {
  const look = lookWork(async () => {
    const arrived = await travel.folder.readDocument<Manifest>(targetManifestPath(plan.relationId))
    if (arrived === undefined) throw new MigrationError('disk', `${targetManifestPath(plan.relationId)}: missing`)
    return { byteCount: arrived.byteCount, partCount: arrived.parts.length }
  })
  const kept = await perform(
    travel.journal,
    {
      ...stepOf(plan, travel),
      fresh: () => Promise.resolve(look),
      earlier: () => Promise.resolve(look),
      keep: ({ byteCount, partCount }): Promise<TransferKept> =>
        Promise.resolve({ byteCount, sentByteCount: byteCount, partCount }),
    },
    callOf(travel, 'transfer', plan),
  )
  return kept
}

async function stream(plan: RelationPlan, manifest: Manifest, travel: Travel): Promise<TransferKept> {
  const consignment = consignmentOf(plan, manifest, travel)
  const ledger = travel.ledger(consignment.id)
  const carry = (): Promise<Work<CarryHandle, CarryOutcome>> =>
    Promise.resolve(travel.places.carrier.carry(consignment, ledger))
  try {
    return await perform(
      travel.journal,
      {
        ...stepOf(plan, travel),
        fresh: carry,
        earlier: carry,
        keep: async (outcome): Promise<TransferKept> => {
          await keepManifest(manifest, outcome, consignment.to, travel)
          const { byteCount, sentByteCount, parts } = outcome
          return { byteCount, sentByteCount, partCount: parts.length, ...told(outcome) }
        },
      },
      callOf(travel, 'transfer', plan),
    )
  } finally {
    await ledger.close()
  }
}

function stepOf(plan: RelationPlan, travel: Travel) {
  return {
    name: `transfer/${plan.relationId}` as const,
    attemptCountMax: stepAttemptCountMax,
    token: (number: number) => attemptToken(travel.run, 'transfer', plan.relationId, number),
    unresolved: (attempt: Attempt) =>
      new MigrationError(
        'transfer-unresolved',
        `transfer ${relationText(plan.source)}: cannot tell what became of ${attempt.token}`,
      ),
  }
}

function notUnloaded(plan: RelationPlan): MigrationError {
  return new MigrationError('source-failed', `transfer ${relationText(plan.source)}: it has not been unloaded`, {
    hint: 'run migrate unload first',
  })
}

/**
 * The prefix follows the attempt of the unload, not of the transfer: carrying again goes to the same place, so that
 * chunks and objects that arrived are found by ledger, provenance and CRC and not sent twice.
 */
function consignmentOf(plan: RelationPlan, manifest: Manifest, travel: Travel): Consignment {
  const { settings, run } = travel
  const unloadAttempt = travel.journal.status(`unload/${plan.relationId}`).number
  return {
    // Never that of a pack, of which it would be a piece.
    id: plan.relationId,
    run,
    manifests: [manifest],
    from: manifest.location,
    to: attemptPrefix(settings.targetRoot, run, plan.consignment, plan.relationId, unloadAttempt),
    ...(goesByLaterJob(plan, manifest, travel) ? { by: 'online' } : {}),
  }
}

/** What a job was planned for goes by one of its own when it came too late, if it is worth one. */
function goesByLaterJob(plan: RelationPlan, { byteCount }: Manifest, { settings }: Travel): boolean {
  return plan.by === 'online' && settings.jobs !== undefined && byteCount >= settings.jobs.fromByteCount
}

/** Names of parts that the journal's line holds at most; the ledger has them all. */
const toldCountMax = 100

/** What is journaled of how a consignment crossed. */
export function told({ job, rerouted, resent = [] }: CarryOutcome): Partial<TransferKept> {
  return {
    ...(job === undefined ? {} : { job }),
    ...(rerouted === undefined ? {} : { rerouted }),
    ...(resent.length === 0 ? {} : { resentCount: resent.length, resent: resent.slice(0, toldCountMax) }),
  }
}

/** What arrived of one relation; the outcome may hold others' parts as well. */
export async function keepManifest(
  source: Manifest,
  outcome: CarryOutcome,
  to: Location,
  travel: Travel,
): Promise<void> {
  const parts = outcome.parts.filter((part) => part.relationId === source.relationId)
  const manifest: Manifest = {
    ...source,
    side: 'target',
    location: to,
    parts: parts.map((part) => ({
      location: below(to, part.key.slice(source.location.key.length)),
      byteCount: part.byteCount,
      rowCount: part.rowCount,
      etag: part.etag,
      crc64: part.crc64,
    })),
    crossing: crossingOf(parts, outcome),
  }
  await travel.folder.writeDocument(targetManifestPath(source.relationId), manifest)
}

function crossingOf(parts: CarryOutcome['parts'], { job, rerouted, resent = [] }: CarryOutcome): ManifestCrossing {
  const proofs: Record<string, number> = {}
  for (const { proof } of parts) proofs[proof] = (proofs[proof] ?? 0) + 1
  const keys = new Set(parts.map(({ key }) => key))
  const own = resent.filter(({ key }) => keys.has(key))
  return {
    by: job === undefined ? 'streaming' : 'online',
    proofs,
    ...(job === undefined ? {} : { job: jobOf(job) }),
    ...(rerouted === undefined ? {} : { rerouted }),
    ...(own.length === 0 ? {} : { resent: own }),
  }
}

function jobOf({ name, how, told, differences }: CarryingJob): NonNullable<ManifestCrossing['job']> {
  return { name, how, ...(told === undefined ? {} : { told }), ...(differences === undefined ? {} : { differences }) }
}
