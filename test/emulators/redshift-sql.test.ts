import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTown, type Town } from './redshift-town.js'

let town: Town
let client: pg.Client

beforeAll(async () => {
  town = await startTown()
  // Every value as the server wrote it.
  client = await town.connect({
    types: { getTypeParser: () => (text: string) => text } as unknown as pg.CustomTypesConfig,
  })
  await client.query(
    `CREATE TABLE t (i SMALLINT, n INTEGER, b BIGINT, d NUMERIC(12,2), c CHAR(10), v VARCHAR(5), ts TIMESTAMP, dt DATE, f FLOAT8)`,
  )
  await client.query(`INSERT INTO t VALUES (1, 7, 10, 1.005, 'abc', 'xy  ', '2020-02-29 12:13:14.5', '2020-02-29', 0.1),
    (2, 2, 9223372036854775807, -0.50, 'abc       ', NULL, '0001-01-01', '9999-12-31', 1e30)`)
})

afterAll(async () => {
  await client.end()
  await town.close()
})

async function value(expression: string, from = ''): Promise<string | null | undefined> {
  const { rows } = await client.query<(string | null)[]>({ text: `SELECT ${expression} ${from}`, rowMode: 'array' })
  return rows[0]?.[0]
}

async function columnType(expression: string, from = 'FROM t'): Promise<number[]> {
  const { fields } = await client.query(`SELECT ${expression} AS x ${from}`)
  return [fields[0]?.dataTypeID ?? 0, fields[0]?.dataTypeModifier ?? 0]
}

const numeric = (precision: number, scale: number): number[] => [1700, ((precision << 16) | scale) + 4]

describe('numbers', () => {
  it.each([
    ['7/2', '3'],
    ['-7/2', '-3'],
    ['7 % 4', '3'],
    // scale = max(4, s1+p2-s2+1)
    ['CAST(10 AS NUMERIC(12,2)) / CAST(3 AS NUMERIC(12,2))', '3.3333333333333'],
    ['CAST(2.789 AS NUMERIC(5,1))', '2.7'],
    ['CAST(0.5 AS VARCHAR(42))', '0.5'],
    ['100.00 * 3.00 / 7.0', '42.857142'],
    ['1e3', '1000'],
    ['2 ^ 3', '8'],
    // The typmod of NUMERIC(18,2), taken apart as drivers do.
    ['(1179654 - 4) >> 16', '18'],
    ['(1179654 - 4) & 65535', '2'],
    ['1 << 4 | 1', '17'],
    ['6 # 3', '5'],
    ["'1' + 1", '2'],
    ['ROUND(2.567, 1)', '2.600'],
    ["STRTOL('ff', 16)", '255'],
    ["STRTOL('-z', 36)", '-35'],
    ['TO_HEX(255)', 'ff'],
    ["CAST(CAST('NaN' AS FLOAT8) AS VARCHAR(20))", 'NaN'],
    ["CAST(CAST('-Infinity' AS REAL) AS VARCHAR(20))", '-Infinity'],
    ["LEN(TO_HEX(CAST(REPEAT('x', 32767) AS VARBYTE(64000))))", '65534'],
  ])('%s is %s', async (expression, expected) => {
    expect(await value(expression)).toBe(expected)
  })

  it("sum and average with Redshift's types", async () => {
    expect(await columnType('SUM(n)')).toEqual([20, -1])
    expect(await columnType('SUM(b)')).toEqual(numeric(38, 0))
    expect(await columnType('AVG(d)')).toEqual(numeric(38, 2))
    expect(await value('SUM(b)', 'FROM t')).toBe('9223372036854775817')
    expect(await value('AVG(n)', 'FROM t')).toBe('4')
    expect(await value('AVG(d)', 'FROM t')).toBe('0.25')
    expect(await columnType('SUM(d) / SUM(d)')).toEqual(numeric(38, 4))
    expect(await columnType('d * d')).toEqual(numeric(25, 4))
  })

  it('do not divide by zero, nor overflow', async () => {
    await expect(value('1 / (n - n)', 'FROM t')).rejects.toMatchObject({ code: '22012' })
    await expect(value('1.0 / 0')).rejects.toMatchObject({ code: '22012' })
    await expect(value('9223372036854775807 + 1')).rejects.toMatchObject({ code: '22003' })
  })
})

