import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CatalogEntry, CatalogObject } from '../../src/model/catalog.js'
import type { CatalogGap } from '../../src/model/facts.js'
import type { Concern, Coverage, Unmigrated } from '../../src/model/plan.js'
import { changeConfig, emulate, migrate, type Emulated } from './rehearsal.js'

interface Made {
  readonly kind: string
  /** As the plan names it. */
  readonly name: string
  readonly sql: string
  readonly becomes: 'migrated' | 'changed' | 'blocked' | 'manual' | 'skipped'
}

const depot: readonly Made[] = [
  {
    kind: 'table',
    name: 'depot.parcel',
    becomes: 'migrated',
    sql: `CREATE TABLE depot.parcel (id bigint IDENTITY(7, 3) ENCODE az64, carrier integer NOT NULL, weight numeric(9,3),
      gone integer, note varchar(40) ENCODE zstd, PRIMARY KEY (id)) DISTKEY (carrier) COMPOUND SORTKEY (carrier, id)`,
  },
  { kind: 'table', name: 'depot.empty', becomes: 'migrated', sql: 'CREATE TABLE depot.empty (id integer)' },
  {
    kind: 'table',
    name: 'depot.mv_tbl__nothing__0',
    becomes: 'skipped',
    sql: 'CREATE TABLE depot.mv_tbl__nothing__0 (id integer) DISTSTYLE EVEN',
  },
  {
    kind: 'table',
    name: 'depot.woven',
    becomes: 'migrated',
    sql: 'CREATE TABLE depot.woven (a integer, b integer) INTERLEAVED SORTKEY (b, a)',
  },
  {
    kind: 'table',
    name: 'depot.sketches',
    becomes: 'blocked',
    sql: 'CREATE TABLE depot.sketches (id integer, seen hllsketch)',
  },
  {
    kind: 'table',
    name: 'depot.dated',
    becomes: 'changed',
    sql: 'CREATE TABLE depot.dated (id integer, made timestamp DEFAULT sysdate)',
  },
  {
    kind: 'view',
    name: 'depot.heavy',
    becomes: 'manual',
    sql: 'CREATE VIEW depot.heavy AS SELECT id, weight FROM depot.parcel WHERE weight > 10',
  },
  {
    kind: 'late-binding-view',
    name: 'depot.nowhere',
    becomes: 'manual',
    sql: 'CREATE VIEW depot.nowhere AS SELECT x FROM elsewhere.missing WITH NO SCHEMA BINDING',
  },
  {
    kind: 'materialized-view',
    name: 'depot.totals',
    becomes: 'manual',
    sql: 'CREATE MATERIALIZED VIEW depot.totals AS SELECT carrier, COUNT(*) AS parcels FROM depot.parcel GROUP BY carrier',
  },
  {
    kind: 'external-table',
    name: 'lake.events',
    becomes: 'skipped',
    sql: `CREATE EXTERNAL TABLE lake.events (id bigint, name varchar(20)) PARTITIONED BY (day date)
      STORED AS PARQUET LOCATION 's3://lake/events/'`,
  },
]

let emulated: Emulated
let client: pg.Client

beforeAll(async () => {
  emulated = await emulate({ seed: 'none' })
  const { host, port, database, user, password, caFile } = emulated.clouds.redshift
  client = new pg.Client({ host, port, database, user, password, ssl: { ca: await readFile(caFile) } })
  await client.connect()
  await client.query('CREATE SCHEMA depot; CREATE GROUP readers')
  await client.query(`CREATE EXTERNAL SCHEMA lake FROM DATA CATALOG DATABASE 'lakedb'
    IAM_ROLE 'arn:aws:iam::111122223333:role/Spectrum' CREATE EXTERNAL DATABASE IF NOT EXISTS`)
  for (const { sql } of depot) await client.query(sql)
  await client.query('ALTER TABLE depot.parcel DROP COLUMN gone')
  await client.query("COMMENT ON TABLE depot.parcel IS 'what is sent'")
  await changeConfig(emulated.clouds.config, (text) =>
    text.replace(/select:\n {2}- "?\*"?\n/, 'select:\n  - depot.*\n  - lake.*\n'),
  )
})

