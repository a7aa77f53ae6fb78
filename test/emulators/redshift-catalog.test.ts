import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultWorld } from '../../src/emulators/world.js'
import { startTown, type Town } from './redshift-town.js'

let town: Town
let client: pg.Client

beforeAll(async () => {
  town = await startTown()
  client = await town.connect()
  await client.query(`CREATE SCHEMA sales;
    CREATE TABLE sales.customers (id BIGINT NOT NULL PRIMARY KEY, name VARCHAR(25) ENCODE zstd) DISTSTYLE ALL;
    CREATE TABLE sales.orders (id BIGINT IDENTITY(1,1), customer BIGINT REFERENCES sales.customers(id), at TIMESTAMP DEFAULT getdate(),
      price NUMERIC(18,2), "odd name" CHAR(3), CONSTRAINT once UNIQUE (id, customer)) DISTKEY(customer) COMPOUND SORTKEY(at, id);
    CREATE TABLE sales.laced (a INTEGER, b INTEGER) INTERLEAVED SORTKEY(b, a);
    CREATE VIEW sales.cheap AS SELECT id, price FROM sales.orders WHERE price < 10;
    CREATE VIEW sales.late AS SELECT id, name FROM sales.customers WITH NO SCHEMA BINDING;
    COMMENT ON TABLE sales.orders IS 'all of them';
    COMMENT ON COLUMN sales.orders.price IS 'in euro';
    INSERT INTO sales.customers VALUES (1, 'one')`)
})

afterAll(async () => {
  await client.end()
  await town.close()
})

/** The queries of redshift.md 3.3, as they stand there. */
const relationsQuery = `SELECT n.nspname AS schema_name, c.relname AS rel_name, c.oid::bigint AS oid, c.relkind,
       c.reldiststyle, u.usename AS owner, d.description AS comment
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_user u ON u.usesysid = c.relowner
LEFT JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.objsubid = 0
WHERE c.relkind IN ('r','v') AND n.nspname !~ '^(information_schema|catalog_history|pg_)'
ORDER BY 1,2`

const columnsQuery = `SELECT n.nspname, c.relname, a.attnum, a.attname,
       format_type(a.atttypid, a.atttypmod) AS type, a.atttypid::bigint, a.atttypmod,
       format_encoding(a.attencodingtype::integer) AS encoding,
       a.attisdistkey, a.attsortkeyord, a.attnotnull, a.atthasdef, ad.adsrc, d.description
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum
LEFT JOIN pg_catalog.pg_description d ON d.objoid = a.attrelid AND d.objsubid = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r','v')
  AND n.nspname !~ '^(information_schema|catalog_history|pg_)'
ORDER BY 1,2,3`

const constraintsQuery = `SELECT n.nspname, c.relname, con.conname, con.contype, pg_get_constraintdef(con.oid) AS def
FROM pg_catalog.pg_constraint con
JOIN pg_catalog.pg_class c ON c.oid = con.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE con.contype IN ('p','u','f')`

describe('the catalog queries of the reference', () => {
  it('list relations', async () => {
    const { rows } = await client.query<Record<string, unknown>>(relationsQuery)
    expect(
      rows.map((row) => [row.schema_name, row.rel_name, row.relkind, row.reldiststyle, row.owner, row.comment]),
    ).toEqual([
      ['sales', 'cheap', 'v', 0, 'migrator', null],
      ['sales', 'customers', 'r', 8, 'migrator', null],
      ['sales', 'laced', 'r', 9, 'migrator', null],
      ['sales', 'late', 'v', 0, 'migrator', null],
      ['sales', 'orders', 'r', 1, 'migrator', 'all of them'],
    ])
  })

  it('list columns', async () => {
    const { rows } = await client.query<Record<string, unknown>>(columnsQuery)
    const orders = rows.filter((row) => row.relname === 'orders')
    expect(
      orders.map((row) => [row.attname, row.type, row.atttypmod, row.attisdistkey, row.attsortkeyord, row.attnotnull]),
    ).toEqual([
      ['id', 'bigint', -1, false, 2, true],
      ['customer', 'bigint', -1, true, 0, false],
      ['at', 'timestamp without time zone', -1, false, 1, false],
      ['price', 'numeric(18,2)', 1179654, false, 0, false],
      ['odd name', 'character(3)', 7, false, 0, false],
    ])
    expect(orders.map((row) => row.adsrc)).toEqual([
      expect.stringMatching(/^"identity"\(\d+, 0, '1,1'::text\)$/),
      null,
      'getdate()',
      null,
      null,
    ])
    expect(orders[3]?.description).toBe('in euro')
    expect(rows.filter((row) => row.relname === 'laced').map((row) => row.attsortkeyord)).toEqual([2, -1])
    expect(rows.find((row) => row.relname === 'customers' && row.attname === 'name')?.encoding).toBe('zstd')
  })

  it('list constraints', async () => {
    const { rows } = await client.query<Record<string, unknown>>(`${constraintsQuery} ORDER BY conname`)
    expect(rows.map((row) => [row.conname, row.contype, row.def])).toEqual([
      ['customers_pkey', 'p', 'PRIMARY KEY (id)'],
      ['once', 'u', 'UNIQUE (id, customer)'],
      ['orders_customer_fkey', 'f', 'FOREIGN KEY (customer) REFERENCES sales.customers(id)'],
    ])
  })

  it('tell views, and the columns of late-binding ones', async () => {
    const { rows } = await client.query('SELECT schemaname, viewname, definition FROM pg_views ORDER BY 2')
    expect(rows).toEqual([
      { schemaname: 'sales', viewname: 'cheap', definition: 'SELECT id, price FROM sales.orders WHERE price < 10' },
      {
        schemaname: 'sales',
        viewname: 'late',
        definition: 'create view sales.late as SELECT id, name FROM sales.customers with no schema binding;',
      },
    ])
    const late = await client.query(`SELECT * FROM pg_get_late_binding_view_cols()
      AS cols(view_schema name, view_name name, col_name name, col_type varchar, col_num int) ORDER BY col_num`)
    expect(late.rows.map((row: Record<string, unknown>) => [row.view_name, row.col_name, row.col_type])).toEqual([
      ['late', 'id', 'bigint'],
      ['late', 'name', 'character varying(25)'],
    ])
  })
})

