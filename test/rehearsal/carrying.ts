import { spawn, type ChildProcess } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { S3Client } from '@aws-sdk/client-s3'
import OSS from 'ali-oss'
import type { FaultCount } from '../../src/emulators/faults.js'
import type { Clouds, Emulated } from './rehearsal.js'

const program = fileURLToPath(new URL('carry-process.js', import.meta.url))

/** One object on its way, by a consignment of its own. */
export interface Cargo {
  readonly id: string
  readonly key: string
  readonly byteCount: number
  readonly etag: string
}

export interface Carried {
  readonly id: string
  readonly outcome?: {
    readonly parts: readonly { readonly proof: string; readonly crc64: string }[]
    readonly sentByteCount: number
  }
  readonly error?: { readonly code?: string; readonly message: string; readonly stack: string }
}

export function ledgerPath(emulated: Emulated, id: string): string {
  return join(emulated.dir, `ledger-${id}.jsonl`)
}

/** Below its own prefix on both sides. */
export function keyOf(id: string): string {
  return `chaos/${id}/part-0001`
}

/** Starts the carrying process; `lines` ends with it. */
export async function startCarrying(
  emulated: Emulated,
  cargoes: readonly Cargo[],
  atOnce: number,
): Promise<{ readonly child: ChildProcess; readonly lines: AsyncIterable<string> }> {
  const consignments = cargoes.map((cargo) => ({
    consignment: consignmentOf(emulated.clouds, cargo),
    ledger: ledgerPath(emulated, cargo.id),
  }))
  const order = join(emulated.dir, `order-${cargoes[0]?.id}.json`)
  await writeFile(order, JSON.stringify({ config: emulated.clouds.config, run: 'chaos', atOnce, consignments }))
  const child = spawn(process.execPath, [program, order], { stdio: ['ignore', 'pipe', 'inherit'] })
  return { child, lines: createInterface({ input: child.stdout }) }
}

export async function carryAll(
  emulated: Emulated,
  cargoes: readonly Cargo[],
  atOnce: number,
): Promise<Map<string, Carried>> {
  const { lines } = await startCarrying(emulated, cargoes, atOnce)
  const ended = new Map<string, Carried>()
  for await (const line of lines) {
    if (!line.startsWith('{')) continue
    const carried = JSON.parse(line) as Carried
    ended.set(carried.id, carried)
  }
  return ended
}

function consignmentOf({ s3, oss }: Clouds, { id, key, byteCount, etag }: Cargo): unknown {
  const from = { store: 's3', bucket: s3.bucket, key: `chaos/${id}/` }
  const manifest = {
    document: 'manifest',
    side: 'source',
    relationId: id,
    relation: { schema: 'chaos', name: id },
    snapshot: 'now',
    location: from,
    parts: [{ location: { ...from, key }, byteCount, rowCount: 1, etag }],
    rowCount: 1,
    byteCount,
    columns: [],
  }
  return { id, run: 'chaos', manifests: [manifest], from, to: { store: 'oss', bucket: oss.bucket, key: from.key } }
}

/** The vendors' clients, by which sources are made and copies are looked at. */
export function openS3({ s3 }: Clouds): S3Client {
  const { endpoint, region, accessKeyId, secretAccessKey } = s3
  return new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    requestChecksumCalculation: 'WHEN_REQUIRED',
  })
}

export function openOss({ oss }: Clouds): OSS {
  const { endpoint, region, bucket, accessKeyId, accessKeySecret } = oss
  return new OSS({
    endpoint: endpoint.replace('127.0.0.1', 'localhost'),
    region: `oss-${region}`,
    bucket,
    accessKeyId,
    accessKeySecret,
    sldEnable: true,
    authorizationV4: true,
    timeout: 120_000,
  } as OSS.Options)
}

/** How often each rule of the stores was met. */
export async function faultCounts({ clouds }: Emulated): Promise<readonly FaultCount[]> {
  const response = await fetch(`${clouds.control.stores}/faults`)
  return (await response.json()) as readonly FaultCount[]
}

/** The same numbers for the same seed, from 0 up to and without `end`. */
export function seeded(seed: number): (end: number) => number {
  let state = seed >>> 0
  return (end) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end)
  }
}
