import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { MigrationError } from '../../../src/model/errors.js'
import { MaxComputeClient, type MaxComputeClientOptions } from '../../../src/target/maxcompute/client.js'
import { regionOf } from '../../../src/target/maxcompute/connection.js'
import { replay, result, status, xmlError, type Said, type Seen } from './replay-server.js'

const keys = { accessKeyId: 'LTAItestAccessId', accessKeySecret: 'testAccessKeySecret' }
const closing: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function serve(say: (seen: Seen, n: number) => Said, options: Partial<MaxComputeClientOptions> = {}) {
  const server = await replay(say)
  const client = new MaxComputeClient({
    endpoint: server.endpoint,
    project: 'p1',
    credentials: { current: async () => keys },
    userAgent: 'x/1',
    retry: { tryCountMax: 4, firstMilliseconds: 5, longestMilliseconds: 20 },
    ...options,
  })
  closing.push(() => client.close(), server.close)
  return { client, seen: server.seen }
}

async function errorOf(promise: Promise<unknown>): Promise<MigrationError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof MigrationError) return error
  throw new Error(`expected a MigrationError, got ${String(error)}`)
}

const project = '<Project><Name>p1</Name><Properties/></Project>'
const created = { status: 201, headers: { Location: 'http://host/api/projects/p1/instances/i1' } }
const instances = (...names: string[]): Said => ({
  body: `<Instances><Marker/><MaxItems>100</MaxItems>${names.map((name) => `<Instance><Name>${name}</Name><Status>Running</Status></Instance>`).join('')}</Instances>`,
})
const source = (jobName: string): Said => ({ body: `<Job><Name>${jobName}</Name><Tasks/></Job>` })
const submission = { text: 'SELECT 1', settings: {}, jobName: 'j1', guid: 'j1' }

describe('requests', () => {
  it('are signed, name the project and the client, and carry the token of temporary keys', async () => {
    const { client, seen } = await serve(() => ({ body: project }), {
      schema: 's1',
      credentials: { current: async () => ({ ...keys, securityToken: 'tok' }) },
    })
    await client.getProject()
    expect(seen[0]?.path).toBe('/api/projects/p1')
    expect(Object.fromEntries(seen[0]!.query)).toEqual({ properties: 'all', curr_project: 'p1', curr_schema: 's1' })
    expect(seen[0]?.headers).toMatchObject({ 'x-odps-user-agent': 'x/1', 'authorization-sts-token': 'tok' })
    expect(seen[0]?.headers.authorization).toMatch(/^ODPS LTAItestAccessId:[A-Za-z0-9+/]{27}=$/)
    expect(Date.parse(seen[0]?.headers.date ?? '')).toBeGreaterThan(Date.now() - 10_000)
  })

  it('encode names in paths and parameters', async () => {
    const { client, seen } = await serve(() => ({ body: '<Tables><Marker/></Tables>' }), { project: 'p 1' })
    for await (const table of client.listTables('a+b%')) throw new Error(table.name)
    expect(seen[0]?.path).toBe('/api/projects/p 1/tables')
    expect(seen[0]?.query.get('name')).toBe('a+b%')
  })

  it.each([
    ['https://service.cn-hangzhou.maxcompute.aliyun.com/api', 'cn-hangzhou'],
    ['http://service.ap-southeast-1-vpc.maxcompute.aliyun-inc.com/api', 'ap-southeast-1'],
    ['http://service.cn.maxcompute.aliyun.com/api', undefined],
    ['http://service.odps.aliyun.com/api', undefined],
    ['http://127.0.0.1:8080/api', undefined],
  ])('of %s belong to the region %s', (endpoint, region) => {
    expect(regionOf(endpoint)).toBe(region)
  })

  it('need a sound endpoint, and a region for V4', () => {
    const make = (endpoint: string, signature: 'v4' | 'auto') =>
      new MaxComputeClient({ endpoint, signature, project: 'p1', credentials: { current: async () => keys } })
    expect(() => make('service.cn-hangzhou.maxcompute.aliyun.com', 'auto')).toThrow(/not an http/)
    expect(() => make('https://user:pw@host/api', 'auto')).toThrow(/not an http/)
    expect(() => make('http://127.0.0.1/api', 'v4')).toThrow(/V4 needs a region/)
  })
})

