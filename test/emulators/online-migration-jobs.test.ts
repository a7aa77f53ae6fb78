import { afterEach, describe, expect, test } from 'vitest'
import type { FaultAction } from '../../src/emulators/faults.js'
import { defaultWorld } from '../../src/emulators/world.js'
import {
  arrived,
  jobOf,
  putSource,
  removeSource,
  sourceAddress,
  startTown,
  targetAddress,
  xml,
  type Town,
} from './online-migration-town.js'

let town: Town

afterEach(async () => {
  await town.close()
})

/** A town with three files, both addresses, and a job `move`. */
async function withJob(switches: Readonly<Record<string, unknown>> = {}, change = {}): Promise<void> {
  town = await startTown(switches)
  await putSource(town, { 'a.parquet': 'first', 'b.parquet': 'second', 'deep/c d+ü.parquet': 'third' })
  for (const ask of [sourceAddress(town.world, 'source'), targetAddress(town.world, 'target'), jobOf('move', change)]) {
    expect(await town.ask(ask)).toMatchObject({ status: 200, text: '' })
  }
}

const rowOf = { TotalCount: '3', CopiedCount: '3', FailedCount: '0', SkippedCount: '0' }
const all = { 'a.parquet': 'first', 'b.parquet': 'second', 'deep/c d+ü.parquet': 'third' }

test('a job goes through its states, copies, and keeps a row for each of them, newest first', async () => {
  await withJob()
  expect(await town.job('move')).toMatchObject({ Status: 'IMPORT_JOB_BEGIN', OverwriteMode: 'always' })
  expect(await town.history('move')).toEqual([])
  const row = await town.run('move')
  expect(row).toMatchObject({ ...rowOf, TotalSize: '16', CopiedSize: '16', ListStatus: 'Finished', RuntimeId: '1' })
  expect(row).toMatchObject({ Operator: 'system', RuntimeState: 'Normal', Status: 'IMPORT_JOB_FINISHED' })
  expect(await arrived(town)).toEqual(all)
  const rows = await town.history('move')
  expect(rows.map(({ Status }) => Status?.replace('IMPORT_JOB_', ''))).toEqual([
    'FINISHED',
    'DOING',
    'PREPARING',
    'LAUNCHING',
  ])
  expect(rows.map(({ CommitId }) => CommitId)).toEqual(['4', '3', '2', '1'])
  expect(rows[3]).toMatchObject({ TotalCount: '-1', CopiedSize: '-1', Operator: 'user' })
  expect(await town.read('/job/move', 'jobResult&runtimeId=1')).toMatchObject({
    ReadyRetry: 'NoNeed',
    CopiedObjectCount: '3',
    TotalObjectSize: '16',
  })
})

test('metadata of S3 arrives, encodings are not unpacked', async () => {
  await withJob()
  const { PutObjectCommand } = await import('@aws-sdk/client-s3')
  const packed = (await import('node:zlib')).gzipSync('packed')
  const place = { Bucket: 'redshift-stage', Key: 'from/z.gz' }
  const about = { ContentType: 'text/csv', ContentEncoding: 'gzip', Metadata: { token: 'abc' } }
  await town.s3Client.send(new PutObjectCommand({ ...place, ...about, Body: packed }))
  await town.run('move')
  const head = await town.ossClient.head('to/z.gz')
  expect(head.res.headers).toMatchObject({
    'content-type': 'text/csv',
    'content-encoding': 'gzip',
    'content-length': String(packed.length),
    'x-oss-meta-token': 'abc',
  })
})

