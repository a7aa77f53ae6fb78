import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startEmulated, type Client, type Emulated } from './maxcompute-client.js'

let dir: string
let service: Emulated
let client: Client

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'maxcompute-'))
  service = await startEmulated(dir)
  client = service.client
  await client.run('create table t (a bigint, b decimal(10,2), s string)')
  await client.run("insert into t values (1L, 1.50BD, 'x'), (2L, 2.50BD, 'y')")
})

afterAll(async () => {
  await service.close()
  await rm(dir, { recursive: true })
})

describe('views', () => {
  it('are queries under a name, under the column names that were given, and on one another', async () => {
    await client.run(
      "create view `v1` (`n` comment 'how many', `total`) comment 'sums' as select count(*), sum(b) from t;",
    )
    expect(await client.run('select total, n from v1')).toEqual([['4', '2']])
    await client.run(
      'create view v2 as select v.total + 1BD as more, tpch_target.v1.n from v1 v join tpch_target.v1 on 1 = 1',
      {
        'odps.sql.allow.cartesian': 'true',
      },
    )
    expect(await client.run('select more from v2 where n = 2', { 'odps.sql.allow.cartesian': 'true' })).toEqual([['5']])
  })

  it('show the rows that their tables hold when they are read', async () => {
    await client.run("insert into t values (3L, 6.00BD, 'z')")
    expect(await client.run('select n, total from v1')).toEqual([['3', '10']])
  })

  it('are told among the tables, as what they are', async () => {
    const { text } = await client.get('/tables/v1')
    expect(text).toContain('<Type>VIRTUAL_VIEW</Type>')
    const schema = JSON.parse(/<!\[CDATA\[(.*)\]\]>/s.exec(text)![1]!) as {
      columns: { name: string; type: string; comment: string }[]
    }
    expect(schema).toMatchObject({ isVirtualView: true, viewText: 'select count(*), sum(b) from t' })
    expect(schema.columns.map(({ name, type, comment }) => [name, type, comment])).toEqual([
      ['n', 'bigint', 'how many'],
      ['total', 'decimal(38,2)', ''],
    ])
    const listed = (await client.get('/tables?type=VIRTUAL_VIEW')).text
    expect(listed.match(/<Name>\w+/g)).toEqual(['<Name>v1', '<Name>v2'])
    expect((await client.get('/tables?type=MANAGED_TABLE')).text).not.toContain('v1')
    expect((await client.get('/tables/v1?data&linenum=1')).status).toBe(405)
  })

  it('are replaced and dropped', async () => {
    await client.run('create view if not exists v1 as select 1 as other')
    expect(await client.run('select n from v1')).toEqual([['3']])
    await client.run('create or replace view v1 as select a as n, b as total from t where a = 1L')
    expect(await client.run('select n, total from v1')).toEqual([['1', '1.5']])
    await client.run('create view gone as select 1 as a')
    await client.run('drop view gone')
    await client.run('drop view if exists gone')
    await expect(client.run('select * from gone')).rejects.toThrow('ODPS-0130131')
  })

  const refusals: readonly (readonly [string, string, string])[] = [
    ['create view v1 as select 1 as a', '0130211', 'view tpch_target.v1 already exists'],
    ['create view t as select 1 as a', '0130211', 'already exists'],
    ['create or replace view t as select 1 as a', '0130211', 'already exists'],
    ['create table v1 (a bigint)', '0130211', 'already exists'],
    ['create view w as select * from nothing', '0130131', 'tpch_target.nothing'],
    ['create view w (a) as select 1, 2', '0130071', '1 column names'],
    ['create view w as select 1 as a, 2 as a', '0130071', 'column a comes twice'],
    ['create or replace view v1 as select * from v2', '0130071', 'reads itself'],
    ['create or replace view if not exists w as select 1 as a', '0130161', 'OR REPLACE together'],
    ['create view w lifecycle 3 as select 1 as a', '0130161', 'LIFECYCLE of a view'],
    ['create view w as select a from t order by a', '0130071', 'ORDER BY must be used with a LIMIT'],
    ['insert into v1 values (1L, 1BD)', '0130071', 'v1 is a view'],
    ['insert overwrite table v1 select 1L, 1BD', '0130071', 'v1 is a view'],
    ['truncate table v1', '0130071', 'v1 is a view'],
    ['alter table v1 rename to v9', '0130071', 'v1 is a view'],
    ['alter table t rename to v1', '0130211', 'already exists'],
    ['drop table v1', '0130071', 'v1 is a view'],
    ['drop view t', '0130071', 't is a table'],
    ['drop view nothing', '0130201', 'View not found'],
    ['alter view v1 rename to v9', '0130161', 'ALTER VIEW is not supported by this emulator'],
  ]

  it.each(refusals)('%s', async (sql, code, message) => {
    const error: unknown = await client.run(sql).then(
      () => new Error('was accepted'),
      (reason: unknown) => reason,
    )
    expect(String(error)).toContain(`ODPS-${code}:`)
    expect(String(error)).toContain(message)
  })

  it('fail when they are read after their table went', async () => {
    await client.run('create table short (a bigint)')
    await client.run('create view lost as select a from short')
    await client.run('drop table short')
    await expect(client.run('select * from lost')).rejects.toThrow('ODPS-0130131')
  })
})
