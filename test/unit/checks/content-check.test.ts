import { describe, expect, it } from 'vitest'
import { withAcceptances } from '../../../src/checks/acceptance.js'
import { compareContent } from '../../../src/checks/content-check.js'
import { floatsAgree, toleranceOf } from '../../../src/checks/tolerance.js'
import type { Bucket, Fingerprint } from '../../../src/model/fingerprint.js'
import { columnPlan, relationPlan } from '../dialect/sample-plan.js'

const plan = relationPlan([columnPlan('id'), columnPlan('weight', { targetType: 'DOUBLE', kind: 'float' })])
const figures = (['finite-count', 'finite-sum', 'finite-magnitude'] as const).map((kind) => ({
  kind,
  column: 'weight',
}))

function bucket(prefix: string, changes: Partial<Bucket> = {}): Bucket {
  return { prefix, rowCount: '2', lanes: ['1', '2', '3', '4'], figures: ['2', '10.5', '20'], ...changes }
}

function fingerprint(buckets: readonly Bucket[], definition = 'd'): Fingerprint {
  return { definition, figures, buckets }
}

const source = fingerprint([bucket('00'), bucket('a7')])
const differingFrom = (target: Fingerprint): readonly string[] => compareContent(plan, source, target).differing

describe('compareContent', () => {
  it('finds nothing where all buckets are the same', () => {
    const { result, differing } = compareContent(plan, source, source)
    expect({ differing, ...result }).toEqual({ differing: [], check: 'content', comparedCount: 16, discrepancies: [] })
  })

  it.each<readonly [string, readonly Bucket[]]>([
    ['a bucket that only the source has', [bucket('00')]],
    ['another count', [bucket('00'), bucket('a7', { rowCount: '3' })]],
    ...[0, 1, 2, 3].map(
      (lane) =>
        [
          `another lane ${lane}`,
          [bucket('00'), bucket('a7', { lanes: ['1', '2', '3', '4'].map((sum, n) => (n === lane ? '9' : sum)) })],
        ] as const,
    ),
    ['a lane too few', [bucket('00'), bucket('a7', { lanes: ['1', '2', '3'] })]],
    ['another exact figure', [bucket('00'), bucket('a7', { figures: ['1', '10.5', '20'] })]],
    ['a sum beyond the tolerance', [bucket('00'), bucket('a7', { figures: ['2', '10.5000001', '20'] })]],
    ['a figure too few', [bucket('00'), bucket('a7', { figures: ['2', '10.5'] })]],
    ['NULL for a figure', [bucket('00'), bucket('a7', { figures: ['2', null, '20'] })]],
  ])('names the bucket with %s', (_, buckets) => {
    expect(differingFrom(fingerprint(buckets))).toEqual(['a7'])
    expect(compareContent(plan, source, fingerprint(buckets)).result.discrepancies).toHaveLength(1)
  })

  it('names a bucket that only the target has', () => {
    const target = fingerprint([...source.buckets, bucket('ff')])
    expect(differingFrom(target)).toEqual(['ff'])
    expect(compareContent(plan, source, target).result.discrepancies[0]?.message).toBe(
      'sales.Orders: the rows differ in 1 of 3 parts of them, which hold 0 rows on the source, 2 on the target',
    )
  })

  it('takes a sum within the tolerance for the same', () => {
    expect(differingFrom(fingerprint([bucket('00'), bucket('a7', { figures: ['2', '10.50000001', '20'] })]))).toEqual(
      [],
    )
  })

  it('does not compare what was made otherwise', () => {
    const { result } = compareContent(plan, source, fingerprint(source.buckets, 'other'))
    expect(result.discrepancies).toHaveLength(1)
  })
})

describe('floats', () => {
  const agree = (kind: 'finite-sum' | 'finite-minimum' | 'finite-count', a: string | null, b: string | null): boolean =>
    floatsAgree({ kind, column: 'weight' }, a, b, '1000', 1e-9)

  it.each([
    ['finite-sum', '0', '0.0000009', true],
    ['finite-sum', '0', '0.0000011', false],
    ['finite-minimum', '1000', '1000.0000009', true],
    ['finite-minimum', '1000', '1000.0000011', false],
    ['finite-minimum', '0', '0.0000000001', false],
    ['finite-minimum', '1e300', '1.0000000001e300', true],
    ['finite-count', '1000000000000', '1000000000001', false],
    ['finite-sum', null, null, true],
    ['finite-sum', null, '0', false],
    ['finite-sum', 'NaN', '1', false],
  ] as const)('%s: %s and %s are the same: %s', (kind, a, b, same) => {
    expect(agree(kind, a, b)).toBe(same)
    expect(agree(kind, b, a)).toBe(same)
  })

  it('has a coarser tolerance for REAL, and the one that is chosen', () => {
    const real = columnPlan('r', { kind: 'float', sourceType: { base: 'real', text: 'real' }, targetType: 'FLOAT' })
    expect([toleranceOf(real), toleranceOf({ ...real, tolerance: 0.5 }), toleranceOf(columnPlan('d'))]).toEqual([
      1e-5, 0.5, 1e-9,
    ])
  })
})

describe('withAcceptances', () => {
  const found = (check: string, column: string) => ({
    check,
    relation: 'sales.Orders',
    column,
    source: '1',
    target: '2',
    message: 'differs',
  })
  const results = [{ check: 'sum', comparedCount: 2, discrepancies: [found('sum', 'id'), found('sum', 'weight')] }]

  it('keeps an accepted difference with its reason, and no longer as a discrepancy', () => {
    const accepting = { ...plan, accepted: [{ column: 'id', reason: 'renumbered' }] }
    expect(withAcceptances(accepting, results)).toEqual([
      {
        check: 'sum',
        comparedCount: 2,
        discrepancies: [found('sum', 'weight')],
        accepted: [{ ...found('sum', 'id'), reason: 'renumbered' }],
      },
    ])
  })

  it('accepts nothing of other checks', () => {
    const accepting = { ...plan, accepted: [{ column: 'id', checks: ['maximum'], reason: 'renumbered' }] }
    expect(withAcceptances(accepting, results)).toEqual(results)
  })
})
