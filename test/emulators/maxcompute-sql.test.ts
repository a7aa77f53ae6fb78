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
  await client.run(
    'create table t (a bigint, b decimal(10,2), s string, c char(5), v varchar(3), d date, ts timestamp, f double, k boolean)',
  )
  await client.run(
    "insert into t values (1L, 1.50BD, 'é', 'ab', 'abc', date'2020-01-31', timestamp'2020-01-02 03:04:05.678', 0.5, true)",
  )
  await client.run("insert into t (a, s) values (2L, 'zz')")
  await client.run('create table parts (a bigint) partitioned by (ds string)')
  await client.run("insert into parts partition (ds='x') select 1L")
})

afterAll(async () => {
  await service.close()
  await rm(dir, { recursive: true })
})

const utc = { 'odps.sql.timezone': 'UTC' }

/** statement, code, what the message says besides. */
const refusals: readonly (readonly [string, string, string])[] = [
  ['select a::string from t', '0130161', "[1,9] Parse exception - invalid token ':'"],
  ["select * from t where s ilike 'x'", '0130161', '[1,25]'],
  ['select\n  a a2 a3\nfrom t', '0130161', "[2,8] Parse exception - invalid token 'a3'"],
  ['select a from t where', '0130161', 'expect an identifier'],
  ['select order from t', '0130161', "invalid token 'order'"],
  ['select 1; select 2', '0130161', "invalid token 'select'"],
  ['set a.b=c; select 1', '0130161', "invalid token 'set'"],
  ['select a from t order by a', '0130071', 'ORDER BY must be used with a LIMIT clause'],
  ['select a, count(*) from t group by 1', '0130071', 'odps.sql.groupby.position.alias=true'],
  ['select a, b from t group by a', '0130071', ''],
  ['select nope(a) from t', '0130071', 'function nope cannot be resolved'],
  ['select row_number() from t', '0130071', 'needs an OVER clause'],
  ['select x.a from t', '0130071', '[1,8] Semantic analysis exception - column x.a cannot be resolved'],
  ['select a from t x join t y on x.a = y.a', '0130071', 'ambiguous'],
  ['select a as z from t where z = 1', '0130071', 'column z cannot be resolved'],
  ['select * from nothing', '0130131', '[1,15] Table not found - table tpch_target.nothing'],
  ['select * from parts', '0130071', 'full scan with all partitions'],
  ['select 1 from t x, t y', '0130252', 'Cartesian product'],
  ['select sum(k) from t', '0130121', 'in function sum'],
  ['select max(k) from t', '0130121', 'BOOLEAN'],
  ["select a from t where a = '1'", '0130141', 'string to bigint'],
  ["select a from t where ts > '2020-01-01 00:00:00'", '0130141', 'timestamp'],
  [
    "insert into t (a) values ('1')",
    '0130071',
    'incompatible type STRING with destination column a, which has type BIGINT',
  ],
  ['insert into t select 1L', '0130071', 'wrong columns count 1 in data source, requires 9 columns'],
  ["insert into t (v) values ('abcd')", '0121145', 'varchar(3)'],
  ["insert into t (c) values ('abcdef')", '0121145', 'char(5)'],
  ['insert into t (b) values (123456789.00BD)', '0121145', ''],
  ['insert overwrite table t values (1L)', '0130161', 'does not take VALUES'],
  ['select sum(x) from (values (9223372036854775807), (1L)) y(x)', '0121145', ''],
  ['select 9223372036854775807 + 1L', '0121145', ''],
  ['select 1BD / 0BD', '0121145', 'divided by zero'],
  ["select cast('abc' as bigint)", '0121095', ''],
  ["select cast(date'2020-01-01' as bigint)", '0140011', 'cannot cast from date to bigint'],
  ['create table x (a decimal(39,2))', '0130071', 'precision 39'],
  ['create table x (a decimal(20,19))', '0130071', 'scale 19'],
  ['create table x (a varchar(65536))', '0130071', '1 to 65535'],
  ['create table x (a char(256))', '0130071', '1 to 255'],
  ['create table x (a time)', '0130071', "unknown type 'time'"],
  ['create table `_x` (a bigint)', '0130071', 'invalid table name _x'],
  ['create table x (`a-b` bigint)', '0130071', 'invalid column name a-b'],
  ['create table x (a bigint, A bigint)', '0130071', 'duplicated'],
  ['create table x (a bigint, primary key (a))', '0130071', 'PRIMARY KEY'],
  ['create table x (a bigint) lifecycle 40000', '0130071', 'lifecycle 40000'],
  ['create table x (a bigint) partitioned by (p date)', '0130071', 'partition column p'],
  ['create table x (a bigint) clustered by (a)', '0130161', 'BUCKETS'],
  [`create table x (a bigint comment '${'é'.repeat(513)}')`, '0130071', '1026 bytes'],
  ['create table t (a bigint)', '0130211', 'already exists'],
  ['drop table nothing', '0130131', ''],
  ['update t set a = 1', '0130071', 'UPDATE is only supported on transactional tables'],
  ['delete from t where a = 1', '0130071', 'DELETE is only supported on transactional tables'],
  ['create materialized view w as select 1', '0130161', 'CREATE MATERIALIZED is not supported by this emulator'],
  ['select distinct a from t group by a', '0130071', 'SELECT DISTINCT and GROUP BY'],
]

