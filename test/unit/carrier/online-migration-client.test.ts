import { afterEach, describe, expect, it } from 'vitest'
import { endpointFor } from '../../../src/carrier/online-migration-connection.js'
import { OnlineMigrationClient } from '../../../src/carrier/online-migration-client.js'
import { readTime } from '../../../src/carrier/online-migration-reading.js'
import { requestTarget, signedMigrationHeaders, withV4 } from '../../../src/carrier/online-migration-signer.js'
import { MigrationError } from '../../../src/model/errors.js'
import type { Call } from '../../../src/model/work.js'
import { replay, xmlError, type Said, type Seen } from '../target/replay-server.js'

const keys = { accessKeyId: 'ak', accessKeySecret: 'sk' }
const at = new Date('2024-07-01T08:00:00Z')
const call = (): Call => ({
  signal: new AbortController().signal,
  deadlineAt: Date.now() + 20_000,
  note: () => undefined,
})

describe('the signer of Data Online Migration', () => {
  const launch = '<?xml version="1.0" encoding="UTF-8"?>\n<ImportJob><Status>IMPORT_JOB_LAUNCHING</Status></ImportJob>'
  const vectors = [
    {
      request: { method: 'PUT', path: '/job/j1', body: launch },
      signature: '1def541e509f3578bc6e8754b6c7a0ff30a9a73a99b17904b0f4b853f324f0ed',
    },
    {
      request: { method: 'GET', path: '/job/j1', query: { runtimeId: '1', jobResult: '' } },
      signature: 'd5ebff8b29d0d055c5653c19e4ecb938335e9bf4ad31f499432cbfdd2553b496',
    },
    {
      request: { method: 'GET', path: '/address/src-1', query: { verify: '' } },
      signature: '0550d5d2f2dbe48bebf3e0214d615f3b94e4d5cee1d3015a26a865695f2aa191',
    },
  ] as const

  it.each(vectors)('signs $request.method $request.path with V4', ({ request, signature }) => {
    const headers = signedMigrationHeaders(request, keys, { version: 'v4', region: 'cn-beijing' }, at)
    expect(headers['authorization']).toBe(
      `OSS4-HMAC-SHA256 Credential=ak/20240701/cn-beijing/oss/aliyun_v4_request, Signature=${signature}`,
    )
    if ('body' in request) expect(headers['content-md5']).toBe('Y5rilVdD3TtTuN0zWv/uhA==')
  })

  // Of the OSS Go SDK's own tests (transfer.md 3.2); keys of STS are in the second.
  it('agrees with the vectors of the OSS SDK', () => {
    const request = {
      method: 'PUT',
      path: '/bucket/1234+-/123/1.txt',
      query: { param1: 'value1', '+param1': 'value3', '|param1': 'value4', '+param2': '', '|param2': '', param2: '' },
    } as const
    const headers = { 'x-oss-head1': 'value', 'content-type': 'text/plain', abc: 'value', zabc: 'value', xyz: 'value' }
    const first = withV4(request, headers, keys, 'cn-hangzhou', new Date('2023-12-16T16:20:57Z'))
    expect(first['authorization']).toMatch(/e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe$/)
    const sts = { ...headers, 'x-oss-security-token': 'token' }
    const second = withV4(request, sts, keys, 'cn-hangzhou', new Date('2023-12-17T03:47:36Z'))
    expect(second['authorization']).toMatch(/b94a3f999cf85bcdc00d332fbd3734ba03e48382c36fa4d5af5df817395bd9ea$/)
    expect(requestTarget({ ...request, path: '/a b' })).toMatch(/^\/a%20b\?%2Bparam1=value3&%2Bparam2&/)
  })

  it('signs with V1 what the older service wants', () => {
    const headers = signedMigrationHeaders(vectors[0].request, keys, { version: 'v1' }, at)
    // HMAC-SHA1 of the text below, by openssl: printf 'PUT\nY5ri…\napplication/xml\nMon, 01 Jul 2024 08:00:00 GMT\n/job/j1'
    expect(headers['authorization']).toBe('OSS ak:5OTkea3lRfPxIA4a6GdZB1PlCSo=')
    expect(headers['x-oss-date']).toBeUndefined()
  })
})

