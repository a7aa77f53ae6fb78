import { bandwidthAt } from '../model/bandwidth.js'
import type { Timetable } from '../model/bandwidth.js'
import { MigrationError } from '../model/errors.js'
import type { Ledger } from '../model/ledger.js'
import type { Location } from '../model/names.js'
import type { Attempt, Call, Found, Work } from '../model/work.js'
import type { ObjectStore } from '../store/store.js'
import { persist } from './attempts.js'
import type { CarriedPart, Carrier, CarryHandle, CarryOutcome, Consignment } from './carrier.js'
import { BudgetedCopier, type EgressBudget } from './egress-budget.js'
import { copyLarge } from './copy-large.js'
import { copySmall, slotsOf } from './copy-small.js'
import { DividedCopier } from './divided-copier.js'
import { InlineCopier } from './copy-once.js'
import type { Copier } from './copy-job.js'
import { defaultStreamingCarrierLimits, planCrossing } from './crossing.js'
import type { Arrival, Crossing, Passage, StreamingCarrierLimits } from './crossing.js'
import { readLedger } from './ledger-state.js'
import { PacedBytes } from './paced-bytes.js'
import type { LedgerState } from './ledger-state.js'
import { recognise } from './recognise.js'
import { SharedBandwidth } from './shared-bandwidth.js'
import { Slots } from './slots.js'
import { together } from './together.js'
import { WorkerCopier } from './worker-copier.js'
import type { WorkerCopierOptions } from './worker-copier.js'

export { defaultStreamingCarrierLimits }
export type { StreamingCarrierLimits }

export interface StreamingCarrierOptions {
  readonly from: ObjectStore
  /** Must tell the CRC-64 of what it holds, as OSS does. */
  readonly to: ObjectStore
  readonly limits?: StreamingCarrierLimits
  /** Threads that move the bytes; absent: this one does. */
  readonly workers?: WorkerCopierOptions
  /** Of all that it reads; absent: no limit. */
  readonly timetable?: Timetable
  /** Bytes that may be read from the source, by all processes of a run together; absent: no limit. */
  readonly egress?: EgressBudget
  /** Told how long each chunk and each small object took that arrived. */
  readonly onChunk?: (milliseconds: number) => void
}

/**
 * Copies parts through this process, in streams: no chunk is ever in memory as a whole, and one limit of chunks in
 * flight holds for everything that one carrier carries. What is proven is in the ledger before it is relied on, so that
 * carrying again after a crash sends only what is missing. Only manifested parts travel: nothing else below the prefix.
 */
export class StreamingCarrier implements Carrier {
  readonly #options: StreamingCarrierOptions
  readonly #limits: StreamingCarrierLimits
  readonly #slots: Slots
  readonly #copier: Copier

  constructor(options: StreamingCarrierOptions) {
    this.#options = options
    this.#limits = options.limits ?? defaultStreamingCarrierLimits
    this.#slots = new Slots(this.#limits.chunksInFlight)
    this.#copier = openCopier(options)
  }

  carry(consignment: Consignment, ledger: Ledger): Work<CarryHandle, CarryOutcome> {
    const handle = (attempt: Attempt): CarryHandle => ({ consignment: consignment.id, token: attempt.token })
    return {
      find: async (attempt): Promise<Found<CarryHandle>> =>
        (await isEmpty(ledger)) ? 'never' : { begun: handle(attempt) },
      begin: async (attempt) => handle(attempt),
      settle: (_handle, call) => this.#carryAll(consignment, ledger, call),
      cancel: (_handle, call) => this.#abortUploads(consignment, ledger, call),
    }
  }

  /** Ends the threads; the stores belong to whoever opened them. */
  close(): Promise<void> {
    return this.#copier.close()
  }

  async #carryAll(consignment: Consignment, ledger: Ledger, call: Call): Promise<CarryOutcome> {
    const passage = this.#open(ledger)
    const crossings = planAll(consignment, await readLedger(ledger))
    const standing = await keysBelow(passage.to, consignment.to, crossings, call)
    const arrivals = new Map<Crossing, Arrival>()
    let byteCount = 0
    const progress = (more: number): void => call.note({ byteCount: (byteCount += more) })
    const weightOf = ({ part }: Crossing): number => {
      const slots = slotsOf(passage, part.byteCount)
      // About half of the small ones wait for their line in the ledger, which takes as long as their copy.
      return slots < 1 ? slots / 2 : slots
    }
    const carry = async (crossing: Crossing, inner: Call): Promise<void> => {
      arrivals.set(crossing, await carryPart(passage, crossing, standing, inner, progress))
    }
    await together(largestFirst(crossings), this.#limits.chunksInFlight, call, carry, weightOf)
    if (arrivals.size < crossings.length) throw interrupted(consignment, arrivals.size, crossings.length)
    const parts = crossings.map((crossing) => carriedPart(crossing, arrivals.get(crossing)))
    const total = parts.reduce((sum, part) => sum + part.byteCount, 0)
    return { parts, byteCount: total, sentByteCount: passage.sentByteCount }
  }

