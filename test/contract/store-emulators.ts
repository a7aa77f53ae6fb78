import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Faults } from '../../src/emulators/faults.js'
import { startOss } from '../../src/emulators/object-store/oss-server.js'
import { startS3 } from '../../src/emulators/object-store/s3-server.js'
import { defaultWorld } from '../../src/emulators/world.js'
import { staticCredentials } from '../../src/access/credentials.js'
import type { Location } from '../../src/model/names.js'
import { OssStore } from '../../src/store/oss-store.js'
import { S3Store } from '../../src/store/s3-store.js'

/** An emulated store on loopback with its faults at hand, and a product's store that speaks to it. */
export interface Emulated<Store> {
  readonly store: Store
  readonly stranger: Store
  readonly faults: Faults
  readonly endpoint: string
  /** Another one at each call. */
  prefix(): Location
  close(): Promise<void>
}

const socketCountMax = 64

export async function emulateS3(): Promise<Emulated<S3Store>> {
  const dir = await mkdtemp(join(tmpdir(), 'store-s3-'))
  const faults = new Faults()
  const world = defaultWorld()
  const service = await startS3({ world, faults, dir })
  const endpoint = `http://127.0.0.1:${service.port}`
  const { bucket, region, keys } = s3Setup()
  const place = { bucket, region, endpoint, pathStyle: true, socketCountMax }
  const store = new S3Store({ ...place, credentials: staticCredentials(keys) })
  const stranger = new S3Store({
    ...place,
    credentials: staticCredentials({ ...keys, accessKeySecret: 'not-the-secret' }),
  })
  const close = async (): Promise<void> => {
    store.close()
    stranger.close()
    await service.close()
    await rm(dir, { recursive: true, force: true })
  }
  return { store, stranger, faults, endpoint, prefix: () => ({ store: 's3', bucket, key: freshKey() }), close }
}

export async function emulateOss(): Promise<Emulated<OssStore>> {
  const dir = await mkdtemp(join(tmpdir(), 'store-oss-'))
  const faults = new Faults()
  const service = await startOss({ world: defaultWorld(), faults, dir })
  const endpoint = `http://127.0.0.1:${service.port}`
  const { bucket, region, keys } = ossSetup()
  const place = { bucket, region, endpoint, pathStyle: true, socketCountMax }
  const store = new OssStore({ ...place, credentials: staticCredentials(keys) })
  const wrong = staticCredentials({ ...keys, accessKeySecret: 'not-the-secret' })
  const stranger = new OssStore({ ...place, credentials: wrong })
  const close = async (): Promise<void> => {
    store.close()
    stranger.close()
    await service.close()
    await rm(dir, { recursive: true, force: true })
  }
  return { store, stranger, faults, endpoint, prefix: () => ({ store: 'oss', bucket, key: freshKey() }), close }
}

export function ossSetup() {
  const { alibaba } = defaultWorld()
  const key = alibaba.keys[0]
  const bucket = alibaba.buckets[0]
  if (key === undefined || bucket === undefined) throw new Error('the emulated world has neither keys nor buckets')
  const keys = { accessKeyId: key.accessKeyId, accessKeySecret: key.accessKeySecret }
  return { bucket: bucket.name, region: bucket.region, keys }
}

export function s3Setup() {
  const { aws } = defaultWorld()
  const key = aws.keys[0]
  const bucket = aws.buckets[0]
  if (key === undefined || bucket === undefined) throw new Error('the emulated world has neither keys nor buckets')
  const keys = { accessKeyId: key.accessKeyId, accessKeySecret: key.secretAccessKey }
  return { bucket: bucket.name, region: bucket.region, keys }
}

export function freshKey(): string {
  return `contract-${randomBytes(6).toString('hex')}/`
}