afterAll(async () => {
  await client.end()
  await emulated[Symbol.asyncDispose]()
})

interface Planned {
  readonly folder: string
  readonly coverage: readonly Coverage[]
  readonly manual: readonly Unmigrated[]
  readonly skipped: readonly Unmigrated[]
  readonly concerns: readonly Concern[]
}

async function plan(): Promise<Planned> {
  const ended = await migrate(['plan', '--config', emulated.clouds.config, '--json'])
  expect({ code: ended.code, stderr: ended.stderr }).toMatchObject({ code: 10 })
  return ended.lines.at(-1) as unknown as Planned
}

async function linesOf<T>(folder: string, name: string): Promise<readonly T[]> {
  const text = await readFile(join(folder, name), 'utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T)
}

/** The matrix that the statements above make. */
function expected(made: readonly Made[]): readonly Coverage[] {
  return [...new Set(made.map(({ kind }) => kind))].map((kind) => {
    const count = (becomes?: string): number =>
      made.filter((one) => one.kind === kind && (becomes === undefined || one.becomes === becomes)).length
    return {
      kind,
      foundCount: count(),
      migratedCount: count('migrated'),
      changedCount: count('changed'),
      blockedCount: count('blocked'),
      manualCount: count('manual'),
      skippedCount: count('skipped'),
    }
  })
}

describe('the coverage matrix', () => {
  it('has every relation that was made, once, and none that is hidden', async () => {
    const { coverage, manual, skipped, folder } = await plan()
    expect(coverage).toEqual(expected(depot))
    const names = (all: readonly Unmigrated[]): readonly string[] =>
      all.map((one) => `${one.schema}.${one.name}`).sort()
    const namesThat = (becomes: string): readonly string[] =>
      depot
        .filter((one) => one.becomes === becomes)
        .map(({ name }) => name)
        .sort()
    expect(names(manual)).toEqual(namesThat('manual'))
    expect(names(skipped)).toEqual(namesThat('skipped'))
    const entries = await linesOf<CatalogEntry>(folder, 'catalog.jsonl')
    expect(entries.map(({ schema, name }) => `${schema}.${name}`).sort()).toEqual(depot.map(({ name }) => name).sort())
  })

  it('is made of relations with all that the catalog tells of them', async () => {
    const { folder } = await plan()
    const entries = await linesOf<CatalogEntry>(folder, 'catalog.jsonl')
    const parcel = entries.find((entry) => entry.name === 'parcel')
    expect(parcel).toMatchObject({
      distStyle: 'key',
      sortStyle: 'compound',
      comment: 'what is sent',
      owner: emulated.clouds.redshift.user,
      constraints: [{ kind: 'primary-key', definition: 'PRIMARY KEY (id)' }],
    })
    expect(
      parcel?.columns.map(({ name, ordinal, identity, encoding, distKey, sortKeyPosition }) => ({
        ...{ name, ordinal, identity, encoding, distKey, sortKeyPosition },
      })),
    ).toMatchObject([
      { name: 'id', ordinal: 1, identity: { seed: '7', step: '3' }, encoding: 'az64', sortKeyPosition: 2 },
      { name: 'carrier', ordinal: 2, distKey: true, sortKeyPosition: 1 },
      { name: 'weight', ordinal: 3, sortKeyPosition: 0 },
      { name: 'note', ordinal: 4, encoding: 'zstd' },
    ])
    const woven = entries.find((entry) => entry.name === 'woven')
    expect(woven?.sortStyle).toBe('interleaved')
    expect(woven?.columns.map((column) => column.sortKeyPosition)).toEqual([-2, -1])
    expect(entries.find((entry) => entry.name === 'nowhere')?.definition).toMatch(/elsewhere\.missing/i)
  })

  it('is printed, and stands in the report', async () => {
    const ended = await migrate(['plan', '--config', emulated.clouds.config])
    const [tables] = expected(depot)
    const row = new RegExp(`^table +${tables?.foundCount} +3 +1 +1 +0 +1$`, 'm')
    expect(ended.stdout).toMatch(row)
    expect(ended.stdout).toMatch(new RegExp(`^in all +${depot.length} +3 +1 +1 +3 +2$`, 'm'))
    expect(ended.stdout).toMatch(/^view depot\.heavy manual: is a view/m)
    const reported = await migrate(['report', '--config', emulated.clouds.config, '--json'])
    const page = String(reported.lines.at(-1)?.['report'])
    const report = JSON.parse(await readFile(page.replace(/html$/, 'json'), 'utf8')) as { coverage: unknown }
    expect(report.coverage).toEqual(expected(depot))
    expect(await readFile(page.replace(/html$/, 'md'), 'utf8')).toContain(
      `| table | ${tables?.foundCount} | 3 | 1 | 1 | 0 | 1 |`,
    )
    expect(await readFile(page, 'utf8')).toContain(`<td>table</td><td>${tables?.foundCount}</td>`)
  })
})

describe('views', () => {
  it('are written as comments alone beside the tables', async () => {
    await plan()
    const ended = await migrate(['ddl', '--config', emulated.clouds.config, '--json'])
    expect({ code: ended.code, stderr: ended.stderr }).toMatchObject({ code: 0 })
    const told = ended.lines.filter((line) => line['manual'] !== undefined).map((line) => line['relation'])
    expect(told).toEqual(['depot.heavy', 'depot.nowhere', 'depot.totals'])
    const folder = join(emulated.dir, 'ddl', 'maxcompute', 'depot')
    const planned = depot.filter((one) => one.becomes !== 'skipped')
    expect((await readdir(folder)).sort()).toEqual(planned.map(({ name }) => `${name.slice(6)}.sql`).sort())
    for (const [name, piece] of [
      ['heavy', /weight.*>/is],
      ['nowhere', /elsewhere\.missing/i],
      ['totals', /create materialized view/i],
    ] as const) {
      const text = await readFile(join(folder, `${name}.sql`), 'utf8')
      expect(text).toMatch(piece)
      expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('--'))).toEqual([])
    }
  })
})

