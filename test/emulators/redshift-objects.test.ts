import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTown, type Town } from './redshift-town.js'

let town: Town
let client: pg.Client

beforeAll(async () => {
  town = await startTown()
  client = await town.connect()
  await client.query(`CREATE SCHEMA sales; CREATE TABLE sales.orders (id BIGINT, note VARCHAR(20));
    INSERT INTO sales.orders VALUES (1, 'one'), (2, 'two')`)
})

afterAll(async () => {
  await client.end()
  await town.close()
})

async function ask(sql: string, by = client): Promise<unknown[][]> {
  const { rows } = await by.query<unknown[]>({ text: sql, rowMode: 'array' })
  return rows
}

function refused(code: string, message: RegExp | string): object {
  return { code, message: expect.stringMatching(message) as unknown }
}

describe('materialized views', () => {
  beforeAll(async () => {
    await client.query(
      'CREATE MATERIALIZED VIEW sales.mv DISTKEY (id) AUTO REFRESH YES AS SELECT id, note FROM sales.orders',
    )
  })

  it('hold their rows until they are refreshed', async () => {
    await client.query("INSERT INTO sales.orders VALUES (3, 'three')")
    expect(await ask('SELECT count(*) FROM sales.mv')).toEqual([['2']])
    expect(await ask("SELECT is_stale, autorefresh FROM svv_mv_info WHERE name = 'mv'")).toEqual([['t', 't']])
    await client.query('REFRESH MATERIALIZED VIEW sales.mv')
    expect(await ask('SELECT count(*) FROM sales.mv')).toEqual([['3']])
    expect(await ask("SELECT is_stale FROM stv_mv_info WHERE trim(name) = 'mv'")).toEqual([['f']])
  })

  it('are views in pg_class, beside the table of their rows', async () => {
    const found =
      await ask(`SELECT relname, relkind, reldiststyle FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE nspname = 'sales' AND relname LIKE '%mv%' ORDER BY 1`)
    expect(found).toEqual([
      ['mv', 'v', 0],
      ['mv_tbl__mv__0', 'r', 1],
    ])
    const definition = (await ask("SELECT definition FROM pg_views WHERE viewname = 'mv'"))[0]?.[0]
    expect(definition).toMatch(/^create materialized view sales\.mv as \(SELECT id, note FROM sales\.orders\)/)
  })

  it('hold the tables they read from, and take their rows with them', async () => {
    await expect(client.query('DROP TABLE sales.orders')).rejects.toMatchObject(
      refused('2BP01', /cannot drop table orders/),
    )
    await expect(client.query('DROP VIEW sales.mv')).rejects.toMatchObject(refused('42809', 'is not a view'))
    await client.query('CREATE MATERIALIZED VIEW sales.brief AS SELECT 1 AS one')
    await client.query('DROP MATERIALIZED VIEW sales.brief')
    expect(await ask("SELECT 1 FROM pg_class WHERE relname LIKE '%brief%'")).toEqual([])
  })
})

describe('late-binding views', () => {
  const columns = `SELECT view_name, col_name, col_type FROM pg_get_late_binding_view_cols()
    AS cols(view_schema name, view_name name, col_name name, col_type varchar, col_num int) ORDER BY 1, col_num`

  it('are made over what is not there, and break when they are read', async () => {
    await client.query('CREATE VIEW sales.loose AS SELECT * FROM sales.later WITH NO SCHEMA BINDING')
    const missing = refused('42P01', 'relation "sales.later" does not exist')
    await expect(client.query('SELECT * FROM sales.loose')).rejects.toMatchObject(missing)
    await expect(ask(columns)).rejects.toMatchObject(missing)
    await client.query('CREATE TABLE sales.later (a INT, b NUMERIC(5,1))')
    const found = [
      ['loose', 'a', 'integer'],
      ['loose', 'b', 'numeric(5,1)'],
    ]
    expect(await ask(columns)).toEqual(found)
    await client.query('ALTER TABLE sales.later ADD COLUMN c DATE')
    expect(await ask(columns)).toEqual([...found, ['loose', 'c', 'date']])
    await client.query('DROP TABLE sales.later')
    await expect(ask(columns)).rejects.toMatchObject(missing)
    await client.query('DROP VIEW sales.loose')
    expect(await ask(columns)).toEqual([])
  })

  it('name their tables with the schema', async () => {
    await expect(
      client.query('CREATE VIEW sales.bare AS SELECT * FROM orders WITH NO SCHEMA BINDING'),
    ).rejects.toMatchObject(refused('0A000', 'should be qualified'))
    await client.query(
      'CREATE VIEW sales.full AS WITH o AS (SELECT id FROM sales.orders) SELECT id FROM o WITH NO SCHEMA BINDING',
    )
    expect(await ask('SELECT count(*) FROM sales.full')).toEqual([['3']])
  })
})