describe('overwriting', () => {
  test.each([
    ['always', 'all', ['new', '0']],
    ['never', 'all', ['old', '1']],
    // Another size is enough to be copied again.
    ['always', 'lastmodified', ['new', '0']],
  ])('%s and %s', async (OverwriteMode, TransferMode, [text, skipped]) => {
    await withJob({}, { OverwriteMode, TransferMode })
    await town.ossClient.put('to/a.parquet', Buffer.from('old'))
    const row = await town.run('move')
    expect(row).toMatchObject({ CopiedCount: '3', SkippedCount: skipped })
    expect((await arrived(town))['a.parquet']).toBe(text === 'old' ? 'old' : 'first')
  })

  test('a second round of what is current skips everything', async () => {
    await withJob({}, { TransferMode: 'lastmodified' })
    await town.run('move')
    expect(await town.run('move')).toMatchObject({ RuntimeId: '2', CopiedCount: '3', SkippedCount: '3' })
  })
})

describe('filters', () => {
  const keys = (part: string, regex: string) => ({ FilterRule: { KeyFilters: { [part]: { Regex: regex } } } })
  const times = (part: string, from: string, to: string) => ({
    FilterRule: { LastModifiedFilters: { [part]: { TimeFilter: { StartTime: from, EndTime: to } } } },
  })
  const [past, far] = ['2001-01-01T00:00:00Z', '2199-01-01T00:00:00Z']

  test.each([
    ['an include', keys('Includes', 'b\\.parquet$'), ['b.parquet']],
    ['an exclude', keys('Excludes', '/deep/'), ['a.parquet', 'b.parquet']],
    ['times that hold now', times('Includes', past, far), Object.keys(all)],
    ['times that are over', times('Includes', past, past), []],
    ['times to leave out', times('Excludes', past, far), []],
  ])('%s', async (_what, change, expected) => {
    await withJob({}, change)
    expect(await town.run('move')).toMatchObject({ TotalCount: String(expected.length) })
    expect(Object.keys(await arrived(town))).toEqual(expected)
  })

  test.each([
    [{ migrationKeyFilter: 'whole' }, 'b\\.parquet', 0],
    [{ migrationKeyFilter: 'whole' }, 'from/b\\.parquet', 1],
    [{ migrationKeyFilter: 'whole', migrationKeyFilterFrom: 'prefix' }, 'b\\.parquet', 1],
    [{ migrationKeyFilterFrom: 'prefix' }, '^from/', 0],
  ])('under the readings %o the regex %s takes %i files', async (switches, regex, count) => {
    await withJob(switches, keys('Includes', regex))
    expect(await town.run('move')).toMatchObject({ TotalCount: String(count) })
  })
})

test('the other spellings of times and of a good address', async () => {
  town = await startTown({ migrationTimes: 'plain', migrationAvailable: 'available', migrationEmptyVerifications: 0 })
  await town.ask(sourceAddress(town.world, 'source'))
  const { Status, VerifyTime } = await town.read('/address/source', 'verify')
  expect(Status).toBe('available')
  expect(VerifyTime).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
})

