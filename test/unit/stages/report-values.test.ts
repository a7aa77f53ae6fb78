import { describe, expect, it } from 'vitest'
import { runChecks } from '../../../src/checks/standard-checks.js'
import type { Measurement } from '../../../src/model/measure.js'
import type { ColumnPlan, RelationPlan } from '../../../src/model/plan.js'
import { missingChecks, valuesOf } from '../../../src/stages/report-values.js'

const plain = { sourceType: { base: 'integer', text: 'integer' }, unloadExpression: '"a"', notNull: false } as const
const columns: readonly ColumnPlan[] = [
  { ...plain, source: 'a', target: 'a', targetType: 'INT', kind: 'integer', precision: 10 },
  { ...plain, source: 'f', target: 'f', targetType: 'DOUBLE', kind: 'float' },
]
const plan = {
  relationId: 'r',
  source: { schema: 's', name: 'r' },
  target: { project: 'p', name: 'r' },
  columns,
  depth: 'aggregates',
} as unknown as RelationPlan

const answers: readonly Measurement[] = [
  { measure: { kind: 'row-count' }, value: '2' },
  { measure: { kind: 'count', column: 'a' }, value: '2' },
  { measure: { kind: 'count', column: 'f' }, value: '2' },
  { measure: { kind: 'sum', column: 'a' }, value: '7' },
  { measure: { kind: 'minimum', column: 'a' }, value: '3' },
  { measure: { kind: 'maximum', column: 'a' }, value: '4' },
  { measure: { kind: 'finite-count', column: 'f' }, value: '2' },
  { measure: { kind: 'positive-infinity-count', column: 'f' }, value: '0' },
  { measure: { kind: 'negative-infinity-count', column: 'f' }, value: '0' },
  { measure: { kind: 'finite-sum', column: 'f' }, value: '1000000' },
  { measure: { kind: 'finite-magnitude', column: 'f' }, value: '1000000' },
  { measure: { kind: 'finite-minimum', column: 'f' }, value: '1' },
  { measure: { kind: 'finite-maximum', column: 'f' }, value: '999999' },
]

function told(target: readonly Measurement[], dropped?: string) {
  const results = runChecks(plan, answers, target).filter(({ check }) => check !== dropped)
  return { results, source: answers, target }
}

const withValue = (kind: string, value: string | null): readonly Measurement[] =>
  answers.map((one) => (one.measure.kind === kind ? { ...one, value } : one))

const agreeing = (checks: Parameters<typeof valuesOf>[1]): readonly (readonly [string, boolean, boolean])[] =>
  valuesOf(plan, checks)
    .filter(({ agrees, equal }) => !agrees || !equal)
    .map(({ measure, equal, agrees }) => [measure, equal, agrees])

describe('values of the report', () => {
  it('agree where they were compared and are the same', () => {
    expect(valuesOf(plan, told(answers))).toHaveLength(answers.length)
    expect(agreeing(told(answers))).toEqual([])
    expect(missingChecks(plan, told(answers))).toEqual([])
  })

  it('agree within the tolerance of a float, and not beyond', () => {
    expect(agreeing(told(withValue('finite-sum', '1000000.0000001')))).toEqual([['finite-sum', false, true]])
    expect(agreeing(told(withValue('finite-sum', '1000001')))).toEqual([['finite-sum', false, false]])
    expect(agreeing(told(withValue('sum', '8')))).toEqual([['sum', false, false]])
  })

  it('do not agree where the check was never made, be they equal or not', () => {
    expect(agreeing(told(answers, 'sum'))).toEqual([['sum', true, false]])
    expect(agreeing(told(withValue('sum', '8'), 'sum'))).toEqual([['sum', false, false]])
    expect(missingChecks(plan, told(answers, 'sum'))).toEqual(['sum'])
    expect(agreeing({ ...told(answers), results: [] })).toHaveLength(answers.length)
  })

  it('do not agree where one side did not answer, though the other said NULL', () => {
    const nulled = withValue('minimum', null)
    const without = (from: readonly Measurement[]): readonly Measurement[] =>
      from.filter(({ measure }) => measure.kind !== 'minimum')
    const results = runChecks(plan, nulled, nulled)
    expect(agreeing({ results, source: nulled, target: nulled })).toEqual([])
    expect(agreeing({ results, source: nulled, target: without(nulled) })).toEqual([['minimum', false, false]])
    expect(agreeing({ results, source: without(nulled), target: nulled })).toEqual([['minimum', false, false]])
  })

  it('miss the fingerprint at the depth of content', () => {
    expect(missingChecks({ ...plan, depth: 'content' }, told(answers))).toEqual(['content'])
  })
})
