import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RedshiftSource, S3Store, staticCredentials } from '../../src/index.js'
import type { CatalogEntry } from '../../src/model/catalog.js'
import { parseDdl } from '../../src/translate/ddl/parse-ddl.js'
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
    const found = await catalogOf(emulated.clouds)
    expect(found.map(({ name }) => name)).toEqual(['carrier', 'parcel', 'scan event', 'spelled'])
    expect(entries.map(comparable)).toEqual(found.map(comparable))
  })
})

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

async function catalogOf(clouds: Clouds): Promise<readonly CatalogEntry[]> {
  const { iamRole, ...session } = clouds.redshift
  const { accessKeyId, secretAccessKey, region, bucket, endpoint } = clouds.s3
  const credentials = staticCredentials({ accessKeyId, accessKeySecret: secretAccessKey })
  const store = new S3Store({ bucket, region, endpoint, pathStyle: true, credentials, socketCountMax: 4 })
  const source = new RedshiftSource({ session, iamRole, s3Region: region, store, run: 'ddl' })
  const call = {
    signal: new AbortController().signal,
    deadlineAt: Date.now() + 60_000,
    note: () => undefined,
    missing: (gap: object): never => expect.fail(JSON.stringify(gap)),
  }
  const found: CatalogEntry[] = []
  for await (const entry of source.readCatalog({ select: ['depot.*'], exclude: [] }, call)) found.push(entry)
  store.close()
  return found
}
