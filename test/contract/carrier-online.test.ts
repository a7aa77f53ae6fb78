import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Consignment } from '../../src/carrier/carrier.js'
import { OnlineCarrier, type OnlineCarrierOptions } from '../../src/carrier/online-carrier.js'
import { OnlineMigrationClient } from '../../src/carrier/online-migration-client.js'
import { StreamingCarrier } from '../../src/carrier/streaming-carrier.js'
import { FileLedger } from '../../src/journal/file-ledger.js'
import type { Part } from '../../src/model/manifest.js'
import { below, type Location } from '../../src/model/names.js'
import type { Call } from '../../src/model/work.js'
import type { OssStore } from '../../src/store/oss-store.js'
import type { S3Store } from '../../src/store/s3-store.js'
import { replay, xmlError, type Said, type Seen } from '../unit/target/replay-server.js'
import { failureOf, patternedBytes, testCall } from './store-contract.js'
import { emulateOss, emulateS3, type Emulated } from './store-emulators.js'

const attempt = { token: 'mig-run7-transfer-0000000a-1', number: 1, startedAt: Date.now() }
const meta = { run: 'somebody', source: 'else', sourceEtag: '-' }

/**
 * The service as far as the carrier sees it, told what to answer: jobs walk through the given statuses, one a look, and
 * when they come to their end the copy that the test describes has happened.
 */
class ScriptedService {
  readonly asked: Seen[] = []
  statuses = ['IMPORT_JOB_LAUNCHING', 'IMPORT_JOB_DOING', 'IMPORT_JOB_FINISHED']
  verdicts = ['', 'avaliable']
  owner = '123'
  failedCount = 0
  copy: () => Promise<void> = () => Promise.resolve()
  launch: () => Said = () => ({ status: 200 })
  /** Answered instead, where it gives something. */
  instead: (seen: Seen) => Said | undefined = () => undefined
  result = ''
  report = '<Status>NotExist</Status>'
  #status: string | undefined
  #looks = 0

  orders(): readonly string[] {
    return this.asked.flatMap(({ method, path, body }) => {
      if (method === 'POST') return [`create ${path.slice(1)}`]
      return method === 'PUT' ? [/<Status>IMPORT_JOB_(\w+)</.exec(body)?.[1] ?? ''] : []
    })
  }

  begin(status: string): void {
    this.#status = status
  }

  say(seen: Seen): Said {
    this.asked.push(seen)
    const { method, path, query, body } = seen
    const instead = this.instead(seen)
    if (instead !== undefined) return instead
    if (query.has('jobResult')) return xml('ImportJobResult', this.result)
    if (path === '/report') return xml('GetReportResponse', this.report)
    if (query.has('verify'))
      return xml('VerifyAddressResponse', `<Status>${this.verdicts.shift() ?? 'avaliable'}</Status>`)
    if (path.startsWith('/address/')) return xml('ImportAddress', `<Name>a</Name><Owner>${this.owner}</Owner>`)
    if (path.startsWith('/jobhistory/')) {
      const row = `<JobHistory><JobVersion>v-1</JobVersion><RuntimeId>1</RuntimeId><CopiedCount>${this.#looks}</CopiedCount><FailedCount>${this.failedCount}</FailedCount></JobHistory>`
      return xml('JobHistoryList', row)
    }
    if (method === 'POST' && path === '/job') this.#status = 'IMPORT_JOB_BEGIN'
    if (method === 'PUT') return this.#order(body)
    if (method !== 'GET') return { status: 200 }
    if (this.#status === undefined) return { status: 404, body: xmlError('JobNotExist', 'no') }
    const status = this.#status
    if (/LAUNCHING|DOING|PREPARING|CLOSING/.test(status)) this.#status = this.statuses.shift() ?? status
    this.#looks += 1
    return xml('ImportJob', `<Name>j</Name><Status>${status}</Status>`)
  }

  #order(body: string): Said {
    const said = /LAUNCHING/.test(body) ? this.launch() : { status: 200 }
    if (said !== 'cut' && said.status === 200) this.#status = /<Status>(\w+)</.exec(body)?.[1]
    if (/CLOSING/.test(body)) this.statuses = ['IMPORT_JOB_FINISHED']
    return said
  }
}