describe('texts', () => {
  it.each([
    ["'it\\'s \\\\ x'", "it's \\ x"],
    ["'a' 'b' || 'c'".replace("'a' 'b'", "'ab'"), 'abc'],
    ['LEN(c)', '3'],
    ['OCTET_LENGTH(c)', '3'],
    ["c = 'abc'", 't'],
    ["c = 'abc    '", 't'],
    ["v = 'xy'", 't'],
    ['LEN(v)', '4'],
    ["MD5('Amazon Redshift')", 'f7415e33f972c03abd4f3fed36748f7a'],
    ["STRTOL(SUBSTRING(MD5('Amazon Redshift'), 1, 7), 16)", '259266019'],
    ["SUBSTRING('hello' FROM 2 FOR 3)", 'ell'],
    ["STRPOS('hello', 'l')", '3'],
    ["POSITION('l' IN 'hello')", '3'],
    ["'abc' ~ '^a'", 't'],
    ["'abc' SIMILAR TO 'a%'", 't'],
    ["'a_c' LIKE 'a\\\\_c'", 't'],
    ["'abc' LIKE 'a\\\\_c'", 'f'],
    ["DECODE(NULL, NULL, 'same', 'other')", 'same'],
    ["NVL2(NULL, 'a', 'b')", 'b'],
    ["CAST('héllo' AS VARCHAR(2))", 'h'],
    ["INITCAP('two words')", 'Two Words'],
  ])('%s is %s', async (expression, expected) => {
    expect(await value(expression, 'FROM t WHERE i = 1')).toBe(expected)
  })

  it('of CHAR are padded, of others not', async () => {
    expect(await value('c', 'FROM t WHERE i = 1')).toBe('abc       ')
    expect(await value('RTRIM(c)', 'FROM t WHERE i = 1')).toBe('abc       ')
    expect(await value('RTRIM(CAST(c AS VARCHAR(10)))', 'FROM t WHERE i = 1')).toBe('abc')
    expect(await columnType('MAX(c)')).toEqual([1042, 14])
  })

  it('are bounded in bytes', async () => {
    await client.query("INSERT INTO t (i, v) VALUES (9, 'ééx'); DELETE FROM t WHERE i = 9")
    await expect(client.query("INSERT INTO t (v) VALUES ('ééxx')")).rejects.toMatchObject({
      code: '22001',
      message: 'value too long for type character varying(5)',
    })
    await expect(client.query("INSERT INTO t (c) VALUES ('é')")).rejects.toThrow('invalid ASCII character')
    await expect(value("TO_HEX(CAST(REPEAT('x', 32768) AS VARBYTE(64000)))")).rejects.toMatchObject({
      code: '22001',
      message: 'value too long for type character varying(65535)',
    })
  })

  it('are aggregated in order', async () => {
    expect(await value("LISTAGG(n, ',') WITHIN GROUP (ORDER BY n)", 'FROM t')).toBe('2,7')
  })
})

describe('moments', () => {
  it.each([
    ['ts', '2020-02-29 12:13:14.5'],
    ["TO_CHAR(ts, 'YYYY-MM-DD HH24:MI:SS.US')", '2020-02-29 12:13:14.500000'],
    ["TO_CHAR(DATE '0044-03-15 BC', 'YYYY-MM-DD BC')", '0044-03-15 BC'],
    ["TO_CHAR(DATE '0044-03-15', 'AD YYYY')", 'AD 0044'],
    ["TO_CHAR(DATE '10000-01-01', 'YYYY-MM-DD')", '10000-01-01'],
    ["CAST(TIMESTAMP '0001-12-31 12:00:00 BC' AS VARCHAR(40))", '0001-12-31 12:00:00 BC'],
    ['DATEADD(year, 1, dt)', '2021-02-28 00:00:00'],
    ["DATEDIFF(month, '2020-01-31', '2020-02-01')", '1'],
    ["DATEDIFF(microsecond, '1970-01-01'::timestamp, timestamp '1969-12-31 23:59:59.999999')", '-1'],
    ['EXTRACT(year FROM dt)', '2020'],
    ["dt + interval '1 day'", '2020-03-01 00:00:00'],
    ['dt - 1', '2020-02-28'],
    ["DATE_TRUNC('month', ts)", '2020-02-01 00:00:00'],
    ["'2020-01-01 00:00:00+02'::timestamptz", '2019-12-31 22:00:00+00'],
    ["'0044-03-15 BC'::date - 0", '0044-03-15 BC'],
  ])('%s is %s', async (expression, expected) => {
    expect(await value(expression, 'FROM t WHERE i = 1')).toBe(expected)
  })

  it('keep the ends of the calendar', async () => {
    expect(await value('ts', 'FROM t WHERE i = 2')).toBe('0001-01-01 00:00:00')
    expect(await value("timestamp '9999-12-31 23:59:59.999999'")).toBe('9999-12-31 23:59:59.999999')
  })
})

