import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultWorld } from '../../src/emulators/world.js'
import { errorOf, startEmulated, type Client, type Emulated } from './maxcompute-client.js'

let dir: string
let service: Emulated
let client: Client

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'maxcompute-'))
  const world = defaultWorld()
  service = await startEmulated(dir, { world: { ...world, maxcompute: { ...world.maxcompute, schemaModel: true } } })
  client = service.client
})

afterAll(async () => {
  await service.close()
  await rm(dir, { recursive: true })
})

const project = '/projects/tpch_target'
const schemaXml = (more = ''): string => `<Schema><Project>tpch_target</Project><Name>made</Name>${more}</Schema>`

describe('what the Go SDK sends', () => {
  it('may write characters by their numbers', async () => {
    const settings = '{&#34;odps.sql.timezone&#34;:&#34;UTC&#34;}'
    const task =
      '<SQL><Name>T</Name><Config><Property><Name>settings</Name>' +
      `<Value>${settings}</Value></Property></Config><Query>select &#39;a&amp;#34;&#x62;&#39;;&#xA;</Query></SQL>`
    const body = `<Instance><Job><Priority>9</Priority><Tasks>${task}</Tasks></Job></Instance>`
    const answer = await client.send('POST', `${project}/instances`, body)
    expect(answer.status).toBe(201)
    const id = answer.headers.get('location')!.split('/').pop()!
    const source = (await client.get(`/instances/${id}?source`)).text
    expect(source).toContain("select 'a&#34;b';\n")
    expect(source).toContain('odps.sql.timezone')
  })

  it('makes a schema that may be there, reads its times, and drops it', async () => {
    const post = (more = '') => client.send('POST', `${project}/schemas`, schemaXml(more))
    expect((await post()).status).toBe(201)
    expect(errorOf(await post()).Code).toBe('ObjectAlreadyExists')
    expect((await post('<IfNotExists>true</IfNotExists>')).status).toBe(201)
    const { headers } = await client.get('/schemas/made')
    expect(Date.parse(headers.get('x-odps-creation-time')!)).toBeLessThanOrEqual(Date.now())
    expect(Date.parse(headers.get('last-modified')!)).toBeLessThanOrEqual(Date.now())
    await client.run('create table made.t (a bigint)', { 'odps.namespace.schema': 'true' })
    expect((await client.send('DELETE', `${project}/schemas/made`)).status).toBe(405)
    await client.run('drop table made.t', { 'odps.namespace.schema': 'true' })
    expect((await client.send('DELETE', `${project}/schemas/made`)).status).toBe(200)
    expect((await client.get('/schemas/made')).status).toBe(404)
    expect((await client.send('DELETE', `${project}/schemas/made`)).status).toBe(404)
    expect((await client.send('DELETE', `${project}/schemas/default`)).status).toBe(405)
  })

  it('asks for several tables at once', async () => {
    await client.run('create table one (a bigint)')
    await client.run('create table two (b array<string>)')
    const ask = (names: readonly string[]) => {
      const tables = names.map((name) => `<Table><Project>tpch_target</Project><Name>${name}</Name></Table>`)
      return client.send('POST', `${project}/tables?query`, `<Tables>${tables.join('')}</Tables>`)
    }
    const found = (await ask(['two', 'nobody', 'ONE'])).text
    expect([...found.matchAll(/<Name>(\w+)<\/Name>/g)].map(([, name]) => name)).toEqual(['two', 'one'])
    expect(found).toContain('"type":"array<string>"')
    expect((await ask(new Array<string>(101).fill('one'))).status).toBe(400)
  })

  it('keeps what is extended about a partition apart, and sees when it was touched', async () => {
    await client.run('create table parts (a bigint) partitioned by (ds string)')
    await client.run("alter table parts add partition (ds='1')")
    const read = async (flag = ''): Promise<Record<string, unknown>> => {
      const { text } = await client.get(`/tables/parts?partition=ds='1'${flag}`)
      return JSON.parse(/CDATA\[(.*?)\]\]/s.exec(text)![1]!) as Record<string, unknown>
    }
    expect(Object.keys(await read('&extended'))).not.toContain('createTime')
    expect(await read('&extended')).toMatchObject({ IsArchived: false, FileNum: 1 })
    const before = await read()
    expect(before.lastDDLTime).toBe(before.createTime)
    // Seconds are all that the service shows.
    await new Promise((resolve) => setTimeout(resolve, 1_001))
    await client.run("alter table parts touch partition (ds='1')")
    const after = await read()
    expect(after.createTime).toBe(before.createTime)
    expect(Number(after.lastDDLTime)).toBeGreaterThan(Number(before.lastDDLTime))
  })
})