describe('signature', () => {
  const invalid = {
    status: 401,
    body: xmlError('Unauthorized', 'The request authorization header is invalid or missing.'),
  }

  it.each([
    ['401 invalid or missing', invalid],
    ['need ak v3 support', { status: 500, body: xmlError('InternalServerError', 'need ak v3 support') }],
    ['accesskey acl denied', { status: 500, body: xmlError('InternalServerError', 'AccessKey ACL denied') }],
    ['ODPS-0410051', { status: 400, body: xmlError('InvalidParameter', 'ODPS-0410051:Invalid credentials') }],
  ])('falls back to V2 on "%s" and stays with it, for a POST too', async (_name, no) => {
    const { client, seen } = await serve(
      ({ headers }) => (headers.authorization?.includes('aliyun_v4_request') === true ? no : created),
      { region: 'cn-hangzhou' },
    )
    expect(await client.submit(submission)).toEqual({ instance: 'i1' })
    expect(await client.submit(submission)).toEqual({ instance: 'i1' })
    expect(seen.map(({ headers }) => headers.authorization?.split(':')[0])).toEqual([
      expect.stringMatching(/^ODPS LTAItestAccessId\/\d{8}\/cn-hangzhou\/odps\/aliyun_v4_request$/),
      'ODPS LTAItestAccessId',
      'ODPS LTAItestAccessId',
    ])
  })

  it('stays with the scheme that was asked for', async () => {
    const { client, seen } = await serve(() => invalid, { region: 'cn-hangzhou', signature: 'v4' })
    expect(await errorOf(client.getProject())).toMatchObject({ code: 'target-denied', transient: false })
    expect(seen).toHaveLength(1)
    const v2 = await serve(() => ({ body: project }), { region: 'cn-hangzhou', signature: 'v2' })
    await v2.client.getProject()
    expect(v2.seen[0]?.headers.authorization).not.toContain('aliyun_v4')
  })
})

describe('repeats', () => {
  it.each([502, 503, 504, 429])('a GET that was answered %i', async (code) => {
    const { client, seen } = await serve((_, n) => (n < 3 ? { status: code, body: 'busy' } : { body: project }))
    expect(await client.getProject()).toMatchObject({ name: 'p1' })
    expect(seen).toHaveLength(3)
  })

  it('a GET whose connection broke', async () => {
    const { client, seen } = await serve((_, n) => (n < 3 ? 'cut' : { body: project }))
    expect(await client.getProject()).toMatchObject({ name: 'p1' })
    expect(seen).toHaveLength(3)
  })

  it('after the wait that the service asks for', async () => {
    const { client } = await serve((_, n) =>
      n === 1 ? { status: 429, headers: { 'Retry-After': '1' } } : { body: project },
    )
    const began = Date.now()
    await client.getProject()
    expect(Date.now() - began).toBeGreaterThanOrEqual(990)
  })

  it('unless that wait is too long', async () => {
    const { client, seen } = await serve(() => ({ status: 503, headers: { 'Retry-After': '301' } }))
    expect(await errorOf(client.getProject({ deadlineAt: Date.now() + 3_600_000 }))).toMatchObject({ transient: true })
    expect(seen).toHaveLength(1)
  })

  it('neither beyond the deadline', async () => {
    const { client, seen } = await serve(() => ({ status: 503, headers: { 'Retry-After': '60' } }))
    const error = await errorOf(client.getProject({ deadlineAt: Date.now() + 2_000 }))
    expect(error).toMatchObject({ code: 'target-failed', transient: true })
    expect(seen).toHaveLength(1)
  })

  it('nor a plain refusal, nor without end', async () => {
    const refused = await serve(() => ({ status: 400, body: xmlError('InvalidParameter', 'no') }))
    expect(await errorOf(refused.client.getProject())).toMatchObject({ code: 'target-refused', transient: false })
    expect(refused.seen).toHaveLength(1)
    const busy = await serve(() => ({ status: 503 }))
    await errorOf(busy.client.getProject())
    expect(busy.seen).toHaveLength(4)
  })
})

