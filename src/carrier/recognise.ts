import { MigrationError } from '../model/errors.js'
import type { Proof } from '../model/ledger.js'
import { locationText } from '../model/names.js'
import type { Call } from '../model/work.js'
import type { ObjectInfo } from '../store/store.js'
import { crcCombine } from './crc64.js'
import { corrupt } from './copy-chunk.js'
import type { Arrival, Crossing, Passage } from './crossing.js'
import type { KnownPart } from './ledger-state.js'
import { checkWhole } from './check-whole.js'
import { copyProven, wholeJob } from './copy-small.js'

interface Expected {
  readonly crc64: string
  readonly proof: Proof
}

/**
 * An object stands where a part is to arrive. It is taken for the part when it is ours by provenance and size, and its
 * CRC-64 is the one that the ledger tells; where the ledger does not (the reply was lost), the source is read again.
 * Errors: `transfer-failed` when it is not ours, `transfer-corrupt` when its bytes differ.
 */
export async function recognise(passage: Passage, crossing: Crossing, found: ObjectInfo, call: Call): Promise<Arrival> {
  refuseForeign(crossing, found)
  const expected = expectedFrom(crossing) ?? (await readAgain(passage, crossing, call))
  if (found.crc64 !== expected.crc64) throw differs(crossing, expected.crc64, found.crc64)
  return { etag: found.etag, crc64: expected.crc64, proof: expected.proof, skipped: true }
}

/** Throws `transfer-failed` for an object that is not the copy of this part. */
export function refuseForeign(crossing: Crossing, found: ObjectInfo): void {
  if (!isOurs(crossing, found)) throw foreign(crossing, found)
}

function isOurs({ part, meta }: Crossing, found: ObjectInfo): boolean {
  return (
    found.byteCount === part.byteCount &&
    found.provenance?.run === meta.run &&
    found.provenance.source === meta.source &&
    found.provenance.sourceEtag === meta.sourceEtag
  )
}

function expectedFrom({ part, meta, known }: Crossing): Expected | undefined {
  if (known === undefined) return undefined
  const { object } = known
  if (object?.sourceEtag === meta.sourceEtag) return { crc64: object.crc64, proof: object.proof }
  const crc64 = crcOfChunks(known, part.byteCount)
  if (crc64 === undefined) return undefined
  // Nothing is completed before it agrees with the source, where the source can tell.
  const proven = [...known.chunks.values()].every(({ digest }) => digest !== undefined)
  return { crc64: String(crc64), proof: proven ? 'source+target' : 'target-only' }
}

/** The CRC of the whole object, when the ledger has every chunk of its upload. */
function crcOfChunks({ chunks }: KnownPart, byteCount: number): bigint | undefined {
  let whole = 0n
  let seenByteCount = 0
  for (let number = 1; seenByteCount < byteCount; number += 1) {
    const chunk = chunks.get(number)
    if (chunk === undefined) return undefined
    whole = crcCombine(whole, BigInt(chunk.crc64), chunk.byteCount)
    seenByteCount += chunk.byteCount
  }
  return seenByteCount === byteCount && byteCount > 0 ? whole : undefined
}

async function readAgain(passage: Passage, crossing: Crossing, call: Call): Promise<Expected> {
  const check = await checkWhole(passage, crossing, call)
  const job = wholeJob(crossing, { kind: 'nowhere' }, check)
  return passage.slots.hold(call.signal, async () => {
    const { crc64 } = await copyProven(passage, crossing, job, call)
    return { crc64, proof: check === undefined ? 'target-only' : 'source+target' }
  })
}

function foreign({ part, target }: Crossing, found: ObjectInfo): MigrationError {
  const made = found.provenance ? `it was made from ${found.provenance.source}` : 'it is not one of ours'
  const message = `carry ${locationText(part.location)}: ${locationText(target)} exists already and ${made}, ${found.byteCount} bytes`
  return new MigrationError('transfer-failed', message, {
    hint: 'nothing is ever overwritten; remove that object, or let the run use another prefix',
  })
}

function differs(crossing: Crossing, expected: string, stored: string | undefined): MigrationError {
  const { code, message } = corrupt(crossing, 0, expected, stored)
  const hint = `remove ${locationText(crossing.target)} and run the same command again`
  return new MigrationError(code, message, { hint })
}
