import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTown, type Town } from './redshift-town.js'

let town: Town
let client: pg.Client

beforeAll(async () => {
  town = await startTown()
  client = await town.connect()
  await client.query(`CREATE SCHEMA sales; CREATE TABLE sales.parent (a INT, b INT, PRIMARY KEY (b, a));
    CREATE TABLE sales.child (x INT, y INT, FOREIGN KEY (x, y) REFERENCES sales.parent (b, a))`)
  await client.query('CREATE FUNCTION sales.twice(INT) RETURNS INT STABLE AS $$ SELECT 2 * $1 $$ LANGUAGE sql')
})

afterAll(async () => {
  await client.end()
  await town.close()
})

async function ask(sql: string): Promise<unknown[][]> {
  const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' })
  return rows
}

/** In the shapes that Amazon's JDBC driver asks in: arrays of key columns, dependencies, functions in FROM with comma joins. */
describe('what JDBC metadata asks', () => {
  it('joins foreign keys with the columns and the key that they refer to', async () => {
    const found =
      await ask(`SELECT pkc.relname, pka.attname, fkc.relname, fka.attname, pos.n, con.confupdtype, pkic.relname
      FROM pg_catalog.pg_class pkc, pg_catalog.pg_attribute pka, pg_catalog.pg_class fkc, pg_catalog.pg_attribute fka,
        pg_catalog.pg_constraint con, pg_catalog.generate_series(1, 32) pos(n), pg_catalog.pg_class pkic, pg_catalog.pg_depend dep
      WHERE pkc.oid = pka.attrelid AND pka.attnum = con.confkey[pos.n] AND con.confrelid = pkc.oid
        AND fkc.oid = fka.attrelid AND fka.attnum = con.conkey[pos.n] AND con.conrelid = fkc.oid AND con.contype = 'f'
        AND pkic.relkind = 'i' AND con.oid = dep.objid AND pkic.oid = dep.refobjid
        AND dep.classid = 'pg_constraint'::regclass::oid AND dep.refclassid = 'pg_class'::regclass::oid ORDER BY pos.n`)
    expect(found.map((row) => row.map(String))).toEqual([
      ['parent', 'b', 'child', 'x', '1', 'a', 'parent_pkey'],
      ['parent', 'a', 'child', 'y', '2', 'a', 'parent_pkey'],
    ])
  })

  it('reads functions from information_schema', async () => {
    expect(
      await ask(
        "SELECT routine_schema, routine_name, data_type FROM INFORMATION_SCHEMA.ROUTINES WHERE routine_type LIKE 'FUNCTION'",
      ),
    ).toEqual([['sales', 'twice', 'integer']])
  })

  it('looks for the length in a type of Hive', async () => {
    const sql =
      "SELECT REGEXP_INSTR('varchar(20)', '\\\\(', 7), REGEXP_INSTR('varchar', '\\\\(', 7), REGEXP_INSTR('abcabc', 'b', 3)"
    expect(await ask(sql)).toEqual([[8, 0, 5]])
  })

  it.each([
    ["SELECT 'pg_class'::regclass", /type regclass/],
    ['SELECT proargtypes[1] FROM pg_proc', /navigation into SUPER/],
    ["SELECT 'int4in'::regproc", /type regproc/],
  ])('is refused by name where it is not known: %s', async (sql, message) => {
    await expect(ask(sql)).rejects.toMatchObject({ code: '0A000', message: expect.stringMatching(message) as unknown })
  })
})

describe('SHOW', () => {
  it('lists databases, schemas and tables', async () => {
    expect((await ask('SHOW DATABASES')).map(([name]) => name)).toEqual(['dev'])
    expect((await ask("SHOW SCHEMAS FROM DATABASE dev LIKE 's%'")).map(([, name]) => name)).toEqual(['sales'])
    const tables = await ask('SHOW TABLES FROM SCHEMA dev.sales')
    expect(tables.map(([, , name, type]) => [name, type])).toEqual([
      ['child', 'TABLE'],
      ['parent', 'TABLE'],
    ])
    expect((await ask("SHOW TABLES FROM SCHEMA sales LIKE 'p%' LIMIT 1")).map(([, , name]) => name)).toEqual(['parent'])
  })

  it.each(['SHOW COLUMNS FROM TABLE dev.sales.child', 'SHOW TABLE sales.child', 'SHOW VIEW sales.v'])(
    'is refused by name: %s',
    async (sql) => {
      await expect(ask(sql)).rejects.toMatchObject({ code: '0A000' })
    },
  )
})
