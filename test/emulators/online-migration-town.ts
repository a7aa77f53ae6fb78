import { createHash, createHmac } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import OSS from 'ali-oss'
import { XMLParser } from 'fast-xml-parser'
import { Faults } from '../../src/emulators/faults.js'
import { startOss } from '../../src/emulators/object-store/oss-server.js'
import { startS3 } from '../../src/emulators/object-store/s3-server.js'
import { startOnlineMigration } from '../../src/emulators/online-migration/online-migration-server.js'
import { defaultWorld, type World } from '../../src/emulators/world.js'

export interface Ask {
  readonly method?: string
  readonly path: string
  /** `name` or `name=value`, already encoded and sorted. */
  readonly query?: string
  readonly body?: string
  readonly secret?: string
  readonly region?: string
  readonly at?: number
}

export interface Answered {
  readonly status: number
  readonly text: string
  /** The value of the error's `Code`, or empty. */
  readonly code: string
}

type Fields = Readonly<Record<string, string>>

/** S3, OSS and the migration service, with other people's clients of both stores. */
export type Town = Awaited<ReturnType<typeof startTown>>

const jobSecondsMax = 20
const parser = new XMLParser({ parseTagValue: false, isArray: (name) => ['ImportJob', 'JobHistory'].includes(name) })

export async function startTown(switches: Readonly<Record<string, unknown>> = {}, world: World = defaultWorld()) {
  const dir = await mkdtemp(join(tmpdir(), 'online-migration-'))
  const faults = new Faults()
  const s3 = await startS3({ world, faults, dir: join(dir, 's3') })
  const oss = await startOss({ world, faults, dir: join(dir, 'oss') })
  const endpoints = { s3Endpoint: `http://127.0.0.1:${s3.port}`, ossEndpoint: `http://127.0.0.1:${oss.port}` }
  const quick = { migrationStageMilliseconds: 5, ...switches }
  const service = await startOnlineMigration({ world, faults, dir, ...endpoints, switches: quick })
  const s3Client = s3ClientOf(world, endpoints.s3Endpoint)
  const ossClient = ossClientOf(world, oss.port)
  const ask = (of: Ask): Promise<Answered> => askSigned(world, service.port, of)
  const close = async (): Promise<void> => {
    s3Client.destroy()
    await Promise.all([service.close(), s3.close(), oss.close()])
    await rm(dir, { recursive: true, force: true })
  }
  return { world, faults, port: service.port, s3Port: s3.port, s3Client, ossClient, ask, close, ...doings(ask) }
}

function s3ClientOf(world: World, endpoint: string): S3Client {
  const { accessKeyId = '', secretAccessKey = '' } = world.aws.keys[0] ?? {}
  const credentials = { accessKeyId, secretAccessKey }
  return new S3Client({ endpoint, region: world.aws.region, forcePathStyle: true, credentials })
}

function ossClientOf(world: World, port: number): OSS {
  const { accessKeyId = '', accessKeySecret = '' } = world.alibaba.keys[0] ?? {}
  const bucket = world.alibaba.buckets[0]?.name ?? ''
  const place = { endpoint: `http://localhost:${port}`, sldEnable: true, region: `oss-${world.alibaba.region}` }
  return new OSS({ accessKeyId, accessKeySecret, bucket, authorizationV4: true, ...place })
}

/** Signed by the test's own hand, after the description of transfer.md 1.3. */
async function askSigned(world: World, port: number, of: Ask): Promise<Answered> {
  const key = world.alibaba.keys[0]
  const { method = 'GET', path, query = '', body, secret = key?.accessKeySecret, region = world.alibaba.region } = of
  const date = new Date(of.at ?? Date.now()).toISOString().replace(/[-:]|\.\d+/g, '')
  const headers: Record<string, string> = { 'x-oss-content-sha256': 'UNSIGNED-PAYLOAD', 'x-oss-date': date }
  if (body !== undefined) {
    headers['content-md5'] = createHash('md5').update(body).digest('base64')
    headers['content-type'] = 'application/xml'
  }
  const names = Object.keys(headers).sort()
  const block = names.map((name) => `${name}:${headers[name]}\n`).join('')
  const canonical = [method, path, query, block, '', 'UNSIGNED-PAYLOAD'].join('\n')
  const scope = `${date.slice(0, 8)}/${region}/oss/aliyun_v4_request`
  const text = ['OSS4-HMAC-SHA256', date, scope, createHash('sha256').update(canonical).digest('hex')].join('\n')
  let secretKey: string | Buffer = `aliyun_v4${secret}`
  for (const part of scope.split('/')) secretKey = createHmac('sha256', secretKey).update(part).digest()
  const signature = createHmac('sha256', secretKey).update(text).digest('hex')
  headers.authorization = `OSS4-HMAC-SHA256 Credential=${key?.accessKeyId}/${scope}, Signature=${signature}`
  const url = `http://127.0.0.1:${port}${path}${query === '' ? '' : `?${query}`}`
  const response = await fetch(url, { method, headers, ...(body !== undefined && { body }) })
  const answer = await response.text()
  return { status: response.status, text: answer, code: /<Code>([^<]*)<\/Code>/.exec(answer)?.[1] ?? '' }
}

