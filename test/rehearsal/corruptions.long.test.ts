import { createCipheriv } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import type OSS from 'ali-oss'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FaultAction, FaultRule } from '../../src/emulators/faults.js'
import { defaultWorld } from '../../src/emulators/world.js'
import {
  carryAll,
  faultCounts,
  keyOf,
  ledgerPath,
  openOss,
  openS3,
  seeded,
  type Cargo,
  type Carried,
} from './carrying.js'
import { changeConfig, emulate, type Emulated } from './rehearsal.js'

/** `CHAOS_CORRUPTIONS=1000 CHAOS_CLEAN_RUNS=200` for the full figures; `CHAOS_FIGURES` names a file that takes them. */
const corruptionCount = Number(process.env.CHAOS_CORRUPTIONS ?? 120)
const cleanRunCount = Number(process.env.CHAOS_CLEAN_RUNS ?? 40)
const seed = Number(process.env.CHAOS_SEED ?? 1)
const atOnce = 32
const batchCount = 128
const mebibyte = 1024 * 1024
const kmsKey = defaultWorld().aws.kmsKeys?.[0] ?? ''

/** How a source object was written, and what S3 can say of its bytes. */
interface Shape {
  readonly name: string
  /** Before December 2024 S3 added no checksum by itself. */
  readonly era: 'now' | 'before'
  readonly byteCountMin: number
  readonly byteCountMax: number
  readonly kms?: boolean
  /** Of its parts but the last; absent: in one piece. */
  readonly partByteCount?: number
  /** The carrier must prove it against the source; `open`: nothing at the source tells what its bytes should be, or not cheaply. */
  readonly provable: 'always' | 'open'
}

const small = { byteCountMin: 200_000, byteCountMax: mebibyte }
const large = { byteCountMin: 1_250_000, byteCountMax: 3 * mebibyte }
const inParts = { byteCountMin: 5_500_000, byteCountMax: 6_500_000 }

const shapes: readonly Shape[] = [
  { name: 'small', era: 'now', ...small, provable: 'always' },
  { name: 'small, MD5 alone', era: 'before', ...small, provable: 'always' },
  { name: 'large', era: 'now', ...large, provable: 'always' },
  { name: 'in parts', era: 'now', ...inParts, partByteCount: 5 * mebibyte, provable: 'always' },
  { name: 'small, KMS', era: 'before', ...small, kms: true, provable: 'open' },
  { name: 'large, KMS', era: 'before', ...large, kms: true, provable: 'open' },
  { name: 'large, MD5 alone', era: 'before', ...large, provable: 'open' },
  { name: 'foreign grid', era: 'before', ...inParts, partByteCount: 5 * mebibyte + 4_321, provable: 'open' },
]

type Kind = 'flip' | 'swap' | 'lose' | 'double' | 'truncate' | 'replace'
const kinds: readonly Kind[] = ['flip', 'swap', 'lose', 'double', 'truncate', 'replace']

interface Trial {
  readonly cargo: Cargo
  readonly shape: Shape
  readonly bytes: Buffer
  readonly side?: 'source' | 'target'
  readonly kind?: Kind
  readonly rule?: FaultRule
}

const random = seeded(seed)
/** Bytes that every run with this seed has alike. */
const pool = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16)).update(Buffer.alloc(24 * mebibyte))

let eras: Readonly<Record<Shape['era'], Emulated>>

beforeAll(async () => {
  const now = await emulate({ seed: 'none' })
  const before = await emulate({ seed: 'none', more: { world: { aws: { addsChecksum: false } } } })
  eras = { now, before }
  for (const { clouds } of Object.values(eras)) {
    await changeConfig(clouds.config, (text) => `${text}limits: { chunksInFlight: 8, chunkMegabytes: 1 }\n`)
  }
})

afterAll(async () => {
  for (const emulated of Object.values(eras)) await emulated[Symbol.asyncDispose]()
})

describe('corruption on the way', () => {
  it(`is caught or owned up to, ${corruptionCount} times`, async () => {
    const figures = { trials: 0, met: 0, healed: 0, named: 0, targetOnly: 0, source: 0, target: 0, unprovable: 0 }
    const wrong: string[] = []
    for (const batch of batches(corruptionCount)) {
      const trials = await Promise.all(batch.map((number) => prepare(number, true)))
      for (const { trial, carried, met, arrived } of await run(trials)) {
        const verdict = judge(trial, carried, arrived)
        if (met) {
          figures.met += 1
          figures[trial.side ?? 'source'] += 1
          if (trial.shape.provable === 'open') figures.unprovable += 1
          if (verdict !== 'wrong') figures[verdict] += 1
        }
        figures.trials += 1
        if (verdict === 'wrong') wrong.push(tell(trial, carried, arrived))
      }
    }
    await tellFigures('corruptions', { seed, ...figures, wrong: wrong.length })
    expect(wrong).toEqual([])
    expect(figures.met).toBeGreaterThan(0.9 * corruptionCount)
    // All three ends were seen, or this has shown nothing.
    expect(Math.min(figures.healed, figures.named, figures.targetOnly)).toBeGreaterThan(0)
  })
})

