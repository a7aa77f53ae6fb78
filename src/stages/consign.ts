import type { CarryHandle, CarryOutcome, Consignment } from '../carrier/carrier.js'
import { perform } from '../journal/perform.js'
import { MigrationError } from '../model/errors.js'
import type { Manifest } from '../model/manifest.js'
import { below } from '../model/names.js'
import type { Work } from '../model/work.js'
import type { PlanBook, PlanEntry } from './plan-book.js'
import { attemptToken, consignmentPrefix } from './prefix.js'
import { callOf, stepAttemptCountMax, type Travel } from './stage.js'
import { consignStep, setOut, type Member } from './consignment-members.js'
import { keepManifest, told, type TransferKept } from './transfer.js'
import { sourceManifestPath } from './unload.js'

/**
 * Carries those of a consignment that are unloaded, by one job; ends with a target manifest of each. Once it has set out
 * its members stay the same until that attempt is over: who comes later goes alone.
 */
export async function consign(book: PlanBook, ready: readonly PlanEntry[], travel: Travel): Promise<void> {
  const [first] = ready
  if (first === undefined) return
  const plan = await book.read(first.relationId)
  const id = first.consignment
  const members = await setOut(id, ready, travel)
  const manifests = await readManifests(members, travel)
  const consignment = consignmentOf(id, book, manifests, travel)
  const ledger = travel.ledger(id)
  const carry = (): Promise<Work<CarryHandle, CarryOutcome>> =>
    Promise.resolve(travel.places.carrier.carry(consignment, ledger))
  try {
    await perform(
      travel.journal,
      {
        name: consignStep(id),
        attemptCountMax: stepAttemptCountMax,
        token: (number) => attemptToken(travel.run, 'transfer', id, number),
        fresh: carry,
        earlier: carry,
        keep: (outcome) => keepAll(consignment, outcome, travel),
        unresolved: (attempt) =>
          new MigrationError('transfer-unresolved', `transfer ${id}: cannot tell what became of ${attempt.token}`),
      },
      callOf(travel, 'transfer', plan),
    )
  } finally {
    await ledger.close()
  }
}

async function readManifests(members: readonly Member[], travel: Travel): Promise<readonly Manifest[]> {
  const manifests: Manifest[] = []
  for (const { relationId } of members) {
    const manifest = await travel.folder.readDocument<Manifest>(sourceManifestPath(relationId))
    if (manifest === undefined) throw new MigrationError('disk', `${sourceManifestPath(relationId)}: missing`)
    manifests.push(manifest)
  }
  return manifests
}

function consignmentOf(id: string, book: PlanBook, manifests: readonly Manifest[], travel: Travel): Consignment {
  const { settings, run } = travel
  const present = new Set(manifests.map(({ relationId }) => relationId))
  const absent = book.entries.filter((entry) => entry.consignment === id && !present.has(entry.relationId))
  return {
    id,
    run,
    manifests,
    from: consignmentPrefix(settings.sourceRoot, run, id),
    to: consignmentPrefix(settings.targetRoot, run, id),
    by: 'online',
    without: absent.map(({ relationId }) => `${relationId}/`),
  }
}

async function keepAll(consignment: Consignment, outcome: CarryOutcome, travel: Travel): Promise<TransferKept> {
  for (const manifest of consignment.manifests) {
    const to = below(consignment.to, manifest.location.key.slice(consignment.from.key.length))
    await keepManifest(manifest, outcome, to, travel)
  }
  const { byteCount, sentByteCount, parts } = outcome
  return { byteCount, sentByteCount, partCount: parts.length, ...told(outcome) }
}