describe('refusals', () => {
  for (const [sql, code, message] of refusals) {
    it(`${code}: ${sql.slice(0, 70).replaceAll('\n', ' ')}`, async () => {
      const error: unknown = await client.run(sql).then(
        () => new Error('was accepted'),
        (reason: unknown) => reason,
      )
      expect(String(error)).toContain(`ODPS-${code}:`)
      expect(String(error)).toContain(message)
    })
  }

  it('keeps the 2.0 types for those who ask', async () => {
    const off = { 'odps.sql.type.system.odps2': 'false', 'odps.sql.decimal.odps2': 'false' }
    await expect(client.run('create table old (a int)', off)).rejects.toThrow(
      'ODPS-0130071:[1,21] Semantic analysis exception - INT type is not enabled in current mode. Please set odps.sql.type.system.odps2=true to use it.',
    )
    await expect(client.run('create table old (a decimal(5,2))', off)).rejects.toThrow(
      'precision and scale is not currently supported',
    )
    await client.run('create table wide (a decimal(38,30))', { 'odps.sql.decimal2.extended.scale.enable': 'true' })
  })
})

/** expression, text of its value in UTC. */
const values: readonly (readonly [string, string])[] = [
  ['7 / 2', '3.5'],
  ['7 div 2', '3'],
  ['-7 % 3', '-1'],
  ["'a' 'b'", 'ab'],
  ['"it\'s"', "it's"],
  ["'a\\'b\\\\\\n'", "a'b\\\n"],
  ['cast(2.9 as bigint)', '2'],
  ['cast(-2.9BD as bigint)', '-2'],
  ["cast('12.7' as bigint)", '12'],
  ['cast(12.3450BD as decimal(10,2))', '12.35'],
  ['cast(cast(0.00001BD as decimal(5,5)) as string)', '0.00001'],
  ['cast(cast(-0.5BD as decimal(1,1)) as string)', '-0.5'],
  ['cast(cast(0BD as decimal(5,5)) as string)', '0'],
  ['cast(1.50BD as string)', '1.5'],
  ['cast(100.00BD as string)', '100'],
  ["cast('abcdef' as varchar(3))", 'abc'],
  ["length(cast('ab' as char(5)))", '5'],
  ["cast('ab' as char(5)) = 'ab'", 'true'],
  ['0.06 + 0.01 = 0.07', 'true'],
  ["length('é')", '1'],
  ["lengthb('é')", '2'],
  ["substr('abcdef', 2, 3)", 'bcd'],
  ["substr('abcdef', -2)", 'ef'],
  ["substr('abc', 0)", '\\N'],
  ["instr('banana', 'n')", '3'],
  ["concat('a', null)", '\\N'],
  ["rpad('a', 3, '0')", 'a00'],
  ["md5('Amazon Redshift')", 'f7415e33f972c03abd4f3fed36748f7a'],
  ["conv(substr(md5('Amazon Redshift'), 1, 7), 16, 10)", '259266019'],
  ["lower(hex(unhex('DEADBEEF')))", 'deadbeef'],
  ["sha1('abc')", 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  ["decode(2, 1, 'one', 2, 'two')", 'two'],
  ["decode(null, null, 'n', 'x')", 'n'],
  ["if(1 > 2, 'a', 'b')", 'b'],
  ['nvl(null, 5)', '5'],
  ['round(2.5)', '3.0'],
  ['round(1.235BD, 2)', '1.24'],
  ['floor(-1.5BD)', '-2'],
  ["to_char(date'2020-03-04', 'yyyymmdd')", '20200304'],
  ["to_char(timestamp'2020-03-04 05:06:07.089', 'yyyy-mm-dd hh:mi:ss.ff3')", '2020-03-04 05:06:07.089'],
  ["to_date('2020/03/04', 'yyyy/mm/dd')", '2020-03-04 00:00:00'],
  ["dateadd(date'2020-01-31', 1, 'mm')", '2020-02-29'],
  ["datediff(date'2020-03-01', date'2020-02-01', 'dd')", '29'],
  ["datediff(date'2020-03-01', date'2020-02-01')", '29'],
  ["datetrunc(timestamp'2020-03-04 05:06:07', 'month')", '2020-03-01 00:00:00'],
  ["extract(year from date'2020-03-04')", '2020'],
  ["date'2020-01-31' + interval '1' month", '2020-02-29'],
  ["date'1998-12-01' - interval '90' day", '1998-09-02'],
  ["cast(timestamp'2020-01-02 03:04:05.678900' as string)", '2020-01-02 03:04:05.678900'],
  ["cast(timestamp'0001-01-01 00:00:00' as string)", '0001-01-01 00:00:00'],
  ["'a%c' like 'a\\%c'", 'true'],
  ["'abc' rlike 'b'", 'true'],
  ["regexp_replace('a1b2', '[0-9]', '')", 'ab'],
  ['2 between 1 and 3 and not 5 in (1, 2)', 'true'],
  ['case when null then 1 else 2 end', '2'],
  ['99999999999999999999BD * 3BD', '299999999999999999997'],
  ['cast(null as bigint) is null', 'true'],
  ['cast(1 as boolean)', 'true'],
]

describe('values', () => {
  for (const [expression, text] of values) {
    it(`${expression} is ${text}`, async () => {
      expect(await client.value(`select ${expression}`, utc)).toBe(text)
    })
  }

  it('takes a list of two thousand values', async () => {
    const list = Array.from({ length: 2000 }, (_, i) => `${i + 2}L`).join(', ')
    expect(await client.run(`select a from t where a in (${list})`)).toEqual([['2']])
  })

  it('aggregates in its own types', async () => {
    const id = await client.finish(
      'select count(*) n, sum(a) s, sum(b) t, avg(b) u, avg(a) v, count_if(k) w, min(ts) x, max(s) y from t',
      utc,
    )
    const text = (await client.get(`/instances/${id}?result`)).text
    const types = [...text.matchAll(/"Type":"([^"]+)"/g)].map((match) => match[1])
    expect(types).toEqual([
      'bigint',
      'bigint',
      'decimal(38,2)',
      'decimal(38,6)',
      'double',
      'bigint',
      'timestamp',
      'string',
    ])
    const rows = await client.run('select count(*), sum(a), sum(b), avg(a), count(distinct a, b), max(c) from t')
    expect(rows).toEqual([['2', '3', '1.5', '1.5', '1', 'ab   ']])
  })

  it('renders an instant in the zone of the session, the project’s by default', async () => {
    await client.run(
      "create table moments as select timestamp'2020-01-02 03:04:05.678' as ts, timestamp_ntz'2020-01-02 03:04:05' as n",
      utc,
    )
    const sql = 'select ts, n, cast(ts as string), cast(ts as date) from moments'
    expect(await client.run(sql, utc)).toEqual([
      ['2020-01-02 03:04:05.678', '2020-01-02 03:04:05', '2020-01-02 03:04:05.678', '2020-01-02'],
    ])
    expect((await client.run(sql))[0]?.[0]).toBe('2020-01-02 11:04:05.678')
    expect((await client.run(sql))[0]?.[1]).toBe('2020-01-02 03:04:05')
    expect(await client.value('select hour(ts) from moments')).toBe('11')
  })

  it('keeps zeros when asked, and shows NULL first', async () => {
    expect(await client.value('select b from t where a = 1', { 'odps.sql.decimal.tostring.trimzero': 'false' })).toBe(
      '1.50',
    )
    expect(await client.run('select b from t order by b limit 5')).toEqual([['\\N'], ['1.5']])
  })

  it('answers CTEs, joins, subqueries, unions and windows', async () => {
    const sql = `with big as (select a, s from t where a >= 1), both_sides as (select a from big union all select 5L)
      select x.a, y.s, row_number() over (order by x.a desc) as r, sum(x.a) over (partition by 1 order by x.a) as total
      from both_sides x left join big y on x.a = y.a
      where exists (select 1 from t z where z.a = x.a) or x.a in (select 5L) order by r limit 2 offset 1`
    expect(await client.run(sql)).toEqual([
      ['2', 'zz', '2', '3'],
      ['1', 'é', '3', '1'],
    ])
    expect(await client.run('select s as g, count(*) from t group by s order by g desc limit 9')).toEqual([
      ['é', '1'],
      ['zz', '1'],
    ])
    expect(await client.run('select a from t union select 7 order by a desc limit 1')).toEqual([['7']])
    expect(await client.run('select x.a from t x left anti join (select 1L as a) y on x.a = y.a')).toEqual([['2']])
  })
})

describe('tables', () => {
  it('overwrites, adds, truncates and takes itself as source', async () => {
    await client.run("create table w (a bigint not null, b string default 'dft')")
    await client.run('insert into w (a) values (1L), (2L)')
    await client.run('insert overwrite table w select a + 10, b from w')
    expect(await client.run('select a, b from w order by a limit 9')).toEqual([
      ['11', 'dft'],
      ['12', 'dft'],
    ])
    await expect(client.run('insert into w (b) values ("x")')).rejects.toThrow('NOT NULL column a')
    await expect(client.run('insert overwrite table w select cast(null as bigint), "x"')).rejects.toThrow('NOT NULL')
    expect(await client.value('select count(*) from w')).toBe('2')
    await client.run('truncate table w')
    expect(await client.value('select count(*) from w')).toBe('0')
  })

  it('writes partitions, static and dynamic', async () => {
    await client.run("insert overwrite table parts partition (ds='x') select 5L")
    await client.run("insert into parts partition (ds) select 6L, 'y'")
    expect(await client.run("select a from parts where ds >= 'x' order by a limit 9")).toEqual([['5'], ['6']])
    expect((await client.run('show partitions parts'))[0]?.[0]).toBe('ds=x\nds=y\n')
    await client.run("alter table parts drop partition (ds='y')")
    expect(await client.value('select count(*) from parts', { 'odps.sql.allow.fullscan': 'true' })).toBe('1')
  })

  it('alters names, columns and comments', async () => {
    await client.run('create table al (a bigint)')
    await client.run('insert into al values (1L)')
    await client.run('alter table al add columns (b string comment "bb")')
    await client.run('alter table al change column a rename to a2')
    await client.run('alter table al rename to al2')
    expect(await client.run('select a2, b from al2')).toEqual([['1', '\\N']])
    await client.run('create table al3 like al2')
    expect((await client.get('/tables/al3')).text).toContain('"comment":"bb"')
    await client.run('drop table al2')
    await client.run('drop table if exists al2')
  })

  it('runs several statements, with SET, in script mode alone', async () => {
    const script =
      'set odps.sql.timezone=UTC; create table scripted (a bigint); insert into scripted values (3L); select a from scripted;'
    expect(await client.run(script, { 'odps.sql.submit.mode': 'script' })).toEqual([['3']])
  })
})

describe('switches', () => {
  it('are refused when unknown', async () => {
    await expect(startEmulated(dir, { switches: { nothing: 1 } })).rejects.toThrow('there is no switch nothing')
    await expect(startEmulated(dir, { switches: { nullOrder: 'middle' } })).rejects.toThrow('smallest, largest')
  })

  it('change what they name', async () => {
    const switches = {
      csvQuoting: 'needed',
      decimalZeros: 'kept',
      decimalLeadingZero: 'dropped',
      sumDecimalScale: 'eighteen',
      nullOrder: 'largest',
      booleanText: 'upper',
      timestampFraction: 'nine',
      parseErrors: 'task',
    } as const
    const other = await startEmulated(dir, { switches })
    try {
      const id = await other.client.finish(
        "select 0.50BD as d, true as k, 'x' as s, timestamp'2020-01-01 00:00:00.5' as t, sum(1.5BD) as m from (values (1)) v(x)",
        utc,
      )
      const text = (await other.client.get(`/instances/${id}?result`)).text
      const csv = Buffer.from(/CDATA\[([^\]]*)\]/.exec(text)![1]!, 'base64').toString()
      expect(csv).toBe('"d","k","s","t","m"\n.50,TRUE,x,2020-01-01 00:00:00.500000000,1.500000000000000000\n')
      expect(await other.client.run('select x from (values (1), (null)) v(x) order by x limit 2')).toEqual([
        ['1'],
        ['\\N'],
      ])
      await expect(other.client.run('selec')).rejects.toThrow('ODPS-0130161')
      expect((await other.client.submit('selec')).status).toBe(201)
    } finally {
      await other.close()
    }
  })
})
