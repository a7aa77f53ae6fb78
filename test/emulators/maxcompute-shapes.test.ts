import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultWorld } from '../../src/emulators/world.js'
import { startEmulated, type Client, type Emulated } from './maxcompute-client.js'

let dir: string
let service: Emulated
let client: Client
const full = { 'odps.sql.allow.fullscan': 'true' }

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'maxcompute-'))
  service = await startEmulated(dir)
  client = service.client
})

afterAll(async () => {
  await service.close()
  await rm(dir, { recursive: true })
})

/** `count` rows, numbered from 0, made of cross joins. */
function numbers(count: number): string {
  const digits = '(values (0),(1),(2),(3),(4),(5),(6),(7),(8),(9))'
  return `(select a.x + 10 * b.x + 100 * c.x as n from ${digits} a(x) cross join ${digits} b(x) cross join ${digits} c(x)) m where n < ${count}`
}

const cartesian = { 'odps.sql.allow.cartesian': 'true' }

describe('partitions', () => {
  it('are made by one statement up to 512, and no further', async () => {
    await client.run('create table many (a bigint) partitioned by (p string)')
    const insert = (count: number): string =>
      `insert overwrite table many partition (p) select cast(n as bigint), cast(n as string) from ${numbers(count)}`
    await client.run(insert(512), cartesian)
    expect((await client.run('show partitions many'))[0]?.[0]?.trim().split('\n')).toHaveLength(512)
    await expect(client.run(insert(513), cartesian)).rejects.toThrow('513 dynamic partitions, the maximum is 512')
    expect(await client.value('select count(*) from many', full)).toBe('512')
  })

  it.each([
    ["''", 'an empty name'],
    ['cast(null as string)', 'NULL'],
    ["'a/b'", 'a slash'],
    ["'名'", 'more than a byte a character'],
    [`repeat('x', 256)`, 'more than 255 bytes'],
  ])('are not named %s: %s', async (value) => {
    await client.run('create table if not exists named (a bigint) partitioned by (p string)')
    await expect(client.run(`insert into named partition (p) select 1L, ${value}`)).rejects.toThrow(
      'ODPS-0123031:Partition exception - invalid dynamic partition value',
    )
  })

  it('keep their values apart when columns come and go', async () => {
    await client.run('create table grown (a string) partitioned by (p string)')
    await client.run("insert into grown partition (p='x') select 'a1'")
    await client.run('alter table grown add columns (b string)')
    await client.run("insert into grown partition (p) select 'a2', 'b2', 'y'")
    expect(await client.run('select a, b, p from grown order by a limit 9', full)).toEqual([
      ['a1', '\\N', 'x'],
      ['a2', 'b2', 'y'],
    ])
    await client.run('alter table grown drop columns a')
    await client.run("insert overwrite table grown partition (p) select 'b3', 'y'")
    expect(await client.run('select * from grown order by p limit 9', full)).toEqual([
      ['\\N', 'x'],
      ['b3', 'y'],
    ])
    await expect(client.run('alter table grown drop columns b')).rejects.toThrow('all columns of a table')
  })

  it('are touched, renamed, counted and looked at', async () => {
    await client.run('create table seen (a bigint) partitioned by (p string, q bigint)')
    await client.run("insert into seen partition (p='x', q=1) values (5L), (6L)")
    await client.run("insert into seen partition (p='y', q=1) values (7L)")
    await client.run("alter table seen touch partition (p='x', q=1)")
    await client.run("alter table seen partition (p='x', q=1) rename to partition (p='z', q=2)")
    const listed = (await client.get("/tables/seen?partitions&partition=p='z'")).text
    expect(listed).toContain('<Column Name="p" Value="z"/><Column Name="q" Value="2"/>')
    expect(listed).toContain('<PartitionRecordCount>2</PartitionRecordCount>')
    expect(listed).not.toContain('Value="y"')
    expect((await client.get("/tables/seen?partition=p='z',q='2'")).text).toContain('"partitionRecordNum":2')
    expect((await client.get("/tables/seen?partition=p='x',q='1'")).status).toBe(404)
    expect((await client.get("/tables/seen?data&linenum=1&partition=p='z',q='2'")).text).toBe(
      '"a","p","q"\n"5","z","2"\n',
    )
    expect((await client.get('/tables/seen?data&linenum=9&cols=a')).text).toBe('"a"\n"5"\n"6"\n"7"\n')
  })

  it('are dropped by a condition', async () => {
    await client.run('create table cond (a bigint) partitioned by (p string)')
    for (const value of ['a', 'b', 'c', 'd']) await client.run(`insert into cond partition (p='${value}') select 1L`)
    const left = async (): Promise<string> => (await client.run('show partitions cond'))[0]?.[0] ?? ''
    await client.run("alter table cond drop partition (p > 'a' and p < 'c')")
    expect(await left()).toBe('p=a\np=c\np=d\n')
    await client.run("alter table cond drop if exists partition (not p <> 'a'), partition (p >= 'd')")
    expect(await left()).toBe('p=c\n')
    await client.run("alter table cond drop if exists partition (`p` <> '')")
    expect(await left()).toBe('')
    expect(await client.value('select count(*) from cond', full)).toBe('0')
    await expect(client.run("alter table cond drop partition (q <> '')")).rejects.toThrow('partition column q')
    await expect(client.run('alter table cond drop partition (length(p) > 2)')).rejects.toThrow('not supported by this')
  })

  it('of clustered tables are written one by one only', async () => {
    await client.run(
      'create table hashed (a bigint, b string) partitioned by (p string) clustered by (a) sorted by (b) into 8 buckets',
    )
    await client.run("insert overwrite table hashed partition (p='x') select 1L, 'b'")
    await expect(client.run("insert into hashed partition (p) select 1L, 'b', 'y'")).rejects.toThrow(
      'takes no dynamic partitions',
    )
  })
})

