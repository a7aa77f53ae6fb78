import { describe, expect, it } from 'vitest'
import { MigrationError } from '../../../src/model/errors.js'
import { CatalogReader } from '../../../src/source/redshift/catalog-reader.js'
import type { CatalogEntry } from '../../../src/model/catalog.js'
import { catalogSession, gapsCall, refusal, type Answers, type Row } from './catalog-session.js'

const everything = { select: ['*'], exclude: [] }

const table = (name: string): Row => [name, 'r', '9', 'ada', null]
const view = (name: string): Row => [name, 'v', '0', 'ada', null]
const key = (name: string, position: string): Row => [
  name,
  'id',
  'integer',
  '23',
  '-1',
  'az64',
  'f',
  position,
  'f',
  null,
  null,
]

const plain: Answers = {
  'FROM svv_external_schemas': [],
  'FROM pg_catalog.pg_namespace n ORDER': [['sales']],
  'SELECT c.relname, c.relkind': [table('orders')],
  'FROM pg_catalog.pg_attribute a': [key('orders', '0')],
  'FROM pg_catalog.pg_constraint con': [],
  'FROM svv_table_info': [],
}

async function read(answers: Answers) {
  const session = catalogSession({ ...answers, ...plain, ...answers })
  const call = gapsCall()
  const entries: CatalogEntry[] = []
  for await (const entry of new CatalogReader(session, everything, call).entries()) entries.push(entry)
  return { entries, gaps: call.gaps, asked: session.asked }
}

const denied = (relation: string): MigrationError =>
  refusal('42501', 'source-denied', `permission denied for relation ${relation}`)

describe('a catalog that keeps something to itself', () => {
  it('goes on without sizes, tells it once and asks no more', async () => {
    const names = Array.from({ length: 600 }, (_, n) => `t${String(n).padStart(3, '0')}`)
    const { entries, gaps, asked } = await read({
      'SELECT c.relname, c.relkind': (text) => {
        const after = /c\.relname > '(\w+)'/.exec(text)?.[1] ?? ''
        return names
          .filter((name) => name > after)
          .slice(0, Number(/LIMIT (\d+)/.exec(text)?.[1]))
          .map(table)
      },
      'FROM svv_table_info': denied('svv_table_info'),
    })
    expect(entries.map((entry) => entry.name)).toEqual(names)
    expect(gaps).toEqual([
      {
        fact: 'catalog-gap',
        what: 'sizes',
        reason: expect.stringContaining('permission denied for relation svv_table_info') as string,
        hidesObjects: false,
      },
    ])
    expect(asked.filter((text) => text.includes('svv_table_info'))).toHaveLength(1)
  })

  it('says that external schemas may hide tables', async () => {
    const { entries, gaps } = await read({ 'FROM svv_external_schemas': denied('svv_external_schemas') })
    expect(entries.map((entry) => entry.name)).toEqual(['orders'])
    expect(gaps).toMatchObject([{ what: 'external schemas', hidesObjects: true }])
  })

  it('bears a metastore that does not answer, and reads the other schemas', async () => {
    const { entries, gaps } = await read({
      'FROM svv_external_schemas': [['lake']],
      'FROM pg_catalog.pg_namespace n ORDER': [['lake'], ['sales']],
      'FROM svv_external_tables': refusal('XX000', 'source-failed', 'Access denied calling Glue'),
    })
    expect(entries.map((entry) => entry.schema)).toEqual(['sales'])
    expect(gaps).toMatchObject([{ what: 'external tables of lake', hidesObjects: true }])
  })

  it('lists external tables whose columns are not told', async () => {
    const { entries, gaps } = await read({
      'FROM svv_external_schemas': [['lake']],
      'FROM pg_catalog.pg_namespace n ORDER': [['lake']],
      'FROM svv_external_tables': [['events']],
      'FROM svv_external_columns': denied('svv_external_columns'),
    })
    expect(entries).toMatchObject([{ schema: 'lake', name: 'events', kind: 'external-table', columns: [] }])
    expect(gaps).toMatchObject([{ hidesObjects: false }])
  })

  it('knows a denial by its words where no SQLSTATE comes with it', async () => {
    const { gaps } = await read({
      'FROM svv_table_info': new MigrationError(
        'source-refused',
        'catalog: permission denied for relation svv_table_info',
      ),
    })
    expect(gaps).toMatchObject([{ what: 'sizes' }])
  })

  it.each([
    ['a lost connection', new MigrationError('source-unreachable', 'read ECONNRESET', { transient: true })],
    ['a cancelled statement', refusal('57014', 'source-refused', 'canceled')],
    ['a failure of the server', refusal('XX000', 'source-failed', 'internal error')],
  ])('does not take %s for a denial', async (_what, error) => {
    await expect(read({ 'FROM svv_table_info': error })).rejects.toBe(error)
  })

  it('does not take a lost connection for a metastore that is silent', async () => {
    const lost = new MigrationError('source-unreachable', 'read ECONNRESET', { transient: true })
    const answers = { 'FROM svv_external_schemas': [['sales']], 'FROM svv_external_tables': lost }
    await expect(read(answers)).rejects.toBe(lost)
  })
})

