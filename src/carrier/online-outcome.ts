import type { Ledger } from '../model/ledger.js'
import type { CarriedPart, CarryingJob, CarryOutcome, Consignment } from './carrier.js'
import { planCrossing, type Crossing } from './crossing.js'
import type { readLedger } from './ledger-state.js'
import type { Judgement } from './online-arrivals.js'
import type { JobEnd } from './online-job.js'
import { differencesOf } from './online-report.js'

export type Failed = Extract<Judgement, { stale: boolean }>
type Arrived = Exclude<Judgement, Failed>

export function isFailed(judgement: Judgement): judgement is Failed {
  return !('arrival' in judgement)
}

export function crossingsOf(
  consignment: Consignment,
  state: Awaited<ReturnType<typeof readLedger>>,
): readonly Crossing[] {
  return consignment.manifests.flatMap(({ relationId, parts }) =>
    parts.map((part) => planCrossing(consignment, relationId, part, state.get(part.location.key))),
  )
}

export async function noteArrival(ledger: Ledger, { crossing, arrival }: Arrived): Promise<void> {
  const { part, meta, known } = crossing
  const { etag: targetEtag, crc64, proof } = arrival
  if (known?.object?.crc64 === crc64 && known.object.targetEtag === targetEtag) return
  const facts = { byteCount: part.byteCount, sourceEtag: meta.sourceEtag, targetEtag, crc64, proof, skipped: true }
  await ledger.note({ kind: 'object', key: part.location.key, ...facts })
}

/** Written before anything is taken away or sent: the report names them, whichever process ends the work. */
export async function noteRejections(ledger: Ledger, failed: readonly Failed[]): Promise<void> {
  for (const { crossing, reason } of failed) {
    if (reason !== 'sent again before') await ledger.note({ kind: 'rejected', key: crossing.part.location.key, reason })
  }
}

/** Of every process that worked on the consignment; the last reason of a key counts. */
export async function rejectedOf(ledger: Ledger): Promise<ReadonlyMap<string, string>> {
  const reasons = new Map<string, string>()
  for await (const entry of ledger.entries()) if (entry.kind === 'rejected') reasons.set(entry.key, entry.reason)
  return reasons
}

/** `by`: the job that carried it; absent where none did. */
export function outcomeOf(
  judged: readonly Judgement[],
  again: CarryOutcome | undefined,
  rejected: ReadonlyMap<string, string>,
  by?: { readonly name: string; readonly end: JobEnd },
): CarryOutcome {
  const parts = partsOf(judged, again)
  const byteCount = parts.reduce((sum, part) => sum + part.byteCount, 0)
  const resent = [...rejected].map(([key, reason]) => ({ key, reason }))
  const common = { parts, byteCount, sentByteCount: byteCount, resent }
  if (by === undefined) return common
  const job = jobOf(by.name, by.end, parts.length, rejected)
  const isRerouted = by.end.how !== 'finished' && rejected.size > 0
  return { ...common, job, ...(isRerouted ? { rerouted: `job ${job.name} ${job.how}` } : {}) }
}

function partsOf(judged: readonly Judgement[], again: CarryOutcome | undefined): readonly CarriedPart[] {
  const sent = new Map(again?.parts.map((part) => [part.key, part]))
  return judged.map((one) => {
    const { relationId, part } = one.crossing
    const { byteCount, rowCount, location } = part
    const found = 'arrival' in one ? one.arrival : sent.get(location.key)
    if (found === undefined) throw new Error(`${location.key} has not arrived`)
    const { etag, crc64, proof } = found
    return { relationId, key: location.key, byteCount, rowCount, etag, crc64, proof }
  })
}

function jobOf(name: string, end: JobEnd, partCount: number, rejected: ReadonlyMap<string, string>): CarryingJob {
  const how = end.reason === undefined ? end.how : `${end.how}: ${end.reason}`
  const missingCount = [...rejected.values()].filter((reason) => reason === 'missing').length
  const found = { partCount, missingCount, wrongCount: rejected.size - missingCount }
  // One that was closed tells itself that it is not done.
  const differences = end.told === undefined || end.how !== 'finished' ? [] : differencesOf(end.told, found)
  return {
    name,
    how,
    failedCount: end.told?.failed ?? end.counts?.failedCount ?? 0,
    ...(end.told === undefined ? {} : { told: end.told }),
    ...(differences.length === 0 ? {} : { differences }),
  }
}
