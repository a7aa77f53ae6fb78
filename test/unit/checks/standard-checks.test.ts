import { describe, expect, it } from 'vitest'
import { measureKey } from '../../../src/checks/check.js'
import { checksFor, measuresFor, runChecks } from '../../../src/checks/standard-checks.js'
import type { Measure, Measurement } from '../../../src/model/measure.js'
import type { RelationPlan } from '../../../src/model/plan.js'
import { columnPlan, everyKind, relationPlan } from '../dialect/sample-plan.js'

const plan = relationPlan(everyKind)

/** An answer to every question, the same on both sides. */
function answers(of: RelationPlan): readonly Measurement[] {
  return measuresFor(of).map((measure, n) => ({ measure, value: String(n) }))
}

function changed(measurements: readonly Measurement[], key: string, value: string | null): readonly Measurement[] {
  return measurements.map((one) => (measureKey(one.measure) === key ? { ...one, value } : one))
}

describe('measuresFor', () => {
  it('asks each question once, the row count first', () => {
    expect(measuresFor(plan).map(measureKey)).toEqual([
      'row-count',
      ...everyKind.map(({ target }) => `count ${target}`),
      'sum id',
      'sum price',
      'minimum id',
      'minimum price',
      'minimum day',
      'minimum at',
      'minimum seen',
      'maximum id',
      'maximum price',
      'maximum day',
      'maximum at',
      'maximum seen',
      'byte-length note',
      'byte-length flag',
      'byte-length bytes',
      'byte-length doc',
      'true-count paid',
      'false-count paid',
      'finite-count weight',
      'positive-infinity-count weight',
      'negative-infinity-count weight',
      'finite-sum weight',
      'finite-magnitude weight',
      'finite-minimum weight',
      'finite-maximum weight',
    ])
  })

  it('asks for counts alone at that depth', () => {
    const counts = measuresFor({ ...plan, depth: 'count' })
    expect(new Set(counts.map(({ kind }) => kind))).toEqual(new Set(['row-count', 'count']))
    expect(counts).toHaveLength(1 + everyKind.length)
  })

  it('leaves out the bytes of texts that the target spells anew', () => {
    const json = relationPlan([columnPlan('doc', { kind: 'text', targetType: 'JSON' })])
    expect(measuresFor(json).map(measureKey)).toEqual(['row-count', 'count doc'])
  })

  it.each([
    [19, undefined, true],
    [20, undefined, false],
    [20, 999_999_999, true],
    [29, 999_999_999, true],
    [30, 999_999_999, false],
    [29, 1_000_000_000, false],
    [37, 0, true],
    [38, 0, false],
  ])('sums DECIMAL(%d,…) over %s rows: %s', (precision, rowEstimate, isSummed) => {
    const column = columnPlan('a', { kind: 'decimal', precision, scale: 2 })
    const of = relationPlan([column], rowEstimate === undefined ? {} : { rowEstimate })
    const kinds = new Set(measuresFor(of).map(({ kind }) => kind))
    expect({ sum: kinds.has('sum'), lane: kinds.has('lane-4') }).toEqual({ sum: isSummed, lane: !isSummed })
  })
})

describe('checksFor', () => {
  it('names the checks that have something to ask', () => {
    expect(checksFor(plan).map(({ name }) => name)).toEqual([
      'row-count',
      'column-count',
      'sum',
      'minimum',
      'maximum',
      'byte-length',
      'true-count',
      'false-count',
      'float',
    ])
    const texts = relationPlan([columnPlan('a', { kind: 'text' })])
    expect(checksFor(texts).map(({ name }) => name)).toEqual(['row-count', 'column-count', 'byte-length'])
    expect(checksFor(plan, 'count').map(({ name }) => name)).toEqual(['row-count', 'column-count'])
  })
})

describe('runChecks', () => {
  const found = (source: readonly Measurement[], target: readonly Measurement[]) =>
    runChecks(plan, source, target).flatMap(({ discrepancies }) => discrepancies)

  it('finds nothing where all is the same, and says how much was compared', () => {
    const results = runChecks(plan, answers(plan), [...answers(plan)].reverse())
    expect(results.flatMap(({ discrepancies }) => discrepancies)).toEqual([])
    expect(Object.fromEntries(results.map(({ check, comparedCount }) => [check, comparedCount]))).toEqual({
      questions: 0,
      'row-count': 1,
      'column-count': 11,
      sum: 2,
      minimum: 5,
      maximum: 5,
      'byte-length': 4,
      'true-count': 1,
      'false-count': 1,
      float: 7,
    })
  })

  it.each(measuresFor(plan).map(measureKey))('finds another value of %s, and nothing else', (key) => {
    const differing = found(answers(plan), changed(answers(plan), key, 'other'))
    expect(differing).toHaveLength(1)
    expect(differing[0]).toMatchObject({ relation: 'sales.Orders', target: 'other' })
  })

  it.each(measuresFor(plan).map(measureKey))('finds that %s is missing on either side', (key) => {
    const without = answers(plan).filter(({ measure }) => measureKey(measure) !== key)
    expect(found(without, answers(plan))).toMatchObject([{ source: null }])
    expect(found(answers(plan), without)).toMatchObject([{ target: null }])
    expect(found(without, without)).toMatchObject([{ source: null, target: null }])
  })

  it('says what differs', () => {
    const source = changed(answers(plan), 'sum price', '10.5')
    const target = changed(answers(plan), 'sum price', '10.4')
    expect(found(source, target)).toEqual([
      {
        check: 'sum',
        relation: 'sales.Orders',
        column: 'price',
        source: '10.5',
        target: '10.4',
        message: 'sales.Orders: sum of price is 10.5 on the source, 10.4 on the target',
      },
    ])
  })

  it('tells NULL from a value and from itself', () => {
    const none = changed(answers(plan), 'minimum day', null)
    expect(found(none, none)).toEqual([])
    expect(found(none, answers(plan))).toMatchObject([{ source: null, check: 'minimum' }])
    expect(found(none, answers(plan))[0]?.message).toContain('is NULL on the source')
  })

  it('takes answers that nobody asked for, or second answers, as discrepancies', () => {
    const stray: Measure = { kind: 'true-count', column: 'note' }
    const more = [...answers(plan), { measure: stray, value: '1' }]
    expect(found(answers(plan), more)).toMatchObject([
      { check: 'questions', column: 'note', target: '1', source: null },
    ])
    const twice = [...answers(plan), { measure: { kind: 'row-count' } as const, value: '0' }]
    expect(found(twice, answers(plan))).toMatchObject([{ check: 'questions', source: '0' }])
  })

  it('does not pass when nothing was measured', () => {
    expect(found([], [])).toHaveLength(measuresFor(plan).length)
  })
})