describe('clean runs', () => {
  it(`raise no alarm, ${cleanRunCount} times`, async () => {
    const alarms: string[] = []
    for (const batch of batches(cleanRunCount)) {
      const trials = await Promise.all(batch.map((number) => prepare(number, false)))
      for (const { trial, carried, arrived } of await run(trials)) {
        const proof = carried.outcome?.parts[0]?.proof
        const isProven = trial.shape.provable === 'open' || proof?.startsWith('source+target') === true
        const sentOnce = carried.outcome?.sentByteCount === trial.bytes.length
        const isRight = arrived?.equals(trial.bytes) === true && sentOnce && isProven
        if (!isRight) alarms.push(tell(trial, carried, arrived))
      }
    }
    await tellFigures('cleanRuns', { runs: cleanRunCount, alarms: alarms.length })
    expect(alarms).toEqual([])
  })
})

/** `named` says which object; `targetOnly` is a copy of other bytes than the source's, which the ledger says nobody checked. */
function judge(
  trial: Trial,
  { outcome, error }: Carried,
  arrived: Buffer | undefined,
): 'healed' | 'named' | 'targetOnly' | 'wrong' {
  if (error !== undefined) {
    const isNamed = error.code !== undefined && error.message.includes(trial.cargo.key)
    const stored = trial.side === 'target' && trial.kind !== 'replace'
    // One that was cut short is told by its length.
    const saysWhere = !stored || /offset \d|\d bytes/.test(error.message)
    return isNamed && saysWhere ? 'named' : 'wrong'
  }
  const proof = outcome?.parts[0]?.proof ?? ''
  const isSame = arrived?.equals(trial.bytes) === true
  const mustBeProven = trial.shape.provable === 'always'
  if (isSame) return mustBeProven && !proof.startsWith('source+target') ? 'wrong' : 'healed'
  return trial.side === 'source' && !mustBeProven && proof.startsWith('target-only') ? 'targetOnly' : 'wrong'
}

function tell({ cargo, shape, bytes, side, kind, rule }: Trial, { outcome, error }: Carried, arrived?: Buffer): string {
  const same = arrived === undefined ? 'nothing' : arrived.equals(bytes) ? 'the same' : 'other bytes'
  const fault =
    rule === undefined
      ? ''
      : `${side} ${kind} ${rule.operation} #${rule.nth} x${rule.times} ${JSON.stringify(rule.action)}`
  const end = error === undefined ? JSON.stringify(outcome) : `${error.code}: ${error.message}`
  return `${cargo.id} (${shape.name}, ${bytes.length} bytes) ${fault}: ${same} arrived; ${end}`
}

interface Ended {
  readonly trial: Trial
  readonly carried: Carried
  readonly met: boolean
  readonly arrived: Buffer | undefined
}

async function run(trials: readonly Trial[]): Promise<Ended[]> {
  const ofEach = (['now', 'before'] as const).map((era) =>
    runIn(
      eras[era],
      trials.filter(({ shape }) => shape.era === era),
    ),
  )
  return (await Promise.all(ofEach)).flat()
}

async function runIn(emulated: Emulated, trials: readonly Trial[]): Promise<Ended[]> {
  if (trials.length === 0) return []
  const rules = trials.flatMap(({ rule }) => (rule === undefined ? [] : [rule]))
  await emulated.fault('stores', rules)
  const cargoes = trials.map(({ cargo }) => cargo)
  const carried = await carryAll(emulated, cargoes, atOnce)
  const counts = await faultCounts(emulated)
  await emulated.clearFaults()
  const oss = openOss(emulated.clouds)
  const ended: Ended[] = []
  for (const trial of trials) {
    const one = carried.get(trial.cargo.id)
    if (one === undefined) throw new Error(`the carrying process ended before ${trial.cargo.id}`)
    const count = counts.find(({ rule }) => rule.contains === trial.rule?.contains)
    await checkLedger(emulated, one)
    ended.push({ trial, carried: one, met: (count?.hitCount ?? 0) > 0, arrived: await readBack(oss, trial.cargo.key) })
  }
  return ended
}

/** The ledger says of each object that arrived what its outcome says. */
async function checkLedger(emulated: Emulated, { id, outcome }: Carried): Promise<void> {
  if (outcome === undefined) return
  const lines = (await readFile(ledgerPath(emulated, id), 'utf8')).split('\n').filter((line) => line !== '')
  const objects = lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ kind }) => kind === 'object')
  expect(objects.at(-1)).toMatchObject({ key: keyOf(id), proof: outcome.parts[0]?.proof })
}

