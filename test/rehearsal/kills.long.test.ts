import { createHash, randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import type OSS from 'ali-oss'
import { expect, it } from 'vitest'
import {
  type Cargo,
  type Carried,
  faultCounts,
  keyOf,
  ledgerPath,
  openOss,
  openS3,
  seeded,
  startCarrying,
} from './carrying.js'
import { changeConfig, emulate, type Emulated } from './rehearsal.js'

/** `CHAOS_KILLS=200 CHAOS_KILL_MEBIBYTES=4096` for the full figures; `CHAOS_FIGURES` names a file that takes them. */
const killCount = Number(process.env.CHAOS_KILLS ?? 30)
const mebibytes = Number(process.env.CHAOS_KILL_MEBIBYTES ?? 256)
const chunkMegabytes = mebibytes >= 2048 ? 8 : 1
const chunksInFlight = 4
const mebibyte = 1024 * 1024
const chunkCount = mebibytes / chunkMegabytes
/** Of each chunk on its way: makes the copy last as long as its kills. */
const delayMilliseconds = 100
/** From a process's begin to its first chunk it takes this long, about. */
const earlyMillisecondsMax = 500
const sendMillisecondsMax = 10_000
const pollMilliseconds = 10

it(`${killCount} SIGKILLs at random moments of one copy send again at most what was in flight`, async () => {
  await using emulated = await emulate({ seed: 'none' })
  await changeConfig(
    emulated.clouds.config,
    (text) => `${text}limits: { chunksInFlight: ${chunksInFlight}, chunkMegabytes: ${chunkMegabytes} }\n`,
  )
  const { cargo, sha256 } = await writeSource(emulated, 'kills')
  const delay = { do: 'delay', milliseconds: delayMilliseconds } as const
  await emulated.fault('stores', [{ service: 'oss', operation: 'UploadPart', times: 1e9, action: delay }])
  const random = seeded(20_26)
  // The lives that come to sending together last about as long as the copy.
  const copyMilliseconds = (chunkCount / chunksInFlight) * (delayMilliseconds + chunkMegabytes * 10)
  const lives: Life[] = []
  while (lives.length < killCount) {
    const isEarly = lives.length % 3 === 0
    const milliseconds = isEarly ? random(earlyMillisecondsMax) : random((2.4 * copyMilliseconds) / killCount)
    lives.push(await live(emulated, cargo, { after: isEarly ? 'begun' : 'sent', milliseconds }))
  }
  const last = await live(emulated, cargo, undefined)
  const resent = lives.map((life) => life.sentChunkCount - life.notedChunkCount)
  const figures = {
    killCount,
    objectMebibytes: mebibytes,
    chunkMebibytes: chunkMegabytes,
    chunksInFlight,
    killedOnTheWay: lives.filter((life) => !life.finished).length,
    killedWithChunksInFlight: resent.filter((count) => count > 0).length,
    resentBytesMaxPerKill: Math.max(...resent) * chunkMegabytes * mebibyte,
    resentBytesLimitPerKill: chunksInFlight * chunkMegabytes * mebibyte,
    resentBytesMeanPerKill: (resent.reduce((sum, one) => sum + one, 0) / killCount) * chunkMegabytes * mebibyte,
    resentBytesOfAll: (last.sentInAllCount - chunkCount) * chunkMegabytes * mebibyte,
  }
  if (process.env.CHAOS_FIGURES !== undefined) await writeFile(process.env.CHAOS_FIGURES, JSON.stringify(figures))
  console.log(JSON.stringify(figures))
  expect(last.finished).toBe(true)
  // Half of the kills at least must have met the copy, or this has shown nothing.
  expect(figures.killedOnTheWay).toBeGreaterThan(killCount / 2)
  expect(figures.killedWithChunksInFlight).toBeGreaterThan(killCount / 10)
  expect(figures.resentBytesMaxPerKill).toBeLessThanOrEqual(figures.resentBytesLimitPerKill)
  const { res } = await openOss(emulated.clouds).head(cargo.key)
  expect((res.headers as Record<string, string>)['x-oss-hash-crc64ecma']).toBe(last.crc64)
  expect(await digestOf(openOss(emulated.clouds), cargo.key)).toBe(sha256)
})

/** A moment: so long after the process had begun, or after it began to send. */
interface Moment {
  readonly after: 'begun' | 'sent'
  readonly milliseconds: number
}

interface Life {
  /** Of this life. */
  readonly sentChunkCount: number
  /** Lines that this life added to the ledger: what no later life sends again. */
  readonly notedChunkCount: number
  readonly finished: boolean
  /** Of the whole object, as the carrier tells it; where it finished. */
  readonly crc64: string | undefined
  /** Of all lives so far. */
  readonly sentInAllCount: number
}

/** One process, killed at that moment; to its end without. */
async function live(emulated: Emulated, cargo: Cargo, moment: Moment | undefined): Promise<Life> {
  const [sentBefore, notedBefore] = [await sentCount(emulated), await notedCount(emulated, cargo)]
  const { child, lines } = await startCarrying(emulated, [cargo], 1)
  const closed = new Promise((resolve) => child.once('close', resolve))
  let crc64: string | undefined
  for await (const line of lines) {
    if (line === 'begun' && moment !== undefined) {
      void reached(moment, async () => (await sentCount(emulated)) > sentBefore).then(() => child.kill('SIGKILL'))
    }
    if (!line.startsWith('{')) continue
    const carried = JSON.parse(line) as Carried
    expect(carried).not.toHaveProperty('error')
    crc64 = carried.outcome?.parts[0]?.crc64
  }
  await closed
  const sentInAllCount = await sentCount(emulated)
  const notedChunkCount = (await notedCount(emulated, cargo)) - notedBefore
  return {
    sentChunkCount: sentInAllCount - sentBefore,
    notedChunkCount,
    finished: crc64 !== undefined,
    crc64,
    sentInAllCount,
  }
}

async function reached({ after, milliseconds }: Moment, hasSent: () => Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + sendMillisecondsMax
  while (after === 'sent' && Date.now() < giveUpAt && !(await hasSent())) await sleep(pollMilliseconds)
  await sleep(milliseconds)
}

async function sentCount(emulated: Emulated): Promise<number> {
  return (await faultCounts(emulated))[0]?.seenCount ?? 0
}

async function notedCount(emulated: Emulated, { id }: Cargo): Promise<number> {
  const text = await readFile(ledgerPath(emulated, id), 'utf8').catch(() => '')
  return text.split('\n').filter((line) => line.includes('"kind":"chunk"') && line.endsWith('}')).length
}

/** Written in parts by Amazon's client. */
async function writeSource(
  emulated: Emulated,
  id: string,
): Promise<{ readonly cargo: Cargo; readonly sha256: string }> {
  const s3 = openS3(emulated.clouds)
  const place = { Bucket: emulated.clouds.s3.bucket, Key: keyOf(id) }
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(place))
  const hash = createHash('sha256')
  const Parts = []
  for (let number = 1; number <= mebibytes / 64; number += 1) {
    const Body = randomBytes(64 * mebibyte)
    hash.update(Body)
    const { ETag } = await s3.send(new UploadPartCommand({ ...place, UploadId, PartNumber: number, Body }))
    Parts.push({ PartNumber: number, ETag })
  }
  const ETag = await complete(s3, { ...place, UploadId, MultipartUpload: { Parts } })
  return { cargo: { id, key: place.Key, byteCount: mebibytes * mebibyte, etag: ETag }, sha256: hash.digest('hex') }
}

async function complete(
  s3: S3Client,
  upload: ConstructorParameters<typeof CompleteMultipartUploadCommand>[0],
): Promise<string> {
  const { ETag = '' } = await s3.send(new CompleteMultipartUploadCommand(upload))
  s3.destroy()
  return ETag.replaceAll('"', '')
}

/** Read back by Alibaba's client. */
async function digestOf(oss: OSS, key: string): Promise<string> {
  const hash = createHash('sha256')
  const got = (await oss.getStream(key)) as { readonly stream: AsyncIterable<Buffer> }
  for await (const bytes of got.stream) hash.update(bytes)
  return hash.digest('hex')
}