function doings(ask: (of: Ask) => Promise<Answered>) {
  const read = async (path: string, query = ''): Promise<Fields> => {
    const { status, text } = await ask({ path, query })
    if (status !== 200) throw new Error(`${path}: ${status} ${text}`)
    const document = Object.entries(parser.parse(text) as Record<string, Fields | [Fields]>).at(-1)?.[1]
    return (Array.isArray(document) ? document[0] : document) ?? {}
  }
  const job = (name: string): Promise<Fields> => read(`/job/${name}`)
  const history = async (name: string): Promise<readonly Fields[]> => {
    const list = (await read(`/jobhistory/${name}`)) as unknown as { readonly JobHistory?: readonly Fields[] }
    return list.JobHistory ?? []
  }
  const update = (name: string, status: string): Promise<Answered> =>
    ask({ method: 'PUT', path: `/job/${name}`, body: xml('ImportJob', { Status: `IMPORT_JOB_${status}` }) })
  const reach = async (name: string, status: string): Promise<void> => {
    const until = Date.now() + jobSecondsMax * 1000
    let seen = ''
    while (Date.now() < until) {
      seen = (await job(name)).Status ?? ''
      if (seen === `IMPORT_JOB_${status}`) return
      await sleep(5)
    }
    throw new Error(`job ${name} is in ${seen}, not in ${status}`)
  }
  const run = async (name: string): Promise<Fields> => {
    const { status, text } = await update(name, 'LAUNCHING')
    if (status !== 200) throw new Error(`launch ${name}: ${status} ${text}`)
    await reach(name, 'FINISHED')
    return (await history(name))[0] ?? {}
  }
  return { read, job, history, update, reach, run }
}

type Tree = { readonly [Name in string]: string | Tree }

/** A document of elements; a leaf of undefined stays out. */
export function xml(root: string, tree: Tree): string {
  const write = (part: Tree): string =>
    Object.entries(part)
      .map(([name, value]) => `<${name}>${typeof value === 'string' ? value : write(value)}</${name}>`)
      .join('')
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${write(tree)}</${root}>`
}

/** An address of the emulated S3, by the name that AWS gives it. */
export function sourceAddress(world: World, name: string, change: Tree = {}): Ask {
  const [key, bucket] = [world.aws.keys[0], world.aws.buckets[0]]
  const keys = { AccessId: key?.accessKeyId ?? '', AccessSecret: key?.secretAccessKey ?? '' }
  const place = { Domain: `https://s3.${world.aws.region}.amazonaws.com`, Bucket: bucket?.name ?? '', Prefix: 'from/' }
  const tree = { Name: name, AddressDetail: { AddressType: 's3', ...place, ...keys, ...change } }
  return { method: 'POST', path: '/address', body: xml('ImportAddress', tree) }
}

export function targetAddress(world: World, name: string, change: Tree = {}): Ask {
  const place = { Bucket: world.alibaba.buckets[0]?.name ?? '', Prefix: 'to/', RegionId: `oss-${world.alibaba.region}` }
  const tree = { Name: name, AddressDetail: { AddressType: 'oss', ...place, Role: 'OnlineMigration', ...change } }
  return { method: 'POST', path: '/address', body: xml('ImportAddress', tree) }
}

export function jobOf(name: string, change: Tree = {}): Ask {
  const modes = { OverwriteMode: 'always', TransferMode: 'all' }
  const body = xml('ImportJob', { Name: name, SrcAddress: 'source', DestAddress: 'target', ...modes, ...change })
  return { method: 'POST', path: '/job', body }
}

export async function putSource(town: Town, objects: Readonly<Record<string, string | Buffer>>): Promise<void> {
  const Bucket = town.world.aws.buckets[0]?.name ?? ''
  for (const [key, Body] of Object.entries(objects)) {
    await town.s3Client.send(new PutObjectCommand({ Bucket, Key: `from/${key}`, Body }))
  }
}

export async function removeSource(town: Town, key: string): Promise<void> {
  const Bucket = town.world.aws.buckets[0]?.name ?? ''
  await town.s3Client.send(new DeleteObjectCommand({ Bucket, Key: `from/${key}` }))
}

/** The destination's objects below a prefix with their text, by key without the prefix. */
export async function arrived(town: Town, prefix = 'to/'): Promise<Readonly<Record<string, string>>> {
  const { objects = [] } = await town.ossClient.listV2({ prefix, 'max-keys': '1000' }, {})
  const found: Record<string, string> = {}
  for (const { name } of objects) {
    const { content } = (await town.ossClient.get(name)) as { readonly content: Buffer }
    found[name.slice(prefix.length)] = content.toString('utf8')
  }
  return found
}