describe('Spectrum', () => {
  beforeAll(async () => {
    await client.query(`CREATE EXTERNAL SCHEMA lake FROM DATA CATALOG DATABASE 'lakedb' REGION 'us-east-1'
      IAM_ROLE 'arn:aws:iam::111122223333:role/Spectrum' CREATE EXTERNAL DATABASE IF NOT EXISTS`)
    await client.query(`CREATE EXTERNAL TABLE lake.events (id BIGINT, name VARCHAR(20), tags array<varchar(10)>,
      place struct<lat:double, more:struct<x:int>>, price DECIMAL(10,2), ratio DOUBLE PRECISION)
      PARTITIONED BY (day DATE) STORED AS PARQUET LOCATION 's3://lake/events/'`)
    await client.query(
      "ALTER TABLE lake.events ADD PARTITION (day='2024-01-01') LOCATION 's3://lake/events/day=2024-01-01/'",
    )
  })

  it('is told by SVV_EXTERNAL views, in words of Hive', async () => {
    expect(await ask('SELECT eskind, schemaname, databasename, esoptions FROM svv_external_schemas')).toEqual([
      [1, 'lake', 'lakedb', '{"REGION":"us-east-1","IAM_ROLE":"arn:aws:iam::111122223333:role/Spectrum"}'],
    ])
    const found = await ask(
      'SELECT columnname, external_type, columnnum, part_key FROM svv_external_columns ORDER BY columnnum',
    )
    expect(found).toEqual([
      ['id', 'bigint', 1, 0],
      ['name', 'varchar(20)', 2, 0],
      ['tags', 'array<varchar(10)>', 3, 0],
      ['place', 'struct<lat:double,more:struct<x:int>>', 4, 0],
      ['price', 'decimal(10,2)', 5, 0],
      ['ratio', 'double', 6, 0],
      ['day', 'date', 7, 1],
    ])
    expect(await ask('SELECT tablename, location FROM svv_external_tables')).toEqual([['events', 's3://lake/events/']])
    expect(await ask('SELECT values, location FROM svv_external_partitions')).toEqual([
      ['["2024-01-01"]', 's3://lake/events/day=2024-01-01/'],
    ])
  })

  it('is out of pg_class, and cannot be read', async () => {
    expect(await ask("SELECT 1 FROM pg_class WHERE relname = 'events'")).toEqual([])
    await expect(ask('SELECT * FROM lake.events')).rejects.toMatchObject(refused('0A000', 'external table lake.events'))
    await expect(client.query('CREATE TABLE lake.own (a INT)')).rejects.toMatchObject({ code: '0A000' })
    await expect(client.query("CREATE EXTERNAL TABLE sales.t (a INT) LOCATION 's3://x/'")).rejects.toMatchObject({
      code: '0A000',
    })
  })
})

