import { describe, expect, it } from 'vitest'
import { translateQueries, type QueryTranslation, type TranslatedText } from '../../../src/translate/query.js'
import { book, pairs } from './query-pairs.js'

async function only(text: string, forView = false): Promise<QueryTranslation> {
  const [one, ...more] = await translateQueries(text, book, { forView })
  expect(more).toEqual([])
  return one!
}

async function translated(text: string, forView = false): Promise<TranslatedText> {
  const one = await only(text, forView)
  if (one.fate === 'refused') throw new Error(`${one.construct} ${one.reason}`)
  return one
}

describe('pairs of queries', () => {
  it('are at least 150, and each name is given once', () => {
    expect(pairs.length).toBeGreaterThanOrEqual(150)
    expect(new Set(pairs.map(({ group, name }) => `${group} ${name}`)).size).toBe(pairs.length)
    expect(pairs.filter(({ refused }) => refused !== undefined).length).toBeGreaterThan(50)
  })

  it.each(pairs.filter(({ maxcompute }) => maxcompute !== undefined))('$group: $name', async (pair) => {
    expect((await translated(pair.redshift)).sql).toBe(pair.maxcompute)
  })

  it.each(pairs.filter(({ refused }) => refused !== undefined))('$group: $name', async (pair) => {
    const found = await only(pair.redshift)
    if (found.fate === 'translated') throw new Error(`not refused: ${found.sql}`)
    expect({ construct: found.construct, line: found.line, column: found.column }).toEqual(pair.refused)
    expect(found.reason).not.toBe('')
  })
})

describe('a translation', () => {
  it('tells what was changed, and when answers can differ', async () => {
    const { changes } = await translated("SELECT quantity / stock AS n FROM shop.sale WHERE note ILIKE 'a%'")
    expect(changes).toContainEqual({ rule: 'integer division', what: '/ of integers is DIV' })
    expect(changes).toContainEqual({ rule: 'ILIKE', what: 'LIKE of the text in lower case' })
    expect(changes.find(({ rule }) => rule === 'division by zero')?.differs).toBe('where a divisor is zero')
  })

  it('names the relations that it reads, each once', async () => {
    const { relations } = await translated(
      'SELECT s.id FROM shop.sale s JOIN shop.customer c ON s.customer_id = c.id WHERE s.id IN (SELECT id FROM shop.sale)',
    )
    expect(relations).toEqual([
      { schema: 'shop', name: 'sale' },
      { schema: 'shop', name: 'customer' },
    ])
  })

  it('tells what the rows come in order of, and how many LIMIT leaves', async () => {
    const tailOf = async (text: string) => {
      const { orderedBy, limit } = await translated(text)
      return { orderedBy, limit }
    }
    expect(await tailOf('SELECT id, amount AS a FROM shop.sale ORDER BY 2 DESC, id LIMIT 7')).toEqual({
      orderedBy: [1, 0],
      limit: 7,
    })
    expect(await tailOf('SELECT id FROM (SELECT id FROM shop.sale ORDER BY id LIMIT 7) x')).toEqual({
      orderedBy: undefined,
      limit: undefined,
    })
    expect(await tailOf('SELECT id FROM shop.sale UNION SELECT id FROM shop.sale ORDER BY id')).toEqual({
      orderedBy: [0],
      limit: undefined,
    })
  })

  it('tells how exact each column is', async () => {
    const { columns } = await translated(
      'SELECT id, amount / 3 AS q, rate * 2 AS r, SUM(amount) OVER () AS s FROM shop.sale',
    )
    expect(columns).toEqual([
      { name: 'id', family: 'integer', exactness: 'exact' },
      { name: 'q', family: 'decimal', exactness: 'divided' },
      { name: 'r', family: 'float', exactness: 'float' },
      { name: 's', family: 'decimal', exactness: 'exact' },
    ])
  })

  it('doubts what neither side promises', async () => {
    expect((await translated('SELECT id FROM shop.sale LIMIT 3')).doubts).toEqual(['LIMIT without ORDER BY'])
    expect((await translated('SELECT LISTAGG(note) AS t FROM shop.sale')).doubts).toEqual(['LISTAGG without an order'])
    expect((await translated('SELECT GETDATE() AS t')).doubts).toHaveLength(1)
    expect((await translated('SELECT id FROM shop.sale ORDER BY id LIMIT 3')).doubts).toEqual([])
  })

  it('asks for the settings that the text needs', async () => {
    const { settings } = await translated(
      'SELECT id, GETDATE() AS t FROM shop.sale CROSS JOIN (SELECT 1 AS x) q ORDER BY id',
    )
    expect(settings).toEqual({
      'odps.sql.type.system.odps2': 'true',
      'odps.sql.decimal.odps2': 'true',
      'odps.sql.timezone': 'UTC',
      'odps.sql.allow.cartesian': 'true',
      'odps.sql.validate.orderby.limit': 'false',
    })
  })

  it('leaves the order of a view out', async () => {
    const view = await translated('SELECT id FROM shop.sale ORDER BY id', true)
    expect(view.sql).toBe('SELECT `sale`.`id`\nFROM `tpch_target`.`shop_sale` AS `sale`')
    expect(view.settings).not.toHaveProperty('odps.sql.validate.orderby.limit')
  })

  it('takes several queries one by one', async () => {
    const found = await translateQueries('SELECT 1 AS a;\nSELECT f(1);\nSELECT 2 AS b;', book)
    expect(found.map(({ fate }) => fate)).toEqual(['translated', 'refused', 'translated'])
    expect(found[1]).toMatchObject({ line: 2, column: 8 })
  })

  it('counts characters, not bytes, to the place of a refusal', async () => {
    expect(await only("SELECT '日本 😀' AS x,\n  '😀' || f(1)")).toMatchObject({
      construct: 'function F',
      line: 2,
      column: 10,
    })
  })
})
