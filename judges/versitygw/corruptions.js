// The product's carrier from an S3 server that others wrote to the emulated OSS, while bytes change on the way out of it.
import { createCipheriv, randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { staticCredentials } from '../../dist/access/credentials.js'
import { StreamingCarrier } from '../../dist/carrier/streaming-carrier.js'
import { OssStore } from '../../dist/store/oss-store.js'
import { RetryingStore } from '../../dist/store/retrying-store.js'
import { S3Store } from '../../dist/store/s3-store.js'

/** `VERSITYGW_CORRUPTIONS=500` for more, `CHAOS_FIGURES` names a file that takes the figures. A fifth as many copies are clean. */
const corruptionCount = Number(process.env.VERSITYGW_CORRUPTIONS ?? 48)
const seed = Number(process.env.VERSITYGW_SEED ?? 7)
const run = `judged-${randomUUID()}`
const atOnce = 6
const mebibyte = 1024 * 1024
const millisecondsMax = 60_000
const limits = {
  chunksInFlight: 4,
  chunkByteCount: mebibyte,
  smallObjectByteCountMax: mebibyte,
  chunkAttemptCountMax: 3,
}
/** All of them tell what their bytes should be. */
const shapes = [
  { name: 'small', least: 200_000, most: mebibyte },
  { name: 'large', least: 1_250_000, most: 3 * mebibyte },
  { name: 'in parts', least: 5_500_000, most: 6_500_000, partByteCount: 5 * mebibyte },
  { name: 'large with CRC-32C', least: 1_250_000, most: 3 * mebibyte, more: { ChecksumAlgorithm: 'CRC32C' } },
]
const kinds = ['flip', 'swap', 'lose', 'double', 'truncate', 'replace']
/** The same bytes for the same seed. */
const pool = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16)).update(Buffer.alloc(16 * mebibyte))

/** What the server between does to bodies: `orders` is filled here, key → what befalls it. */
export async function judgeCorruptions({ endpoint, keys, oss, orders }) {
  const random = seeded(seed)
  const client = new S3Client({
    ...{ endpoint, region: 'us-east-1', forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED' },
    credentials: { accessKeyId: keys.id, secretAccessKey: keys.secret },
  })
  const place = { pathStyle: true, socketCountMax: 16 }
  const own = staticCredentials({ accessKeyId: keys.id, accessKeySecret: keys.secret })
  const theirs = staticCredentials({ accessKeyId: oss.accessKeyId, accessKeySecret: oss.accessKeySecret })
  const from = new S3Store({ ...place, bucket: 'judged', region: 'us-east-1', endpoint, credentials: own })
  const { bucket, region } = oss
  const to = new OssStore({ ...place, bucket, region, endpoint: oss.endpoint, credentials: theirs })
  const figures = { clean: 0, alarms: 0, met: 0, healed: 0, named: 0, wrong: [] }
  try {
    const trials = Array.from({ length: corruptionCount + Math.ceil(corruptionCount / 5) }, (_, n) => plan(n, random))
    const walk = async () => {
      for (let trial = trials.shift(); trial !== undefined; trial = trials.shift()) {
        const { key, order } = trial
        const etag = await write(client, trial)
        if (order !== undefined) orders.set(key, Object.assign(order, { replace: () => replaceOnce(client, trial) }))
        take(figures, trial, await carry({ from, to, bucket }, { ...trial, etag }))
        orders.delete(key)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, walk))
  } finally {
    from.close()
    to.close()
    client.destroy()
  }
  return tell(figures)
}

function plan(number, random) {
  const shape = shapes[number % shapes.length]
  const byteCount = shape.least + random(shape.most - shape.least)
  const offset = random(pool.length - byteCount)
  const kind = kinds[Math.floor(number / shapes.length) % kinds.length]
  const order = number < corruptionCount ? orderOf(kind, random) : undefined
  return { shape, key: `${run}/${number}/part`, bytes: pool.subarray(offset, offset + byteCount), order }
}

function take(figures, trial, { outcome, error, arrived }) {
  const { order } = trial
  const proof = outcome?.parts[0]?.proof
  const isSame = arrived?.equals(trial.bytes) === true
  const said = `${trial.shape.name} ${order?.kind ?? ''}: ${proof ?? error?.message}`
  if (order === undefined) {
    figures.clean += 1
    if (!isSame || proof !== 'source+target') figures.wrong.push(`clean ${said}`)
    if (!isSame || proof !== 'source+target') figures.alarms += 1
    return
  }
  if (order.metCount > 0) figures.met += 1
  if (isSame && proof === 'source+target') figures.healed += 1
  else if (error?.code?.startsWith('transfer-') && error.message.includes(trial.key)) figures.named += 1
  else if (error?.code === 'store-failed' && error.message.includes(trial.key)) figures.named += 1
  else figures.wrong.push(said)
}

function tell({ clean, alarms, met, healed, named, wrong }) {
  const file = process.env.CHAOS_FIGURES
  if (file !== undefined)
    writeFileSync(file, JSON.stringify({ seed, corruptionCount, met, healed, named, wrong, clean, alarms }))
  const bad = wrong.filter((one) => !one.startsWith('clean'))
  const all = met === corruptionCount && healed > 0 && named > 0
  return [
    ['corruption on the way out of it is healed or named', bad.length === 0 && all, `${met} met; ${bad.join('; ')}`],
    ['clean copies from it are proven and raise no alarm', alarms === 0 && clean > 0, wrong.join('; ')],
  ].map(([name, good, why]) => ({ good, line: good ? `ok ${name}` : `FAIL ${name}: ${why}`.slice(0, 500) }))
}

async function write(client, { shape, key, bytes }) {
  const at = { Bucket: 'judged', Key: key }
  if (shape.partByteCount === undefined) {
    const { ETag } = await client.send(new PutObjectCommand({ ...at, ...shape.more, Body: bytes }))
    return ETag.replaceAll('"', '')
  }
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(at))
  const Parts = []
  for (let PartNumber = 1; (PartNumber - 1) * shape.partByteCount < bytes.length; PartNumber += 1) {
    const Body = bytes.subarray((PartNumber - 1) * shape.partByteCount, PartNumber * shape.partByteCount)
    const { ETag } = await client.send(new UploadPartCommand({ ...at, UploadId, PartNumber, Body }))
    Parts.push({ PartNumber, ETag })
  }
  const done = await client.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts } }))
  return done.ETag.replaceAll('"', '')
}

