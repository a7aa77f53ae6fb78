import { readdir, readFile } from 'node:fs/promises'
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
]

let emulated: Emulated
let client: pg.Client

beforeAll(async () => {
  emulated = await emulate({ seed: 'none' })
  const { host, port, database, user, password, caFile } = emulated.clouds.redshift
  client = new pg.Client({ host, port, database, user, password, ssl: { ca: await readFile(caFile) } })
  await client.connect()
  await client.query('CREATE SCHEMA depot')
  for (const { sql } of depot) await client.query(sql)
  await client.query('ALTER TABLE depot.parcel DROP COLUMN gone')
  await client.query("COMMENT ON TABLE depot.parcel IS 'what is sent'")
  await changeConfig(emulated.clouds.config, (text) =>
    text.replace(/select:\n {2}- "?\*"?\n/, 'select:\n  - depot.*\n'),
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
    expect(ended.stdout).toMatch(new RegExp(`^in all +${depot.length} +3 +1 +1 +2 +1$`, 'm'))
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
    expect(told).toEqual(['depot.heavy', 'depot.nowhere'])
    const folder = join(emulated.dir, 'ddl', 'maxcompute', 'depot')
    const planned = depot.filter((one) => one.becomes !== 'skipped')
    expect((await readdir(folder)).sort()).toEqual(planned.map(({ name }) => `${name.slice(6)}.sql`).sort())
    for (const [name, piece] of [
      ['heavy', /weight.*>/is],
      ['nowhere', /elsewhere\.missing/i],
    ] as const) {
      const text = await readFile(join(folder, `${name}.sql`), 'utf8')
      expect(text).toMatch(piece)
      expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('--'))).toEqual([])
    }
  })
})

describe('a user who may not see everything', () => {
  it('gets a plan that names what it was not told', async () => {
    const denial = (relation: string): object => ({
      service: 'redshift',
      operation: '*',
      contains: relation,
      times: 1_000,
      action: { do: 'fail', code: '42501', message: `permission denied for relation ${relation}` },
    })
    await emulated.fault('warehouses', [denial('svv_table_info'), denial('svv_relation_privileges')])
    try {
      const { folder, concerns, coverage } = await plan()
      expect(coverage.find((row) => row.kind === 'table')?.foundCount).toBe(expected(depot)[0]?.foundCount)
      const facts = await linesOf<CatalogGap>(folder, 'facts.jsonl')
      const gaps = facts.filter((fact) => fact.fact === 'catalog-gap')
      expect(gaps).toMatchObject([
        { what: 'columns of late-binding views', reason: expect.stringContaining('elsewhere.missing') as string },
        { what: 'sizes', reason: expect.stringContaining('permission denied') as string, hidesObjects: false },
        { what: 'grants on relations', hidesObjects: true },
      ])
      expect(concerns.map(({ code }) => code)).toEqual(['RS0206', 'RS0206', 'RS0207'])
      const told = await migrate(['plan', '--config', emulated.clouds.config])
      expect(told.stdout).toMatch(/^note RS0206: sizes: not told by the source: permission denied/m)
    } finally {
      await emulated.clearFaults()
    }
    // What the view over nothing causes stays.
    expect((await plan()).concerns).toMatchObject([
      { code: 'RS0206', message: expect.stringMatching(/late/) as string },
    ])
  })
})

describe('what lives beside relations', () => {
  const beside: readonly { readonly kind: CatalogObject['kind']; readonly name: string; readonly sql: string }[] = [
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
      kind: 'grant',
      name: 'SELECT ON depot.parcel TO GROUP readers',
      sql: 'CREATE GROUP readers; GRANT SELECT ON depot.parcel TO GROUP readers',
    },
    {
      kind: 'grant',
      name: 'USAGE ON SCHEMA depot TO GROUP readers',
      sql: 'GRANT USAGE ON SCHEMA depot TO GROUP readers',
    },
  ]

  it('is counted by kind and listed as manual, each with its reason', async () => {
    for (const { sql } of beside) await client.query(sql)
    const { coverage, manual, folder } = await plan()
    const objects = await linesOf<CatalogObject>(folder, 'objects.jsonl')
    const listed = manual.filter((one) => ['procedure', 'function', 'grant'].includes(one.kind ?? ''))
    const byOwner = new RegExp(` TO USER ${emulated.clouds.redshift.user}$`)
    const others = listed.filter((one) => !byOwner.test(one.name))
    expect(others.map(({ kind, name }) => ({ kind, name }))).toEqual(
      expect.arrayContaining(beside.map(({ kind, name }) => ({ kind, name }))) as unknown,
    )
    for (const one of others) expect([one.name, one.reason]).toEqual([one.name, expect.stringMatching(/^is /)])
    for (const kind of ['procedure', 'function', 'grant']) {
      const found = objects.filter((object) => object.kind === kind).length
      expect(coverage.find((row) => row.kind === kind)).toMatchObject({ foundCount: found, manualCount: found })
    }
    expect(coverage.find((row) => row.kind === 'function')?.foundCount).toBe(2)
    expect(coverage.find((row) => row.kind === 'procedure')?.foundCount).toBe(1)
  })
})