describe('the host of Data Online Migration', () => {
  it.each([
    ['https://cn-beijing.mgw.aliyuncs.com', 'https://123.cn-beijing.mgw.aliyuncs.com/'],
    ['cn-beijing.mgw-internal.aliyuncs.com', 'https://123.cn-beijing.mgw-internal.aliyuncs.com/'],
    ['https://123.cn-beijing.mgw.aliyuncs.com', 'https://123.cn-beijing.mgw.aliyuncs.com/'],
    ['http://localhost:8080', 'http://localhost:8080/'],
  ])('%s is asked as %s', (endpoint, asked) => expect(endpointFor(endpoint, '123').href).toBe(asked))

  it('refuses an endpoint of another account', () => {
    expect(() => endpointFor('9.cn-beijing.mgw.aliyuncs.com', '123')).toThrow(/account 9, not 123/)
  })
})

describe('the client of Data Online Migration', () => {
  let close: (() => Promise<void>) | undefined
  afterEach(async () => close?.())

  async function open(say: (seen: Seen, n: number) => Said, more: object = {}) {
    const server = await replay(say)
    close = server.close
    const retry = { attemptCountMax: 3, firstDelayMilliseconds: 1, delayMillisecondsMax: 2 }
    const client = new OnlineMigrationClient({
      endpoint: server.endpoint.replace('/api', ''),
      accountId: '123',
      region: 'cn-beijing',
      credentials: { current: () => Promise.resolve(keys) },
      retry,
      ...more,
    })
    return { client, seen: server.seen }
  }
  const failed = async (work: Promise<unknown>): Promise<MigrationError> => {
    const error = await work.then(() => undefined).catch((one: unknown) => one)
    expect(error).toBeInstanceOf(MigrationError)
    return error as MigrationError
  }

  it('writes a job as the service reads it', async () => {
    const { client, seen } = await open(() => ({ status: 200 }))
    const made = await client.createJob(
      {
        name: 'mig-1',
        srcAddress: 'a',
        destAddress: 'b',
        overwriteMode: 'always',
        createReport: false,
        audit: { logMode: 'off' },
        filterRule: { keyFilters: { excludes: { regex: ['.*/manifest$', 'a&b'] } } },
        importQos: { maxBandWidth: 1_073_741_824 },
      },
      call(),
    )
    expect(made).toBe('made')
    expect(seen[0]).toMatchObject({ method: 'POST', path: '/job' })
    expect(seen[0]?.body).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<ImportJob><Name>mig-1</Name><SrcAddress>a</SrcAddress>' +
        '<DestAddress>b</DestAddress><OverwriteMode>always</OverwriteMode><CreateReport>false</CreateReport>' +
        '<Audit><LogMode>off</LogMode></Audit><FilterRule><KeyFilters><Excludes><Regex>.*/manifest$</Regex>' +
        '<Regex>a&amp;b</Regex></Excludes></KeyFilters></FilterRule>' +
        '<ImportQos><MaxBandWidth>1073741824</MaxBandWidth></ImportQos></ImportJob>',
    )
  })

  it('reads addresses, keys and names of digits as text', async () => {
    const body = `<?xml version="1.0"?><ImportAddress><Name>007</Name><AddressDetail><AddressType>oss</AddressType>
      <Bucket>1e3</Bucket><AccessSecret></AccessSecret></AddressDetail><Owner>0123</Owner><Novelty><A/></Novelty>
      <VerifyResult><HttpCode>403</HttpCode><ErrorCode>AccessDenied</ErrorCode></VerifyResult></ImportAddress>`
    const { client } = await open(() => ({ body }))
    expect(await client.getAddress('007', call())).toEqual({
      name: '007',
      owner: '0123',
      addressDetail: { addressType: 'oss', bucket: '1e3' },
      verifyResult: { httpCode: '403', errorCode: 'AccessDenied' },
    })
  })

  it.each([
    ['', 'pending'],
    ['avaliable', 'available'],
    ['available', 'available'],
    ['unavailable', 'failed'],
    ['rejected', 'failed'],
  ])('takes the verification word "%s" for %s', async (word, verdict) => {
    const body = `<VerifyAddressResponse><Status>${word}</Status></VerifyAddressResponse>`
    const { client, seen } = await open(() => ({ body }))
    expect(await client.verifyAddress('a', call())).toMatchObject({ verdict, status: word })
    expect(seen[0]?.query.has('verify')).toBe(true)
  })

  it('lists page by page, one entry or many', async () => {
    const job = (name: string): string => `<ImportJob><Name>${name}</Name><Status>IMPORT_JOB_DOING</Status></ImportJob>`
    const { client, seen } = await open((_seen, n) => ({
      body:
        n === 1
          ? `<ImportJobList>${job('a')}${job('b')}<Truncated>true</Truncated><NextMarker>b</NextMarker></ImportJobList>`
          : `<ImportJobList>${job('c')}<Truncated>false</Truncated><NextMarker></NextMarker></ImportJobList>`,
    }))
    const names = []
    for await (const { name } of client.listJobs(call())) names.push(name)
    expect(names).toEqual(['a', 'b', 'c'])
    expect(seen.map((one) => one.query.get('marker'))).toEqual([null, 'b'])
  })

  it('reads the newest row of a history, without statistics that the service does not have', async () => {
    const body = `<JobHistoryList><JobHistory><Name>j</Name><RuntimeId>1</RuntimeId><Status>IMPORT_JOB_DOING</Status>
      <TotalCount>12</TotalCount><CopiedCount>5</CopiedCount><FailedCount>0</FailedCount><TotalSize>-1</TotalSize>
      <CopiedSize>4096</CopiedSize><ListStatus>Listing</ListStatus></JobHistory><Truncated>true</Truncated></JobHistoryList>`
    const { client } = await open(() => ({ body }))
    expect(await client.newestHistory('j', call())).toEqual({
      name: 'j',
      runtimeId: 1,
      status: 'IMPORT_JOB_DOING',
      totalCount: 12,
      copiedCount: 5,
      failedCount: 0,
      copiedSize: 4096,
      listStatus: 'Listing',
    })
  })

  it('knows what is missing and what is taken by status and part of the code', async () => {
    const { client } = await open(({ method }) =>
      method === 'POST'
        ? { status: 409, body: xmlError('ImportJobAlreadyExistError', 'it exists') }
        : { status: 404, body: xmlError('JobNotExist', 'no') },
    )
    expect(await client.getJob('j', call())).toBeUndefined()
    await client.deleteJob('j', call())
    expect(await client.createJob({ name: 'j', srcAddress: 'a', destAddress: 'b' }, call())).toBe('taken')
  })

  it('asks again after a failure that may pass, and takes its own job for taken then', async () => {
    const { client, seen } = await open((_seen, n) => {
      if (n === 1) return { status: 503 }
      return n === 2 ? 'cut' : { status: 409, body: xmlError('JobAlreadyExist', 'it exists') }
    })
    expect(await client.createJob({ name: 'j', srcAddress: 'a', destAddress: 'b' }, call())).toBe('taken')
    expect(seen).toHaveLength(3)
  })

  it.each([
    [403, 'SignatureDoesNotMatch', 'access-denied', /does not belong to onlineMigration.accessKeyId/],
    [403, 'AccessDenied', 'access-denied', /migrate policies/],
    [403, 'RequestTimeTooSkewed', 'access-denied', /clock/],
    [400, 'JobCountExceedMaxCount', 'transfer-failed', /500 jobs/],
    [400, 'InvalidArgument', 'transfer-failed', undefined],
  ])('tells HTTP %i %s as %s with the fix', async (status, code, expected, hint) => {
    const { client } = await open(() => ({ status, body: xmlError(code, 'said so. StringToSign: secret-token') }))
    const error = await failed(
      client.createAddress({ name: 'a1b', addressDetail: { addressType: 's3', accessSecret: 'top' } }, call()),
    )
    expect(error.code).toBe(expected)
    expect(error.transient).toBe(false)
    if (hint === undefined) expect(error.hint).toBeUndefined()
    else expect(error.hint).toMatch(hint)
    expect(error.message).toContain(code)
    expect(`${error.message} ${String(error.cause)}`).not.toMatch(/secret-token.*top|top$/)
    expect(error.message).not.toContain('secret-token')
  })

  it('renews keys that the service calls expired, once', async () => {
    const fresh = { ...keys, accessKeyId: 'fresh', securityToken: 'token' }
    const { client, seen } = await open(
      (_seen, n) =>
        n === 1 ? { status: 403, body: xmlError('SecurityTokenExpired', 'The token has expired.') } : { status: 200 },
      { credentials: { current: () => Promise.resolve(keys), renew: () => Promise.resolve(fresh) } },
    )
    await client.updateJob('j', { status: 'IMPORT_JOB_LAUNCHING' }, call())
    expect(seen[1]?.headers['authorization']).toContain('Credential=fresh/')
    expect(seen[1]?.headers['x-oss-security-token']).toBe('token')
  })

  it('refuses an answer that is not the service’s', async () => {
    const { client } = await open(() => ({ body: '<html><body>welcome</body></html>' }))
    expect((await failed(client.getJob('j', call()))).message).toBe('GetJob j: the answer is no ImportJob')
  })

  it('reads both spellings of a time as UTC', () => {
    expect(readTime('2024-05-01 12:00:00')).toBe(Date.UTC(2024, 4, 1, 12))
    expect(readTime('2024-05-01T12:00:00.000Z')).toBe(Date.UTC(2024, 4, 1, 12))
    expect(readTime('soon')).toBeUndefined()
  })
})