describe('routines', () => {
  beforeAll(async () => {
    await client.query(`CREATE OR REPLACE PROCEDURE sales.pay(amount IN NUMERIC(10,2), INOUT who VARCHAR(20)) AS $$
      BEGIN RAISE INFO 'don''t; stop $ here'; END; $$ LANGUAGE plpgsql`)
    await client.query(
      'CREATE FUNCTION sales.twice(INT) RETURNS INT IMMUTABLE AS $body$ SELECT 2 * $1 $body$ LANGUAGE sql',
    )
    await client.query(`CREATE FUNCTION sales.twice(x VARCHAR) RETURNS VARCHAR STABLE AS $$
return x + x
$$ LANGUAGE plpythonu`)
    await client.query(`CREATE EXTERNAL FUNCTION sales.remote(INT) RETURNS VARCHAR VOLATILE LAMBDA 'remote-fn'
      IAM_ROLE 'arn:aws:iam::111122223333:role/Lambda'`)
  })

  it('are told with their kind, arguments and language', async () => {
    const found =
      await ask(`SELECT proname, prokind, oidvectortypes(proargtypes), lanname, provolatile FROM pg_proc_info p
      JOIN pg_language l ON l.oid = p.prolang ORDER BY 1, 3`)
    expect(found).toEqual([
      ['pay', 'p', 'numeric, character varying', 'plpgsql', 'v'],
      ['remote', 'f', 'integer', 'exfunc', 'v'],
      ['twice', 'f', 'character varying', 'plpythonu', 's'],
      ['twice', 'f', 'integer', 'sql', 'i'],
    ])
    expect(await ask("SELECT prosrc, proargnames FROM pg_proc WHERE proname = 'twice' AND provolatile = 'i'")).toEqual([
      [' SELECT 2 * $1 ', null],
    ])
    const kinds = await ask(
      'SELECT function_name, function_type, result_type FROM svv_redshift_functions ORDER BY 1, 3',
    )
    expect(kinds[0]).toEqual(['pay', 'STORED PROCEDURE', null])
    expect(kinds[1]).toEqual(['remote', 'REGULAR FUNCTION', 'character varying'])
  })

  it('are not run', async () => {
    await expect(ask('SELECT sales.twice(1)')).rejects.toMatchObject(refused('0A000', 'calling the function twice'))
    await expect(ask("CALL sales.pay(1, 'x')")).rejects.toMatchObject(refused('0A000', 'CALL'))
    await expect(ask('SELECT sales.thrice(1)')).rejects.toMatchObject({ code: '42883' })
  })

  it('are dropped by their arguments', async () => {
    await expect(client.query('DROP FUNCTION sales.twice')).rejects.toMatchObject({ code: '42725' })
    await client.query('DROP FUNCTION sales.twice(INT)')
    await expect(client.query('DROP FUNCTION sales.twice(INT)')).rejects.toMatchObject({ code: '42883' })
    await client.query('DROP FUNCTION IF EXISTS sales.twice(INT)')
    expect(await ask("SELECT count(*) FROM pg_proc WHERE proname = 'twice'")).toEqual([['1']])
  })
})