describe('errors', () => {
  it.each([
    [401, 'Unauthorized', 'who', 'target-denied', false],
    [403, 'SignatureNotMatch', 'ODPS-0410042', 'target-denied', false],
    [400, 'InvalidAccessKey', '', 'target-denied', false],
    [400, 'NoPermission', 'ODPS-0420095: Access Denied', 'target-denied', false],
    [400, 'ODPS-0130013', 'ODPS-0130013:Authorization exception', 'target-denied', false],
    [404, 'NoSuchProject', 'ODPS-0420111: Project not found', 'target-missing', false],
    [400, 'ODPS-0130131', 'ODPS-0130131:Table not found', 'target-missing', false],
    [500, 'InternalServerError', 'oops', 'target-failed', true],
    [400, 'FlowExceeded', 'slow', 'target-failed', true],
    [400, 'ODPS-0110061', 'ODPS-0110061:Failed to run ddltask', 'target-failed', true],
    [400, 'ParseError', 'ODPS-0130161:[1,1] Parse exception', 'target-refused', false],
  ])('%i %s is %s', async (code, name, message, expected, transient) => {
    const { client } = await serve(() => ({ status: code, body: xmlError(name, message) }))
    const error = await errorOf(client.getProject({ subject: 'project p1' }))
    expect(error).toMatchObject({ code: expected, transient })
    expect(error.message).toMatch(/^project p1: /)
    expect(error.message).toContain('request REQ1')
    expect(error.message).toContain(name)
    expect(error.message).toContain(message)
  })

  it('tells about the clock', async () => {
    const text =
      'ODPS-0410031:Authentication request expired - the expire time is expired. max_interval_date:900000,expire_date:2026-01-02T03:04:05.000Z,now_date:2026-01-02T04:04:05.000Z'
    const { client } = await serve(() => ({ status: 401, body: xmlError('RequestTimeTooSkewd', text) }))
    const error = await errorOf(client.getProject())
    expect(error).toMatchObject({ code: 'target-denied', transient: false })
    expect(error.hint).toMatch(/clock .* 15 minutes/)
  })

  it('tells where nobody answers, and a proxy does', async () => {
    const { client } = await serve(() => ({ body: '<html>login</html>' }))
    expect(await errorOf(client.getProject())).toMatchObject({ code: 'target-failed', transient: false })
    const gone = new MaxComputeClient({
      endpoint: 'http://127.0.0.1:9/api',
      project: 'p1',
      credentials: { current: async () => keys },
      retry: { tryCountMax: 2, firstMilliseconds: 1, longestMilliseconds: 1 },
    })
    const error = await errorOf(gone.getProject())
    expect(error).toMatchObject({ code: 'target-unreachable', transient: true })
    expect(error.message).toContain('ECONNREFUSED')
  })

  it('never hold a secret', async () => {
    const { client } = await serve(() => ({ status: 401, body: xmlError('SignatureNotMatch', 'no') }))
    const error = await errorOf(client.getProject())
    expect(JSON.stringify([error.message, error.hint, error.stack])).not.toContain(keys.accessKeySecret)
  })
})

