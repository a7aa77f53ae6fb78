import { expect, it } from 'vitest'
import { examineStatements } from '../../../../src/dialect/redshift/examine.js'
import type { Assumption } from '../../../../src/model/plan.js'
import { violationsOf } from '../../../../src/translate/assumptions.js'
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
