import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { v4CanonicalRequest, v4Signature, v4StringToSign } from '../../src/emulators/object-store/oss-signature.js'
import { readSwitches } from '../../src/emulators/online-migration/switches.js'
import { defaultWorld } from '../../src/emulators/world.js'
import { jobOf, sourceAddress, startTown, targetAddress, xml, type Ask, type Town } from './online-migration-town.js'

const world = defaultWorld()
const key = world.alibaba.keys[0] ?? expect.unreachable('the world has keys')
let town: Town
const ask = (of: Ask) => town.ask(of)

beforeAll(async () => {
  town = await startTown()
})

afterAll(async () => {
  await town.close()
})

async function askV1(path: string, signedPath: string): Promise<number> {
  const date = new Date().toUTCString()
  const signature = createHmac('sha1', key.accessKeySecret).update(`GET\n\n\n${date}\n${signedPath}`).digest('base64')
  const headers = { date, authorization: `OSS ${key.accessKeyId}:${signature}` }
  return (await fetch(`http://127.0.0.1:${town.port}${path}`, { headers })).status
}

describe('reference vectors', () => {
  const claim = {
    accessKeyId: 'ak',
    day: '20240701',
    region: 'cn-beijing',
    product: 'oss',
    additionalHeaders: [],
    signature: '',
    timestamp: '20240701T080000Z',
  }
  const common: [string, string][] = [
    ['x-oss-date', claim.timestamp],
    ['x-oss-content-sha256', 'UNSIGNED-PAYLOAD'],
  ]
  const body: [string, string][] = [
    ['content-md5', 'Y5rilVdD3TtTuN0zWv/uhA=='],
    ['content-type', 'application/xml'],
  ]
  const result: [string, string][] = [
    ['jobResult', ''],
    ['runtimeId', '1'],
  ]

  test.each([
    [
      'PUT',
      '/job/j1',
      [] as [string, string][],
      body,
      '1def541e509f3578bc6e8754b6c7a0ff30a9a73a99b17904b0f4b853f324f0ed',
    ],
    ['GET', '/job/j1', result, [], 'd5ebff8b29d0d055c5653c19e4ecb938335e9bf4ad31f499432cbfdd2553b496'],
    ['GET', '/address/src-1', [['verify', '']], [], '0550d5d2f2dbe48bebf3e0214d615f3b94e4d5cee1d3015a26a865695f2aa191'],
  ] as const)('%s %s', (method, path, query, more, expected) => {
    const request = { method, query: new Map(query), headers: new Map([...common, ...more]) }
    const canonical = v4CanonicalRequest(request, path, [], 'UNSIGNED-PAYLOAD')
    expect(v4Signature('sk', claim, v4StringToSign(claim, canonical))).toBe(expected)
  })
})

test('lists are empty, jobs do not exist', async () => {
  expect(await ask({ path: '/joblist', query: 'count=10' })).toMatchObject({
    status: 200,
    text: expect.stringContaining('<ImportJobList><Truncated>false</Truncated>') as string,
  })
  expect(await ask({ path: '/addresslist' })).toMatchObject({
    status: 200,
    text: expect.stringContaining('<ImportAddressList>') as string,
  })
  expect(await ask({ path: '/job/j1' })).toMatchObject({
    status: 404,
    text: expect.stringContaining('<Code>JobNotExist</Code>') as string,
  })
})

test.each([
  [{ method: 'POST', path: '/agent', body: '<ImportAgent/>' }, 'CreateAgent'],
  [{ path: '/agentlist' }, 'ListAgent'],
  [{ path: '/agent/a', query: 'status' }, 'GetAgentStatus'],
  [{ method: 'POST', path: '/tunnel', body: '<ImportTunnel/>' }, 'CreateTunnel'],
  [{ path: '/tunnellist' }, 'ListTunnel'],
  [{ method: 'DELETE', path: '/tunnel/t' }, 'DeleteTunnel'],
  [{ path: '/elsewhere' }, 'GET /elsewhere'],
  [sourceAddress(world, 'other', { AddressType: 'gcp' }), 'AddressType gcp'],
  [targetAddress(world, 'other', { Role: '' }), 'AddressType oss without Role'],
  [jobOf('other', { ScheduleRule: { MaxScheduleCount: '1' } }), 'ScheduleRule'],
  [jobOf('other', { Audit: { LogMode: 'detail' } }), 'Audit with LogMode detail'],
  [jobOf('other', { TargetStorageClass: 'Archive' }), 'TargetStorageClass Archive'],
])('what is not emulated is refused by its name: %o', async (of: Ask, what) => {
  const { status, text } = await ask(of)
  expect(status).toBe(501)
  expect(text).toContain('<Code>NotImplemented</Code>')
  expect(text).toContain(`<Message>${what} is not implemented`)
})