describe('what goes wrong on order', () => {
  const rule = (operation: string, action: FaultAction, contains?: string) =>
    town.faults.add([{ service: 'online-migration', operation, action, ...(contains !== undefined && { contains }) }])
  const { 'a.parquet': _a, ...withoutA } = all

  test('a file that fails is counted, and an inventory leads to it', async () => {
    await withJob()
    rule('CopyObject', { do: 'fail', message: 'check size failed' }, 'a.parquet')
    expect(await town.run('move')).toMatchObject({ FailedCount: '1', CopiedCount: '2', Status: 'IMPORT_JOB_FINISHED' })
    expect(await arrived(town)).toEqual(withoutA)
    expect(await town.read('/job/move', 'jobResult&runtimeId=1')).toMatchObject({ ReadyRetry: 'NotReady' })
    const { Version = '' } = await town.job('move')
    const result = await town.read('/job/move', 'jobResult&runtimeId=1')
    expect(result).toMatchObject({ ReadyRetry: 'Ready', AddressType: 'ossinv', Version, FailedObjectCount: '1' })
    const inventory = Object.fromEntries(Object.entries(result).filter(([name]) => name.startsWith('Inv')))
    const change = { AddressType: 'inv', DataType: 's3', ...inventory }
    expect(await town.ask(sourceAddress(town.world, 'failed', change))).toMatchObject({ status: 200 })
    const retry = jobOf('retry', { SrcAddress: 'failed', ParentVersion: Version })
    expect(await town.ask(retry)).toMatchObject({ status: 200 })
    expect(await town.run('retry')).toMatchObject({ TotalCount: '1', CopiedCount: '1', FailedCount: '0' })
    expect(await arrived(town)).toEqual(all)
    const list = async (query: string) => JSON.stringify(await town.read('/joblist', query))
    expect(await list('')).not.toContain('retry')
    expect(await list('parentName=move')).toContain('"Name":"retry"')
    expect(await town.ask({ method: 'DELETE', path: '/job/move' })).toMatchObject({ status: 409 })
    const force = { method: 'DELETE', path: '/job/move', query: 'forceDelete=True' }
    expect(await town.ask(force)).toMatchObject({ status: 204 })
  })

  test('a file that is missing, one that is short and one with a flipped bit are all counted as copied', async () => {
    await withJob()
    rule('CopyObject', { do: 'cut', when: 'before' }, 'a.parquet')
    rule('CopyObject', { do: 'corrupt', at: 0 }, 'b.parquet')
    rule('CopyObject', { do: 'truncate', byteCount: 2 }, 'deep/')
    expect(await town.run('move')).toMatchObject(rowOf)
    expect(await arrived(town)).toEqual({ 'b.parquet': 'recond', 'deep/c d+ü.parquet': 'th' })
  })

  test('a stale file stays', async () => {
    await withJob()
    await town.ossClient.put('to/a.parquet', Buffer.from('stale'))
    rule('CopyObject', { do: 'cut', when: 'before' }, 'a.parquet')
    expect(await town.run('move')).toMatchObject(rowOf)
    expect(await arrived(town)).toEqual({ ...all, 'a.parquet': 'stale' })
  })

  test('a file that is overlooked is not even counted', async () => {
    await withJob()
    rule('ListObject', { do: 'cut', when: 'before' }, 'a.parquet')
    expect(await town.run('move')).toMatchObject({ TotalCount: '2', CopiedCount: '2', FailedCount: '0' })
    expect(await arrived(town)).toEqual(withoutA)
  })

  test('an interrupted job says why and goes on when launched again, in the same round', async () => {
    await withJob()
    rule('RunJob', { do: 'fail', message: 'the source is gone' })
    await town.update('move', 'LAUNCHING')
    await town.reach('move', 'INTERRUPTED')
    expect((await town.history('move'))[0]).toMatchObject({ RuntimeState: 'Interrupt', Message: 'the source is gone' })
    expect(await town.run('move')).toMatchObject({ ...rowOf, RuntimeId: '1' })
  })

  test('a stuck job stays in DOING, is suspended, goes on and is closed', async () => {
    await withJob()
    rule('RunJob', { do: 'cut', when: 'before' })
    town.faults.add([
      { service: 'online-migration', operation: 'RunJob', nth: 2, action: { do: 'cut', when: 'after' } },
    ])
    await town.update('move', 'LAUNCHING')
    await town.reach('move', 'DOING')
    expect(await town.update('move', 'LAUNCHING')).toMatchObject({ code: 'InvalidJobStatusForCurrentOperation' })
    expect(await town.update('move', 'SUSPEND')).toMatchObject({ status: 200 })
    expect(await town.job('move')).toMatchObject({ Status: 'IMPORT_JOB_SUSPEND' })
    await town.update('move', 'LAUNCHING')
    await expect
      .poll(async () => (await town.history('move'))[0])
      .toMatchObject({ ...rowOf, Status: 'IMPORT_JOB_DOING' })
    expect(await town.update('move', 'CLOSING')).toMatchObject({ status: 200 })
    await town.reach('move', 'FINISHED')
    expect(await arrived(town)).toEqual(all)
  })

  test('the source gone in the middle is a failed file', async () => {
    await withJob()
    rule('RunJob', { do: 'delay', milliseconds: 1 })
    town.faults.add([{ service: 's3', operation: 'GetObject', action: { do: 'fail', status: 404, code: 'NoSuchKey' } }])
    await removeSource(town, 'b.parquet')
    expect(await town.run('move')).toMatchObject({ TotalCount: '2', FailedCount: '1' })
  })
})

