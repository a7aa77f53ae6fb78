import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Client, errorOf, startEmulated, type Emulated } from './maxcompute-client.js'

let dir: string
let service: Emulated
let client: Client

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'maxcompute-'))
  service = await startEmulated(dir)
  client = service.client
})

afterAll(async () => {
  await service.close()
  await rm(dir, { recursive: true })
})

describe('requests', () => {
  it('refuses a wrong secret and a late request with all four elements', async () => {
    const wrong = new Client(client.port, 'tpch_target', { accessKeyId: 'LTAIEmulatedKey00001', accessKeySecret: 'no' })
    const answer = await wrong.get('')
    expect(answer.status).toBe(401)
    expect(errorOf(answer)).toMatchObject({ Code: 'SignatureNotMatch', HostId: 'localhost' })
    expect(errorOf(answer).RequestId).toBe(answer.headers.get('x-odps-request-id'))
    const late = await client.send('GET', '/projects/tpch_target', '', new Date(Date.now() - 1_000_000))
    expect(errorOf(late).Code).toBe('RequestTimeTooSkewd')
  })

  it('serves the same paths below /api and at the root', async () => {
    const root = await client.send('GET', '/projects/tpch_target', '', new Date(), '')
    expect(root.status).toBe(200)
    expect((await client.get('')).text).toBe(root.text)
  })

  it('describes the project with the headers that PyODPS needs', async () => {
    const answer = await client.get('?extended')
    for (const name of ['x-odps-owner', 'x-odps-creation-time', 'last-modified'])
      expect(answer.headers.get(name)).toBeTruthy()
    expect(answer.text).toContain('<Name>odps.sql.type.system.odps2</Name><Value>true</Value>')
    expect((await client.send('GET', '/projects/nothing')).status).toBe(404)
  })

  it('refuses by name what it has not', async () => {
    const answer = await client.get('/resources')
    expect(answer.status).toBe(405)
    expect(errorOf(answer).Message).toContain('/projects/tpch_target/resources')
  })
})

describe('instances', () => {
  it('answers POST with 201, Location and no body, and status without Tasks', async () => {
    const answer = await client.submit('select 1', {}, { name: 'first-job' })
    expect(answer.status).toBe(201)
    expect(answer.text).toBe('')
    const id = answer.headers.get('location')!.split('/').pop()!
    expect(id).toMatch(/^\d{17}g[0-9a-f]{11}$/)
    const status = await client.get(`/instances/${id}?instancestatus`)
    expect(status.text).not.toContain('<Tasks>')
    expect(status.headers.get('x-odps-start-time')).toBeTruthy()
    const source = await client.get(`/instances/${id}?source=`)
    expect(source.text).toContain('<Query><![CDATA[select 1]]></Query>')
    const list = await client.get('/instances?jobname=first-job')
    expect(list.text.match(/<Instance>/g)).toHaveLength(1)
    expect(list.text).toContain(`<Name>${id}</Name>`)
  })

  it('refuses the same guid a second time', async () => {
    expect((await client.submit('select 1', {}, { guid: 'token-1' })).status).toBe(201)
    expect((await client.submit('select 1', {}, { guid: 'token-1' })).status).toBe(409)
  })

  it('answers a syntax error at once, and a semantic one as a Failed task', async () => {
    const syntax = await client.submit('select 1 +')
    expect(syntax.status).toBe(400)
    expect(errorOf(syntax)).toMatchObject({ Code: 'ParseError' })
    expect(errorOf(syntax).Message).toMatch(/^ODPS-0130161:\[1,11\] Parse exception - /)
    const id = await client.finish('select nothing')
    expect((await client.get(`/instances/${id}?taskstatus`)).text).toContain('<Status>Failed</Status>')
    expect((await client.get(`/instances/${id}?result`)).text).toContain(
      'ODPS-0130071:[1,8] Semantic analysis exception',
    )
  })

  it('describes the columns of a result and says where it was cut', async () => {
    const id = await client.finish('select cast(1.50 as decimal(10,2)) as d, "x" as s')
    const result = (await client.get(`/instances/${id}?result`)).text
    expect(result).toContain('<Result Transform="Base64" Format="csv">')
    expect(result).toContain('"Columns":[{"Name":"d","Type":"decimal(10,2)"},{"Name":"s","Type":"string"}]')
    expect(result).toContain('"SelectResultStatus":"FULL"')
    await client.run('create table many as select 1 as a from (values (1),(2),(3),(4),(5),(6),(7),(8),(9),(10)) t(x)')
    const cross = { 'odps.sql.allow.cartesian': 'true' }
    const ten = Array.from({ length: 5 }, (_, i) => `many m${i}`).join(', ')
    const big = await client.finish(`select m0.a from ${ten}`, cross)
    const cut = (await client.get(`/instances/${big}?result`)).text
    expect(cut).toContain('"SelectResultStatus":"TRUNCATED"')
    expect(await client.run(`select m0.a from ${ten}`, cross)).toHaveLength(10_000)
  })

  it('cancels what runs and refuses to cancel what has ended', async () => {
    service.faults.add([
      { service: 'maxcompute', operation: 'SELECT', contains: 'slow', action: { do: 'delay', milliseconds: 5_000 } },
    ])
    const answer = await client.submit('select 1 as slow')
    const id = answer.headers.get('location')!.split('/').pop()!
    const put = (): ReturnType<Client['send']> =>
      client.send('PUT', `/projects/tpch_target/instances/${id}`, '<Instance><Status>Terminated</Status></Instance>')
    expect((await put()).status).toBe(200)
    for (let i = 0; i < 100 && !(await client.get(`/instances/${id}`)).text.includes('Terminated'); i += 1)
      await sleep(10)
    expect((await client.get(`/instances/${id}?taskstatus`)).text).toContain('<Status>Cancelled</Status>')
    expect(errorOf(await put()).Code).toBe('InvalidStateSetting')
  })

  it('opens the tunnel for a SELECT alone', async () => {
    const select = await client.finish('select 1L as a, null as b')
    const opened = await client.send('POST', `/projects/tpch_target/instances/${select}?downloads`, '', new Date(), '')
    const session = JSON.parse(opened.text) as { RecordCount: number; Schema: { columns: unknown[] } }
    expect(session.RecordCount).toBe(1)
    expect(session.Schema.columns[0]).toMatchObject({ name: 'a', type: 'bigint', nullable: true, column_id: '0' })
    const other = await client.finish('create table if not exists t_tunnel (a bigint)')
    const refused = await client.send('POST', `/projects/tpch_target/instances/${other}?downloads`, '', new Date(), '')
    expect(errorOf(refused).Code).toBe('InstanceTypeNotSupported')
  })
})