test.each([
  ['a name too short', jobOf('ab'), 400, 'InvalidJobName'],
  ['a name too long', jobOf('a'.repeat(64)), 400, 'InvalidJobName'],
  ['a name in upper case', jobOf('Move'), 400, 'InvalidJobName'],
  ['a name that begins with a sign', sourceAddress(world, '-one'), 400, 'InvalidAddressName'],
  ['a prefix without its end', sourceAddress(world, 'one', { Prefix: 'from' }), 400, 'InvalidArgument'],
  ['a prefix from the root', sourceAddress(world, 'one', { Prefix: '/from/' }), 400, 'InvalidArgument'],
  ['no secret', sourceAddress(world, 'one', { AccessSecret: '' }), 400, 'InvalidArgument'],
  ['a region that is not of OSS', targetAddress(world, 'one', { RegionId: 'cn-hangzhou' }), 400, 'InvalidArgument'],
  ['an ARN for a role', targetAddress(world, 'one', { Role: 'acs:ram::1:role/R' }), 400, 'InvalidArgument'],
  ['no such address', jobOf('one'), 404, 'AddressNotExist'],
  ['one address for both', jobOf('one', { DestAddress: 'source' }), 400, 'DuplicateSourceDestination'],
  ['never by time', jobOf('one', { OverwriteMode: 'never', TransferMode: 'lastmodified' }), 400, 'InvalidArgument'],
  ['versions', jobOf('one', { EnableMultiVersioning: 'true' }), 400, 'InvalidArgument'],
  [
    'a broken regex',
    jobOf('one', { FilterRule: { KeyFilters: { Includes: { Regex: '(' } } } }),
    400,
    'InvalidArgument',
  ],
  ['another root', { method: 'POST', path: '/job', body: xml('Job', { Name: 'one' }) }, 400, 'MalformedXML'],
  ['no XML', { method: 'POST', path: '/address', body: '{"Name":"one"}' }, 400, 'MalformedXML'],
  ['no round', { path: '/job/one', query: 'jobResult' }, 404, 'JobNotExist'],
])('%s is refused', async (_what, of: Ask, status, code) => {
  expect(await ask(of)).toMatchObject({ status, code })
})

test('names are taken once, lists come in pages, secrets do not come back', async () => {
  for (const name of ['src-1', 'src-2', 'src-3'])
    expect(await ask(sourceAddress(world, name))).toMatchObject({ status: 200 })
  expect(await ask(targetAddress(world, 'dst-1'))).toMatchObject({ status: 200 })
  expect(await ask(sourceAddress(world, 'src-1'))).toMatchObject({ status: 409, code: 'AddressAlreadyExist' })
  const job = jobOf('job-1', { SrcAddress: 'src-1', DestAddress: 'dst-1', Later: 'unknown elements are ignored' })
  expect(await ask(job)).toMatchObject({ status: 200 })
  expect(await ask(job)).toMatchObject({ status: 409, code: 'JobAlreadyExist' })
  const first = await ask({ path: '/addresslist', query: 'count=3' })
  expect(first.text).toContain('<Truncated>true</Truncated><NextMarker>src-2</NextMarker>')
  const second = await ask({ path: '/addresslist', query: 'count=3&marker=src-2' })
  expect([...second.text.matchAll(/<Name>([^<]*)/g)].map(([, name]) => name)).toEqual(['src-3'])
  expect(first.text + second.text).not.toContain('emulated/aws/secret')
})

