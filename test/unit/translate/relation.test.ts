import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CatalogEntry, RelationKind } from '../../../src/model/catalog.js'
import { cutToBytes } from '../../../src/translate/comment.js'
import { concernCodes, explainCode } from '../../../src/translate/concern-codes.js'
import { planRelation, skipReason, type PlanPolicy } from '../../../src/translate/relation.js'
import { defaultTypePolicy } from '../../../src/translate/types.js'
import { catalogColumn, everyType, plainType } from './every-type.js'

const policy: PlanPolicy = { naming: { project: 'p', table: '{table}' }, types: defaultTypePolicy, depth: 'aggregates' }

function entry(columnCount: number, rest: Partial<CatalogEntry> = {}): CatalogEntry {
  const columns = Array.from({ length: columnCount }, (_, n) => catalogColumn(`c${n}`, plainType('integer')))
  return { schema: 's', name: 't', kind: 'table', columns, constraints: [], ...rest }
}

describe('planRelation', () => {
  it('is a plan of its own consignment, loaded directly where it can be', () => {
    expect(planRelation(entry(1, { rowEstimate: 10, byteEstimate: 1000 }), policy)).toEqual({
      // printf '["s","t"]' | sha256sum
      relationId: 's_t-eb07ca5c',
      source: { schema: 's', name: 't' },
      target: { project: 'p', name: 't' },
      columns: [
        {
          source: 'c0',
          sourceType: { base: 'integer', text: 'integer' },
          target: 'c0',
          targetType: 'INT',
          unloadExpression: '"c0"',
          kind: 'integer',
          precision: 10,
          scale: 0,
          notNull: false,
        },
      ],
      strategy: 'direct',
      consignment: 's_t-eb07ca5c',
      depth: 'aggregates',
      partMegabytesMax: 256,
      rowEstimate: 10,
      byteEstimate: 1000,
      concerns: [],
    })
  })

  it('is staged as soon as one column is', () => {
    expect(planRelation(everyType, policy).strategy).toBe('staged')
  })

  it('is the same each time', () => {
    expect(planRelation(everyType, policy)).toEqual(planRelation(structuredClone(everyType), policy))
  })

  it('blocks beyond 1,200 columns', () => {
    expect(planRelation(entry(1200), policy).concerns).toEqual([])
    expect(planRelation(entry(1201), policy).concerns).toEqual([
      { code: 'RS0304', class: 'blocking', message: 's.t has 1201 columns' },
    ])
  })

  it('cuts a long comment and says so', () => {
    const plan = planRelation(entry(1, { comment: '名'.repeat(400) }), policy)
    expect(plan.comment).toBe('名'.repeat(341))
    expect(plan.concerns).toMatchObject([{ code: 'RS0205' }])
  })

  it('takes part size and lifecycle from the policy', () => {
    const plan = planRelation(entry(1), { ...policy, partMegabytesMax: 64, lifecycleDays: 30 })
    expect(plan).toMatchObject({ partMegabytesMax: 64, lifecycleDays: 30 })
  })
})

describe('cutToBytes', () => {
  it('keeps the longest beginning of whole characters that fits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (text, byteCountMax) => {
        const characters = [...text]
        let expected = ''
        for (const character of characters) {
          if (Buffer.byteLength(expected + character) > byteCountMax) break
          expected += character
        }
        expect(cutToBytes(text, byteCountMax)).toBe(expected)
      }),
    )
  })
})

describe('skipReason', () => {
  it.each<[RelationKind, string, RegExp | undefined]>([
    ['table', 'orders', undefined],
    ['table', 'mv_tbl__daily__0', /materialized view/],
    ['table', 'mv_tbl__daily', undefined],
    ['view', 'v', /view/],
    ['late-binding-view', 'v', /view/],
    ['materialized-view', 'v', /materialized view/],
    ['external-table', 'x', /external/],
  ])('of a %s called %s is %s', (kind, name, reason) => {
    const found = skipReason(entry(1, { kind, name }))
    if (reason === undefined) expect(found).toBeUndefined()
    else expect(found).toMatch(reason)
  })
})

describe('concern codes', () => {
  it.each(Object.entries(concernCodes))('%s tells title, explanation and remedy', (code, told) => {
    expect(code).toMatch(/^RS0[123]\d\d$/)
    expect(explainCode(code)).toBe(told)
    for (const text of [told.explanation, told.remedy]) expect(text).toMatch(/^[A-Z].*\.$/s)
    expect(told.title).toMatch(/^[A-Z].*[^.]$/)
  })

  it('are no other words', () => {
    expect(explainCode('RS9999')).toBeUndefined()
    expect(explainCode('toString')).toBeUndefined()
  })
})

describe('a part of a relation', () => {
  const choose = (...relations: NonNullable<PlanPolicy['relations']>): PlanPolicy => ({ ...policy, relations })

  it('is everything where no choice covers it', () => {
    const choices = choose({ match: 's.u', where: 'c0 > 1' }, { match: 'S.*', columns: ['c1'] })
    expect(planRelation(entry(2), choices)).toEqual(planRelation(entry(2), policy))
  })

  it('has the condition and the columns of the last choice that covers it, and of no other', () => {
    const plan = planRelation(
      entry(4),
      choose({ match: '*', where: 'c0 > 1' }, { match: 's.*', columns: ['c3', 'c1'] }),
    )
    expect(plan.columns.map((column) => column.target)).toEqual(['c1', 'c3'])
    expect(plan.leftOut).toEqual(['c0', 'c2'])
    expect(plan).not.toHaveProperty('where')
    const filtered = planRelation(
      entry(2),
      choose({ match: 's.*', columns: ['c1'] }, { match: 's.t', where: 'c0 > 1' }),
    )
    expect(filtered).toEqual({ ...planRelation(entry(2), policy), where: 'c0 > 1' })
  })

  it('keeps what is said of a column, and says nothing of one that stays behind', () => {
    const columns = [
      catalogColumn('id', plainType('integer'), { notNull: true, distKey: true }),
      catalogColumn('at', plainType('timestamp without time zone'), { sortKeyPosition: 1 }),
    ]
    const whole = planRelation(entry(0, { columns }), policy)
    const plan = planRelation(entry(0, { columns }), choose({ match: 's.t', columns: ['id'] }))
    expect(plan.columns).toEqual(whole.columns.slice(0, 1))
    expect(plan.columns[0]?.notNull).toBe(true)
    expect([whole.strategy, plan.strategy]).toEqual(['staged', 'direct'])
    expect(plan.concerns).toEqual([{ code: 'RS0204', class: 'note', message: 'DISTKEY(id) is not carried' }])
  })

  it('refuses what is more than a condition', () => {
    expect(() => planRelation(entry(2), choose({ match: 's.*', where: 'c0 = 1); DROP TABLE t; --' }))).toThrow(
      expect.objectContaining({
        code: 'config',
        message: expect.stringMatching(/^relations\.s\.\*\.where: /) as unknown,
      }),
    )
  })

  it('refuses columns that the relation does not have, by name', () => {
    const choices = choose({ match: 's.*', columns: ['c1', 'C0', 'x'] })
    expect(() => planRelation(entry(2), choices)).toThrow(
      expect.objectContaining({
        code: 'config',
        message: 'relations.s.*.columns: s.t has no column C0, x',
        hint: 'it has c0, c1',
      }),
    )
  })
})
