import { describe, expect, it } from 'vitest'
import { parseDdl } from '../../../../src/translate/ddl/parse-ddl.js'

const parent = `CREATE TABLE shop.parent (
  id bigint IDENTITY, code varchar(5) DEFAULT 'x' ENCODE zstd, day date NOT NULL, no int, PRIMARY KEY (no)
) DISTKEY (code) INTERLEAVED SORTKEY (day, code);`

describe('LIKE', () => {
  it('lends columns with encodings, NOT NULL and keys of arrangement, neither constraints nor identities', () => {
    const { entries } = parseDdl(`${parent} CREATE TABLE shop.child (LIKE shop.parent);`, 'a.sql')
    const [from, to] = entries
    expect(entries.map(({ name }) => name)).toEqual(['parent', 'child'])
    expect(to).toMatchObject({ distStyle: 'key', constraints: [] })
    expect(to?.columns).toEqual(
      from?.columns.map(({ identity: _identity, defaultText: _defaultText, ...column }) => column),
    )
    expect(to?.columns.map(({ notNull }) => notNull)).toEqual([true, false, true, true])
    expect(to?.columns.map(({ sortKeyPosition }) => sortKeyPosition)).toEqual([0, -2, -1, 0])
  })

  it.each([
    ['INCLUDING', "'x'"],
    ['EXCLUDING', undefined],
  ])('%s DEFAULTS', (word, expected) => {
    const { entries } = parseDdl(`${parent} CREATE TABLE shop.child (LIKE shop.parent ${word} DEFAULTS)`, 'a.sql')
    expect(entries[1]?.columns[1]?.defaultText).toBe(expected)
  })
})

describe('what people write', () => {
  it('is passed over by its kind: temporary tables, external ones, routines with bodies in dollars', () => {
    const text = `CREATE TEMP TABLE a (x int); create local temporary table b (like a); CREATE TABLE #c AS SELECT 1;
      CREATE OR REPLACE PROCEDURE p() AS $body$ BEGIN
CREATE TABLE inner_one (a int); END; $body$ LANGUAGE plpgsql;
      CREATE FUNCTION f(int) RETURNS int STABLE AS $$ SELECT $1 $$ LANGUAGE sql;
      CREATE EXTERNAL TABLE s.t (a array<int>) STORED AS PARQUET LOCATION 's3://b/p';
      CREATE TABLE kept (a bigint identity not null)`
    const { entries, ignored } = parseDdl(text, 'a.sql')
    expect(ignored.map(({ statement }) => statement)).toEqual([
      'CREATE TEMPORARY TABLE',
      'CREATE TEMPORARY TABLE',
      'CREATE TEMPORARY TABLE',
      'CREATE PROCEDURE',
      'CREATE FUNCTION',
      'CREATE EXTERNAL TABLE',
    ])
    expect(entries.map(({ name }) => name)).toEqual(['kept'])
    expect(entries[0]?.columns[0]).toMatchObject({ notNull: true, identity: { seed: '1', step: '1', byDefault: false } })
  })

  it('BPCHAR has 256 bytes, or as many as are written', () => {
    const [entry] = parseDdl('create table t (a bpchar, b bpchar(2))', 'a.sql').entries
    expect(entry?.columns.map(({ type }) => type.text)).toEqual(['character(256)', 'character(2)'])
  })

  it('a database before the schema is the one that is read', () => {
    expect(parseDdl('create table tickit.shop.t (a int)', 'a.sql').entries[0]).toMatchObject({ schema: 'shop', name: 't' })
  })
})