describe('reports', () => {
  const folder = (version: string) => `to/aliyun_import_report/1234567890123456/${version}/1/`

  test('are pushed below the destination when the job says so', async () => {
    await withJob({}, { CreateReport: 'true' })
    await town.run('move')
    const { Version = '' } = await town.job('move')
    const files = await arrived(town, folder(Version))
    const name = `1234567890123456@${Version}@1`
    expect(Object.keys(files)).toEqual([
      `failed_list/${name}_failed_list_0`,
      `skipped_list/${name}_skipped_list_0`,
      `total_list/${name}_total_list_0`,
    ])
    expect(files[`total_list/${name}_total_list_0`]?.trim().split('\n')).toHaveLength(4)
    expect(files[`total_list/${name}_total_list_0`]).toContain('from%2Fdeep%2Fc%20d%2B%C3%BC.parquet')
  })

  test('are made afterwards on demand', async () => {
    await withJob()
    await town.run('move')
    const { Version = '' } = await town.job('move')
    expect(await town.read('/report', `version=${Version}`)).toEqual({ Status: 'NotExist' })
    const body = xml('CreateReport', { JobName: 'move', RuntimeId: '1', Version })
    expect(await town.ask({ method: 'POST', path: '/report', body })).toMatchObject({ status: 200 })
    await expect
      .poll(() => town.read('/report', `runtimeId=1&version=${Version}`))
      .toMatchObject({
        Status: 'Finished',
        TotalCount: '3',
        FailedListPrefix: `${folder(Version)}failed_list/`,
      })
    expect(Object.keys(await arrived(town, folder(Version)))).toHaveLength(3)
  })
})

describe('limits', () => {
  const stick = (contains: string) =>
    town.faults.add([
      { service: 'online-migration', operation: 'RunJob', contains, action: { do: 'cut', when: 'before' } },
    ])

  test('jobs beyond the running ones are refused', async () => {
    await withJob({ migrationRunningJobsMax: 1 })
    stick('move')
    await town.ask(jobOf('second'))
    await town.update('move', 'LAUNCHING')
    expect(await town.update('second', 'LAUNCHING')).toMatchObject({ status: 400, code: 'JobCountExceedMaxCount' })
    await town.update('move', 'SUSPEND')
    expect(await town.run('second')).toMatchObject(rowOf)
  })

  test('or wait', async () => {
    await withJob({ migrationRunningJobsMax: 1, migrationOverLimit: 'waits' })
    stick('move')
    await town.ask(jobOf('second'))
    await town.update('move', 'LAUNCHING')
    expect(await town.update('second', 'LAUNCHING')).toMatchObject({ status: 200 })
    await town.reach('move', 'DOING')
    expect(await town.job('second')).toMatchObject({ Status: 'IMPORT_JOB_LAUNCHING' })
    await town.update('move', 'SUSPEND')
    await town.reach('second', 'FINISHED')
  })

  test('jobs and addresses are counted', async () => {
    await withJob({ migrationJobsMax: 1, migrationAddressesMax: 2 })
    expect(await town.ask(jobOf('second'))).toMatchObject({ status: 400, code: 'JobCountExceedMaxCount' })
    expect(await town.ask(targetAddress(town.world, 'third'))).toMatchObject({ code: 'AddressCountExceedMaxCount' })
  })
})

test('a job and its addresses go, in this order', async () => {
  // Long enough to be seen by a test that is kept waiting.
  await withJob({ migrationStageMilliseconds: 2_000 })
  const remove = (path: string) => town.ask({ method: 'DELETE', path })
  expect(await remove('/address/source')).toMatchObject({ status: 409, code: 'AddressInUse' })
  expect(await remove('/job/move')).toMatchObject({ status: 204, text: '' })
  expect(await town.job('move')).toMatchObject({ Status: 'IMPORT_JOB_DELETING' })
  await expect.poll(async () => (await town.ask({ path: '/job/move' })).code).toBe('JobNotExist')
  expect(await remove('/address/source')).toMatchObject({ status: 204 })
  expect(await town.ask({ path: '/address/source' })).toMatchObject({ status: 404, code: 'AddressNotExist' })
})