test('a job changes its status or its limits, never both', async () => {
  await ask(sourceAddress(world, 'src-4'))
  await ask(targetAddress(world, 'dst-4'))
  await ask(jobOf('job-4', { SrcAddress: 'src-4', DestAddress: 'dst-4' }))
  const update = (tree: Parameters<typeof xml>[1]) =>
    ask({ method: 'PUT', path: '/job/job-4', body: xml('ImportJob', tree) })
  const ImportQos = { MaxBandWidth: '1073741824', MaxImportTaskQps: '1000' }
  const refused = { status: 400, code: 'InvalidArgument' }
  expect(await update({ Status: 'IMPORT_JOB_LAUNCHING', ImportQos })).toMatchObject(refused)
  expect(await update({ Status: 'IMPORT_JOB_FINISHED' })).toMatchObject(refused)
  expect(await update({ ImportQos })).toMatchObject({ status: 200 })
  expect((await ask({ path: '/job/job-4' })).text).toContain('<MaxBandWidth>1073741824</MaxBandWidth>')
  expect(await update({ Status: 'IMPORT_JOB_SUSPEND' })).toMatchObject({ status: 409 })
  const { Version = '' } = await town.job('job-4')
  expect((await ask({ path: `/job/${Version}`, query: 'byVersion=true' })).text).toContain('<Name>job-4</Name>')
  const changed = { method: 'PUT', path: '/address/src-4', body: xml('ImportAddress', { AgentList: 'a' }) }
  expect(await ask(changed)).toMatchObject({ status: 501 })
})

test('a lost reply leaves a job behind, throttling does not', async () => {
  await ask(sourceAddress(world, 'src-5'))
  await ask(targetAddress(world, 'dst-5'))
  const rule = { service: 'online-migration', operation: 'CreateJob', contains: 'job-5' } as const
  town.faults.add([
    { ...rule, action: { do: 'throttle' } },
    { ...rule, nth: 2, action: { do: 'cut', when: 'after' } },
  ])
  const create = jobOf('job-5', { SrcAddress: 'src-5', DestAddress: 'dst-5' })
  expect(await ask(create)).toMatchObject({ status: 503, code: 'SlowDown' })
  await expect(ask(create)).rejects.toThrow()
  expect(await ask(create)).toMatchObject({ status: 409, code: 'JobAlreadyExist' })
})

test('the host may name the account and the region, if it does so rightly', async () => {
  const { request } = await import('node:http')
  const statusOf = (host: string) =>
    new Promise((resolve, reject) => {
      const date = new Date().toUTCString()
      const signature = createHmac('sha1', key.accessKeySecret).update(`GET\n\n\n${date}\n/joblist`).digest('base64')
      const headers = { host, date, authorization: `OSS ${key.accessKeyId}:${signature}` }
      const sent = request({ host: '127.0.0.1', port: town.port, path: '/joblist', headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      sent.on('error', reject).end()
    })
  const { accountId } = world.alibaba
  expect(await statusOf(`${accountId}.cn-hangzhou.mgw.aliyuncs.com`)).toBe(200)
  expect(await statusOf(`${accountId}.cn-hangzhou.mgw-internal.aliyuncs.com`)).toBe(200)
  expect(await statusOf(`${accountId}.localhost:1`)).toBe(200)
  expect(await statusOf('9999999999999999.cn-hangzhou.mgw.aliyuncs.com')).toBe(403)
  expect(await statusOf(`${accountId}.cn-beijing.mgw.aliyuncs.com`)).toBe(403)
})

test('wrong secrets, clocks and regions', async () => {
  const at = Date.now() - 16 * 60_000
  expect(await ask({ path: '/joblist', secret: 'wrong' })).toMatchObject({
    status: 403,
    text: expect.stringContaining('SignatureDoesNotMatch') as string,
  })
  expect(await ask({ path: '/joblist', at })).toMatchObject({
    status: 403,
    text: expect.stringContaining('RequestTimeTooSkewed') as string,
  })
  expect(await ask({ path: '/joblist', region: 'oss-cn-hangzhou' })).toMatchObject({ status: 400 })
  expect((await fetch(`http://127.0.0.1:${town.port}/joblist`)).status).toBe(403)
  const legacy = { headers: { authorization: 'acs LTAI:abc' } }
  expect((await fetch(`http://127.0.0.1:${town.port}/joblist`, legacy)).status).toBe(400)
})

test('V1 clients sign the path alone or with its sub-resource', async () => {
  expect(await askV1('/joblist?count=1', '/joblist')).toBe(200)
  expect(await askV1('/address/a?verify', '/address/a')).toBe(404)
  expect(await askV1('/address/a?verify', '/address/a?verify')).toBe(404)
  expect(await askV1('/joblist', '/other')).toBe(403)
})

test.each([
  [{ migrationStage: 1 }, 'there is no switch migrationStage'],
  [{ migrationStageMilliseconds: -1 }, 'migrationStageMilliseconds is a whole number up to 3600000, not -1'],
  [{ migrationOverLimit: 'maybe' }, 'migrationOverLimit is one of refused, waits, not maybe'],
])('switches out of place are refused: %o', (switches, words) => {
  expect(() => readSwitches(switches)).toThrow(words)
})