/** redshift.md 3.7, for what columns can be; typname as PostgreSQL and Amazon's drivers know it. */
const typeNames = [
  [16, 'bool'],
  [20, 'int8'],
  [21, 'int2'],
  [23, 'int4'],
  [700, 'float4'],
  [701, 'float8'],
  [1042, 'bpchar'],
  [1043, 'varchar'],
  [1082, 'date'],
  [1083, 'time'],
  [1114, 'timestamp'],
  [1184, 'timestamptz'],
  [1188, 'intervaly2m'],
  [1190, 'intervald2s'],
  [1266, 'timetz'],
  [1700, 'numeric'],
  [3000, 'geometry'],
  [3001, 'geography'],
  [4000, 'super'],
  [6551, 'varbyte'],
]

describe('the catalogs that drivers read', () => {
  const rowsOf = async (text: string, values: readonly unknown[] = []): Promise<unknown[][]> =>
    (await client.query<unknown[]>({ text, values: [...values], rowMode: 'array' })).rows

  it('name every type once, none a domain', async () => {
    const oids = typeNames.map(([oid]) => oid).join(', ')
    expect(await rowsOf(`SELECT oid, typname FROM pg_catalog.pg_type WHERE oid IN (${oids}) ORDER BY 1`)).toEqual(
      typeNames,
    )
    expect(
      await rowsOf(`SELECT DISTINCT typtype, typnotnull, typbasetype, typtypmod, typrelid, typnamespace FROM pg_type`),
    ).toEqual([['b', false, 0, -1, 0, 11]])
  })

  it('tell defaults through pg_get_expr alone', async () => {
    const rows = await rowsOf(`SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid), d.adsrc, d.adbin = d.adsrc
      FROM pg_catalog.pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid WHERE c.relname = 'orders' ORDER BY d.adnum`)
    expect(rows).toEqual([
      [expect.stringMatching(/^"identity"/), expect.stringMatching(/^"identity"/), false],
      ['getdate()', 'getdate()', false],
    ])
    expect(rows[0]?.[0]).toBe(rows[0]?.[1])
    expect(await rowsOf(`SELECT pg_get_expr(d.adbin, 0) FROM pg_attrdef d LIMIT 1`)).toEqual([[null]])
  })

  it('show an index for every primary and unique key, its columns in the order of the key', async () => {
    await client.query('CREATE TABLE sales.pairs (a INTEGER, b INTEGER, c INTEGER, PRIMARY KEY (c, a))')
    const rows = await rowsOf(`SELECT ct.relname, ci.relname, ci.relkind, a.attname, a.attnum, i.indisprimary, i.indkey
      FROM pg_class ct, pg_class ci, pg_attribute a, pg_index i
      WHERE ct.oid = i.indrelid AND ci.oid = i.indexrelid AND a.attrelid = ci.oid ORDER BY 2, 5`)
    expect(rows).toEqual([
      ['customers', 'customers_pkey', 'i', 'id', 1, true, '1'],
      ['orders', 'once', 'i', 'id', 1, false, '1 2'],
      ['orders', 'once', 'i', 'customer', 2, false, '1 2'],
      ['pairs', 'pairs_pkey', 'i', 'c', 1, true, '3 1'],
      ['pairs', 'pairs_pkey', 'i', 'a', 2, true, '3 1'],
    ])
    await client.query('DROP TABLE sales.pairs')
  })

  it('cut lengths out of type names as drivers do', async () => {
    expect(
      await rowsOf(`SELECT regexp_substr('character varying(25)', '[0-9]+', 7)::INTEGER, regexp_substr('x', '[0-9]+'),
        regexp_substr('12ab34', '[0-9]+', 2)`),
    ).toEqual([[25, '', '2']])
    await expect(client.query(`SELECT regexp_substr('a1b2', '[0-9]', 1, 2)`)).rejects.toMatchObject({
      code: '0A000',
      message: 'REGEXP_SUBSTR of an occurrence is not supported by the emulated Redshift',
    })
  })

  it('say what a description describes', async () => {
    const rows = await rowsOf(`SELECT d.description, n.nspname, c.relname FROM pg_description d
      JOIN pg_class c ON c.oid = d.classoid JOIN pg_namespace n ON n.oid = c.relnamespace ORDER BY 1`)
    expect(rows).toEqual([
      ['all of them', 'pg_catalog', 'pg_class'],
      ['in euro', 'pg_catalog', 'pg_class'],
    ])
  })

  it('know the schemas of the search path, and the database as a relation', async () => {
    await client.query('SET search_path TO nowhere, sales, public')
    expect(
      await rowsOf(`SELECT (pg_catalog.current_schemas(true))[1], (current_schemas(true))[2], (current_schemas(false))[2],
        (current_schemas(false))[3], (current_schemas(false))[0]`),
    ).toEqual([['pg_catalog', 'sales', 'public', null, null]])
    await client.query('RESET search_path')
    await expect(client.query('SELECT current_schemas(true)')).rejects.toMatchObject({
      code: '0A000',
      message: 'current_schemas() without a subscript is not supported by the emulated Redshift',
    })
    expect(await rowsOf('SELECT current_database AS c FROM current_database() ORDER BY c')).toEqual([
      [defaultWorld().redshift.database],
    ])
  })
})