describe('statements', () => {
  it('select as TPC-H asks', async () => {
    const { rows } = await client.query(`WITH per (k, total) AS (SELECT i, SUM(d * (1 - 0.1)) FROM t GROUP BY i)
      SELECT TOP 1 k, total FROM per p WHERE EXISTS (SELECT * FROM t WHERE t.i = p.k AND t.n BETWEEN 1 AND 9)
        AND k IN (SELECT i FROM t) ORDER BY total DESC`)
    expect(rows).toEqual([{ k: '1', total: '0.909' }])
  })

  it('insert defaults and identities, update, delete', async () => {
    await client.query("CREATE TABLE made (id BIGINT IDENTITY(10, 5), g INT, w VARCHAR DEFAULT 'word')")
    expect((await client.query('INSERT INTO made (g) VALUES (1), (2)')).rowCount).toBe(2)
    await client.query("UPDATE made SET w = w || '!', g = s.i FROM t s WHERE s.i = made.g AND s.i = 2")
    await client.query('DELETE FROM made WHERE g = 1')
    expect((await client.query('SELECT * FROM made')).rows).toEqual([{ id: '15', g: '2', w: 'word!' }])
    await expect(client.query('INSERT INTO made (nothing) VALUES (1)')).rejects.toMatchObject({ code: '42703' })
  })

  it('do not enforce keys', async () => {
    await client.query('CREATE TABLE keyed (a INTEGER PRIMARY KEY, b INTEGER UNIQUE)')
    await client.query('INSERT INTO keyed VALUES (1, 1), (1, 1)')
    expect(await value('COUNT(*)', 'FROM keyed')).toBe('2')
    await expect(client.query('INSERT INTO keyed (b) VALUES (1)')).rejects.toMatchObject({ code: '23502' })
  })

  it('truncate for good', async () => {
    await client.query('CREATE TABLE emptied (a INTEGER); INSERT INTO emptied VALUES (1)')
    await client.query('BEGIN')
    await client.query('TRUNCATE emptied')
    await client.query('ROLLBACK')
    expect(await value('COUNT(*)', 'FROM emptied')).toBe('0')
  })

  it.each([
    ["COPY t FROM 's3://x'", '0A000', /COPY is not supported by the emulated Redshift/],
    ['SELECT nothing(1)', '42883', /function nothing\(integer\) does not exist/],
    ['SELECT * FROM nowhere', '42P01', /relation "nowhere" does not exist/],
    ['SELECT 1 +', '42601', /syntax error at end of input/],
    ["SELECT 'open", '42601', /unterminated quoted string/],
    ['SET lock_timeout TO 1', '42704', /unrecognized configuration parameter "lock_timeout"/],
    ['SET extra_float_digits TO 3', '22023', /outside the valid range/],
    ['SELECT CAST(true AS VARCHAR)', '42846', /cannot cast type boolean to character varying/],
    ['SELECT MAX(i = 1) FROM t', '42883', /max\(boolean\)/],
    ['CREATE TABLE bad (a NUMERIC(38,38))', '22023', /DECIMAL scale 38 must be between 0 and 37/],
    ['CREATE TABLE bad (a JSONB)', '42704', /type "jsonb" does not exist/],
  ])('%s is refused', async (sql, code, message) => {
    await expect(client.query(sql)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string })
  })
})

describe('loading delimited files', () => {
  it('reads dbgen lines exactly and counts them', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'tbl-'))
    await writeFile(join(dir, 'n.tbl'), '1|0.10|ab|say "hi"|1996-03-13|\n2|-99999999.99|||9999-12-31|\n')
    await town.redshift.execute('CREATE TABLE lines (k BIGINT, d NUMERIC(10,2), c CHAR(5), v VARCHAR(10), dt DATE)')
    const format = { delimiter: '|', trailingDelimiter: true } as const
    expect(await town.redshift.loadDelimited('public', 'lines', join(dir, 'n.tbl'), format)).toBe(2)
    expect((await client.query('SELECT * FROM lines ORDER BY k')).rows).toEqual([
      { k: '1', d: '0.10', c: 'ab   ', v: 'say "hi"', dt: '1996-03-13' },
      { k: '2', d: '-99999999.99', c: '     ', v: '', dt: '9999-12-31' },
    ])
    await writeFile(join(dir, 'long.tbl'), '3|1|ab|12345678901|1996-03-13|\n')
    await expect(town.redshift.loadDelimited('public', 'lines', join(dir, 'long.tbl'), format)).rejects.toThrow(
      /too long/,
    )
    await rm(dir, { recursive: true })
  })
})