describe('bounds', () => {
  /** Accepts connections and never says a word. */
  async function mute(): Promise<MaxComputeClient> {
    const server = createServer((socket) => socket.on('error', () => undefined))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const client = new MaxComputeClient({
      endpoint: `http://127.0.0.1:${port}/api`,
      project: 'p1',
      credentials: { current: async () => keys },
    })
    closing.push(
      () => client.close(),
      () => server.close(),
    )
    return client
  }

  it('end a request at its deadline', async () => {
    const client = await mute()
    const began = Date.now()
    const error = await errorOf(client.getProject({ deadlineAt: began + 200 }))
    expect(error).toMatchObject({ code: 'target-unreachable', transient: true })
    expect(Date.now() - began).toBeLessThan(2_000)
  })

  it('end a request when the signal fires', async () => {
    const client = await mute()
    const began = Date.now()
    const error = await errorOf(client.getProject({ signal: AbortSignal.timeout(100) }))
    expect(error).toMatchObject({ code: 'interrupted', transient: false })
    expect(Date.now() - began).toBeLessThan(2_000)
    expect(await errorOf(client.getProject({ signal: AbortSignal.abort() }))).toMatchObject({ code: 'interrupted' })
  })

  it('leave a submission unresolved that was sent and not answered in time', async () => {
    const client = await mute()
    const error = await errorOf(client.submit(submission, { deadlineAt: Date.now() + 200 }))
    expect(error).toMatchObject({ code: 'target-unresolved', transient: false })
  })
})

describe('temporary keys', () => {
  const expired = {
    status: 401,
    body: xmlError(
      'AuthenticationRequestExpired',
      'ODPS-0410031:Authentication request expired - security token expired',
    ),
  }
  const temporary = (id: string) => ({ ...keys, accessKeyId: id, securityToken: `token of ${id}` })

  it('that end in the middle are renewed, for a POST as well', async () => {
    let current = temporary('old')
    const credentials = {
      current: async () => current,
      renew: async () => (current = temporary('new')),
    }
    const { client, seen } = await serve(
      ({ headers }) => (headers['authorization-sts-token'] === 'token of old' ? expired : created),
      { credentials },
    )
    expect(await client.submit(submission)).toEqual({ instance: 'i1' })
    expect(seen.map(({ method, headers }) => [method, headers['authorization-sts-token']])).toEqual([
      ['POST', 'token of old'],
      ['POST', 'token of new'],
    ])
  })

  it('that stay refused, or cannot be renewed, are told as expired and not as a wrong clock', async () => {
    for (const more of [{}, { renew: async () => temporary('new') }]) {
      const { client, seen } = await serve(() => expired, {
        credentials: { current: async () => temporary('old'), ...more },
      })
      const error = await errorOf(client.getProject())
      expect(error).toMatchObject({ code: 'target-denied', transient: false })
      expect(error.hint).toMatch(/temporary keys/)
      expect(seen).toHaveLength('renew' in more ? 2 : 1)
    }
  })
})