/** Other bytes of the same length, as if somebody unloaded once more. */
async function replaceOnce(client, { key, bytes, order }) {
  order.times = 0
  order.metCount += 1
  await client.send(new PutObjectCommand({ Bucket: 'judged', Key: key, Body: Buffer.from(bytes).reverse() }))
}

function orderOf(kind, random) {
  return { kind, times: random(2) === 0 ? 1 : 1000, at: random(120_000), byteCount: 16 + random(30_000), metCount: 0 }
}

async function carry({ from, to, bucket }, { key, bytes, etag }) {
  const call = {
    signal: new AbortController().signal,
    deadlineAt: Date.now() + millisecondsMax,
    note: () => undefined,
  }
  const prefix = key.slice(0, key.lastIndexOf('/') + 1)
  const part = { location: { store: 's3', bucket: 'judged', key }, byteCount: bytes.length, rowCount: 1, etag }
  const ways = {
    from: { store: 's3', bucket: 'judged', key: prefix },
    to: { store: 'oss', bucket, key: `versitygw-${prefix}` },
  }
  const entries = []
  const ledger = { entries: () => entries.values(), note: async (entry) => void entries.push(entry) }
  const carrier = new StreamingCarrier({ from: new RetryingStore(from), to: new RetryingStore(to), limits })
  const manifests = [{ relationId: 'r', parts: [part] }]
  const work = carrier.carry({ id: 'judged', run: 'judged', manifests, ...ways }, ledger)
  try {
    const outcome = await work.settle(await work.begin({ token: 't', number: 1 }, call), call)
    return { outcome, arrived: await buffer(await to.read({ ...ways.to, key: `versitygw-${key}` }, {}, call)) }
  } catch (error) {
    if (error.code === undefined) throw error
    return { error }
  }
}

/** Bends the body of a read as it was ordered. */
export async function bend(order, bytes) {
  if (order === undefined || order.times <= 0 || bytes.length < 2) return bytes
  order.times -= 1
  const bent = bentBytes(order, bytes)
  if (!bent.equals(bytes)) order.metCount += 1
  return bent
}

function bentBytes({ kind, at, byteCount }, bytes) {
  const from = Math.min(at, bytes.length - 2)
  const half = Math.floor(Math.min(2 * byteCount, bytes.length - from) / 2)
  const [first, second] = [bytes.subarray(from, from + half), bytes.subarray(from + half, from + 2 * half)]
  const around = (...middle) => Buffer.concat([bytes.subarray(0, from), ...middle, bytes.subarray(from + 2 * half)])
  if (kind === 'swap') return around(second, first)
  if (kind === 'lose') return around(Buffer.alloc(half), second)
  if (kind === 'double') return around(first, first)
  if (kind === 'truncate') return bytes.subarray(0, from)
  const flipped = Buffer.from(bytes)
  flipped[from] ^= 1
  return flipped
}

function seeded(start) {
  let state = start >>> 0
  return (end) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end)
  }
}
