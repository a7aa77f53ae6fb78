import { describe, expect, it } from 'vitest'
import { readColumns, readDefault } from '../../../src/source/redshift/catalog-column.js'
import { kindOf, readEntries } from '../../../src/source/redshift/catalog-entry.js'
import { isSystemSchema, mayBeSelected } from '../../../src/source/redshift/schema-filter.js'

const column = (
  name: string,
  sortKey: string,
  more: Readonly<Record<string, string | null>> = {},
): (string | null)[] => {
  const row = ['orders', name, 'integer', '23', '-1', 'az64', 'f', sortKey, 'f', null, null]
  for (const [n, value] of Object.entries(more)) row[Number(n)] = value
  return row
}

describe('readColumns', () => {
  it('renumbers the gaps of dropped columns and keeps what the catalog says', () => {
    const [first, second] = readColumns([
      column('o_orderkey', '1', { 6: 't', 8: 't', 10: 'the key' }),
      column('o_total', '0', { 2: 'numeric(12,2)', 3: '1700', 4: String(((12 << 16) | 2) + 4), 9: '0.00', 5: null }),
    ])
    expect(first).toEqual({
      name: 'o_orderkey',
      ordinal: 1,
      type: { base: 'integer', text: 'integer' },
      notNull: true,
      encoding: 'az64',
      distKey: true,
      sortKeyPosition: 1,
      comment: 'the key',
    })
    expect(second).toMatchObject({ ordinal: 2, defaultText: '0.00', type: { precision: 12, scale: 2 } })
    expect(second).not.toHaveProperty('encoding')
  })

  it('gives all positions of an interleaved key a minus', () => {
    const positions = readColumns([column('a', '-1'), column('b', '2'), column('c', '0'), column('d', '-3')])
    expect(positions.map((each) => each.sortKeyPosition)).toEqual([-1, -2, 0, -3])
    expect(readColumns([column('a', '2'), column('b', '1')]).map((each) => each.sortKeyPosition)).toEqual([2, 1])
  })
})

describe('readDefault', () => {
  it('tells identity columns from defaults', () => {
    expect(readDefault(`"identity"(108745, 0, '1,1'::text)`)).toEqual({
      identity: { seed: '1', step: '1', byDefault: false },
    })
    expect(readDefault(`default_identity(108745, 3, '-10,-5'::text)`)).toEqual({
      identity: { seed: '-10', step: '-5', byDefault: true },
    })
    expect(readDefault(`'identity'::character varying`)).toEqual({ defaultText: `'identity'::character varying` })
    expect(readDefault(undefined)).toEqual({})
  })
})

describe('kindOf', () => {
  it.each([
    ['r', undefined, 'table'],
    ['v', 'SELECT 1', 'view'],
    ['v', ' create materialized view s.m as select 1', 'materialized-view'],
    ['v', 'create view s.v as select 1 from s.t with no schema binding;', 'late-binding-view'],
    ['v', `SELECT 'with no schema binding' AS x FROM t`, 'view'],
  ])('%s with %s is a %s', (relkind, definition, kind) => {
    expect(kindOf(relkind, definition)).toBe(kind)
  })
})

describe('readEntries', () => {
  it('joins what the catalog says by name and leaves out backing tables', () => {
    const entries = readEntries({
      schema: 'sales',
      relations: [
        ['lines', 'r', '8', 'ada', 'all lines'],
        ['mv_tbl__daily__0', 'r', '0', 'ada', null],
        ['orders', 'r', '1', 'ada', null],
        ['recent', 'v', '0', 'bob', null],
      ],
      columns: [column('o_orderkey', '0')],
      hidden: new Set(['mv_tbl__daily__0']),
      constraints: [
        ['orders', 'orders_pkey', 'p', 'PRIMARY KEY (o_orderkey)'],
        ['orders', 'orders_fk', 'f', 'FOREIGN KEY (c) REFERENCES sales.c(c)'],
      ],
      views: [['recent', 'create view sales.recent as select 1 with no schema binding']],
      lateBindingColumns: [['recent', 'n', 'character varying(12)', '1']],
      sizes: [
        ['lines', '12', '120', '100'],
        ['orders', '3', '7', null],
      ],
    })
    expect(entries.map((entry) => entry.name)).toEqual(['lines', 'orders', 'recent'])
    expect(entries[0]).toMatchObject({
      distStyle: 'all',
      rowEstimate: 100,
      byteEstimate: 12 * 1024 * 1024,
      comment: 'all lines',
    })
    expect(entries[1]?.constraints).toEqual([
      { name: 'orders_pkey', kind: 'primary-key', definition: 'PRIMARY KEY (o_orderkey)' },
      { name: 'orders_fk', kind: 'foreign-key', definition: 'FOREIGN KEY (c) REFERENCES sales.c(c)' },
    ])
    expect(entries[1]).toMatchObject({ distStyle: 'key', rowEstimate: 7 })
    expect(entries[2]).toMatchObject({
      kind: 'late-binding-view',
      columns: [{ name: 'n', type: { base: 'character varying', length: 12 } }],
    })
    expect(entries[2]).not.toHaveProperty('distStyle')
  })
})

describe('schemas', () => {
  it('knows the system schemas and no more', () => {
    expect(['pg_catalog', 'pg_temp_3', 'information_schema', 'catalog_history'].every(isSystemSchema)).toBe(true)
    expect(['public', 'information_schema_copy', 'pgx'].some(isSystemSchema)).toBe(false)
  })

  it('reads a schema unless no relation of it can be selected', () => {
    const may = (select: string[], exclude: string[], schema: string): boolean =>
      mayBeSelected({ select, exclude }, schema)
    expect(may(['sales.*'], [], 'sales')).toBe(true)
    expect(may(['sales.*'], [], 'sales2')).toBe(false)
    expect(may(['sal*'], [], 'sales')).toBe(true)
    expect(may(['*.orders'], [], 'sales')).toBe(true)
    expect(may(['sales.orders'], [], 'sales')).toBe(true)
    expect(may(['odd.name.*'], [], 'odd.name')).toBe(true)
    expect(may(['*'], ['sales.*'], 'sales')).toBe(false)
    expect(may(['*'], ['sales.tmp_*'], 'sales')).toBe(true)
    expect(may(['*'], ['sales.*', '!sales.orders'], 'sales')).toBe(true)
    expect(may([], [], 'sales')).toBe(false)
  })
})