describe('Delta tables', () => {
  const delta = `tblproperties ('transactional'='true')`

  it('keep one row of a key', async () => {
    await client.run(`create table keyed (a bigint not null, b string not null, c int, primary key (a, b)) ${delta}`)
    await client.run("insert into keyed values (1L, 'x', 1), (1L, 'y', 2)")
    await client.run("insert into keyed values (1L, 'x', 3), (2L, 'x', 4)")
    expect(await client.run('select a, b, c from keyed order by a, b limit 9')).toEqual([
      ['1', 'x', '3'],
      ['1', 'y', '2'],
      ['2', 'x', '4'],
    ])
    const extended = (await client.get('/tables/keyed?extended')).text
    expect(extended).toContain('\\"PrimaryKey\\":[\\"a\\",\\"b\\"]')
    expect(extended).toContain('\\"Transactional\\":\\"true\\"')
  })

  it('are emptied by DELETE, and not overwritten', async () => {
    await expect(client.run("insert overwrite table keyed select 1L, 'x', 1")).rejects.toThrow('Delta table')
    await expect(client.run('delete from keyed where a = 1')).rejects.toThrow('not supported by this emulator')
    await client.run('delete from keyed')
    expect(await client.value('select count(*) from keyed')).toBe('0')
    await client.run('create table plain (a bigint)')
    await expect(client.run('delete from plain')).rejects.toThrow('only supported on transactional tables')
  })

  it.each([
    [`create table k1 (a bigint, primary key (a)) ${delta}`, 'primary key column a must be NOT NULL'],
    [`create table k2 (a bigint not null, primary key (z)) ${delta}`, 'primary key column z cannot be resolved'],
    [`create table k3 (a double not null, primary key (a)) ${delta}`, 'type double is not supported'],
    ['create table k4 (a bigint not null, primary key (a))', 'only supported on transactional tables'],
    [
      `create table k5 (a bigint) clustered by (a) into 2 buckets ${delta}`,
      'a clustered table cannot be transactional',
    ],
  ])('%s is refused', async (sql, message) => {
    await expect(client.run(sql)).rejects.toThrow(message)
  })
})

describe('schemas', () => {
  it('are refused where the project has none', async () => {
    await expect(client.run('create schema s')).rejects.toThrow('has no schema model')
    const settings = { 'odps.namespace.schema': 'true', 'odps.default.schema': 's' }
    await expect(client.run('select 1', settings)).rejects.toThrow('the project has no schema model')
    expect((await client.get('/tables/keyed?curr_schema=s')).text).toContain('ODPS-0422155')
  })

  it('hold tables of one name apart', async () => {
    const world = defaultWorld()
    const three = await startEmulated(dir, {
      world: { ...world, maxcompute: { ...world.maxcompute, schemaModel: true } },
    })
    const names = { 'odps.namespace.schema': 'true' }
    const { run, value, get } = {
      run: (sql: string, settings = names) => three.client.run(sql, settings),
      value: (sql: string, settings: Record<string, string>) => three.client.value(sql, settings),
      get: (path: string) => three.client.get(path),
    }
    try {
      await expect(run('create table s.t (a bigint)')).rejects.toThrow('ODPS-0422155:[1,14] Schema not found')
      await run('create schema if not exists tpch_target.s')
      await run('create schema if not exists s')
      await expect(run('create schema s')).rejects.toThrow('already exists')
      await run('create table tpch_target.s.t (a bigint)')
      await run('create table t (b string)')
      await run('insert into s.t values (7L)')
      expect(await value('select t.a + s.t.a from s.t', names)).toBe('14')
      expect(await value('select a from t', { ...names, 'odps.default.schema': 's' })).toBe('7')
      expect(await value('select count(b) from tpch_target.t', {})).toBe('0')
      await expect(run('select a from tpch_target.s.t', {} as typeof names)).rejects.toThrow('Table not found')
      await expect(run('select a from tpch_target.t')).rejects.toThrow('Table not found')
      expect((await get('/tables/t?curr_schema=s')).text).toContain('<SchemaName>s</SchemaName>')
      expect((await get('/tables?curr_schema=s')).text.match(/<Name>/g)).toHaveLength(1)
      expect((await get('/schemas')).text).toContain('<Name>s</Name>')
      expect((await get('/tables/t?curr_schema=nobody')).text).toContain('ODPS-0422155')
    } finally {
      await three.close()
    }
  })
})