describe('tables', () => {
  it('tells the schema in the exact JSON types', async () => {
    await client.run(
      "create table Described (a decimal(10,2) not null comment 'é', b varchar(5) default 'x') comment 'c' partitioned by (ds string) clustered by (a) sorted by (a desc) into 4 buckets lifecycle 9",
    )
    const answer = await client.get('/tables/described')
    const schema = JSON.parse(/<!\[CDATA\[(.*)\]\]>/s.exec(answer.text)![1]!) as Record<string, unknown>
    const [first, second] = schema.columns as Record<string, unknown>[]
    expect(first).toMatchObject({
      name: 'a',
      type: 'decimal(10,2)',
      comment: 'é',
      isNullable: false,
      hasDefaultValue: false,
    })
    expect(second).toMatchObject({ name: 'b', type: 'varchar(5)', isNullable: true, defaultValue: 'x' })
    expect(schema.partitionKeys).toMatchObject([{ name: 'ds', type: 'string' }])
    expect(schema).toMatchObject({ lifecycle: 9, comment: 'c', isVirtualView: false })
    const extended = (await client.get('/tables/described?extended')).text
    const reserved = JSON.parse(
      (JSON.parse(/<!\[CDATA\[(.*)\]\]>/s.exec(extended)![1]!) as { Reserved: string }).Reserved,
    ) as unknown
    expect(reserved).toMatchObject({ ClusterType: 'hash', BucketNum: 4, SortCols: [{ col: 'a', order: 'desc' }] })
  })

  it('lists tables and partitions in pages', async () => {
    for (const name of ['page_a', 'page_b', 'page_c']) await client.run(`create table ${name} (x bigint)`)
    const first = (await client.get('/tables?expectmarker=true&name=page_&maxitems=2')).text
    expect(first).toContain('<Marker>page_b</Marker>')
    const rest = (await client.get('/tables?expectmarker=true&name=page_&maxitems=2&marker=page_b')).text
    expect(rest).toContain('<Name>page_c</Name>')
    expect(rest).toContain('<Marker></Marker>')
    await client.run("alter table described add partition (ds='2020') partition (ds='2021')")
    expect((await client.get('/tables/described?partitions&expectmarker=true')).text).toContain(
      '<Column Name="ds" Value="2021"/>',
    )
    expect((await client.get("/tables/described?partition=ds='2020'")).status).toBe(200)
    expect(errorOf(await client.get("/tables/described?partition=ds='1999'")).Code).toBe('NoSuchPartition')
    expect(errorOf(await client.get('/tables/no_such_table')).Code).toBe('NoSuchObject')
  })
})

describe('faults', () => {
  it('loses the reply of a POST whose instance exists', async () => {
    service.faults.add([{ service: 'maxcompute', operation: 'POST instances', action: { do: 'cut', when: 'after' } }])
    await expect(client.submit('select 1', {}, { name: 'lost' })).rejects.toThrow()
    expect((await client.get('/instances?jobname=lost')).text.match(/<Instance>/g)).toHaveLength(1)
    service.faults.clear()
  })

  it('does nothing when it is cut before', async () => {
    service.faults.add([{ service: 'maxcompute', operation: 'POST instances', action: { do: 'cut', when: 'before' } }])
    await expect(client.submit('select 1', {}, { name: 'never' })).rejects.toThrow()
    expect((await client.get('/instances?jobname=never')).text).not.toContain('<Instance>')
    service.faults.clear()
  })

  it('throttles with Retry-After and fails statements by their word', async () => {
    service.faults.add([
      { service: 'maxcompute', operation: 'GET table', action: { do: 'throttle', delaySeconds: 3 } },
      {
        service: 'maxcompute',
        operation: 'INSERT',
        action: { do: 'fail', code: '0110999', message: 'Critical internal error' },
      },
    ])
    const answer = await client.get('/tables/described')
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '3'])
    await client.run('create table faulty (a bigint)')
    await expect(client.run('insert into faulty values (1L)')).rejects.toThrow('ODPS-0110999:Critical internal error')
    await client.run('insert into faulty values (2L)')
    expect(await client.run('select a from faulty')).toEqual([['2']])
    service.faults.clear()
  })
})
