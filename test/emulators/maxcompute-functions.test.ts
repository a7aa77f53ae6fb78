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
})

afterAll(async () => {
  await service.close()
  await rm(dir, { recursive: true })
})

const utc = { 'odps.sql.timezone': 'UTC' }

/** Expressions and their values, most of them examples of the function's page in the service's documentation. */
const values: readonly (readonly [string, string])[] = [
  ["conv('1100', 2, 10)", '12'],
  ["conv('1100', 2, 16)", 'C'],
  ["conv('ab', 16, 10)", '171'],
  ["conv('ab', 16, 16)", 'AB'],
  ["conv('17', 8, 10)", '15'],
  ["conv('15', 10, 8)", '17'],
  ["conv('1100', null, 10)", '\\N'],
  ["conv('ffffffffffffffff', 16, 10)", '18446744073709551615'],
  ["cast(conv(substr(md5('Amazon Redshift'), 1, 7), 16, 10) as decimal(38,0))", '259266019'],
  ["concat_ws(':', 'name', 'hanmeimei')", 'name:hanmeimei'],
  ["concat_ws(':', 'avg', null, '34')", '\\N'],
  ["instr('Tech on the net', 'e')", '2'],
  ["instr('Tech on the net', 'on')", '6'],
  ["instr('Tech on the net', 'e', 3, 2)", '14'],
  ["instr('Tech on the net', 'e', -1)", '14'],
  ["instr('Tech on the net', null)", '\\N'],
  ["instr('abc', '')", '1'],
  ["locate('b', 'abcb', 3)", '4'],
  ["split_part('aa,bb,cc,dd', ',', 2, 3)", 'bb,cc'],
  ["split_part('aa,bb', ',', 7)", ''],
  ["split_part('aabb', ',', 1)", 'aabb'],
  ["split_part('aa,bb', '', 1)", 'aa,bb'],
  ["split_part('', ',', 1)", ''],
  ["substr('abc', 2)", 'bc'],
  ["substr('abc', -2, 1)", 'b'],
  ["substr('abc', -5)", ''],
  ["substr('abc', 0)", '\\N'],
  ["substring_index('www.example.com', '.', 2)", 'www.example'],
  ["substring_index('www.example.com', '.', -2)", 'example.com'],
  ["find_in_set('ab', 'abc,123,ab,c')", '3'],
  ["find_in_set('hi', 'abc')", '0'],
  ["regexp_replace('abcd', '(.)', '[\\\\1]', 0)", '[a][b][c][d]'],
  ["regexp_replace('abcd', 'b', 'x', 2)", 'abcd'],
  ["regexp_replace('abcabc', 'b', 'x', 2)", 'abcaxc'],
  ["regexp_extract('foothebar', 'foo(.*?)(bar)')", 'the'],
  ["regexp_extract('foothebar', 'foo(.*?)(bar)', 2)", 'bar'],
  ["regexp_substr('I love aliyun very much', 'a[[:alpha:]]{5}')", 'aliyun'],
  ["regexp_substr('I have 2 apples and 100 bucks!', '[[:blank:]][[:alnum:]]*', 1, 2)", ' 2'],
  ["regexp_substr('abc', 'x')", '\\N'],
  ["regexp_instr('i love www.taobao.com', 'o[[:alpha:]]{1}', 3, 2)", '14'],
  ["regexp_instr('i love www.taobao.com', 'o[[:alpha:]]{1}', 3, 2, 1)", '16'],
  ["regexp_count('abababc', 'a.c')", '1'],
  ["regexp_count('abababc', 'ab', 3)", '2'],
  ['chr(97)', 'a'],
  ["initcap('oDps sql')", 'Odps Sql'],
  ["translate('MaxComputer', 'puter', 'pute')", 'MaxCompute'],
  ["base64('alibaba')", 'YWxpYmFiYQ=='],
  ['greatest(1, null, 3)', '3'],
  ['least(1, null, 3)', '\\N'],
  ["dateadd(datetime '2005-02-28 00:00:00', 1, 'dd')", '2005-03-01 00:00:00'],
  ["dateadd(datetime '2005-02-28 00:00:00', 20, 'mm')", '2006-10-28 00:00:00'],
  ["dateadd(datetime '2005-01-29 00:00:00', 1, 'mm')", '2005-02-28 00:00:00'],
  ["datediff(datetime'2006-01-01 00:00:00', datetime'2005-12-31 23:59:59', 'dd')", '1'],
  ["datediff(datetime'2006-01-01 00:00:00', datetime'2005-12-31 23:59:59', 'yyyy')", '1'],
  ["datediff(datetime'2006-01-01 00:00:00', datetime'2005-12-31 23:59:59', 'ss')", '1'],
  ["datediff(datetime'2013-05-31 13:00:00', datetime'2013-05-31 12:30:00', 'mi')", '30'],
  ["datetrunc(datetime'2011-12-07 16:28:46', 'month')", '2011-12-01 00:00:00'],
  ["datepart(datetime'2013-06-08 01:10:00', 'mm')", '6'],
  ["date_add(datetime'2005-02-28 00:00:00', 1)", '2005-03-01'],
  ["date_sub('2005-03-01', 1)", '2005-02-28'],
  ["add_months(date'2017-02-14', 3)", '2017-05-14'],
  ["months_between(datetime'1997-02-28 10:30:00', date'1996-10-30')", '3.9495967741935485'],
  ["months_between(date'2020-03-31', date'2020-02-29')", '1.0'],
  ["weekday(datetime'2009-03-20 11:11:00')", '4'],
  ["dayofweek(date'2009-03-20')", '6'],
  ["dayofyear(date'2014-04-16')", '106'],
  ["weekofyear(datetime'2014-12-29 00:00:00')", '1'],
  ["lastday(datetime'2013-06-08 01:10:00')", '2013-06-30 00:00:00'],
  ["next_day('2017-08-01', 'TU')", '2017-08-08'],
  ["next_day('2017-08-01 23:34:00', 'sunday')", '2017-08-06'],
  ["to_millis(datetime'2021-03-31 12:00:00')", '1617192000000'],
  ["isdate('2021-10-11', 'yyyy-mm-dd')", 'true'],
  ["isdate('a2021', 'yyyy-mm-dd')", 'false'],
  ["from_utc_timestamp(timestamp'2020-01-01 00:00:00', 'Asia/Shanghai')", '2020-01-01 08:00:00'],
  ["date_format(datetime'2022-04-24 15:49:01', 'yyyy-MM-dd HH:mm:ss')", '2022-04-24 15:49:01'],
  ['trunc(125.815BD, 1)', '125.8'],
  ['trunc(-125.815BD)', '-125'],
  ['trunc(-0.05BD, 1)', '0'],
  ['log(2, 8)', '3.0'],
  ['factorial(5)', '120'],
  ['bin(12)', '1100'],
  ["json_extract(json '{\"a\":[1,2]}', '$.a[1]')", '2'],
]