describe('another user', () => {
  let reader: pg.Client

  beforeAll(async () => {
    await client.query(`CREATE USER reader PASSWORD 'Reader-Passw0rd'; CREATE GROUP analysts; CREATE ROLE viewer;
      CREATE TABLE public.open (a INT); CREATE VIEW sales.seen AS SELECT id FROM sales.orders`)
    reader = await town.connect({ user: 'reader', password: 'Reader-Passw0rd' })
  })

  afterAll(() => reader.end())

  const denied = (name: string): object => refused('42501', `permission denied for ${name}`)

  it('logs in with the right password alone', async () => {
    expect(await ask('SELECT current_user, usesuper FROM pg_user WHERE usename = current_user', reader)).toEqual([
      ['reader', false],
    ])
    await expect(town.connect({ user: 'reader', password: 'wrong' })).rejects.toMatchObject({ code: '28P01' })
    await expect(town.connect({ user: 'nobody', password: 'x' })).rejects.toMatchObject({ code: '28P01' })
  })

  it('reads what was granted, through groups and roles', async () => {
    await expect(ask('SELECT * FROM sales.orders', reader)).rejects.toMatchObject(denied('schema sales'))
    await client.query('GRANT USAGE ON SCHEMA sales TO GROUP analysts; ALTER GROUP analysts ADD USER reader')
    await expect(ask('SELECT * FROM sales.orders', reader)).rejects.toMatchObject(denied('relation orders'))
    await expect(ask('SELECT * FROM public.open', reader)).rejects.toMatchObject(denied('relation open'))
    await client.query('GRANT SELECT ON sales.seen TO ROLE viewer; GRANT ROLE viewer TO reader')
    expect(await ask('SELECT count(*) FROM sales.seen', reader)).toEqual([['3']])
    await client.query('REVOKE ROLE viewer FROM reader')
    await expect(ask('SELECT count(*) FROM sales.seen', reader)).rejects.toMatchObject(denied('relation seen'))
  })

  it('writes, creates and drops only with leave', async () => {
    await client.query('GRANT INSERT ON public.open TO reader')
    await reader.query('INSERT INTO public.open VALUES (1)')
    await expect(reader.query('DELETE FROM public.open')).rejects.toMatchObject(denied('relation open'))
    await expect(reader.query('DROP TABLE public.open')).rejects.toMatchObject(refused('42501', 'must be owner'))
    await expect(reader.query('ALTER TABLE public.open ADD COLUMN b INT')).rejects.toMatchObject({ code: '42501' })
    await expect(reader.query('TRUNCATE public.open')).rejects.toMatchObject(denied('relation open'))
    await expect(reader.query('CREATE TABLE sales.mine (a INT)')).rejects.toMatchObject(denied('schema sales'))
    await expect(reader.query("CREATE USER more PASSWORD 'More-Passw0rd1'")).rejects.toMatchObject({ code: '42501' })
    await reader.query('CREATE TABLE public.mine (a INT); DROP TABLE public.mine')
  })

  it('sees of the catalog what is its own to use', async () => {
    expect(await ask("SELECT relname FROM pg_class WHERE relname = 'orders'", reader)).toEqual([['orders']])
    expect(await ask("SELECT table_name FROM svv_tables WHERE table_schema = 'sales'", reader)).toEqual([])
    await expect(ask('SELECT "table" FROM svv_table_info', reader)).rejects.toMatchObject(
      denied('relation svv_table_info'),
    )
    const probe = "SELECT has_table_privilege(current_user, 'svv_table_info', 'SELECT')"
    expect(await ask(probe, reader)).toEqual([[false]])
    await client.query('GRANT SELECT ON svv_table_info TO reader')
    expect(await ask(probe, reader)).toEqual([[true]])
    expect((await ask('SELECT "table" FROM svv_table_info', reader)).length).toBeGreaterThan(0)
  })

  it('is told by has_…_privilege what it may do', async () => {
    await client.query('GRANT SELECT ON sales.orders TO PUBLIC; GRANT EXECUTE ON FUNCTION sales.remote(INT) TO reader')
    const sql = `SELECT has_table_privilege('sales.orders', 'select'), has_table_privilege('sales.orders', 'insert'),
      has_schema_privilege('sales', 'USAGE'), has_schema_privilege('sales', 'CREATE'),
      has_table_privilege('migrator', 'sales.orders', 'DELETE')`
    expect(await ask(sql, reader)).toEqual([[true, false, true, false, true]])
    const byOid = `SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname = 'sales'
      AND relkind = 'r' AND has_table_privilege(c.oid, 'SELECT')`
    expect(await ask(byOid, reader)).toEqual([['orders']])
    await expect(ask("SELECT has_table_privilege('sales.none', 'SELECT')", reader)).rejects.toMatchObject({
      code: '42P01',
    })
  })

  it('shows in the views of privileges', async () => {
    const relations = `SELECT relation_name, privilege_type, identity_name, identity_type, admin_option
      FROM svv_relation_privileges ORDER BY 1, 2`
    expect(await ask(relations)).toEqual([
      ['open', 'INSERT', 'reader', 'user', false],
      ['orders', 'SELECT', 'public', 'public', false],
      ['seen', 'SELECT', 'viewer', 'role', false],
      ['svv_table_info', 'SELECT', 'reader', 'user', false],
    ])
    expect(
      await ask("SELECT relacl FROM pg_class WHERE relname IN ('open', 'seen', 'orders') ORDER BY relname"),
    ).toEqual([
      ['{migrator=arwdRxtD/migrator,reader=a/migrator}'],
      ['{migrator=arwdRxtD/migrator,=r/migrator}'],
      ['{migrator=arwdRxtD/migrator,"role viewer=r/migrator"}'],
    ])
    const schemas = "SELECT privilege_type, identity_name FROM svv_schema_privileges WHERE namespace_name = 'sales'"
    expect(await ask(schemas)).toEqual([['USAGE', 'analysts']])
    const functions = 'SELECT function_name, argument_types, privilege_type, identity_name FROM svv_function_privileges'
    expect(await ask(functions)).toEqual([['remote', 'integer', 'EXECUTE', 'reader']])
  })

  it('goes when nothing holds it', async () => {
    await expect(client.query('DROP USER reader')).rejects.toMatchObject({ code: '2BP01' })
    await client.query("CREATE USER brief PASSWORD 'Brief-Passw0rd1' IN GROUP analysts; DROP USER brief")
    expect(await ask("SELECT 1 FROM pg_user WHERE usename = 'brief'")).toEqual([])
    const texts = await ask("SELECT query_text FROM sys_query_history WHERE query_text ILIKE 'create user brief%'")
    expect(texts).toEqual([["CREATE USER brief PASSWORD '***' IN GROUP analysts"]])
  })
})