describe('addresses are looked at with their own keys', () => {
  const world = defaultWorld()
  const role = { name: 'Reader', arn: `acs:ram::${world.alibaba.accountId}:role/Reader`, trusts: ['mgw.aliyuncs.com'] }
  const document = (statement: object) => JSON.stringify({ Version: '1', Statement: [statement] })
  const reads = document({ Effect: 'Allow', Action: ['oss:Get*', 'oss:List*'], Resource: '*' })
  const elsewhere = document({ Effect: 'Allow', Action: 'oss:*', Resource: 'acs:oss:*:*:other/*' })
  const roles = [
    ...world.alibaba.roles,
    { ...role, policies: [{ name: 'reads', document: reads }], buckets: ['maxcompute-stage'] },
    { ...role, name: 'Elsewhere', policies: [{ name: 'elsewhere', document: elsewhere }], buckets: [] },
  ]
  const strange = { ...world, alibaba: { ...world.alibaba, roles } }

  test.each([
    ['a good source', sourceAddress(world, 'one1'), 'avaliable', ''],
    ['a good target', targetAddress(world, 'one1'), 'avaliable', ''],
    ['a wrong secret', sourceAddress(world, 'one1', { AccessSecret: 'no' }), 'unavailable', 'SignatureDoesNotMatch'],
    ['an unknown key', sourceAddress(world, 'one1', { AccessId: 'AKIA' }), 'unavailable', 'InvalidAccessKeyId'],
    ['no such bucket in S3', sourceAddress(world, 'one1', { Bucket: 'none-here' }), 'unavailable', 'NoSuchBucket'],
    [
      'a strange domain',
      sourceAddress(world, 'one1', { Domain: 'https://example.test' }),
      'unavailable',
      'SourceAddrEndpointInvalid',
    ],
    [
      'another region of S3',
      sourceAddress(world, 'one1', { Domain: 's3.eu-west-1.amazonaws.com' }),
      'unavailable',
      'AuthorizationHeaderMalformed',
    ],
    ['no such role', targetAddress(world, 'one1', { Role: 'Nobody' }), 'unavailable', 'DestAddrRoleInvalid'],
    ['a role without trust', targetAddress(world, 'one1', { Role: 'NotTrusting' }), 'unavailable', 'NoPermission'],
    ['a role that may not write', targetAddress(world, 'one1', { Role: 'Reader' }), 'unavailable', 'OssAccessDenied'],
    ['a role of another bucket', targetAddress(world, 'one1', { Role: 'Elsewhere' }), 'unavailable', 'OssAccessDenied'],
    ['no such bucket in OSS', targetAddress(world, 'one1', { Bucket: 'none-here' }), 'unavailable', 'NoSuchBucket'],
    [
      'another region of OSS',
      targetAddress(world, 'one1', { RegionId: 'oss-cn-beijing' }),
      'unavailable',
      'DestAddrRegionInvalid',
    ],
  ])('%s', async (_what, ask, status, code) => {
    town = await startTown({}, strange)
    expect(await town.ask(ask)).toMatchObject({ status: 200 })
    expect(await town.read('/address/one1', 'verify')).toMatchObject({ Status: '' })
    expect(await town.read('/address/one1', 'verify')).toMatchObject({ Status: status, ErrorCode: code })
    const shown = await town.ask({ path: '/address/one1' })
    expect(shown.text).toContain(`<Status>${status}</Status>`)
    expect(shown.text).toContain(`<ErrorCode>${code}</ErrorCode>`)
    expect(shown.text).toContain('<Owner>1234567890123456</Owner>')
    expect(shown.text).not.toContain('Secret')
  })
})
