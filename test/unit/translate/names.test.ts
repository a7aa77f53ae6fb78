import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { columnNames, namingWithin, relationId, tableName, tableNameConcerns } from '../../../src/translate/names.js'
import type { Naming } from '../../../src/translate/names.js'

const flat: Naming = { project: 'p', table: '{table}' }
const anyName = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'A', 'b', '_', '1', ' ', '-', 'é', '名', '$'), minLength: 1, maxLength: 6 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 127 }),
)

describe('relationId', () => {
  it('is slug and hash, the hash as sha256sum computes it', () => {
    // printf '["tpch","lineitem"]' | sha256sum
    expect(relationId({ schema: 'tpch', name: 'lineitem' })).toBe('tpch_lineitem-989c3fd5')
    // printf '["Sales 2024","Größe/名"]' | sha256sum
    expect(relationId({ schema: 'Sales 2024', name: 'Größe/名' })).toBe('sales_2024_gr__e__-b37822a2')
  })

  it('is short, legal and different for different relations', () => {
    fc.assert(
      fc.property(anyName, anyName, anyName, anyName, (schema, name, otherSchema, otherName) => {
        const id = relationId({ schema, name })
        expect(id).toMatch(/^[a-z0-9_]{1,40}-[0-9a-f]{8}$/)
        const isSame = schema === otherSchema && name === otherName
        expect(relationId({ schema: otherSchema, name: otherName }) === id).toBe(isSame)
      }),
    )
    expect(relationId({ schema: 'a_b', name: 'c' })).not.toBe(relationId({ schema: 'a', name: 'b_c' }))
  })
})

describe('tableName', () => {
  it.each<[string, Naming, string]>([
    ['template of the table', flat, 'p||orders'],
    ['schema in the table', { ...flat, table: '{schema}__{table}' }, 'p||sales__orders'],
    ['three levels', { ...flat, schema: '{schema}' }, 'p|sales|orders'],
    ['fixed schema', { ...flat, schema: 'landing', table: 'rs_{table}' }, 'p|landing|rs_orders'],
    ['given name', { ...flat, schema: '{schema}', tables: { 'sales.Orders': 'Bestellung' } }, 'p|sales|bestellung'],
    ['given schema and name', { ...flat, tables: { 'sales.Orders': 'x.y' } }, 'p|x|y'],
    ['given for another', { ...flat, tables: { 'sales.orders': 'x' } }, 'p||orders'],
  ])('follows the %s', (_what, naming, expected) => {
    const table = tableName({ schema: 'sales', name: 'Orders' }, naming)
    expect(`${table.project}|${table.schema ?? ''}|${table.name}`).toBe(expected)
    expect(tableNameConcerns({ schema: 'sales', name: 'Orders' }, naming)).toEqual([])
  })

  it('makes names legal and says so', () => {
    const name = { schema: 'sales', name: '2024 Größe' }
    expect(tableName(name, flat).name).toBe('t_2024_gr__e')
    expect(tableNameConcerns(name, flat)).toMatchObject([{ code: 'RS0302', class: 'note' }])
  })

  it('refuses a template with an unknown field', () => {
    expect(() => tableName({ schema: 'a', name: 'b' }, { ...flat, table: '{tabel}' })).toThrow(
      expect.objectContaining({ code: 'config', message: 'naming.table: "{tabel}" names {tabel}' }),
    )
  })

  it('does not take Object.prototype for a list of names', () => {
    const naming: Naming = { ...flat, tables: {} }
    expect(tableName({ schema: 'a', name: 'constructor' }, naming).name).toBe('constructor')
  })

  it('is legal for any relation', () => {
    fc.assert(
      fc.property(anyName, anyName, (schema, name) => {
        const table = tableName({ schema, name }, { ...flat, schema: '{schema}' })
        expect(table.name).toMatch(/^[a-z][a-z0-9_]{0,127}$/)
        expect(table.schema).toMatch(/^[a-z][a-z0-9_]{0,127}$/)
      }),
    )
  })
})

describe('namingWithin', () => {
  const two = { project: 'p', schemaModel: false }
  const three = { project: 'p', schemaModel: true }

  it('puts every table of a project with schemas into one', () => {
    expect(namingWithin(flat, three).schema).toBe('default')
    expect(namingWithin({ ...flat, schema: '{schema}' }, three).schema).toBe('{schema}')
    expect(namingWithin(flat, two)).toEqual(flat)
  })

  it.each<[Naming, string]>([
    [{ ...flat, schema: '{schema}' }, 'naming.schema: "{schema}" needs schemas, and project p has none'],
    [
      { ...flat, tables: { 's.a': 'b', 's.t': 'x.y' } },
      'naming.tables.s.t: "x.y" needs schemas, and project p has none',
    ],
  ])('refuses schemas where the project has none: %j', (naming, message) => {
    expect(() => namingWithin(naming, two)).toThrow(expect.objectContaining({ code: 'config', message }))
  })
})