describe('sizes', () => {
  it('are asked once for a schema, however many pages it has', async () => {
    const names = Array.from({ length: 600 }, (_, n) => `t${String(n).padStart(3, '0')}`)
    const { entries, asked } = await read({
      'SELECT c.relname, c.relkind': (text) => {
        const after = /c\.relname > '(\w+)'/.exec(text)?.[1] ?? ''
        return names
          .filter((name) => name > after)
          .slice(0, Number(/LIMIT (\d+)/.exec(text)?.[1]))
          .map(table)
      },
      // Empty tables are not told of.
      'FROM svv_table_info': names
        .filter((_, n) => n % 2 === 1)
        .map((name) => [name, '5', name.slice(1), null, null, 'N']),
    })
    expect(entries.map((entry) => entry.rowEstimate)).toEqual(names.map((_, n) => (n % 2 === 1 ? n : undefined)))
    expect(asked.filter((text) => text.includes('svv_table_info'))).toHaveLength(1)
  })
})

describe('schemas', () => {
  it('of the system and of sessions are never asked about', async () => {
    const schemas = ['catalog_history', 'information_schema', 'pg_automv', 'pg_catalog', 'pg_temp_3', 'sales']
    const { entries, asked } = await read({ 'FROM pg_catalog.pg_namespace n ORDER': schemas.map((name) => [name]) })
    expect(entries.map((entry) => entry.schema)).toEqual(['sales'])
    expect(asked.filter((text) => /'(pg_|information_schema|catalog_history)/.test(text))).toEqual([])
  })
})

describe('tables behind materialized views', () => {
  const answers = (definition: string): Answers => ({
    'SELECT c.relname, c.relkind': [table('mv_tbl__daily__0'), table('orders'), table('mv_tbl__none__0')],
    "v.viewname IN ('daily', 'none')": [['daily', definition]],
  })

  it('are left out where the view is one, and only there', async () => {
    const { entries } = await read(answers('create materialized view daily as select 1'))
    expect(entries.map((entry) => entry.name)).toEqual(['orders', 'mv_tbl__none__0'])
  })

  it('stay where a plain view has that name', async () => {
    const { entries } = await read(answers('SELECT 1'))
    expect(entries).toHaveLength(3)
  })

  it('are asked for only where a name gives cause', async () => {
    const { asked } = await read({ 'SELECT c.relname, c.relkind': [view('mv_tbl__daily__0')], 'pg_views v': [] })
    expect(asked.filter((text) => text.includes('viewname IN'))).toEqual([])
  })
})

describe('sort styles', () => {
  it.each([
    ['compound', '1', 'id', 'compound'],
    ['interleaved', '-1', 'INTERLEAVED', 'interleaved'],
    ['chosen by Redshift', '1', 'AUTO(SORTKEY(id))', 'auto'],
    ['left to Redshift', '0', 'AUTO(SORTKEY)', 'auto'],
  ])('%s', async (_what, position, sortkey1, style) => {
    const { entries } = await read({
      'FROM pg_catalog.pg_attribute a': [key('orders', position)],
      'FROM svv_table_info': [['orders', '3', '7', '7', sortkey1, 'Y, AUTO(ENCODE)']],
    })
    expect(entries[0]).toMatchObject({ sortStyle: style, autoEncoding: true })
  })

  it('has none without a sort key', async () => {
    const { entries } = await read({})
    expect(entries[0]).not.toHaveProperty('sortStyle')
    expect(entries[0]).not.toHaveProperty('autoEncoding')
  })
})