function xml(root: string, inner: string): Said {
  return { body: `<?xml version="1.0" encoding="UTF-8"?><${root}>${inner}</${root}>` }
}

describe('the online carrier', () => {
  let s3: Emulated<S3Store>
  let oss: Emulated<OssStore>
  let service: ScriptedService
  let server: Awaited<ReturnType<typeof replay>>
  let dir: string
  let ledger: FileLedger
  let source: Location
  let target: Location
  let consignment: Consignment
  const objects: Readonly<Record<string, Buffer>> = {
    'a.parquet': patternedBytes(5000, 1),
    'b.parquet': patternedBytes(200_000, 2),
    'c.parquet': patternedBytes(90_000, 3),
    'd.parquet': Buffer.alloc(0),
  }

  beforeAll(async () => {
    s3 = await emulateS3()
    oss = await emulateOss()
  })
  afterAll(async () => {
    await s3.close()
    await oss.close()
  })
  beforeEach(async () => {
    source = s3.prefix()
    target = oss.prefix()
    service = new ScriptedService()
    server = await replay((seen) => service.say(seen))
    dir = await mkdtemp(join(tmpdir(), 'online-'))
    ledger = new FileLedger(join(dir, 'ledger.jsonl'))
    consignment = await unload()
  })
  afterEach(async () => {
    await server.close()
    await ledger.close()
    await rm(dir, { recursive: true, force: true })
  })

  async function unload(): Promise<Consignment> {
    const parts: Part[] = []
    const location = below(source, 'r-1/1/')
    for (const [name, bytes] of Object.entries(objects)) {
      const at = below(location, name)
      const { etag } = await s3.store.write(at, Readable.from([bytes]), bytes.length, meta, testCall())
      parts.push({ location: at, byteCount: bytes.length, rowCount: 1, etag })
    }
    for (const name of ['r-1/1/manifest', 'r-1/0/old.parquet'])
      await s3.store.write(below(source, name), Readable.from(['{}']), 2, meta, testCall())
    const relation = { schema: 's', name: 't' }
    const counts = { rowCount: 4, byteCount: 295_000, columns: [] }
    const manifest = { document: 'manifest', side: 'source', relationId: 'r-1', relation, snapshot: 'now' } as const
    const manifests = [{ ...manifest, location, parts, ...counts }]
    return { id: 'c1', run: 'run7', manifests, from: source, to: target, by: 'online', without: ['late-00000001/'] }
  }

  /** Somebody else's copy: without our provenance, whole unless `change` says otherwise (undefined: not at all). */
  const copied =
    (change: Readonly<Record<string, Buffer | undefined>> = {}) =>
    async (): Promise<void> => {
      for (const [name, bytes] of Object.entries({ ...objects, ...change })) {
        if (bytes === undefined) continue
        const at = below(target, `r-1/1/${name}`)
        await oss.store.write(at, Readable.from([bytes]), bytes.length, meta, testCall())
      }
    }

  function open(some: Partial<OnlineCarrierOptions['limits']> = {}, more: Partial<OnlineCarrierOptions> = {}) {
    const credentials = { current: () => Promise.resolve({ accessKeyId: 'ak', accessKeySecret: 'sk' }) }
    const [from, to] = [s3.store, oss.store]
    const minute = 60_000
    return new OnlineCarrier({
      client: new OnlineMigrationClient({
        endpoint: server.endpoint.replace('/api', ''),
        accountId: '123',
        region: 'cn-beijing',
        credentials,
      }),
      accountId: '123',
      source: { accessKeyId: 'AKIA', secretAccessKey: 'aws-secret', domain: 'https://s3.us-east-1.amazonaws.com' },
      target: { regionId: 'oss-cn-beijing', roleName: 'Mover' },
      ...{ from, to, streaming: new StreamingCarrier({ from, to }), proof: 'full' as const },
      limits: {
        ...{ pollMilliseconds: 5, jobMilliseconds: minute, stallMilliseconds: minute, closeMilliseconds: minute },
        placeMilliseconds: minute,
        ...{ verifyMilliseconds: minute, runningJobCountMax: 2, judgedAtOnce: 4 },
        ...some,
      },
      ...more,
    })
  }
  async function carry(carrier = open(), call: Call = testCall()) {
    // The copy is there when the job is told to start: what it looks like in between nobody asks.
    const before = service.launch
    service.launch = () => before()
    const work = carrier.carry(consignment, ledger)
    const handle = await work.begin(attempt, call)
    await service.copy()
    return work.settle(handle, call)
  }
  const auto = { mayStreamAll: true }
  const flipped = (name: string, at: number): Buffer => {
    const bytes = Buffer.concat([objects[name] ?? Buffer.alloc(0)])
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
    return bytes
  }
  const arrived = async (name: string) => buffer(await oss.store.read(below(target, `r-1/1/${name}`), {}, testCall()))
  const expectAllThere = async (): Promise<void> => {
    for (const [name, bytes] of Object.entries(objects)) expect((await arrived(name)).equals(bytes)).toBe(true)
  }

  it('makes addresses and job under names of the token, launches it, and proves what arrived', async () => {
    service.copy = copied()
    const outcome = await carry()
    expect(service.orders()).toEqual(['create address', 'create address', 'create job', 'LAUNCHING'])
    const bodies = service.asked.filter(({ method }) => method === 'POST').map(({ body }) => body)
    expect(bodies[0]).toContain(`<Name>${attempt.token}-s</Name>`)
    expect(bodies[0]).toContain(`<Prefix>${source.key}</Prefix>`)
    expect(bodies[1]).toContain('<RegionId>oss-cn-beijing</RegionId><Role>Mover</Role>')
    expect(bodies[2]).toContain(`<Name>${attempt.token}</Name>`)
    expect(bodies[2]).toContain('<CreateReport>false</CreateReport>')
    const excluded = [...(bodies[2] ?? '').matchAll(/<Regex>(.*?)<\/Regex>/g)].map(
      (match) => new RegExp(match[1] ?? ''),
    )
    const isKept = (name: string): boolean => !excluded.some((regex) => regex.test(source.key + name))
    expect(Object.keys(objects).every((name) => isKept(`r-1/1/${name}`))).toBe(true)
    expect(['r-1/1/manifest', 'r-1/0/old.parquet', 'late-00000001/1/x.parquet'].filter(isKept)).toEqual([])
    expect(outcome.parts.map(({ proof }) => proof)).toEqual(Array.from({ length: 4 }, () => 'source+target'))
    expect(outcome).toMatchObject({ byteCount: 295_000, job: { name: attempt.token, how: 'finished' }, resent: [] })
  })

  it('finds what is missing, short and corrupt, and sends exactly that again', async () => {
    const corrupt = flipped('b.parquet', 100)
    service.copy = copied({ 'a.parquet': undefined, 'b.parquet': corrupt, 'c.parquet': patternedBytes(80_000, 9) })
    service.failedCount = 1
    const outcome = await carry()
    await expectAllThere()
    const reasons: Record<string, string> = Object.fromEntries(
      (outcome.resent ?? []).map(({ key, reason }) => [key.split('/').at(-1) ?? '', reason]),
    )
    expect(reasons).toMatchObject({ 'a.parquet': 'missing', 'c.parquet': '80000 bytes instead of 90000' })
    expect(reasons['b.parquet']).toMatch(/^CRC-64 \d+ instead of \d+$/)
    expect(Object.keys(reasons)).toHaveLength(3)
    const again = await open()
      .carry(consignment, ledger)
      .settle({ consignment: 'c1', token: attempt.token }, testCall())
    expect(again.parts).toEqual(outcome.parts)
  })

  it('is found again by its name, and not made twice', async () => {
    service.copy = copied()
    const work = open().carry(consignment, ledger)
    expect(await work.find(attempt, testCall())).toBe('never')
    service.begin('IMPORT_JOB_DOING')
    await service.copy()
    const found = await open().carry(consignment, ledger).find(attempt, testCall())
    if (typeof found === 'string') throw new Error(found)
    expect((await work.settle(found.begun, testCall())).parts).toHaveLength(4)
    expect(service.orders()).toEqual([])
  })

  it('closes a job that does not move, and streams what it left', async () => {
    service.statuses = Array.from({ length: 10_000 }, () => 'IMPORT_JOB_DOING')
    service.copy = copied({ 'b.parquet': undefined })
    const outcome = await carry(open({ jobMilliseconds: 50 }, auto))
    expect(service.orders()).toContain('CLOSING')
    expect(outcome.job?.how).toMatch(/^closed: it did not end within/)
    expect(outcome.rerouted).toMatch(/^job .* closed: it did not end within/)
    expect(outcome.resent).toHaveLength(1)
    await expectAllThere()
  })

  it('suspends the job when it is interrupted, and launches it again', async () => {
    service.statuses = Array.from({ length: 10_000 }, () => 'IMPORT_JOB_DOING')
    const controller = new AbortController()
    const call = { ...testCall(), signal: controller.signal, note: () => controller.abort() }
    const error = await failureOf(carry(open(), call))
    expect(error.code).toBe('interrupted')
    expect(service.orders().at(-1)).toBe('SUSPEND')
    service.statuses = ['IMPORT_JOB_FINISHED']
    await copied()()
    await open().carry(consignment, ledger).settle({ consignment: 'c1', token: attempt.token }, testCall())
    expect(service.orders().slice(-2)).toEqual(['SUSPEND', 'LAUNCHING'])
  })

  it('waits for a place where the region has none', async () => {
    let refusedCount = 0
    service.copy = copied()
    service.launch = () => {
      refusedCount += 1
      return refusedCount > 2 ? { status: 200 } : { status: 400, body: xmlError('RunningJobLimitExceeded', 'too many') }
    }
    await carry()
    expect(service.orders().filter((order) => order === 'LAUNCHING')).toHaveLength(3)
  })

  it.each([
    ['IMPORT_JOB_INTERRUPTED', /^closed: the service interrupted it/],
    ['IMPORT_JOB_FINISHED', /^finished/],
  ])('streams all of it after a job that ends %s with nothing done', async (last, how) => {
    service.launch = () => ((service.statuses = ['IMPORT_JOB_DOING', last]), { status: 200 })
    const outcome = await carry(open({}, auto))
    expect(outcome.job?.how).toMatch(how)
    expect(outcome.resent).toHaveLength(4)
    await expectAllThere()
  })

  it('proves by size and ends alone when it may, says so, and sees no more than that', async () => {
    // Uploads in parts have etags that are no MD5s: nothing else is left to compare.
    const to = new Proxy(oss.store, {
      get: (store, name) => {
        if (name === 'stat') {
          return async (at: Location, call: Call) => {
            const found = await store.stat(at, call)
            return found && { ...found, etag: `${found.etag}-2` }
          }
        }
        if (name === 'read') {
          return (at: Location, of: Parameters<OssStore['read']>[1], call: Call) =>
            store.read(at, { ...of, ...(of.ifMatch && { ifMatch: of.ifMatch.replace('-2', '') }) }, call)
        }
        const value: unknown = Reflect.get(store, name)
        return typeof value === 'function' ? (value.bind(store) as unknown) : value
      },
    })
    service.copy = copied({ 'b.parquet': flipped('b.parquet', 100), 'c.parquet': flipped('c.parquet', 89_999) })
    const outcome = await carry(open({}, { to, proof: 'light' }))
    expect(outcome.resent).toEqual([
      { key: expect.stringMatching(/c\.parquet$/) as string, reason: 'other bytes at its end (of 65536 compared)' },
    ])
    const proofs: Record<string, string> = Object.fromEntries(
      outcome.parts.map(({ key, proof }) => [key.split('/').at(-1) ?? '', proof]),
    )
    expect(proofs).toMatchObject({ 'a.parquet': 'size-only', 'b.parquet': 'size-only', 'c.parquet': 'source+target' })
  })

  it.each([
    [{ owner: '999' }, /belongs to account 999, not 123/, /set onlineMigration.accountId to 999/],
    [{ verdicts: ['rejected'] }, /address .*-s .*rejected/, /long-term keys of an IAM user/],
    [{ verdicts: ['avaliable', '', 'unavailable'] }, /address .*-t .*unavailable/, /trust mgw.aliyuncs.com/],
  ])('says what is wrong and what to do: %o', async (wrong, message, hint) => {
    Object.assign(service, wrong)
    const error = await failureOf(carry())
    expect(error.message).toMatch(message)
    expect(error.hint).toMatch(hint)
    expect(error.transient).toBe(false)
    expect(`${error.message} ${error.hint ?? ''}`).not.toContain('aws-secret')
    expect(service.orders()).not.toContain('create job')
  })

  const refused =
    (method: string, path: RegExp, said: Said, body = /(?:)/) =>
    (seen: Seen): Said | undefined =>
      seen.method === method && path.test(seen.path) && body.test(seen.body) ? said : undefined
  const quota = { status: 400, body: xmlError('JobCountExceedMaxCount', 'no more than 500 jobs') }
  const denied = { status: 403, body: xmlError('AccessDenied', 'not you') }

  describe.each([
    ['another account', { owner: '999' }, /belongs to account 999, not 123/, /accountId to 999/],
    ['a role without trust', { verdicts: ['avaliable', 'unavailable'] }, /address .*-t .*unavail/, /trust mgw/],
    ['a source that is not verified', { verdicts: ['rejected'] }, /address .*-s .*rejected/, /long-term keys/],
    ['a verification without end', { verdicts: Array.from({ length: 999 }, () => '') }, /not verified within/, /keys/],
    ['all jobs taken', { instead: refused('POST', /^\/job$/, quota) }, /CreateJob .*500 jobs/, /region has 500 jobs/],
    ['no leave to make addresses', { instead: refused('POST', /^\/address$/, denied) }, /CreateAddress/, /policies/],
  ])('with %s', (_what, wrong, message, hint) => {
    const limits = { verifyMilliseconds: 100 }
    const go = (how: object): void => {
      Object.assign(service, how)
      service.verdicts = [...service.verdicts]
    }

    it('streams all of it where it may, and tells why', async () => {
      go(wrong)
      const work = open(limits, auto).carry(consignment, ledger)
      const handle = await work.begin(attempt, testCall())
      expect(handle.streamed).toMatch(message)
      // Another process goes on with what was journaled, though the service says no to everything.
      service.instead = () => denied
      const again = open(limits, auto).carry(consignment, ledger)
      expect(await again.find(attempt, testCall())).toBe('unknown')
      const outcome = await again.settle(handle, testCall())
      expect(outcome).toMatchObject({ rerouted: handle.streamed, resent: [], byteCount: 295_000 })
      expect(outcome.job).toBeUndefined()
      expect(outcome.parts).toHaveLength(4)
      await expectAllThere()
    })

    it('says so where all is to go by job, and sends nothing', async () => {
      go(wrong)
      const error = await failureOf(carry(open(limits)))
      expect(error.message).toMatch(message)
      expect(error.hint).toMatch(hint)
      expect(await oss.store.stat(below(target, 'r-1/1/a.parquet'), testCall())).toBeUndefined()
    })
  })

  it('streams what was not launched, when the service refuses that or has no place in time', async () => {
    service.instead = refused('PUT', /^\/job\//, denied)
    const launched = await carry(open({}, auto))
    expect(launched.rerouted).toMatch(/closed: UpdateJob .*AccessDenied/)
    service.instead = refused('PUT', /^\/job\//, { status: 400, body: xmlError('RunningJobLimitExceeded', 'too many') })
    service.begin('IMPORT_JOB_BEGIN')
    const waited = await carry(open({ placeMilliseconds: 30 }, auto))
    expect(waited.job?.how).toMatch(/^closed: no place for it within .*too many/)
    await expectAllThere()
  })

  it('does not stream while a job may write that it can neither watch nor close', async () => {
    service.statuses = Array.from({ length: 10_000 }, () => 'IMPORT_JOB_DOING')
    service.instead = (seen) => (/CLOSING/.test(seen.body) ? denied : undefined)
    expect((await failureOf(carry(open({ jobMilliseconds: 30 }, auto)))).message).toMatch(/UpdateJob .*AccessDenied/)
    expect(await oss.store.stat(below(target, 'r-1/1/a.parquet'), testCall())).toBeUndefined()
  })

  it('tells of a stuck job where all is to go by job, and a later attempt makes another', async () => {
    service.statuses = Array.from({ length: 10_000 }, () => 'IMPORT_JOB_DOING')
    service.copy = copied({ 'b.parquet': undefined })
    const error = await failureOf(carry(open({ jobMilliseconds: 50 })))
    expect(error.message).toMatch(/it did not end within .*it is closed, and 1 of 4 parts have not arrived/)
    expect(error.hint).toMatch(/another job.*carrier: auto/)
    expect([error.code, error.transient]).toEqual(['transfer-failed', false])
    service.statuses = ['IMPORT_JOB_DOING', 'IMPORT_JOB_FINISHED']
    const later = { ...attempt, token: attempt.token.replace(/1$/, '2'), number: 2 }
    const work = open().carry(consignment, ledger)
    const handle = await work.begin(later, testCall())
    await copied({ 'a.parquet': undefined, 'c.parquet': undefined, 'd.parquet': undefined })()
    const outcome = await work.settle(handle, testCall())
    expect(outcome.job).toMatchObject({ name: later.token, how: 'finished' })
    expect(outcome.resent).toEqual([])
  })

  it('names what the service tells otherwise than the stores show, from its result or its report', async () => {
    const counts = (of: string, failed: number): string =>
      ['Total', 'Copied', 'Failed', 'Skipped']
        .map((word, at) => `<${word}${of}>${[4, 4 - failed, failed, 0][at] ?? 0}</${word}${of}>`)
        .join('')
    service.copy = copied({ 'a.parquet': undefined, 'b.parquet': flipped('b.parquet', 9) })
    service.result = counts('ObjectCount', 0)
    const outcome = await carry()
    expect(outcome.job?.told).toEqual({ total: 4, copied: 4, failed: 0, skipped: 0 })
    expect(outcome.job?.differences).toEqual([
      'it tells of none that failed, but 1 of 4 parts are missing and 1 are not as they should be',
    ])
    expect(service.asked.filter(({ path }) => path === '/report')).toEqual([])
    service.report = `<Status>Finished</Status>${counts('Count', 2)}`
    const work = open({}, { createReport: true }).carry(consignment, ledger)
    const again = await work.settle({ consignment: 'c1', token: attempt.token }, testCall())
    expect(again.job).toMatchObject({ failedCount: 2, told: { total: 4, copied: 2, failed: 2 } })
    expect(again.job?.differences).toBeUndefined()
  })

  it('removes the jobs and addresses of its run alone', async () => {
    const removed: string[] = []
    server = await replay(({ method, path }) => {
      if (method === 'DELETE') removed.push(path)
      const left = (kind: string, names: readonly string[]): string =>
        names
          .filter((name) => !removed.some((one) => one.endsWith(`/${name}`)))
          .map((name) => `<${kind}><Name>${name}</Name><Status>x</Status></${kind}>`)
          .join('')
      if (path === '/joblist')
        return xml('ImportJobList', left('ImportJob', ['mig-run7-transfer-a-1', 'mig-run77-x', 'theirs']))
      if (path === '/addresslist')
        return xml('ImportAddressList', left('ImportAddress', ['mig-run7-transfer-a-1-s', 'mig-run77-x-s', 'src']))
      return { status: 200 }
    })
    const names = await open().clean('run7', testCall())
    expect(removed).toEqual(['/job/mig-run7-transfer-a-1', '/address/mig-run7-transfer-a-1-s'])
    expect(names).toEqual(['job mig-run7-transfer-a-1', 'address mig-run7-transfer-a-1-s'])
    expect(await open().clean('run7', testCall())).toEqual([])
  })
})