describe('what lives beside relations', () => {
  const beside: readonly Omit<Made, 'becomes'>[] = [
    {
      kind: 'procedure',
      name: 'refresh(integer, character varying)',
      sql: `CREATE PROCEDURE depot.refresh(a integer, b varchar(10)) AS $$ BEGIN DELETE FROM depot.empty; END; $$ LANGUAGE plpgsql`,
    },
    {
      kind: 'function',
      name: 'net(numeric)',
      sql: 'CREATE FUNCTION depot.net(numeric(9,2)) RETURNS numeric(9,2) STABLE AS $$ SELECT $1 $$ LANGUAGE sql',
    },
    {
      kind: 'function',
      name: 'net(integer)',
      sql: 'CREATE FUNCTION depot.net(a integer) RETURNS integer STABLE AS $$ return a $$ LANGUAGE plpythonu',
    },
    {
      kind: 'function',
      name: 'place(character varying)',
      sql: `CREATE EXTERNAL FUNCTION depot.place(varchar) RETURNS varchar STABLE LAMBDA 'place'
        IAM_ROLE 'arn:aws:iam::111122223333:role/Lambda'`,
    },
    {
      kind: 'grant',
      name: 'INSERT, SELECT ON depot.parcel TO GROUP readers',
      sql: 'GRANT SELECT, INSERT ON depot.parcel TO GROUP readers',
    },
    {
      kind: 'grant',
      name: 'SELECT ON depot.heavy TO PUBLIC',
      sql: 'GRANT SELECT ON depot.heavy TO PUBLIC',
    },
    {
      kind: 'grant',
      name: 'USAGE ON SCHEMA depot TO GROUP readers',
      sql: 'GRANT USAGE ON SCHEMA depot TO GROUP readers',
    },
    {
      kind: 'grant',
      name: 'EXECUTE ON depot.net(integer) TO GROUP readers',
      sql: 'GRANT EXECUTE ON FUNCTION depot.net(integer) TO GROUP readers',
    },
  ]

  it('is counted by kind and listed as manual, each with its reason', async () => {
    for (const { sql } of beside) await client.query(sql)
    await client.query('CREATE SCHEMA unselected; CREATE TABLE unselected.t (id integer)')
    await client.query('GRANT SELECT ON unselected.t TO PUBLIC')
    const { coverage, manual, folder } = await plan()
    expect(coverage).toEqual(expected([...depot, ...beside.map((one) => ({ ...one, becomes: 'manual' }) as const)]))
    const listed = manual.filter((one) => ['procedure', 'function', 'grant'].includes(one.kind ?? ''))
    const named = (all: readonly { kind?: string; name: string }[]): readonly string[] =>
      all.map(({ kind, name }) => `${kind} ${name}`).sort()
    expect(named(listed)).toEqual(named(beside))
    for (const one of listed) expect([one.name, one.reason]).toEqual([one.name, expect.stringMatching(/^is /)])
    const objects = await linesOf<CatalogObject>(folder, 'objects.jsonl')
    const languages = objects.filter(({ kind }) => kind !== 'grant').map(({ name, language }) => `${name} ${language}`)
    expect(languages.sort()).toEqual(['net plpythonu', 'net sql', 'place exfunc', 'refresh plpgsql'])
  })
})