describe('functions', () => {
  it('give what the documentation says', async () => {
    const sql = `select ${values.map(([expression]) => expression).join(',\n  ')}`
    const [row] = await client.run(sql, utc)
    const found = values.map(([expression], i) => [expression, row?.[i]])
    expect(found).toEqual(values)
  })

  it('skip NULL in GREATEST unless Hive does', async () => {
    expect(await client.value('select greatest(1, null)', { 'odps.sql.hive.compatible': 'true' })).toBe('\\N')
  })
})

const t = '(values (1, 1), (2, 1), (3, 2)) t(a, b)'

/** query, its rows in order. */
const queries: readonly (readonly [string, string, readonly (readonly string[])[]])[] = [
  [
    'QUALIFY',
    `select a from ${t} qualify row_number() over (partition by b order by a desc) = 1 order by a limit 9`,
    [['2'], ['3']],
  ],
  [
    'QUALIFY by an alias',
    `select a, sum(a) over (partition by b) as s from ${t} qualify s > 2 order by a limit 9`,
    [
      ['1', '3'],
      ['2', '3'],
      ['3', '3'],
    ],
  ],
  [
    'GROUPING SETS',
    `select b, count(*), grouping(b) from ${t} group by grouping sets ((b), ()) order by b limit 9`,
    [
      ['\\N', '3', '1'],
      ['1', '2', '0'],
      ['2', '1', '0'],
    ],
  ],
  [
    'keys with their sets behind',
    `select b, count(*) from ${t} group by a, b grouping sets ((b), ()) order by b limit 9`,
    [
      ['\\N', '3'],
      ['1', '2'],
      ['2', '1'],
    ],
  ],
  [
    'ROLLUP',
    `select b, a, sum(a) from ${t} where b = 1 group by rollup (b, a) order by b, a limit 9`,
    [
      ['\\N', '\\N', '3'],
      ['1', '\\N', '3'],
      ['1', '1', '1'],
      ['1', '2', '2'],
    ],
  ],
  [
    'CUBE',
    `select b, count(*) from ${t} group by cube (b) order by b limit 9`,
    [
      ['\\N', '3'],
      ['1', '2'],
      ['2', '1'],
    ],
  ],
  [
    'WITH ROLLUP',
    `select b, count(*) from ${t} group by b with rollup order by b limit 9`,
    [
      ['\\N', '3'],
      ['1', '2'],
      ['2', '1'],
    ],
  ],
  [
    'WINDOW',
    `select a, sum(a) over w from ${t} window w as (partition by b order by a) order by a limit 9`,
    [
      ['1', '1'],
      ['2', '3'],
      ['3', '3'],
    ],
  ],
  ['FILTER', `select count(*) filter (where a > 1), count(*) from ${t}`, [['2', '3']]],
  ['WITHIN GROUP', `select wm_concat(',', cast(a as string)) within group (order by a desc) from ${t}`, [['3,2,1']]],
  [
    'VALUES without parentheses',
    'select x, y from values (1, 2), (3, 4) v(x, y) order by x limit 9',
    [
      ['1', '2'],
      ['3', '4'],
    ],
  ],
  ['several columns before IN', `select a from ${t} where (a, b) in (select 3, 2)`, [['3']]],
  ['* EXCEPT', `select * except (a) from ${t} where a = 3`, [['2']]],
  ['EXCEPT between queries', `select b from ${t} except (select 1) limit 9`, [['2']]],
  [
    'the frame of an ordered window',
    `select last_value(a) over (partition by b order by a) from ${t} where b = 1 order by a limit 9`,
    [['1'], ['2']],
  ],
  [
    'FIRST_VALUE that ignores NULL',
    'select first_value(x, true) over (order by y) from values (null, 1), (5, 2) v(x, y) order by y limit 9',
    [['\\N'], ['5']],
  ],
  ['MAX_BY and ARG_MAX', `select max_by(a, b), arg_max(b, a), percentile(a, 0.5) from ${t}`, [['3', '3', '2.0']]],
  [
    'ORDER BY an expression of aliases',
    `select a as x, b as y from ${t} order by x * -1 limit 9`,
    [
      ['3', '2'],
      ['2', '1'],
      ['1', '1'],
    ],
  ],
  [
    'a sum of fingerprints',
    "select count(*), sum(cast(conv(substr(md5(s), 1, 7), 16, 10) as bigint)) from values ('a'), ('b') v(s)",
    [['2', '167431514']],
  ],
]

describe('queries', () => {
  it.each(queries)('%s', async (_, sql, rows) => {
    expect(await client.run(sql, utc)).toEqual(rows)
  })

  it('refuses by name what it has not', async () => {
    const settings = { 'odps.sql.allow.cartesian': 'true' }
    const refused = (sql: string) => client.run(sql, settings).then(String, String)
    expect(await refused(`select a from ${t} lateral view explode(x) y as z`)).toContain(
      'LATERAL VIEW is not supported by this emulator',
    )
    expect(await refused(`select collect_list(a) from ${t}`)).toContain(
      'function collect_list is not supported by this emulator',
    )
    expect(await refused('select ifnull(1, 2)')).toContain('function ifnull cannot be resolved')
    expect(await refused(`select a from ${t} where (a, b) not in (select 3, 2)`)).toContain('NOT IN of several columns')
    expect(await refused(`select a, (a, b) from ${t}`)).toContain('a row of values')
    expect(await refused(`select sum(a) over nope from ${t}`)).toContain('window nope cannot be resolved')
    expect(await refused("select conv('1', 7, 10)")).toContain('expect a base of 2, 8, 10, 16, actual 7')
  })
})
