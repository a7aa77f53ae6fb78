import { spawn, type ChildProcess } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import OSS from 'ali-oss'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { guideRows } from '../../src/emulators/guide/generate.js'
import { rows, tpchTables } from '../../src/emulators/tpch/generate.js'

const launcher = fileURLToPath(new URL('../../dist/emulators/emulators.js', import.meta.url))
const root = mkdtempSync(join(tmpdir(), 'launcher-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

interface Ready {
  readonly redshift: { host: string; port: number; database: string; user: string; password: string; caFile: string }
  readonly s3: { endpoint: string; region: string; bucket: string; accessKeyId: string; secretAccessKey: string }
  readonly oss: { endpoint: string; region: string; bucket: string; accessKeyId: string; accessKeySecret: string }
  readonly maxcompute: { endpoint: string; project: string }
  readonly control: { stores: string; warehouses: string }
  readonly config: string
  readonly pid: number
}
interface Started {
  readonly process: ChildProcess
  readonly dir: string
  readonly exit: Promise<number | string>
  stderr(): string
}

const running: Started[] = []
afterEach(async () => {
  for (const one of running.splice(0)) {
    one.process.kill('SIGKILL')
    await one.exit
  }
})

function launch(name: string, options: Record<string, unknown>, main = launcher): Started {
  const dir = join(root, name)
  const file = join(root, `${name}.json`)
  writeFileSync(file, JSON.stringify({ dir, json: true, exitWithParent: true, ...options }))
  const child = spawn(process.execPath, [main, file], { stdio: ['pipe', 'pipe', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()))
  const exit = new Promise<number | string>((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? signal ?? '')),
  )
  return { process: child, dir, exit, stderr: () => stderr }
}
async function ready(started: Started): Promise<Ready> {
  const lines = createInterface({ input: started.process.stdout as NodeJS.ReadableStream })
  const line = await new Promise<string>((resolve, reject) => {
    lines.once('line', resolve)
    void started.exit.then((code) => reject(new Error(`exit ${code}: ${started.stderr()}`)))
  })
  return JSON.parse(line) as Ready
}
/** Process ids of the children, as the kernel tells them. */
function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
}
/** A process that has ended but was not fetched by its parent yet (Z) does nothing any more. */
function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
async function gone(pids: readonly number[], millisecondsMax = 10_000): Promise<boolean> {
  const until = Date.now() + millisecondsMax
  while (pids.some(isAlive)) {
    if (Date.now() > until) return false
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return true
}
async function connect(to: Ready['redshift']): Promise<pg.Client> {
  const { host, port, database, user, password } = to
  const client = new pg.Client({ host, port, database, user, password, ssl: { ca: readFileSync(to.caFile) } })
  await client.connect()
  return client
}
async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

describe('a launcher with TPC-H', () => {
  let started: Started
  let at: Ready
  beforeAll(async () => {
    started = launch('tpch', { seed: 'tpch', scale: 0.001 })
    at = await ready(started)
  }, 60_000)
  afterAll(async () => {
    started.process.kill('SIGKILL')
    await started.exit
  })

  it('fills Redshift, which pg reaches over TLS with the CA that was written', async () => {
    const client = await connect(at.redshift)
    for (const table of tpchTables) {
      const answer = await client.query<{ count: string }>(`SELECT COUNT(*) AS count FROM tpch.${table}`)
      expect([table, answer.rows[0]?.count]).toEqual([table, String([...rows(table, 0.001)].length)])
    }
    await client.end()
  })

  it('answers the clients of S3 and OSS', async () => {
    const credentials = { accessKeyId: at.s3.accessKeyId, secretAccessKey: at.s3.secretAccessKey }
    const s3 = new S3Client({ endpoint: at.s3.endpoint, region: at.s3.region, forcePathStyle: true, credentials })
    await s3.send(new PutObjectCommand({ Bucket: at.s3.bucket, Key: 'hello', Body: 'from S3' }))
    const read = await s3.send(new GetObjectCommand({ Bucket: at.s3.bucket, Key: 'hello' }))
    expect(await read.Body?.transformToString()).toBe('from S3')
    const { accessKeyId, accessKeySecret, bucket, endpoint } = at.oss
    const region = `oss-${at.oss.region}`
    // The client's types do not know sldEnable (path style).
    const options: OSS.Options & { sldEnable: boolean } = {
      accessKeyId,
      accessKeySecret,
      bucket,
      endpoint,
      region,
      sldEnable: true,
    }
    const oss = new OSS(options)
    await oss.put('hello', Buffer.from('from OSS'))
    expect(String((await oss.get('hello')).content)).toBe('from OSS')
  })

  it('does what the control port says, until told to forget', async () => {
    const credentials = { accessKeyId: at.s3.accessKeyId, secretAccessKey: at.s3.secretAccessKey }
    const at1 = { endpoint: at.s3.endpoint, region: at.s3.region, forcePathStyle: true, credentials, maxAttempts: 1 }
    const s3 = new S3Client(at1)
    const list = (): Promise<unknown> => s3.send(new ListObjectsV2Command({ Bucket: at.s3.bucket }))
    const rule = {
      service: 's3',
      operation: 'ListObjectsV2',
      times: 5,
      action: { do: 'fail', status: 503, code: 'SlowDown' },
    }
    const posted = await fetch(`${at.control.stores}/faults`, { method: 'POST', body: JSON.stringify([rule]) })
    expect([posted.status, await posted.json()]).toEqual([200, { ruleCount: 1 }])
    await expect(list()).rejects.toMatchObject({ name: 'SlowDown' })
    await fetch(`${at.control.stores}/faults`, { method: 'DELETE' })
    await expect(list()).resolves.toBeDefined()
    const wrong = await fetch(`${at.control.stores}/faults`, { method: 'POST', body: '[{"service":"s3"}]' })
    expect([wrong.status, await textOf(wrong.body as AsyncIterable<Uint8Array>)]).toEqual([
      400,
      '{"error":"control: rule 1 needs service, operation and action.do"}\n',
    ])
  })

  it('writes a config whose secrets lie in files that only the owner reads', () => {
    const text = readFileSync(at.config, 'utf8')
    expect(text).not.toContain(at.s3.secretAccessKey)
    expect(text).not.toContain(at.oss.accessKeySecret)
    expect(text).not.toContain(at.redshift.password)
    const config = parse(text) as Record<string, Record<string, unknown>>
    expect(config['select']).toEqual(['tpch.*'])
    expect(existsSync((config['verify']?.['queries'] as string[])[0] as string)).toBe(true)
    const references = [...text.matchAll(/\$\{file:([^}]+)\}/g)].map(([, file]) => join(started.dir, file as string))
    expect(references.length).toBe(6)
    for (const file of [...references, join(started.dir, 'world.json')]) {
      expect([file, (statSync(file).mode & 0o777).toString(8)]).toEqual([file, '600'])
    }
    expect(readdirSync(join(started.dir, 'data', 'seed'))).toEqual([])
  })

  it('refuses a folder that is in use', async () => {
    const second = launch('tpch', { seed: 'none' })
    expect(await second.exit).toBe(1)
    expect(second.stderr()).toMatch(new RegExp(`is in use by emulators with process id ${at.pid}`))
  })

  it('leaves nothing behind after SIGTERM, not even with a client connected', async () => {
    const client = await connect(at.redshift)
    client.on('error', () => undefined)
    const children = childrenOf(at.pid)
    expect(children.length).toBe(2)
    started.process.kill('SIGTERM')
    expect(await started.exit).toBe(0)
    expect(await gone(children)).toBe(true)
  })
})

describe('the lives of the processes', () => {
  it('ends the children when the launcher is killed', async () => {
    const started = launch('killed', { seed: 'none' })
    running.push(started)
    const children = childrenOf((await ready(started)).pid)
    started.process.kill('SIGKILL')
    expect(await started.exit).toBe('SIGKILL')
    expect(await gone(children)).toBe(true)
  })

  it('ends when its parent lets go of stdin', async () => {
    const started = launch('parent', { seed: 'none' })
    running.push(started)
    const children = childrenOf((await ready(started)).pid)
    started.process.stdin?.end()
    expect(await started.exit).toBe(0)
    expect(await gone(children)).toBe(true)
  })

  it.each([0, 1])('ends with a message and without the other child when child %i dies', async (which) => {
    const started = launch(`died-${which}`, { seed: 'none' })
    running.push(started)
    const children = childrenOf((await ready(started)).pid)
    process.kill(children[which] as number, 'SIGKILL')
    expect(await started.exit).toBe(1)
    expect(started.stderr()).toBe(
      `emulators: the ${['stores', 'warehouses'][which]} process died (signal SIGKILL); start the emulators again\n`,
    )
    expect(await gone(children)).toBe(true)
  })

  it('ends on request through a control port', async () => {
    const started = launch('asked', { seed: 'none' })
    running.push(started)
    const at = await ready(started)
    const children = childrenOf(at.pid)
    await fetch(`${at.control.warehouses}/stop`, { method: 'POST' })
    expect(await started.exit).toBe(0)
    expect(await gone(children)).toBe(true)
  })

  it('starts again in the same folder once the first one is gone', async () => {
    const first = launch('again', { seed: 'none' })
    running.push(first)
    await ready(first)
    first.process.kill('SIGTERM')
    await first.exit
    const second = launch('again', { seed: 'none' })
    running.push(second)
    expect((await ready(second)).pid).toBe(second.process.pid)
  })
})

describe('seeds', () => {
  it("fills the guide's tables, in public, with lower-case names and timestamps", async () => {
    const started = launch('guide', { seed: 'guide' })
    running.push(started)
    const at = await ready(started)
    const client = await connect(at.redshift)
    const answer = await client.query<{ n: string; first: string; total: string }>(
      'SELECT COUNT(*)::varchar AS n, MIN(o_orderdate)::varchar AS first, SUM(O_TotalPrice)::varchar AS total FROM public.orders',
    )
    const orders = [...guideRows('orders')]
    const cents = orders.reduce((sum, row) => sum + BigInt((row[3] as string).replace('.', '')), 0n)
    expect(answer.rows).toEqual([
      {
        n: '150',
        first: orders.map((row) => row[4] as string).sort()[0],
        total: `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`,
      },
    ])
    await client.end()
    expect((parse(readFileSync(at.config, 'utf8')) as { select: string[] }).select).toEqual(['public.*'])
  })

  it('takes .tbl files from a folder, and names those that are not there', async () => {
    const folder = mkdtempSync(join(root, 'tbl-'))
    for (const table of tpchTables) {
      const lines = [...rows(table, 0.001)].slice(0, 7).map((row) => `${row.join('|')}|\n`)
      writeFileSync(join(folder, `${table}.tbl`), lines.join(''))
    }
    const started = launch('from', { seed: 'tpch', from: folder })
    running.push(started)
    const client = await connect((await ready(started)).redshift)
    expect((await client.query('SELECT COUNT(*)::varchar AS n FROM tpch.lineitem')).rows).toEqual([{ n: '7' }])
    await client.end()
    rmSync(join(folder, 'orders.tbl'))
    const second = launch('from-missing', { seed: 'tpch', from: folder })
    running.push(second)
    expect(await second.exit).toBe(1)
    expect(second.stderr()).toMatch(/seed: .* has no orders\.tbl \(there are customer\.tbl/)
  })
})

it('hands each warehouse the switches that it knows', async () => {
  const started = launch('switches', { seed: 'none', switches: { decimalText: '.5', nullOrder: 'largest' } })
  running.push(started)
  const client = await connect((await ready(started)).redshift)
  expect((await client.query('SELECT CAST(0.5 AS VARCHAR) AS half')).rows).toEqual([{ half: '.5' }])
  await client.end()
})

it('names the packages to install when the optional ones are missing', async () => {
  const bare = mkdtempSync(join(root, 'bare-'))
  cpSync(fileURLToPath(new URL('../../dist/emulators', import.meta.url)), join(bare, 'dist/emulators'), {
    recursive: true,
  })
  writeFileSync(join(bare, 'package.json'), '{"type":"module"}')
  mkdirSync(join(bare, 'node_modules'))
  symlinkSync(fileURLToPath(new URL('../../node_modules/yaml', import.meta.url)), join(bare, 'node_modules/yaml'))
  const started = launch('bare', { seed: 'none' }, join(bare, 'dist/emulators/emulators.js'))
  expect(await started.exit).toBe(1)
  expect(started.stderr()).toBe(
    'emulators: optional packages are missing; run: npm install @duckdb/node-api hyparquet-writer selfsigned\n',
  )
})

it.each([
  [{ faults: [{ service: 's3' }] }, /faults must be a list of rules with service, operation and action.do/],
  [{ seed: 'tpcds' }, /seed must be tpch, guide or none/],
  [{ seed: 'tpch', scale: 0 }, /scale must be a number from 0.001 to 1000/],
  [{ sead: 'tpch' }, /sead is not an option/],
  [{ switches: { csvQuotes: 'always' } }, /switches: no emulator has a switch csvQuotes/],
  [
    { switches: { nullOrder: 'middle' } },
    /switches: emulated MaxCompute: switch nullOrder is one of smallest, largest/,
  ],
  [{ switches: { decimalText: ',5' } }, /switches: emulated Redshift: switch decimalText is one of 0.5, .5, not ,5/],
  [{ ports: { redshfit: 1, s3: 70_000 } }, /ports.redshfit is not an option; ports.s3 must be a port number/],
])('refuses the options %j', async (options, message) => {
  const started = launch('options', options)
  expect(await started.exit).toBe(2)
  expect(started.stderr()).toMatch(message)
})