describe('columnNames', () => {
  const names = (...columns: string[]) => columnNames(columns.map((name) => ({ name })))

  it('folds case without a word', () => {
    expect(names('Id', 'L_ORDERKEY', 'select')).toEqual({ names: ['id', 'l_orderkey', 'select'], concerns: [] })
  })

  it('maps what is illegal and says so', () => {
    expect(names('a b', '_x', '9', '名字', 'é')).toEqual({
      names: ['a_b', 'c__x', 'c_9', '名字', 'c__'],
      concerns: [
        { code: 'RS0301', class: 'note', column: 'a b', message: 'a b becomes a_b' },
        { code: 'RS0301', class: 'note', column: '_x', message: '_x becomes c__x' },
        { code: 'RS0301', class: 'note', column: '9', message: '9 becomes c_9' },
        { code: 'RS0301', class: 'note', column: 'é', message: 'é becomes c__' },
      ],
    })
  })

  it('lets the one that is spelled so keep its name, wherever it stands', () => {
    // printf 'A-b' | sha256sum; printf 'a b' | sha256sum
    expect(names('A-b', 'a b', 'a_b').names).toEqual(['a_b_b05dd069', 'a_b_c8687a08', 'a_b'])
    expect(names('a_b', 'a b', 'A-b').names).toEqual(['a_b', 'a_b_c8687a08', 'a_b_b05dd069'])
  })

  it('takes names that the user gave', () => {
    const relation = { schema: 's', name: 't' }
    const given = columnNames([{ name: 'a b' }, { name: 'x' }], {
      relation,
      naming: { columns: { 's.t.a b': 'Label' } },
    })
    expect(given.names).toEqual(['label', 'x'])
    expect(given.concerns).toMatchObject([{ code: 'RS0301', message: 'a b becomes label' }])
  })

  it('follows a template, except where a name was given', () => {
    const place = {
      relation: { schema: 's', name: 't' },
      naming: { column: '{table}_{column}', columns: { 's.t.x': 'y' } },
    }
    expect(columnNames([{ name: 'A' }, { name: 'x' }], place).names).toEqual(['t_a', 'y'])
    expect(() => columnNames([{ name: 'A' }], { ...place, naming: { column: '{col}' } })).toThrow(
      /naming\.column: .*names \{col\}/,
    )
  })

  it('lets no order decide where suffixes meet names', () => {
    const all = ['A', 'a', 'a_559aead0', 'A_559AEAD0', 'a_559aead0 ']
    const pairs = (list: readonly string[]) => list.map((name, n) => `${name} → ${names(...list).names[n]}`).sort()
    expect(pairs([...all].reverse())).toEqual(pairs(all))
    expect(new Set(names(...all).names).size).toBe(all.length)
  })

  it('keeps a suffix from meeting a name that was there before', () => {
    const { names: distinct } = names('A', 'a', 'a_559aead0')
    expect(new Set(distinct).size).toBe(3)
    expect(distinct[1]).toBe('a')
  })

  it('cuts what is too long to 128 bytes, and keeps the difference', () => {
    const { names: distinct } = names(`${'a'.repeat(139)}1`, `${'a'.repeat(139)}2`, '名'.repeat(50))
    expect(distinct[0]).toMatch(/^a{119}_[0-9a-f]{8}$/)
    expect(distinct[1]).toMatch(/^a{119}_[0-9a-f]{8}$/)
    expect(distinct[1]).not.toBe(distinct[0])
    expect(distinct[2]).toMatch(/^名{39}_[0-9a-f]{8}$/)
  })

  it('gives legal names, all different, for any columns', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyName, { maxLength: 20 }), (columns) => {
        const { names: distinct } = columnNames(columns.map((name) => ({ name })))
        expect(distinct).toHaveLength(columns.length)
        expect(new Set(distinct).size).toBe(columns.length)
        for (const name of distinct) {
          expect(name).toMatch(/^[a-z\p{Script=Han}][a-z0-9_\p{Script=Han}]*$/u)
          expect(Buffer.byteLength(name)).toBeLessThanOrEqual(128)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('does not depend on the order of the columns', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyName, { maxLength: 10 }), (columns) => {
        const pair = (list: readonly string[]) => {
          const { names: distinct } = columnNames(list.map((name) => ({ name })))
          return list.map((name, n) => `${name} → ${distinct[n]}`).sort()
        }
        expect(pair([...columns].reverse())).toEqual(pair(columns))
      }),
    )
  })
})