async function readBack(oss: OSS, key: string): Promise<Buffer | undefined> {
  try {
    return (await oss.get(key)).content as Buffer
  } catch (error) {
    if ((error as { code?: string }).code === 'NoSuchKey') return undefined
    throw error
  }
}

/** An object at the source, of the shapes in turn, and what shall befall it. */
async function prepare(number: number, isCorrupted: boolean): Promise<Trial> {
  const shape = shapes[number % shapes.length] as Shape
  const id = `${isCorrupted ? 'bad' : 'clean'}-${String(number).padStart(5, '0')}`
  const byteCount = shape.byteCountMin + random(shape.byteCountMax - shape.byteCountMin)
  const offset = random(pool.length - byteCount)
  const bytes = pool.subarray(offset, offset + byteCount)
  const fault = isCorrupted ? chooseFault(id, Math.floor(number / shapes.length), shape, bytes.length) : {}
  const s3 = openS3(eras[shape.era].clouds)
  const etag = await write(s3, { Bucket: eras[shape.era].clouds.s3.bucket, Key: keyOf(id) }, bytes, shape)
  s3.destroy()
  return { cargo: { id, key: keyOf(id), byteCount, etag }, shape, bytes, ...fault }
}

function chooseFault(
  id: string,
  round: number,
  shape: Shape,
  byteCount: number,
): Pick<Trial, 'side' | 'kind' | 'rule'> {
  const side = round % 2 === 0 ? 'source' : 'target'
  const kind = kinds[Math.floor(round / 2) % kinds.length] as Kind
  const chunkCount = Math.ceil(byteCount / mebibyte)
  const isSmall = shape.byteCountMax <= mebibyte
  // A copy in one piece is written by one call, one in chunks by many and a last one that joins them.
  const joins = !isSmall && (kind === 'replace' || random(3) === 0)
  const write = isSmall ? 'PutObject' : joins ? 'CompleteMultipartUpload' : 'UploadPart'
  const operation = side === 'source' ? 'GetObject' : write
  // The last chunk may be a short one, the first is not.
  const isRepeated = operation === 'GetObject' || operation === 'UploadPart'
  // Chunks may follow the source's own parts, of which there are two.
  const callCount = shape.partByteCount === undefined ? Math.max(1, chunkCount - 1) : 2
  const nth = isRepeated ? 1 + random(callCount) : 1
  // What replaces a small copy right after it was written is for the guard before LOAD to see.
  const told = isSmall && side === 'target' && kind === 'replace' ? 'flip' : kind
  const rule = { contains: `/${id}/`, operation, nth, times: random(2) === 0 ? 1 : 1000, action: actionOf(told) }
  return { side, kind: told, rule: { service: side === 'source' ? 's3' : 'oss', ...rule } }
}

/** Within the first 200,000 bytes of a body, which every one but a last chunk has. */
function actionOf(kind: Kind): FaultAction {
  const [at, byteCount] = [random(120_000), 16 + random(60_000)]
  if (kind === 'flip') return { do: 'corrupt', at }
  if (kind === 'truncate') return { do: 'truncate', byteCount: 1 + random(190_000) }
  if (kind === 'replace') return { do: 'replace' }
  return { do: 'mangle', how: kind, at, byteCount }
}

async function write(
  s3: S3Client,
  place: { readonly Bucket: string; readonly Key: string },
  bytes: Buffer,
  { kms, partByteCount }: Shape,
): Promise<string> {
  const encryption = kms === true ? { ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: kmsKey } : {}
  if (partByteCount === undefined) {
    const { ETag = '' } = await s3.send(new PutObjectCommand({ ...place, ...encryption, Body: bytes }))
    return ETag.replaceAll('"', '')
  }
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ ...place, ...encryption }))
  const Parts = []
  for (let PartNumber = 1; (PartNumber - 1) * partByteCount < bytes.length; PartNumber += 1) {
    const Body = bytes.subarray((PartNumber - 1) * partByteCount, PartNumber * partByteCount)
    const { ETag } = await s3.send(new UploadPartCommand({ ...place, UploadId, PartNumber, Body }))
    Parts.push({ PartNumber, ETag })
  }
  const done = await s3.send(new CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload: { Parts } }))
  return (done.ETag ?? '').replaceAll('"', '')
}

function* batches(count: number): Generator<readonly number[]> {
  for (let first = 0; first < count; first += batchCount) {
    yield Array.from({ length: Math.min(batchCount, count - first) }, (_, i) => first + i)
  }
}

async function tellFigures(name: string, figures: object): Promise<void> {
  console.log(JSON.stringify({ [name]: figures }))
  const file = process.env.CHAOS_FIGURES
  if (file === undefined) return
  const before = await readFile(file, 'utf8').catch(() => '{}')
  await writeFile(file, JSON.stringify({ ...(JSON.parse(before) as object), [name]: figures }))
}
