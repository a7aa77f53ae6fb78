import { describe, expect, it } from 'vitest'
import type { ColumnPlan, RelationPlan } from '../../../src/model/plan.js'
import { risksOf, riskText } from '../../../src/stages/report-risk.js'

function column(target: string, more: Partial<ColumnPlan> = {}): ColumnPlan {
  const sourceType = { base: 'integer', text: 'integer' } as const
  const plain = { source: target, sourceType, target, targetType: 'INT', unloadExpression: `"${target}"` }
  return { ...plain, kind: 'integer', notNull: false, ...more }
}

const columns = [
  column('a'),
  column('b', { kind: 'text', targetType: 'STRING' }),
  column('f', { kind: 'float', targetType: 'DOUBLE', tolerance: 0.001, toleranceReason: 'sensor noise' }),
  column('s', {
    kind: 'text',
    targetType: 'STRING',
    sourceType: { base: 'super', text: 'super' },
  }),
  column('j', { kind: 'text', targetType: 'JSON' }),
  column('x'),
]

function textAt(depth: RelationPlan['depth'], more: Partial<RelationPlan> = {}): string {
  return riskText(risksOf({ columns, depth, ...more } as unknown as RelationPlan))
}

describe('what verification can still miss', () => {
  it('is a number for hashed columns and a reason for every other, at the depth of content', () => {
    const accepted = [{ column: 'x', reason: 'rounded by the old job' }]
    expect(textAt('content', { accepted })).toBe(
      '2^-112 against accidental change: a, b; not covered: f (float: sums and extremes in each part of the rows within ' +
        '0.001, sensor noise; changes below are not seen); s (SUPER, NULLs and length only); j (JSON, NULLs only); ' +
        'x (accepted: rounded by the old job)',
    )
  })

  it('has no number at lesser depths', () => {
    expect(textAt('aggregates')).toContain(
      'a, x (values exchanged between rows, and changes that keep sum and extremes)',
    )
    expect(textAt('count')).toBe('not covered: a, b, f, s, j, x (rows and NULLs are counted, no value is compared)')
    expect(`${textAt('aggregates')}${textAt('count')}`).not.toContain('2^')
  })

  it('names every column exactly once', () => {
    for (const depth of ['count', 'aggregates', 'content'] as const) {
      const risks = risksOf({ columns, depth } as unknown as RelationPlan)
      expect(risks.map((risk) => risk.column)).toEqual(columns.map(({ target }) => target))
    }
  })
})