describe('system views', () => {
  it('hide empty tables from svv_table_info', async () => {
    const { rows } = await client.query('SELECT "schema", "table", diststyle, tbl_rows FROM svv_table_info')
    expect(rows).toEqual([{ schema: 'sales', table: 'customers', diststyle: 'ALL', tbl_rows: '1' }])
  })

  it('show pg_table_def for the search path only', async () => {
    const count = async (): Promise<unknown> => (await client.query('SELECT count(*) AS n FROM pg_table_def')).rows
    expect(await count()).toEqual([{ n: '0' }])
    await client.query('SET search_path TO sales')
    expect(await count()).toEqual([{ n: '9' }])
    await client.query('RESET search_path')
  })

  it('describe columns with their lengths', async () => {
    const { rows } =
      await client.query(`SELECT column_name, data_type, character_maximum_length AS l, numeric_precision AS p
      FROM svv_columns WHERE table_schema = 'sales' AND table_name = 'orders' AND ordinal_position > 3 ORDER BY ordinal_position`)
    expect(rows).toEqual([
      { column_name: 'price', data_type: 'numeric', l: null, p: 18 },
      { column_name: 'odd name', data_type: 'character', l: 3, p: null },
    ])
    const tables = await client.query(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = 'sales' ORDER BY 1",
    )
    expect(tables.rows.map((row: { table_name: string }) => row.table_name)).toEqual([
      'cheap',
      'customers',
      'laced',
      'orders',
    ])
  })

  it('are refused by name where the emulator has none', async () => {
    await expect(client.query('SELECT * FROM svl_qlog')).rejects.toThrow(
      'relation svl_qlog is not supported by the emulated Redshift',
    )
  })
})

describe('the leader node', () => {
  it('is not joined with tables', async () => {
    for (const sql of [
      'SELECT c.relname, o.id FROM pg_class c, sales.orders o',
      'SELECT version(), id FROM sales.customers',
      'INSERT INTO sales.customers SELECT oid, relname FROM pg_class',
    ]) {
      await expect(client.query(sql)).rejects.toMatchObject({
        code: '0A000',
        message: 'Specified types or functions (one per INFO message) not supported on Redshift tables.',
      })
    }
  })

  it('drops columns and keeps their numbers', async () => {
    await client.query('CREATE TABLE sales.gaps (a INTEGER, b INTEGER, c INTEGER)')
    await client.query('ALTER TABLE sales.gaps DROP COLUMN b')
    await client.query('ALTER TABLE sales.gaps ADD COLUMN d BOOLEAN')
    const { rows } = await client.query(`SELECT attnum, attname FROM pg_attribute WHERE NOT attisdropped
      AND attrelid = (SELECT oid FROM pg_class WHERE relname = 'gaps') ORDER BY 1`)
    expect(rows).toEqual([
      { attnum: 1, attname: 'a' },
      { attnum: 3, attname: 'c' },
      { attnum: 4, attname: 'd' },
    ])
    await client.query('DROP TABLE sales.gaps')
  })
})

describe('a serverless workgroup', () => {
  it('denies STL and STV, and answers SYS', async () => {
    const world = defaultWorld()
    const other = await startTown({ world: { ...world, redshift: { ...world.redshift, serverless: true } } })
    const session = await other.connect()
    await expect(session.query('SELECT * FROM stl_unload_log')).rejects.toMatchObject({
      code: '42501',
      message: 'permission denied for relation stl_unload_log',
    })
    expect((await session.query('SELECT count(*) AS n FROM sys_unload_history')).rows).toEqual([{ n: '0' }])
    await session.end()
    await other.close()
  })
})
