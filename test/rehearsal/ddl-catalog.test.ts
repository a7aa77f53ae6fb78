import { readFile, readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RedshiftSource, S3Store, staticCredentials } from '../../src/index.js'
import type { CatalogEntry } from '../../src/model/catalog.js'
import type { CatalogGap } from '../../src/model/facts.js'
import { ddlText } from '../../src/translate/ddl-text.js'
import { parseDdl, parseDdlFiles, type DdlFile } from '../../src/translate/ddl/parse-ddl.js'
import { planRelation, type PlanPolicy } from '../../src/translate/relation.js'
import { defaultTypePolicy } from '../../src/translate/types.js'
import { emulate, type Clouds, type Emulated } from './rehearsal.js'

const corpus = fileURLToPath(new URL('../unit/translate/ddl/files/generated.sql', import.meta.url))

/** Every spelling of a type that a CREATE TABLE may have, each as a column. */
const spellings =
  'int2|smallint|int|int4|integer|int8|bigint|decimal|numeric(20)|dec(7,3)|float4|real|float|float8|double precision|bool|' +
  'char|character(9)|nchar(3)|bpchar|varchar|varchar(7)|varchar(max)|nvarchar(5)|character varying(65535)|text|date|time|' +
  'timetz|time with time zone|timestamp|timestamp without time zone|timestamptz|timestamp with time zone|super|varbyte|' +
  'varbyte(16)|geometry|hllsketch'

let emulated: Emulated

beforeAll(async () => {
  emulated = await emulate({ seed: 'none' })
})

afterAll(async () => {
  await emulated[Symbol.asyncDispose]()
})

/** What a file says must be what the catalog says of the tables that the file makes. */
describe('DDL in a file and the catalog', () => {
  it('tell the same of the tables', async () => {
    // Owners exist only where they were made, the emulated Redshift adds no keys later, and an identity as a default is
    // a view's way to print it.
    const written = (await readFile(corpus, 'utf8'))
      // In the text of keys the emulated Redshift leaves reserved words without quotes.
      .replaceAll('"order"', '"order no"')
      .replace(/^ALTER TABLE .*$/gm, '')
      .replace(`DEFAULT "identity"(104512, 2, '10,5'::text)`, 'IDENTITY(10,5)')
    const columns = spellings.split('|').map((spelling, n) => `c${n} ${spelling}`)
    const text = `${written}\nCREATE TABLE depot.spelled (${columns.join(', ')}, FOREIGN KEY (c6) REFERENCES depot.carrier);`
    const { entries } = parseDdl(text, corpus)
    await runAll(emulated.clouds, `CREATE SCHEMA depot;\n${text}`)
    const found = await catalogOf(emulated.clouds, 'depot')
    expect(found.map(({ name }) => name)).toEqual(['carrier', 'parcel', 'scan event', 'spelled'])
    expect(entries.map(comparable)).toEqual(found.map(comparable))
  })

  it.each([
    ['kitchen', 'kitchen-sink', 30],
    ['tpcds', 'tpcds', 24],
  ])('give the same DDL and the same concerns for %s', async (schema, folder, leastCount) => {
    const files = await filesOf(folder)
    const { entries } = parseDdlFiles(files)
    if (schema === 'tpcds') await runAll(emulated.clouds, 'CREATE SCHEMA tpcds')
    for (const { text } of files) await runAll(emulated.clouds, text)
    const found = (await catalogOf(emulated.clouds, schema)).filter(isOwnTable)
    const tables = entries.filter(isOwnTable)
    expect(found.length).toBeGreaterThanOrEqual(leastCount)
    expect(textsOf(tables)).toEqual(textsOf(found))
    expect(byName(tables).map(comparable)).toEqual(byName(found).map(comparable))
  })
})

const policy: PlanPolicy = {
  naming: { project: 'target', table: '{table}' },
  types: defaultTypePolicy,
  depth: 'aggregates',
}

/** The engine under the emulated Redshift folds names, so that it refuses what differs in case alone. */
async function filesOf(folder: string): Promise<readonly DdlFile[]> {
  const path = fileURLToPath(new URL(`../../ddl/${folder}/redshift/`, import.meta.url))
  const names = (await readdir(path)).toSorted().filter((name) => name !== '09-cases.sql')
  return Promise.all(names.map(async (file) => ({ file, text: await readFile(path + file, 'utf8') })))
}

/** Not the table that holds a materialized view's rows, of which no file speaks. */
function isOwnTable({ kind, name }: CatalogEntry): boolean {
  return kind === 'table' && !name.startsWith('mv_tbl__')
}

function byName(entries: readonly CatalogEntry[]): readonly CatalogEntry[] {
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** Constraints stand in the order in which they were read, which says nothing. */
function textsOf(entries: readonly CatalogEntry[]): readonly string[] {
  return byName(entries).map((entry) => ddlText(planRelation(entry, policy)).split('\n').toSorted().join('\n'))
}

/** Without what a file cannot know, and without the text of defaults, which the catalog spells anew. */
function comparable(entry: CatalogEntry): object {
  const { schema, name, kind, distStyle, comment } = entry
  return {
    ...{ schema, name, kind, distStyle, comment },
    constraints: entry.constraints.map(({ kind: of, definition }) => `${of}: ${definition}`).sort(),
    columns: entry.columns.map(({ defaultText, encoding: _encoding, ...column }) => ({
      ...column,
      hasDefault: defaultText !== undefined,
    })),
  }
}

async function runAll(clouds: Clouds, text: string): Promise<void> {
  const { host, port, database, user, password, caFile } = clouds.redshift
  const client = new pg.Client({ host, port, database, user, password, ssl: { ca: await readFile(caFile) } })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}

async function catalogOf(clouds: Clouds, schema: string): Promise<readonly CatalogEntry[]> {
  const { iamRole, ...session } = clouds.redshift
  const { accessKeyId, secretAccessKey, region, bucket, endpoint } = clouds.s3
  const credentials = staticCredentials({ accessKeyId, accessKeySecret: secretAccessKey })
  const store = new S3Store({ bucket, region, endpoint, pathStyle: true, credentials, socketCountMax: 4 })
  const source = new RedshiftSource({ session, iamRole, s3Region: region, store, run: 'ddl' })
  const call = {
    signal: new AbortController().signal,
    deadlineAt: Date.now() + 60_000,
    note: () => undefined,
    // A late-binding view over a missing table has no columns to tell; nothing else may be untold.
    missing: ({ what, reason }: CatalogGap): void => {
      expect({ what, reason }).toMatchObject({ what: 'columns of late-binding views' })
    },
  }
  const found: CatalogEntry[] = []
  for await (const entry of source.readCatalog({ select: [`${schema}.*`], exclude: [] }, call)) found.push(entry)
  store.close()
  return found
}
