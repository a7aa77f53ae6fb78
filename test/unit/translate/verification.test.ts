import { describe, expect, it } from 'vitest'
import { withVerification, type VerificationPolicy } from '../../../src/translate/verification.js'
import { columnPlan, relationPlan } from '../dialect/sample-plan.js'

const plan = relationPlan([columnPlan('id'), columnPlan('weight', { kind: 'float', targetType: 'DOUBLE' })])
const nothing: VerificationPolicy = { depths: [], tolerances: [], accepted: [] }

describe('withVerification', () => {
  it.each([
    ['sales.*', 'count'],
    ['Ord*', 'count'],
    ['tmp_*', 'aggregates'],
    ['other.*', 'aggregates'],
    ['orders', 'aggregates'],
  ])('pattern %s: depth %s', (match, depth) => {
    expect(withVerification(plan, { ...nothing, depths: [{ match, depth: 'count' }] }).depth).toBe(depth)
  })

  it('lets the last pattern that matches decide', () => {
    const depths = [
      { match: 'sales.*', depth: 'count' },
      { match: '*.Orders', depth: 'content' },
    ] as const
    expect(withVerification(plan, { ...nothing, depths }).depth).toBe('content')
  })

  it('gives floats, and no others, their tolerance', () => {
    const tolerances = [{ match: 'sales.Orders.*', relative: 0.01, reason: 'rounded' }]
    const { columns } = withVerification(plan, { ...nothing, tolerances })
    expect(columns.map(({ tolerance }) => tolerance)).toEqual([undefined, 0.01])
  })

  it('leaves an accepted column out of the hash, unless another check is meant', () => {
    const reason = 'renumbered'
    const all = withVerification(plan, { ...nothing, accepted: [{ match: '*.id', reason }] })
    expect([all.accepted, all.columns[0]?.unhashed]).toEqual([[{ column: 'id', reason }], reason])
    const sums = withVerification(plan, { ...nothing, accepted: [{ match: '*.id', checks: ['sum'], reason }] })
    expect([sums.accepted, sums.columns[0]?.unhashed]).toEqual([[{ column: 'id', checks: ['sum'], reason }], undefined])
  })
})