  async #abortUploads(consignment: Consignment, ledger: Ledger, call: Call): Promise<void> {
    const crossings = planAll(consignment, await readLedger(ledger))
    const open = crossings.flatMap(({ target: location, known }) =>
      known?.upload ? [{ location, uploadId: known.upload.uploadId }] : [],
    )
    await together(open, this.#limits.chunksInFlight, call, (upload, inner) => this.#options.to.abort(upload, inner))
  }

  #open(ledger: Ledger): Passage {
    const { from, to, onChunk } = this.#options
    const shared = { slots: this.#slots, copier: this.#copier, limits: this.#limits }
    return { from, to, ledger, ...shared, etagsAreMd5: true, sentByteCount: 0, ...(onChunk && { onChunk }) }
  }
}

function openCopier(options: StreamingCarrierOptions): Copier {
  const copier = openMover(options)
  return options.egress === undefined ? copier : new BudgetedCopier(copier, options.egress)
}

function openMover(options: StreamingCarrierOptions): Copier {
  const { timetable, workers } = options
  const bandwidth = timetable && new SharedBandwidth(() => bandwidthAt(timetable, new Date()))
  const inline = new InlineCopier(options, bandwidth && (() => new PacedBytes(bandwidth)))
  return workers === undefined ? inline : new DividedCopier(inline, new WorkerCopier(workers, bandwidth))
}

async function isEmpty(ledger: Ledger): Promise<boolean> {
  for await (const _entry of ledger.entries()) return false
  return true
}

function planAll(consignment: Consignment, state: LedgerState): Crossing[] {
  return consignment.manifests.flatMap(({ relationId, parts }) =>
    parts.map((part) => planCrossing(consignment, relationId, part, state.get(part.location.key))),
  )
}

/** A large part begun last would be copied alone in the end. */
function largestFirst(crossings: readonly Crossing[]): Crossing[] {
  return [...crossings].sort((one, other) => other.part.byteCount - one.part.byteCount)
}

/**
 * Where parts stand already. One listing instead of a question for each part, of which there may be very many; what
 * comes to stand there later is refused by the store, which never overwrites.
 */
async function keysBelow(
  to: ObjectStore,
  prefix: Location,
  crossings: readonly Crossing[],
  call: Call,
): Promise<ReadonlySet<string>> {
  const wanted = new Set(crossings.map(({ target }) => target.key))
  const found = new Set<string>()
  for await (const { location } of to.list(prefix, call)) if (wanted.has(location.key)) found.add(location.key)
  return found
}

async function carryPart(
  passage: Passage,
  crossing: Crossing,
  standing: ReadonlySet<string>,
  call: Call,
  progress: (byteCount: number) => void,
): Promise<Arrival> {
  const { part } = crossing
  let toldByteCount = 0
  const tell = (byteCount: number): void => {
    // What an attempt sends again was told by the one before.
    const more = Math.min(byteCount, part.byteCount - toldByteCount)
    toldByteCount += more
    if (more > 0) progress(more)
  }
  const isSmall = part.byteCount <= passage.limits.smallObjectByteCountMax
  let mayStand = standing.has(crossing.target.key)
  const attempt = async (): Promise<Arrival> => {
    const found = mayStand ? await passage.to.stat(crossing.target, call) : undefined
    // Of another attempt's lost reply, or of somebody else who writes here.
    mayStand = true
    if (found !== undefined) return recognise(passage, crossing, found, call)
    return isSmall ? copySmall(passage, crossing, call) : copyLarge(passage, crossing, call, tell)
  }
  // The chunks of a large part have had their attempts; what is left concerns the object as a whole.
  const codes = isSmall ? undefined : (['transfer-failed', 'transfer-corrupt'] as const)
  const arrival = await persist(passage.limits.chunkAttemptCountMax, call, attempt, codes)
  await noteArrival(passage, crossing, arrival)
  tell(part.byteCount)
  return arrival
}

async function noteArrival(passage: Passage, { part, meta, known }: Crossing, arrival: Arrival): Promise<void> {
  if (known?.object?.crc64 === arrival.crc64 && known.object.targetEtag === arrival.etag) return
  const { etag: targetEtag, crc64, proof, skipped } = arrival
  const { key } = part.location
  const facts = { byteCount: part.byteCount, sourceEtag: meta.sourceEtag, targetEtag, crc64, proof, skipped }
  await passage.ledger.note({ kind: 'object', key, ...facts })
}

function carriedPart({ relationId, part }: Crossing, arrival: Arrival | undefined): CarriedPart {
  if (arrival === undefined) throw new Error(`${part.location.key} has not arrived`)
  const { byteCount, rowCount, location } = part
  return { relationId, key: location.key, byteCount, rowCount, ...pick(arrival) }
}

function pick({ etag, crc64, proof }: Arrival) {
  return { etag, crc64, proof }
}

function interrupted(consignment: Consignment, arrivedCount: number, partCount: number): MigrationError {
  return new MigrationError(
    'interrupted',
    `carry ${consignment.id}: interrupted after ${arrivedCount} of ${partCount} parts`,
  )
}