describe('submit', () => {
  it.each(['/i7', 'http://host/i7', '/projects/p1/instances/i7/', 'http://host/api/projects/p1/instances/i7?x=1'])(
    'takes what stands after the last slash of Location: %s',
    async (location) => {
      const { client } = await serve(() => ({ status: 201, headers: { Location: location } }))
      expect(await client.submit(submission)).toEqual({ instance: 'i7' })
    },
  )

  it('takes the id from Location, and the results of a statement that ran at once', async () => {
    const { client, seen } = await serve((_, n) =>
      n === 1 ? created : { ...created, status: 200, body: result('a\n1\n') },
    )
    expect(await client.submit(submission)).toEqual({ instance: 'i1' })
    expect(await client.submit(submission)).toMatchObject({ instance: 'i1', results: [{ text: 'a\n1\n' }] })
    expect(seen[0]?.headers['content-type']).toBe('application/xml')
    expect(seen[0]?.body).toContain('<Name>j1</Name>')
  })

  it('never sends twice what may have arrived: a lost reply is looked up', async () => {
    const { client, seen } = await serve(({ method, path, query }) => {
      if (method === 'POST') return 'cut'
      return path.endsWith('/instances')
        ? instances('other', 'i7')
        : source(path.endsWith('i7') && query.has('source') ? 'j1' : 'j2')
    })
    expect(await client.submit(submission)).toEqual({ instance: 'i7' })
    expect(seen.filter(({ method }) => method === 'POST')).toHaveLength(1)
    expect(seen.some(({ path, query }) => path.endsWith('/instances') && query.get('jobname') === 'j1')).toBe(true)
  })

  it('asks the listing for the job name and a range of days', async () => {
    const { client, seen } = await serve(() => instances())
    await client.findInstances({ jobName: 'j1', from: 1_767_323_045_678 })
    expect(Object.fromEntries(seen[0]!.query)).toEqual({
      onlyowner: 'no',
      jobname: 'j1',
      daterange: '1767323045:',
      curr_project: 'p1',
    })
  })

  it('takes a 409 as "in progress already"', async () => {
    let looks = 0
    const { client, seen } = await serve(({ method, path }) => {
      if (method === 'POST') return { status: 409, headers: { 'Retry-After': '1' }, body: xmlError('Conflict', 'guid') }
      if (!path.endsWith('/instances')) return source('j1')
      looks += 1
      return looks < 2 ? instances() : instances('i3')
    })
    expect(await client.submit(submission)).toEqual({ instance: 'i3' })
    expect(seen.filter(({ method }) => method === 'POST')).toHaveLength(1)
  })

  it('is unresolved when the loss cannot be looked up', async () => {
    const { client } = await serve(({ method }) =>
      method === 'POST' ? 'cut' : { status: 400, body: xmlError('Bad', 'x') },
    )
    expect(await errorOf(client.submit(submission))).toMatchObject({ code: 'target-unresolved', transient: false })
  })

  it('is unresolved when two instances bear the name', async () => {
    const { client } = await serve(({ method, path }) => {
      if (method === 'POST') return 'cut'
      return path.endsWith('/instances') ? instances('i1', 'i2') : source('j1')
    })
    const error = await errorOf(client.submit(submission))
    expect(error.code).toBe('target-unresolved')
    expect(error.message).toContain('i1, i2')
  })

  it('is unresolved after a gateway gave up and nothing is listed', async () => {
    const { client } = await serve(({ method }) => (method === 'POST' ? { status: 504, body: 'gateway' } : instances()))
    const error = await errorOf(client.submit(submission, { deadlineAt: Date.now() + 1_500 }))
    expect(error.code).toBe('target-unresolved')
  })

  it('fails, and may be tried again, when the service refused for the moment or nothing was listed after a broken connection', async () => {
    const { client, seen } = await serve(({ method }) => (method === 'POST' ? { status: 429 } : instances()))
    expect(await errorOf(client.submit(submission))).toMatchObject({ code: 'target-failed', transient: true })
    expect(seen).toHaveLength(1)
    const broken = await serve(({ method }) => (method === 'POST' ? 'cut' : instances()))
    expect(await errorOf(broken.client.submit(submission, { deadlineAt: Date.now() + 1_500 }))).toMatchObject({
      code: 'target-unreachable',
      transient: true,
    })
  })

  it('may be sent again when nobody was there to receive it', async () => {
    const placeholder = createServer()
    await new Promise<void>((resolve) => placeholder.listen(0, '127.0.0.1', resolve))
    const { port } = placeholder.address() as AddressInfo
    await new Promise((resolve) => placeholder.close(resolve))
    const posts: string[] = []
    const client = new MaxComputeClient({
      endpoint: `http://127.0.0.1:${port}/api`,
      project: 'p1',
      credentials: { current: async () => keys },
      retry: { tryCountMax: 50, firstMilliseconds: 50, longestMilliseconds: 50 },
    })
    const submitting = client.submit(submission)
    await new Promise((resolve) => setTimeout(resolve, 150))
    const { createServer: createHttpServer } = await import('node:http')
    const late = createHttpServer((request, response) => {
      posts.push(request.method ?? '')
      response.writeHead(201, created.headers).end()
    })
    await new Promise<void>((resolve) => late.listen(port, '127.0.0.1', resolve))
    closing.push(
      () => client.close(),
      () => late.close(),
    )
    expect(await submitting).toEqual({ instance: 'i1' })
    expect(posts).toEqual(['POST'])
  })
})

