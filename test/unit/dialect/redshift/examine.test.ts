import { describe, expect, it } from 'vitest'
import { examineStatements, readExamined } from '../../../../src/dialect/redshift/examine.js'
import type { Assumption } from '../../../../src/model/plan.js'
import { nearLimits, settleAssumptions, violationsOf } from '../../../../src/translate/assumptions.js'
import { relationPlan } from '../sample-plan.js'

const ofRows = (code: string): Assumption => ({
  code,
  column: 'c',
  violatedWhere: `"${code}" < 0`,
  message: `${code} holds`,
})
const whole: Assumption = {
  code: 'RS0231',
  column: 'c',
  violatedWhere: 'FALSE',
  message: 'c makes at most 9 partitions',
  countSql: 'SELECT 12',
  counted: 'partitions',
}

it('conditions on rows share a scan, and what one row cannot tell is asked by a query of its own', () => {
  const asked = examineStatements({ source: { schema: 's', name: 't' }, where: 'x' }, [ofRows('a'), whole, ofRows('b')])
  expect(asked).toEqual([
    {
      text: 'SELECT SUM(CASE WHEN "a" < 0 THEN 1 ELSE 0 END) AS e0, SUM(CASE WHEN "b" < 0 THEN 1 ELSE 0 END) AS e1 FROM "s"."t" WHERE (x)',
      assumptions: [ofRows('a'), ofRows('b')],
    },
    { text: 'SELECT 12', assumptions: [whole] },
  ])
})

it('a violation says what was counted', () => {
  const plan = relationPlan([], { assumptions: [whole, { ...ofRows('RS0237') }] })
  const counts = [
    { code: 'RS0231', column: 'c', violationCount: '12' },
    { code: 'RS0237', column: 'c', violationCount: '1' },
  ]
  expect(violationsOf(plan, counts).map(({ message }) => message)).toEqual([
    '12 partitions break the assumption that c makes at most 9 partitions',
    '1 row breaks the assumption that RS0237 holds',
  ])
})

describe('what has a limit', () => {
  const partitions: Assumption = { ...whole, countMax: 512, message: 'c makes at most 512 partitions' }
  const plan = relationPlan([], { assumptions: [partitions] })

  it.each([
    [null, []],
    ['409', []],
    ['410', ['RS0240 note c makes 410 partitions, of at most 512']],
    ['512', ['RS0240 note c makes 512 partitions, of at most 512']],
    ['513', ['RS0231 blocking 513 partitions break the assumption that c makes at most 512 partitions']],
    ['4000000000', ['RS0231 blocking 4000000000 partitions break the assumption that c makes at most 512 partitions']],
  ])('of %s is told above four fifths, and blocks above it', (count, told) => {
    const examined = [readExamined(partitions, count)]
    const concerns = [...violationsOf(plan, examined), ...nearLimits(plan, examined)]
    expect(concerns.map((one) => `${one.code} ${one.class} ${one.message}`)).toEqual(told)
    expect(settleAssumptions(plan, examined).concerns.map(({ code }) => code)).toEqual(
      [...plan.concerns, ...concerns].map(({ code }) => code),
    )
  })

  it('and without one is a count of violations alone', () => {
    expect(readExamined(whole, '3')).toEqual({ code: 'RS0231', column: 'c', violationCount: '3' })
    expect(() => readExamined(partitions, '-1')).toThrow(/examine c: Redshift answered "-1"/)
  })
})
