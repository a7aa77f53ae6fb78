import type { CarryHandle, CarryOutcome, Consignment } from '../carrier/carrier.js'
import { perform } from '../journal/perform.js'
import { MigrationError } from '../model/errors.js'
import type { Manifest } from '../model/manifest.js'
import { below, relationText } from '../model/names.js'
import type { RelationPlan } from '../model/plan.js'
import type { Work } from '../model/work.js'
import { attemptPrefix, attemptToken } from './prefix.js'
import { callOf, stepAttemptCountMax, type Travel } from './stage.js'
import { sourceManifestPath } from './unload.js'

export type TransferKept = { readonly byteCount: number; readonly sentByteCount: number; readonly partCount: number }

export function targetManifestPath(relationId: string): string {
  return `manifests/target/${relationId}.json`
}

/** Carries a relation's parts to the target's store; ends with its target manifest. */
export async function transfer(plan: RelationPlan, travel: Travel): Promise<TransferKept> {
  const manifest = await travel.folder.readDocument<Manifest>(sourceManifestPath(plan.relationId))
  if (manifest === undefined) throw notUnloaded(plan)
  const ledger = travel.ledger(plan.consignment)
  const consignment = consignmentOf(plan, manifest, travel)
  const carry = (): Promise<Work<CarryHandle, CarryOutcome>> =>
    Promise.resolve(travel.places.carrier.carry(consignment, ledger))
  try {
    return await perform(
      travel.journal,
      {
        name: `transfer/${plan.consignment}`,
        attemptCountMax: stepAttemptCountMax,
        token: (number) => attemptToken(travel.run, 'transfer', plan.relationId, number),
        fresh: carry,
        earlier: carry,
        keep: (outcome) => keepManifest(manifest, outcome, consignment, travel),
        unresolved: (attempt) =>
          new MigrationError(
            'transfer-unresolved',
            `transfer ${relationText(plan.source)}: cannot tell what became of ${attempt.token}`,
          ),
      },
      callOf(travel, 'transfer', plan),
    )
  } finally {
    await ledger.close()
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
    id: plan.consignment,
    run,
    manifests: [manifest],
    from: manifest.location,
    to: attemptPrefix(settings.targetRoot, run, plan.consignment, plan.relationId, unloadAttempt),
  }
}

async function keepManifest(
  source: Manifest,
  outcome: CarryOutcome,
  consignment: Consignment,
  travel: Travel,
): Promise<TransferKept> {
  const manifest: Manifest = {
    ...source,
    side: 'target',
    location: consignment.to,
    parts: outcome.parts.map((part) => ({
      location: below(consignment.to, part.key.slice(consignment.from.key.length)),
      byteCount: part.byteCount,
      rowCount: part.rowCount,
      etag: part.etag,
      crc64: part.crc64,
    })),
  }
  await travel.folder.writeDocument(targetManifestPath(source.relationId), manifest)
  return { byteCount: outcome.byteCount, sentByteCount: outcome.sentByteCount, partCount: outcome.parts.length }
}