describe('tables', () => {
  it('come page by page until there is no marker', async () => {
    const page = (name: string, marker: string): string =>
      `<Tables><Marker>${marker}</Marker><Table><Name>${name}</Name></Table></Tables>`
    const { client, seen } = await serve(({ query }) => ({
      body: query.has('marker') ? page('b', '') : page('a', 'm=/+1'),
    }))
    const names: string[] = []
    for await (const { name } of client.listTables()) names.push(name)
    expect(names).toEqual(['a', 'b'])
    expect(seen.map(({ query }) => query.get('marker'))).toEqual([null, 'm=/+1'])
  })

  it('never come for ever', async () => {
    const { client, seen } = await serve(() => ({ body: '<Tables><Marker>same</Marker></Tables>' }))
    const all = async (): Promise<void> => {
      for await (const table of client.listTables()) throw new Error(table.name)
    }
    expect((await errorOf(all())).message).toContain('does not end')
    expect(seen).toHaveLength(2)
  })

  it.each([
    ['NoSuchObject', "ODPS-0420111: No such object - table 't'"],
    ['NoSuchTable', 'no'],
    ['ODPS-0130131', 'ODPS-0130131:Table not found'],
  ])('that do not exist (%s) are undefined', async (code, message) => {
    const { client } = await serve(() => ({ status: 404, body: xmlError(code, message) }))
    expect(await client.getTable('t')).toBeUndefined()
  })

  it.each([
    [{ status: 404, body: xmlError('NoSuchProject', 'no') }],
    [{ status: 404, body: xmlError('NoSuchSchema', 'no') }],
    [{ status: 404, body: xmlError('NoSuchObject', "ODPS-0420111: Project not found - 'p1'") }],
    [{ status: 404, body: 'a proxy has no such page' }],
  ])('are not undefined for any other 404', async (said) => {
    const { client } = await serve(() => said)
    expect((await errorOf(client.getTable('t'))).code).toBe('target-missing')
  })
})

describe('instances', () => {
  it('are polled with and without waiting', async () => {
    const { client, seen } = await serve(() => ({ body: status('Running') }))
    expect(await client.instanceStatus('i1')).toBe('Running')
    expect(await client.instanceStatus('i1', true)).toBe('Running')
    expect(seen.map(({ query }) => query.has('instancestatus'))).toEqual([false, true])
  })

  it('are cancelled, also when they have ended already', async () => {
    const { client, seen } = await serve((_, n) =>
      n === 1 ? {} : { status: 400, body: xmlError('InvalidStateSetting', 'ODPS-0420131: Invalid state setting') },
    )
    await client.cancel('i1')
    await client.cancel('i1')
    expect(seen[0]).toMatchObject({ method: 'PUT', path: '/api/projects/p1/instances/i1' })
    expect(seen[0]?.body).toContain('<Instance><Status>Terminated</Status></Instance>')
  })

  it('have a page with a token, or without', async () => {
    const { client, seen } = await serve(({ path }) =>
      path.endsWith('/host')
        ? { body: 'https://logview.example.com' }
        : { body: '<Authorization><Result>TOKEN==</Result></Authorization>' },
    )
    const url = new URL(await client.logview('i1'))
    expect(url.origin + url.pathname).toBe('https://logview.example.com/logview/')
    expect(Object.fromEntries(url.searchParams)).toEqual({ h: client.endpoint, p: 'p1', i: 'i1', token: 'TOKEN==' })
    const asked = JSON.parse(seen.find(({ method }) => method === 'POST')?.body ?? '') as unknown
    expect(asked).toMatchObject({
      policy: { Statement: [{ Resource: 'acs:odps:*:projects/p1/instances/i1' }], Version: '1' },
    })
    const denied = await serve(() => ({ status: 403, body: xmlError('NoPermission', 'no') }))
    expect(await denied.client.logview('i1')).toMatch(/^http:\/\/logview\.aliyun\.com\/logview\/\?h=.*&p=p1&i=i1$/)
  })
})