describe('a user who may not see everything', () => {
  it('gets a plan that names what it was not told, and all that was', async () => {
    const { config } = emulated.clouds
    const { user } = emulated.clouds.redshift
    await client.query("CREATE USER plain PASSWORD 'Plain-Passw0rd1' IN GROUP readers")
    await writeFile(join(emulated.dir, 'secrets', 'plain'), 'Plain-Passw0rd1', { mode: 0o600 })
    await changeConfig(config, (text) =>
      text.replace(`user: ${user}`, 'user: plain').replace('secrets/redshift-password', 'secrets/plain'),
    )
    const { folder, concerns, coverage } = await plan()
    const relations = coverage.filter((row) => !['procedure', 'function', 'grant'].includes(row.kind))
    expect(relations).toEqual(expected(depot))
    const facts = await linesOf<CatalogGap>(folder, 'facts.jsonl')
    expect(facts.filter((fact) => fact.fact === 'catalog-gap')).toMatchObject([
      { what: 'sizes', reason: 'permission denied for relation svv_table_info (42501)', hidesObjects: false },
      { what: 'columns of late-binding views', reason: expect.stringContaining('elsewhere.missing') as string },
    ])
    expect(concerns.map(({ code }) => code)).toEqual(['RS0206', 'RS0206'])
    const told = await migrate(['plan', '--config', config])
    expect(told.stdout).toMatch(/^note RS0206: sizes: not told by the source: permission denied for relation/m)
  })

  it('hears of whole lists that are hidden', async () => {
    const denial = (relation: string): object => ({
      service: 'redshift',
      operation: '*',
      contains: relation,
      times: 1_000,
      action: { do: 'fail', code: '42501', message: `permission denied for relation ${relation}` },
    })
    await emulated.fault('warehouses', [denial('svv_external_schemas'), denial('svv_relation_privileges')])
    const { concerns } = await plan()
    await emulated.clearFaults()
    const hidden = concerns.filter(({ code }) => code === 'RS0207').map(({ message }) => message)
    expect(hidden).toEqual([
      expect.stringMatching(/^external schemas:/),
      expect.stringMatching(/^grants on relations:/),
    ])
  })
})

describe('a serverless workgroup', () => {
  it('is planned like a cluster, though it has no STL and STV tables', async () => {
    await using serverless = await emulate({ seed: 'tpch', more: { world: { redshift: { serverless: true } } } })
    const ended = await migrate(['plan', '--config', serverless.clouds.config, '--json'])
    const { coverage, concerns } = ended.lines.at(-1) as unknown as Planned
    expect(ended.code).toBe(0)
    expect(concerns).toEqual([])
    expect(coverage).toMatchObject([{ kind: 'table', foundCount: 8 }])
  })
})
