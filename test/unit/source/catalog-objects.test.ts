import { describe, expect, it } from 'vitest'
import type { CatalogObject, Selection } from '../../../src/model/catalog.js'
import { MigrationError } from '../../../src/model/errors.js'
import { pageQuery, relationGrants } from '../../../src/source/redshift/catalog-object-query.js'
import { CatalogObjectReader } from '../../../src/source/redshift/catalog-object-reader.js'
import { catalogSession, gapsCall, refusal, type Answers, type Row } from './catalog-session.js'

const plain: Answers = {
  'FROM pg_catalog.pg_proc_info': [],
  'FROM svv_schema_privileges': [],
  'FROM svv_relation_privileges': [],
  'FROM svv_function_privileges': [],
}

async function read(answers: Answers, selection: Selection = { select: ['*'], exclude: [] }) {
  const session = catalogSession({ ...plain, ...answers })
  const call = gapsCall()
  const objects: CatalogObject[] = []
  for await (const one of new CatalogObjectReader(session, selection, call).objects()) objects.push(one)
  return { objects, gaps: call.gaps, asked: session.asked }
}

const routines: readonly Row[] = [
  ['100101', 'sales', 'refresh', 'integer, character varying', 'p', 'plpgsql', 'ada'],
  ['100102', 'sales', 'net', 'numeric, numeric', 'f', 'sql', 'ada'],
  ['100103', 'sales', 'net', '', 'f', 'plpythonu', 'ada'],
  ['100104', 'web', 'geo', 'character varying', 'f', 'exfunc', null],
]

describe('procedures and functions', () => {
  it('are told apart by kind and signature', async () => {
    const { objects } = await read({ 'FROM pg_catalog.pg_proc_info': routines })
    expect(objects).toEqual([
      {
        kind: 'procedure',
        schema: 'sales',
        name: 'refresh',
        signature: '(integer, character varying)',
        owner: 'ada',
        language: 'plpgsql',
      },
      {
        kind: 'function',
        schema: 'sales',
        name: 'net',
        signature: '(numeric, numeric)',
        owner: 'ada',
        language: 'sql',
      },
      { kind: 'function', schema: 'sales', name: 'net', signature: '()', owner: 'ada', language: 'plpythonu' },
      { kind: 'function', schema: 'web', name: 'geo', signature: '(character varying)', language: 'exfunc' },
    ])
  })

  it('are selected as relations are', async () => {
    const answers = { 'FROM pg_catalog.pg_proc_info': routines }
    const names = async (selection: Selection): Promise<readonly string[]> =>
      (await read(answers, selection)).objects.map((one) => `${one.schema}.${one.name}`)
    expect(await names({ select: ['web.*'], exclude: [] })).toEqual(['web.geo'])
    expect(await names({ select: ['*'], exclude: ['*.net'] })).toEqual(['sales.refresh', 'web.geo'])
    expect(await names({ select: ['sales.orders'], exclude: [] })).toEqual([])
  })
})

describe('grants', () => {
  const grants: Answers = {
    'FROM svv_schema_privileges': [
      ['sales', 'group', '101', 'USAGE', 'analysts', 'f'],
      ['sales', 'public', '0', 'USAGE', 'public', 'f'],
    ],
    'FROM svv_relation_privileges': [
      ['sales', 'orders', 'role', '7', 'INSERT', 'loader', 'f'],
      ['sales', 'orders', 'role', '7', 'SELECT', 'loader', 'f'],
      ['sales', 'orders', 'user', '7', 'SELECT', 'bob', 't'],
      ['sales', 'parts', 'user', '7', 'SELECT', 'bob', 'f'],
    ],
    'FROM svv_function_privileges': [['sales', 'net', 'numeric, numeric', 'public', '0', 'EXECUTE', 'public', 'f']],
  }

  it('are one for what one grantee may do with one object', async () => {
    const { objects } = await read(grants)
    expect(objects.map(({ kind, on, schema, name, signature }) => [kind, on, schema, name, signature])).toEqual([
      ['grant', 'schema', 'sales', 'sales', 'USAGE ON SCHEMA sales TO GROUP analysts'],
      ['grant', 'schema', 'sales', 'sales', 'USAGE ON SCHEMA sales TO PUBLIC'],
      ['grant', 'relation', 'sales', 'orders', 'INSERT, SELECT ON sales.orders TO ROLE loader'],
      ['grant', 'relation', 'sales', 'orders', 'SELECT (with grant option) ON sales.orders TO USER bob'],
      ['grant', 'relation', 'sales', 'parts', 'SELECT ON sales.parts TO USER bob'],
      ['grant', 'routine', 'sales', 'net', 'EXECUTE ON sales.net(numeric, numeric) TO PUBLIC'],
    ])
  })

  it('on a schema go with any relation of it that may be selected', async () => {
    const { objects } = await read(grants, { select: ['sales.parts'], exclude: [] })
    expect(objects.map((one) => one.on)).toEqual(['schema', 'schema', 'relation'])
    expect((await read(grants, { select: ['web.*'], exclude: [] })).objects).toEqual([])
  })
})

describe('lists longer than a page', () => {
  it('are read whole, each row once, in a bounded number of questions', async () => {
    const rows: readonly Row[] = Array.from({ length: 4_500 }, (_, n) => [
      String(n + 1),
      's',
      `f${n}`,
      '',
      'f',
      'sql',
      null,
    ])
    const { objects, asked } = await read({
      'FROM pg_catalog.pg_proc_info': (text) => {
        const after = Number(/p\.prooid > (\d+)\)/.exec(text)?.[1] ?? 0)
        return rows.filter(([oid]) => Number(oid) > after).slice(0, Number(/LIMIT (\d+)/.exec(text)?.[1]))
      },
    })
    expect(objects.map((one) => one.name)).toEqual(rows.map(([, , name]) => name))
    expect(asked).toHaveLength(3 + 3)
  })

  it('go on behind the whole key of the last row, ids as numbers and texts quoted', () => {
    const text = pageQuery(relationGrants, ['s', "o'x", 'user', '9', 'SELECT'], 10)
    expect(text).toContain("(namespace_name > 's') OR (namespace_name = 's' AND relation_name > 'o''x')")
    expect(text).toContain(
      "(namespace_name = 's' AND relation_name = 'o''x' AND identity_type = 'user' AND identity_id > 9)",
    )
    expect(text).toMatch(/identity_id = 9 AND privilege_type > 'SELECT'\)\) ORDER BY 1, 2, 3, 4, 5 LIMIT 10$/)
  })
})

describe('objects that are out of reach', () => {
  it.each([
    ['FROM pg_catalog.pg_proc_info', 'procedures and functions'],
    ['FROM svv_schema_privileges', 'grants on schemas'],
    ['FROM svv_relation_privileges', 'grants on relations'],
    ['FROM svv_function_privileges', 'grants on procedures and functions'],
  ])('%s leaves a gap', async (from, what) => {
    const { gaps } = await read({ [from]: refusal('42501', 'source-denied', 'permission denied for relation it') })
    expect(gaps).toMatchObject([{ fact: 'catalog-gap', what, hidesObjects: true }])
  })

  it('are not what a lost connection leaves', async () => {
    const lost = new MigrationError('source-unreachable', 'gone', { transient: true })
    await expect(read({ 'FROM svv_relation_privileges': lost })).rejects.toBe(lost)
  })
})
