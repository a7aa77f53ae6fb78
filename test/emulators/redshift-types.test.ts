import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTown, type Town } from './redshift-town.js'

let town: Town
let client: pg.Client

beforeAll(async () => {
  town = await startTown()
  client = await town.connect()
})

afterAll(async () => {
  await client.end()
  await town.close()
})

async function one(sql: string): Promise<unknown[] | undefined> {
  const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' })
  return rows[0]
}

/** Little-endian EWKB put together by hand: PostGIS writes the same. */
const point = '0101000000000000000000F03F0000000000000040'
const pointWithSrid = '0101000020E6100000000000000000F03F0000000000000040'

describe('values of the types that PostgreSQL has not', () => {
  it.each<[string, string, string]>([
    ['INTERVAL YEAR TO MONTH', "INTERVAL '1-2' YEAR TO MONTH", '1 years 2 mons'],
    ['INTERVAL YEAR TO MONTH', "'-37 months'", '-3 years -1 mons'],
    ['INTERVAL DAY TO SECOND', "INTERVAL '1 02:03:04.5' DAY TO SECOND", '1 days 2 hours 3 mins 4.5 secs'],
    ['INTERVAL DAY TO SECOND', "'-2 days'", '-2 days 0 hours 0 mins 0.0 secs'],
    ['INTERVAL DAY TO SECOND', "'26:00:00.000001'", '1 days 2 hours 0 mins 0.000001 secs'],
    ['TIMETZ', "'10:11:12.5+08'", '02:11:12.5+00'],
    ['SUPER', `JSON_PARSE('{ "a" : [1, 12345678901234567890.12, " b "] }')`, '{"a":[1,12345678901234567890.12," b "]}'],
    ['SUPER', "'text'", '"text"'],
    ['VARBYTE(4)', "FROM_HEX('00FF80')", '00ff80'],
    ['VARBYTE(4)', "'é'", Buffer.from('é').toString('hex')],
    ['GEOMETRY', "ST_GeomFromText('POINT(1 2)')", point],
    ['GEOMETRY', `'${point.toLowerCase()}'`, point],
    ['GEOGRAPHY', "ST_GeogFromText('POINT(1 2)')", pointWithSrid],
    [
      'HLLSKETCH',
      `'{"logm":15,"sparse":{"indices":[1],"values":[1]}}'`,
      '{"logm":15,"sparse":{"indices":[1],"values":[1]}}',
    ],
  ])('%s takes %s', async (type, value, shown) => {
    await client.query(`CREATE TABLE held (a ${type}); INSERT INTO held VALUES (${value}), (NULL)`)
    try {
      expect(await one('SELECT a FROM held WHERE a IS NOT NULL')).toEqual([shown])
      expect(await one('SELECT count(*) FROM held WHERE a IS NULL')).toEqual(['1'])
    } finally {
      await client.query('DROP TABLE held')
    }
  })
})

describe('functions', () => {
  it.each<[string, unknown]>([
    ["FROM_VARBYTE('abc'::VARBYTE, 'base64')", Buffer.from('abc').toString('base64')],
    ["FROM_VARBYTE(TO_VARBYTE('YWJj', 'base64'), 'utf8')", 'abc'],
    ["TO_HEX(SUBSTRING(FROM_HEX('00ff80'), 2, 2))", 'ff80'],
    ["OCTET_LENGTH('é'::VARBYTE)", 2],
    ['TO_HEX(-1)', 'ffffffff'],
    ["CAST(INTERVAL '1-2' YEAR TO MONTH AS VARCHAR(64))", '1 years 2 mons'],
    ["CAST('0:0:1'::INTERVAL DAY TO SECOND AS VARCHAR(64))", '0 days 0 hours 0 mins 1.0 secs'],
    ['CAST(JSON_PARSE(\'"x"\') AS VARCHAR(10))', 'x'],
    ["CAST(JSON_PARSE('7') AS INTEGER)", 7],
    ["ST_AsEWKT(ST_GeomFromText('POLYGON((0 2,1 1,0 -1,0 2))', 4326))", 'SRID=4326;POLYGON((0 2,1 1,0 -1,0 2))'],
    ["ST_AsEWKT(ST_GeomFromText('MULTIPOINT(1 2, (3.25 4))'))", 'MULTIPOINT((1 2),(3.25 4))'],
    [
      "ST_AsText(ST_GeomFromText('GEOMETRYCOLLECTION Z (POINT Z (1 2 3),LINESTRING Z EMPTY)'))",
      'GEOMETRYCOLLECTION Z (POINT Z (1 2 3),LINESTRING Z EMPTY)',
    ],
    ["ST_AsEWKT(ST_GeomFromText('POINT(0.1234567890123456789 1)'), 17)", 'POINT(0.12345678901234568 1)'],
    ["ST_AsHexEWKB(ST_GeomFromText('POINT(1 2)', 4326))", pointWithSrid],
    ["ST_SRID(ST_GeogFromText('POINT(1 2)'))", 4326],
  ])('%s is %j', async (expression, value) => {
    expect(await one(`SELECT ${expression}`)).toEqual([value])
  })

  it('estimate how many there are by sketches', async () => {
    const rows = Array.from({ length: 5000 }, (_, n) => `(${n % 1000})`)
    await client.query(`CREATE TABLE many (a INT); INSERT INTO many VALUES ${rows.join(', ')}`)
    const [estimate, again] = (await one(
      'SELECT HLL(a), HLL_CARDINALITY(s) FROM many CROSS JOIN (SELECT HLL_CREATE_SKETCH(a) AS s FROM many) t GROUP BY s',
    )) as [string, string]
    expect(again).toBe(estimate)
    expect(Math.abs(Number(estimate) - 1000)).toBeLessThan(30)
  })
})

describe('refusals', () => {
  it.each<[string, string]>([
    ["CREATE TABLE r (a VARCHAR(3)); INSERT INTO r VALUES ('éé')", '22001'],
    ["CREATE TABLE r (a CHAR(3)); INSERT INTO r VALUES ('é')", '22P05'],
    ["CREATE TABLE r (a VARBYTE(1)); INSERT INTO r VALUES ('é')", '22001'],
    ['CREATE TABLE r (a DECIMAL(19,2)); INSERT INTO r VALUES (92233720368547758.08)', '22003'],
    ["CREATE TABLE r (a DATE); INSERT INTO r VALUES ('infinity')", '22007'],
    ["CREATE TABLE r (a INTERVAL DAY TO SECOND); INSERT INTO r VALUES ('soon')", '22007'],
    ["CREATE TABLE r (a GEOMETRY); INSERT INTO r VALUES ('0101')", 'XX000'],
    ["SELECT JSON_PARSE('{')", 'XX000'],
    ["SELECT ST_GeomFromText('POINT(1)')", 'XX000'],
    ['CREATE TABLE r (a VARBYTE(16777217))', '22023'],
    ['CREATE TABLE r (a SUPER SORTKEY)', '0A000'],
    ['CREATE TABLE r (a TIME(3))', '0A000'],
  ])('%s: %s', async (sql, code) => {
    await expect(client.query(sql)).rejects.toMatchObject({ code })
  })
})