describe('a table is changed', () => {
  const keys = `SELECT conname, contype, pg_get_constraintdef(c.oid) FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
    WHERE relname = 'changed' ORDER BY 1`

  beforeAll(() =>
    client.query(`CREATE TABLE public.parent (id INT PRIMARY KEY);
      CREATE TABLE public.changed (id INT NOT NULL, p INT, v VARCHAR(3), n INT IDENTITY(10, 5), g INT GENERATED BY DEFAULT AS IDENTITY(1, 1),
      c VARCHAR(5) COLLATE CASE_INSENSITIVE) DISTSTYLE EVEN`),
  )

  it('gets keys and loses them', async () => {
    await client.query('ALTER TABLE public.changed DROP COLUMN c; ALTER TABLE public.changed ADD PRIMARY KEY (id)')
    await client.query('ALTER TABLE changed ADD CONSTRAINT one UNIQUE (p, v)')
    await client.query('ALTER TABLE changed ADD CONSTRAINT other FOREIGN KEY (p) REFERENCES parent (id)')
    expect(await ask(keys)).toEqual([
      ['changed_pkey', 'p', 'PRIMARY KEY (id)'],
      ['one', 'u', 'UNIQUE (p, v)'],
      ['other', 'f', 'FOREIGN KEY (p) REFERENCES parent(id)'],
    ])
    await client.query('ALTER TABLE changed DROP CONSTRAINT one')
    expect((await ask(keys)).map(([name]) => name)).toEqual(['changed_pkey', 'other'])
    await expect(client.query('ALTER TABLE changed DROP CONSTRAINT one')).rejects.toMatchObject({ code: '42704' })
    await expect(client.query('ALTER TABLE changed ADD PRIMARY KEY (p)')).rejects.toMatchObject({ code: '42P16' })
  })

  it('gets longer texts, other encodings, keys of distribution and order', async () => {
    await client.query(`INSERT INTO changed (id, v) VALUES (1, 'abc'); ALTER TABLE changed ALTER COLUMN v TYPE VARCHAR(6);
      INSERT INTO changed (id, v) VALUES (2, 'abcdef')`)
    await expect(client.query('ALTER TABLE changed ALTER COLUMN v TYPE VARCHAR(5)')).rejects.toMatchObject({
      code: '22001',
    })
    await expect(client.query('ALTER TABLE changed ALTER COLUMN id TYPE BIGINT')).rejects.toMatchObject({
      code: '0A000',
    })
    await client.query(`ALTER TABLE changed ALTER DISTSTYLE KEY DISTKEY p; ALTER TABLE changed ALTER COMPOUND SORTKEY (v, id);
      ALTER TABLE changed ALTER COLUMN v ENCODE zstd`)
    const found = await ask(
      `SELECT "column", type, encoding, distkey, sortkey FROM pg_table_def WHERE tablename = 'changed'`,
    )
    expect(found).toEqual([
      ['id', 'integer', 'az64', false, 2],
      ['p', 'integer', 'az64', true, 0],
      ['v', 'character varying(6)', 'zstd', false, 1],
      ['n', 'integer', 'az64', false, 0],
      ['g', 'integer', 'az64', false, 0],
    ])
    expect(await ask("SELECT reldiststyle FROM pg_class WHERE relname = 'changed'")).toEqual([[1]])
    await client.query('ALTER TABLE changed ALTER DISTSTYLE ALL; ALTER TABLE changed ALTER SORTKEY NONE')
    expect(await ask("SELECT reldiststyle FROM pg_class WHERE relname = 'changed'")).toEqual([[8]])
    expect(await ask('SELECT id, n, g FROM changed ORDER BY id')).toEqual([
      [1, 10, 1],
      [2, 15, 2],
    ])
  })
})

describe('cursors and prepared statements', () => {
  it('give rows by and by, within a transaction', async () => {
    await expect(client.query('DECLARE c CURSOR FOR SELECT 1')).rejects.toMatchObject({ code: '25P01' })
    await client.query('BEGIN')
    await client.query('DECLARE c CURSOR FOR SELECT n FROM generate_series(1, 5) AS g(n)')
    const fetch = async (what: string): Promise<number[]> => (await ask(`FETCH ${what} FROM c`)).map(([n]) => Number(n))
    expect([await fetch('NEXT'), await fetch('FORWARD 2'), await fetch('ALL'), await fetch('1')]).toEqual([
      [1],
      [2, 3],
      [4, 5],
      [],
    ])
    await client.query('CLOSE c; COMMIT')
    await expect(client.query('FETCH c')).rejects.toMatchObject({ code: '42601' })
    await expect(client.query('FETCH FROM c')).rejects.toMatchObject({ code: '34000' })
  })

  it('run with other values each time', async () => {
    await client.query('PREPARE add (INT, VARCHAR(5)) AS SELECT $1 + 1, $2')
    expect(await ask("EXECUTE add (41, 'x')")).toEqual([[42, 'x']])
    await expect(client.query('EXECUTE add (1)')).rejects.toMatchObject({ code: '42601' })
    await client.query('DEALLOCATE add')
    await expect(client.query("EXECUTE add (1, 'x')")).rejects.toMatchObject({ code: '26000' })
  })
})
